package main

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/reports"
)

// always is a server that has one answer.
func always(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// yes is a server that registers whatever it is sent and is content with
// everything afterwards.
func yes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodDelete {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	doc := map[string]any{}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &doc) != nil {
		doc = map[string]any{"redirect_uris": []string{"https://tpp.example/callback"}}
	}
	id := rand.Text()
	doc["client_id"], doc["registration_access_token"] = id, rand.Text()
	doc["registration_client_uri"] = "https://" + r.Host + "/register/" + id
	doc["access_token"], doc["token_type"] = rand.Text(), "Bearer"
	status := http.StatusCreated
	if r.URL.Path != "/register" {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(doc)
}

// parrot answers with what it was sent.
func parrot(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.Copy(w, io.LimitReader(r.Body, 1<<20))
}

// afterOne accepts one registration, so that the sanity registration is
// content, and is as dumb as h then.
func afterOne(h http.HandlerFunc) http.HandlerFunc {
	var posts atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete || posts.Load() == 0 && posts.Add(1) == 1 {
			yes(w, r)
			return
		}
		h(w, r)
	}
}

// dumb serves sound metadata; everything else is answered by h. It takes
// client certificates and demands none.
func dumb(t *testing.T, h http.HandlerFunc) (issuer string, ca []byte) {
	t.Helper()
	p := newPair("dumb", validNow)
	issuer = serveTLS(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
			h(w, r)
			return
		}
		base := "https://" + r.Host
		always(200, fmt.Sprintf(`{"issuer":%q,"registration_endpoint":%q,"token_endpoint":%q,"token_endpoint_auth_methods_supported":["private_key_jwt"],"scopes_supported":["openid"]}`,
			base, base+"/register", base+"/token"))(w, r)
	}), func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert })
	return issuer, p.certificate
}

// report runs a command line that must not end with 0 and reads its report.
func report(t *testing.T, args ...string) (code int, result reports.Run) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "reports")
	var out, errs bytes.Buffer
	code = run(append(args, "--out", dir), strings.NewReader(""), &out, &errs)
	raw, err := os.ReadFile(filepath.Join(dir, reports.JSONFile))
	require.NoError(t, err, errs.String())
	require.NoError(t, json.Unmarshal(raw, &result))
	require.NotZero(t, code, errs.String())
	return code, result
}

// wantsRefusal tells the checks that pass when a server says no, and only then.
func wantsRefusal(c reports.Check) bool {
	return c.Malformation != "" && strings.HasPrefix(c.Scenario, "refuses") && !strings.HasPrefix(c.Scenario, "refuses or")
}

func refusals(checks []reports.Check, v reports.Verdict) (ids []string) {
	for _, c := range checks {
		if wantsRefusal(c) && c.Verdict == v {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// requireNothingLearnt: of a server that never tells right from wrong, only its
// metadata and its TLS can be praised.
func requireNothingLearnt(t *testing.T, result reports.Run) {
	t.Helper()
	require.Equal(t, reports.Error, result.Verdict)
	require.NotEmpty(t, refusals(result.Checks, reports.Error))
	for _, c := range result.Checks {
		if c.Verdict == reports.Passed {
			require.Contains(t, []string{"DSC", "TLS"}, c.Area, c.ID)
		}
	}
}

// dumbServers have one answer for everything, so they tell nothing about any
// rule. None may collect a pass where a refusal is asked for.
var dumbServers = map[string]http.HandlerFunc{
	"400 without a body":     always(400, ""),
	"400 with an error code": always(400, `{"error":"invalid_client_metadata"}`),
	"201 with nothing":       always(201, "{}"),
	"500":                    always(500, ""),
	"401":                    always(401, ""),
	"what it was sent":       parrot,
}

func TestDumbServer(t *testing.T) {
	t.Parallel()
	for name, h := range dumbServers {
		for _, beginning := range []struct {
			name string
			h    http.HandlerFunc
		}{{"always", h}, {"after one registration", afterOne(h)}} {
			t.Run(name+" "+beginning.name, func(t *testing.T) {
				t.Parallel()
				issuer, ca := dumb(t, beginning.h)
				_, result := report(t, "run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca), "--request-timeout", "5s")
				requireNothingLearnt(t, result)
			})
		}
	}
}

// A server that says yes to everything registers the malformed as well: every
// check that asks for a refusal finds that out.
func TestServerThatSaysYes(t *testing.T) {
	t.Parallel()
	issuer, ca := dumb(t, yes)
	code, result := report(t, "run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca))
	require.Equal(t, exitFailed, code, result.Reason)
	// What its JSON parser gives up on, it registers without: the value has no effect.
	require.Equal(t, []string{"CLM-28/request-payload-deep"}, refusals(result.Checks, reports.Passed))
	require.Empty(t, refusals(result.Checks, reports.Error))
	noticed := append(refusals(result.Checks, reports.Failed), refusals(result.Checks, reports.Warning)...)
	require.Greater(t, len(noticed), 40)
}

// The same with a directory and signed requests.
func TestDumbServerWithDirectory(t *testing.T) {
	t.Parallel()
	p, err := profile.Load("obie-3.3")
	require.NoError(t, err)
	l := startTestLab(t, p)
	directoryCA := write(t, "directory-ca.pem", l.directory.RootPEM())
	for name, h := range dumbServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer, ca := dumb(t, afterOne(h))
			_, result := report(t, "run", "--profile", "obie-3.3", "--target", issuer, "--ca", write(t, "ca.pem", ca),
				"--directory", l.directory.URL(), "--directory-ca", directoryCA, "--rule", "SSG-*,SIG-*,CLM-*,ACL-*,DEL-*")
			requireNothingLearnt(t, result)
		})
	}
}

// refusesItsOwn registers whatever comes and then says no to everybody, its
// own clients included.
func refusesItsOwn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/register" {
		yes(w, r)
		return
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	always(http.StatusUnauthorized, `{"error":"invalid_client"}`)(w, r)
}

// To refuse a stranger is worth nothing from a server that refuses the owner.
func TestServerThatRefusesItsOwnClients(t *testing.T) {
	t.Parallel()
	issuer, ca := dumb(t, refusesItsOwn)
	code, result := report(t, "run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca), "--rule", "GET-*,PUT-*,DEL-*,ACL-*,TOK-*")
	require.NotEqual(t, exitPassed, code)
	for _, c := range result.Checks {
		require.NotEqual(t, reports.Passed, c.Verdict, c.ID)
	}
}

// frozen registers, reads and deletes as it should, and refuses every update.
func frozen() http.HandlerFunc {
	var clients sync.Map
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			answer := httptest.NewRecorder()
			yes(answer, r)
			var doc struct {
				ID string `json:"client_id"`
			}
			_ = json.Unmarshal(answer.Body.Bytes(), &doc)
			clients.Store("/register/"+doc.ID, answer.Body.String())
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(answer.Code)
			_, _ = io.WriteString(w, answer.Body.String())
		case http.MethodGet:
			body, ok := clients.Load(r.URL.Path)
			if !ok {
				always(http.StatusUnauthorized, "")(w, r)
				return
			}
			always(http.StatusOK, body.(string))(w, r)
		case http.MethodDelete:
			clients.Delete(r.URL.Path)
			w.WriteHeader(http.StatusNoContent)
		default:
			always(http.StatusBadRequest, `{"error":"invalid_client_metadata"}`)(w, r)
		}
	}
}

// A server without updates has not refused the malformed ones.
func TestServerThatRefusesEveryUpdate(t *testing.T) {
	t.Parallel()
	issuer, ca := dumb(t, frozen())
	code, result := report(t, "run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca), "--rule", "PUT-*")
	require.NotEqual(t, exitPassed, code)
	for _, c := range result.Checks {
		require.NotEqual(t, reports.Passed, c.Verdict, c.ID)
	}
}
