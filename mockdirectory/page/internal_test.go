package page

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
)

// What a command says is what was typed, and a terminal shows all of it.
func FuzzJSONText(f *testing.F) {
	for _, seed := range []string{"plain", `"\'`, "\x00\x1b[31m\u202e\u2028", "𝄞\U000E0001", "<&>", "a\nb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		written := jsonText(members{"a": text})
		var back map[string]string
		require.NoError(t, json.Unmarshal([]byte(written), &back))
		require.Equal(t, text, back["a"])
		require.False(t, strings.ContainsFunc(written, func(c rune) bool { return !unicode.IsPrint(c) }), "%q", written)
	})
}

func TestQuotedIsOneWordOfTheShell(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	for _, text := range []string{"", "plain", "it's", `'"'"'`, "$(id) `id` $HOME \\ ! * ?", "a\nb", "-n"} {
		out, err := exec.Command(sh, "-c", "printf %s "+quoted(text)).Output()
		require.NoError(t, err)
		require.Equal(t, text, string(out))
	}
}

// A token's parts are shown whatever they are.
func TestTakeApart(t *testing.T) {
	t.Parallel()
	enc := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	header, claims := enc(`{"alg":"PS256"}`), enc(`{"a":1,"a":2}`)
	for _, tt := range []struct{ name, token, want string }{
		{"compact", header + "." + claims + ".sig", "\"a\": 1,\n  \"a\": 2"},
		{"padded", header + "." + claims + "==.sig", `"a": 2`},
		{"with line breaks", header + ".\r\n" + claims + "\n.sig", `"a": 2`},
		{"unsigned", header + "." + claims + ".", `"a": 2`},
		{"two parts", header + "." + claims, `"a": 2`},
		{"flattened", `{"payload":"` + claims + `","protected":"` + header + `","signature":"x"}`, `"a": 2`},
		{"general", `{"payload":"` + claims + `","signatures":[{"protected":"` + header + `"}]}`, `"alg": "PS256"`},
		{"JWE", header + ".a.b.c.d", "no readable claims"},
		{"not base64url", "$$." + claims + ".x", "not base64url: $$"},
		{"not JSON", enc("abc\xff") + "." + claims + ".x", "abc\uFFFD"},
		{"nothing", "", "neither a compact token"},
	} {
		var all strings.Builder
		for _, p := range takeApart(tt.token) {
			all.WriteString(p.Text + "\n")
		}
		require.Contains(t, all.String(), tt.want, tt.name)
	}
}

func FuzzTakeApart(f *testing.F) {
	for _, seed := range []string{"", "a.b.c", "{}", `{"payload":"","signatures":[{}]}`, "....", "e30.e30.", "\xff.\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		parts := takeApart(token)
		require.NotEmpty(t, parts)
		for _, p := range parts {
			require.NotEmpty(t, p.Name)
		}
	})
}

// Where a token is needed commands name a variable, and never the token.
func TestCommandsNameTheToken(t *testing.T) {
	t.Parallel()
	s := &site{Config: Config{Desk: &desk.Desk{Base: "https://d.example"}}}
	r := httptest.NewRequest("GET", "https://m.example/ui/", nil)
	plainHTTP := httptest.NewRequest("GET", "http://127.0.0.1:1/ui/", nil)
	api, management := command{path: "/a"}, command{method: "DELETE", path: "/knobs/", management: true}
	require.Equal(t, `curl --cacert directory-ca.pem 'https://d.example/a'`, s.curl(r, api))
	require.Equal(t, `curl -X DELETE 'http://127.0.0.1:1/knobs/'`, s.curl(plainHTTP, management))
	s.ManagementToken = true
	require.Equal(t, `curl --cacert directory-ca.pem 'https://d.example/a'`, s.curl(r, api))
	s.APIToken = true
	require.Equal(t, `curl --cacert directory-ca.pem -H "Authorization: Bearer $MANAGEMENT_TOKEN" 'https://m.example/a'`, s.curl(r, api), "members have tokens there, and the operator has not")
	require.Equal(t, `curl --cacert directory-ca.pem -H "Authorization: Bearer $MANAGEMENT_TOKEN" -X DELETE 'https://m.example/knobs/'`, s.curl(r, management))
}

func TestPlainly(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Ünïcode\n\tÇ 漢字 𝄞", plainly("Ünïcode\n\tÇ 漢字 𝄞"))
	require.Equal(t, `a\u202eb\u0000\u200b\u001b`, plainly("a\u202eb\x00\u200b\x1b"))
}
