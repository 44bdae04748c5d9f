package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func render(t *testing.T, r Run) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteHTML(&b, r))
	return b.String()
}

func TestWriteHTML(t *testing.T) {
	t.Parallel()
	golden(t, "report.html", []byte(render(t, fixture())))
}

func TestHTMLHoldsHostileTextAsText(t *testing.T) {
	t.Parallel()
	page := render(t, fixture())
	require.NotRegexp(t, `(?i)<script>\s*alert`, page)
	require.NotRegexp(t, `(?i)<img`, page)
	require.NotRegexp(t, `(?i)<[^>]*\son[a-z]+\s*=`, page, "no element has an event handler")
	require.Len(t, regexp.MustCompile(`(?i)<script`).FindAllString(page, -1), 1)
	require.Len(t, regexp.MustCompile(`(?i)</script`).FindAllString(page, -1), 1)
	require.Len(t, regexp.MustCompile(`(?i)<pre>`).FindAllString(page, -1), strings.Count(page, "</pre>"))
	require.Contains(t, page, "&lt;script&gt;alert(1)&lt;/script&gt;", "the text is shown, not dropped")
	for _, c := range "\x00\x1b\x07\u202e" {
		require.NotContains(t, page, string(c))
	}
}

func TestHTMLNeedsNothingFromOutside(t *testing.T) {
	t.Parallel()
	page := render(t, fixture())
	head, _, found := strings.Cut(page, "<body>")
	require.True(t, found)
	require.NotRegexp(t, `(?i)\ssrc\s*=|<link|@import|url\(|\sstyle\s*=`, head)
	require.NotRegexp(t, `(?i)<[^>]+\s(src|href)\s*=\s*"[^#]`, page)
}

func TestHTMLPolicyAdmitsOurOwnStyleAndScript(t *testing.T) {
	t.Parallel()
	page := render(t, fixture())
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for _, element := range []string{"style", "script"} {
		content := regexp.MustCompile(`(?s)<` + element + `>(.*)</` + element + `>`).FindStringSubmatch(page)[1]
		sum := sha256.Sum256([]byte(content))
		require.Contains(t, policy, element+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
}

func TestHTMLTellsTheVerdictWithoutScript(t *testing.T) {
	t.Parallel()
	page := render(t, fixture())
	head := page[strings.Index(page, "<header"):strings.Index(page, "</header>")]
	require.Contains(t, head, ">error<")
	require.Contains(t, head, "1 check could not be judged")

	tests := []struct {
		name string
		run  Run
		want string
	}{
		{"early end", Run{Verdict: Error, Reason: "interrupted <b>"}, "interrupted &lt;b&gt;"},
		{"error", Run{Verdict: Error, Totals: Totals{Error: 2}}, "2 checks could not be judged"},
		{"failed", Run{Verdict: Failed, Totals: Totals{Failed: 2}}, "missed a MUST in 2 checks"},
		{"warning", Run{Verdict: Warning, Totals: Totals{Warning: 1}}, "missed a SHOULD in 1 check."},
		{"passed", Run{Verdict: Passed, Totals: Totals{Passed: 3}}, "did what was asked in 3 checks"},
		{"unfinished", Run{}, "The run has no verdict."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, render(t, tt.run), tt.want)
		})
	}
}

func TestHTMLShowsTheEvidence(t *testing.T) {
	t.Parallel()
	text := html.UnescapeString(render(t, fixture()))
	for _, want := range []string{
		"remote error: tls: bad certificate", "Set-Cookie: [redacted]", "the same token as in exchange 1",
		`"software_id": "soft-1"`, "client CN=soft-1,2.5.4.97=PSDGB-FCA-1", "first byte 30 ms", "more bytes in report.json",
		"dcrkit-report/cleanup.jsonl", "the target has no read endpoint", "Verify the SSA against the JWKS",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, signatureCanary)
}

func TestHTMLLinksReachTheirChecks(t *testing.T) {
	t.Parallel()
	r := fixture()
	r.Checks = append(r.Checks, Check{ID: "SSG-02/signature-bit-flipped", Verdict: Failed}, Check{ID: `a" b<é`, Verdict: Failed})
	page := render(t, r)
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
		require.Equal(t, 1, ids[m[1]], "id %q", m[1])
	}
	links := regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1)
	require.Len(t, links, 6, "one per problem and the skip link")
	for _, m := range links {
		require.Contains(t, ids, m[1])
	}
}

func TestHTMLStaysSmall(t *testing.T) {
	t.Parallel()
	const limit = 5 << 20
	page := render(t, broad(200))
	require.Less(t, len(page), limit)
	require.NotContains(t, page, "are in report.json", "an ordinary run shows all its evidence")

	page = render(t, broad(600))
	require.Less(t, len(page), 2*limit)
	require.Contains(t, page, "are in report.json", "beyond the budget, passed checks leave theirs to the JSON")
	require.Equal(t, 120*4, strings.Count(page, `class="exchange" open`)+120*2, "checks that failed keep theirs")
}

func BenchmarkWriteHTML(b *testing.B) {
	r := broad(200)
	for b.Loop() {
		if err := WriteHTML(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
