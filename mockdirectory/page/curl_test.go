package page_test

import (
	"encoding/pem"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/page"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// terminal runs commands in a folder of its own, as a tester would.
type terminal struct {
	*house
	folder string
}

func (h *house) terminal() terminal {
	h.t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		h.t.Skip("curl is not installed")
	}
	c := terminal{h, h.t.TempDir()}
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.desk.Trust.Authority().Root().Raw})
	require.NoError(h.t, os.WriteFile(filepath.Join(c.folder, "directory-ca.pem"), root, 0o600))
	require.NoError(h.t, os.WriteFile(filepath.Join(c.folder, "request.csr"), []byte(newCSR(h.t, "as.bank.example")), 0o600))
	return c
}

// run wants the last line, a curl, to end with this status, and returns its body.
func (c terminal) run(status int, command string) string {
	c.t.Helper()
	lines := strings.Split(command, "\n")
	require.True(c.t, strings.HasPrefix(lines[len(lines)-1], "curl "), command)
	sh := exec.Command("sh", "-e", "-c", command+` -sS -w '\n%{http_code}'`)
	sh.Dir = c.folder
	sh.Env = append(os.Environ(), "CURL_HOME="+c.folder)
	var errors strings.Builder
	sh.Stderr = &errors
	out, err := sh.Output()
	require.NoError(c.t, err, "%s\n%s", command, errors.String())
	at := strings.LastIndexByte(string(out), '\n')
	require.Equal(c.t, strconv.Itoa(status), string(out[at+1:]), "%s\n%s", command, out)
	return string(out[:at])
}

// command is what a form answers when it is asked for its curl.
func (h *house) command(path, form string, typed url.Values) string {
	h.t.Helper()
	values := url.Values{"as": {"curl"}}
	for name, list := range typed {
		values[name] = list
	}
	_, got := h.post(http.StatusOK, path, values)
	return shownCommand(h.t, got, form+"-curl")
}

func shownCommand(t testing.TB, page, id string) string {
	t.Helper()
	m := regexp.MustCompile(`<pre[^>]* id="` + regexp.QuoteMeta(html.EscapeString(id)) + `"[^>]*>([^<]*)</pre>`).FindStringSubmatch(page)
	require.NotNil(t, m, "the page shows the command %s", id)
	return html.UnescapeString(m[1])
}

// Every form's command does what the form does: it is run against the public API, and nothing was
// done before.
func TestCommandsDoWhatTheirFormsDo(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.terminal()
	org, soft := h.member()
	members, signing := h.desk.Registry, h.desk.Trust.Signing()
	total := func() int { _, n := members.Organisations(0, 0); return n }
	status := func() string { o, _ := members.Organisation(org.ID); return o.Status }
	certificates := func() int { list, _ := members.Certificates(org.ID); return len(list) }
	software := func() registry.Software { s, _, _ := members.Software(org.ID, soft.ID); return s }
	issued := func() registry.Certificate { list, _ := members.Certificates(org.ID); return list[len(list)-1] }

	nasty := `O'Brien "& Sons" $(id) ` + "`id`" + ` \n \\ ! @file ü 𝄞 ` + "\u202e"
	for _, step := range []struct {
		form, path string
		typed      func() url.Values
		status     int
		state      func() any
		before     any
		after      any
	}{
		{"enrol", "/ui/organisations", func() url.Values { return url.Values{"OrganisationName": {nasty}, "Roles": {"AISP", "PISP"}} }, 201, func() any { return total() }, 1, 2},
		{"status", organisationPath(org) + "/status", func() url.Values { return url.Values{"Status": {"Suspended"}} }, 204, func() any { return status() }, "Active", "Suspended"},
		{"status", organisationPath(org) + "/status", func() url.Values { return url.Values{"Status": {"Active"}} }, 204, func() any { return status() }, "Suspended", "Active"},
		{"servers", organisationPath(org) + "/servers", func() url.Values { return url.Values{"AuthorisationServers": {"O'Main|https://as.example/d"}} }, 200, func() any {
			o, _ := members.Organisation(org.ID)
			return len(o.AuthorisationServers)
		}, 0, 1},
		{"enrol-software", organisationPath(org) + "/software", func() url.Values {
			return url.Values{"ClientName": {`A'b "c" $HOME`}, "RedirectUri": {"https://a.example/cb?x='y'&z=1"}}
		}, 201, func() any {
			_, n, _ := members.SoftwareOf(org.ID, 0, 0)
			return n
		}, 1, 2},
		{"edit", softwarePath(soft) + "/edit", func() url.Values {
			return url.Values{"ClientName": {"It's new"}, "Roles": {"AISP"}, "Mode": {"Test"}, "Version": {"2.0"}, "Environment": {"sandbox"}}
		}, 200, func() any { return software().ClientName }, "Budgets", "It's new"},
		{"status", softwarePath(soft) + "/status", func() url.Values { return url.Values{"Status": {"Inactive"}} }, 204, func() any { return software().Status }, "Active", "Inactive"},
		{"jwk", softwarePath(soft) + "/jwk", func() url.Values { return url.Values{"body": {`{"kid":"it's","kty":"oct"}`}} }, 204, func() any { return len(h.keysOf(org.ID, soft.ID)) }, 0, 1},
		{"certificate", softwarePath(soft) + "/certificate", func() url.Values { return url.Values{"type": {"obsigning"}} }, 201, func() any { return certificates() }, 0, 1},
		{"certificate", softwarePath(soft) + "/certificate", func() url.Values { return url.Values{"type": {"obtransport"}, "wrong": {"expired"}} }, 201, func() any { return issued().Wrong }, "", "expired"},
		{"certificate", organisationPath(org) + "/certificate", func() url.Values { return url.Values{"type": {"obwac"}, "key": {"rsa"}} }, 201, func() any { return len(h.keysOf(org.ID, org.ID)) }, 0, 1},
		{"certificate", organisationPath(org) + "/certificate", func() url.Values {
			return url.Values{"type": {"obseal"}, "key": {"ec"}, "publish": {"no"}, "issuer": {"cross-signed"}}
		}, 201, func() any { return certificates() }, 3, 4},
		{"share", softwarePath(soft) + "/share", func() url.Values {
			return url.Values{"kid": {"obwac " + h.keysOf(org.ID, org.ID)[0].KeyID}}
		}, 204, func() any { return len(h.keysOf(org.ID, soft.ID)) }, 2, 3},
		{"revoke", organisationPath(org) + "/revoke", func() url.Values {
			return url.Values{"SerialNumber": {issued().Serial}, "in": {"crl"}, "reason": {"superseded"}}
		}, 204, func() any { return len(members.RevokedCertificates()) }, 0, 1},
		{"revoke-key", organisationPath(org) + "/revoke-key", func() url.Values {
			return url.Values{"kid": {h.keysOf(org.ID, org.ID)[0].KeyID}, "in": {"jwks", "crl", "ocsp"}, "reason": {"keyCompromise"}}
		}, 204, func() any { return len(members.RevokedCertificates()) }, 1, 2},
		{"listener", "/ui/listener", func() url.Values { return nil }, 201, func() any { return nil }, nil, nil},
		{"rotate", "/ui/keys", func() url.Values { return url.Values{"what": {"rotate"}} }, 200, func() any { return len(signing.States()) }, 1, 2},
		{"add", "/ui/keys", func() url.Values { return url.Values{"what": {"add"}} }, 200, func() any { return len(signing.States()) }, 2, 3},
		{"withdraw" + signing.States()[0].KeyID, "/ui/keys", func() url.Values { return url.Values{"what": {"withdraw"}, "kid": {signing.States()[0].KeyID}} }, 204, func() any { return signing.States()[0].Withdrawn != nil }, false, true},
		{"reinstate" + signing.States()[0].KeyID, "/ui/keys", func() url.Values { return url.Values{"what": {"reinstate"}, "kid": {signing.States()[0].KeyID}} }, 204, func() any { return signing.States()[0].Withdrawn != nil }, true, false},
		{"add-ca", "/ui/authorities", func() url.Values { return url.Values{"what": {"add-ca"}} }, 201, func() any { return len(h.desk.Trust.Authorities()) }, 1, 2},
		{"revoke-caissuingca-2", "/ui/authorities", func() url.Values { return url.Values{"what": {"revoke-ca"}, "slug": {"issuingca-2"}} }, 204, func() any { return h.desk.Trust.Authorities()[1].Revoked != nil }, false, true},
		{"turn", "/ui/knobs", func() url.Values {
			return url.Values{"knob": {"content-type"}, "value": {`it's "odd"`}, "share": {"0.5"}, "times": {"3"}}
		}, 201, func() any { return len(h.panel.List()) }, 0, 1},
		{"remove-knob-1", "/ui/knobs/remove", func() url.Values { return url.Values{"id": {"knob-1"}} }, 204, func() any { return len(h.panel.List()) }, 1, 0},
		{"turn", "/ui/knobs", func() url.Values { return url.Values{"knob": {"clock"}} }, 201, func() any { return len(h.panel.List()) }, 0, 1},
		{"clear", "/ui/knobs/clear", func() url.Values { return nil }, 204, func() any { return len(h.panel.List()) }, 1, 0},
	} {
		if step.form == "certificate" && step.typed().Get("key") == "" {
			require.NoError(t, os.WriteFile(filepath.Join(c.folder, "request.csr"), []byte(newCSR(t)), 0o600))
		}
		if step.form == "listener" {
			require.NoError(t, os.WriteFile(filepath.Join(c.folder, "request.csr"), []byte(newCSR(t, "as.bank.example")), 0o600))
		}
		command := h.command(step.path, step.form, step.typed())
		require.Equal(t, step.before, step.state(), "asking for %s does nothing", step.form)
		c.run(step.status, command)
		require.Equal(t, step.after, step.state(), "%s", command)
	}
	list, _ := members.Organisations(1, 1)
	require.Equal(t, nasty, list[0].Name, "to the letter")
	added, _, err := members.SoftwareOf(org.ID, 1, 1)
	require.NoError(t, err)
	require.Equal(t, `A'b "c" $HOME`, added[0].ClientName)
	require.Equal(t, []string{"https://a.example/cb?x='y'&z=1"}, added[0].RedirectURI)
}

// The reading commands on every page answer 200.
func TestReadingCommands(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.terminal()
	org, soft := h.member()
	ran := 0
	for _, path := range []string{"/ui/", "/ui/organisations", organisationPath(org), softwarePath(soft), "/ui/knobs"} {
		got := h.get(http.StatusOK, path)
		for _, m := range regexp.MustCompile(`id="(read-\d+)"`).FindAllStringSubmatch(got, -1) {
			c.run(http.StatusOK, shownCommand(t, got, m[1]))
			ran++
		}
	}
	require.Greater(t, ran, 12)
	c.run(http.StatusOK, shownCommand(t, h.get(200, "/ui/"), "root"))
	fetched, err := os.ReadFile(filepath.Join(c.folder, "directory-ca.pem"))
	require.NoError(t, err)
	require.Contains(t, string(fetched), "BEGIN CERTIFICATE")
	beyond := page.New(page.Config{Desk: h.desk, Panel: h.panel, Fetches: h.fetches, Keys: testKeys, ManagementToken: true})
	answer := httptest.NewRecorder()
	beyond.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "https://directory.example/ui/", nil))
	require.NoError(t, os.Remove(filepath.Join(c.folder, "directory-ca.pem")))
	c.run(http.StatusOK, shownCommand(t, answer.Body.String(), "root"))
	again, err := os.ReadFile(filepath.Join(c.folder, "directory-ca.pem"))
	require.NoError(t, err)
	require.Equal(t, fetched, again)
	token := c.run(http.StatusOK, shownCommand(t, h.get(200, softwarePath(soft)+"/statement?malformation=statement-iss-wrong&canary=https://c.example/%27"), "statement-curl"))
	require.Len(t, strings.Split(token, "."), 3)
}
