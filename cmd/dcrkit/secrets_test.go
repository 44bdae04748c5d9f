package main

import (
	"bytes"
	"crypto/rand"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// careless is a server that wants an initial access token, shows it in its
// answers, and remembers every secret that it gave away.
type careless struct {
	token string

	mu     sync.Mutex
	issued []string
}

var secretMembers = regexp.MustCompile(`"(?:registration_access_token|access_token|client_secret)":"([^"]+)"`)

func (c *careless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.Header.Get("Authorization") != "Bearer "+c.token && r.URL.Path == "/register" {
		always(401, `{"error":"invalid_token"}`)(w, r)
		return
	}
	answer := httptest.NewRecorder()
	yes(answer, r)
	c.mu.Lock()
	for _, found := range secretMembers.FindAllStringSubmatch(answer.Body.String(), -1) {
		c.issued = append(c.issued, found[1])
	}
	c.mu.Unlock()
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("X-Debug", "authorised by "+c.token)
	w.WriteHeader(answer.Code)
	body := strings.Replace(answer.Body.String(), "{", `{"client_secret":"`+c.secret()+`","debug":"token `+c.token+` seen",`, 1)
	if answer.Code != http.StatusNoContent {
		_, _ = w.Write([]byte(body))
	}
}

// secret makes a client secret and remembers it.
func (c *careless) secret() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := "s3cret-" + rand.Text()
	c.issued = append(c.issued, s)
	return s
}

// What authorises somebody is in no report and nowhere on the terminal, also
// when the target repeats it.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	server := &careless{token: "CANARY-initial-access-token-4711"}
	issuer, ca := dumb(t, server.ServeHTTP)
	dir := filepath.Join(t.TempDir(), "reports")
	var out, errs bytes.Buffer
	args := []string{
		"run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca), "--out", dir,
		"--initial-access-token", server.token, "--rule", "RSP-0*,MET-27,GET-0*,PUT-0*,TOK-0*,DEL-01,RPL-16",
	}
	require.Equal(t, exitFailed, run(args, strings.NewReader(""), &out, &errs), errs.String())

	written := map[string]string{"stdout": out.String(), "stderr": errs.String()}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		written[d.Name()] = string(raw)
		return err
	}))
	require.Len(t, written, 5, "the three reports and no journal")
	server.mu.Lock()
	defer server.mu.Unlock()
	require.Greater(t, len(server.issued), 20)
	for name, text := range written {
		require.NotContains(t, text, server.token, name)
		require.NotContains(t, text, "PRIVATE KEY", name)
		for _, secret := range server.issued {
			require.NotContains(t, text, secret, name)
		}
	}
	require.Contains(t, written["report.json"], "X-Debug", "the answers are there")
}

// Without the token the run says which flag is missing.
func TestInitialAccessTokenIsAskedFor(t *testing.T) {
	t.Parallel()
	p := newPair("open", validNow)
	var issuer string
	issuer = serveTLS(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			always(401, `{"error":"invalid_token"}`)(w, r)
			return
		}
		always(200, `{"issuer":"`+issuer+`","registration_endpoint":"`+issuer+`/register"}`)(w, r)
	}), nil)
	ca := p.certificate
	code, said := runBad(t, issuer, ca)
	require.Equal(t, exitEnvironment, code, said)
	require.Contains(t, said, "--initial-access-token")
}

// wantsCertificate registers only those who show a client certificate.
func wantsCertificate(w http.ResponseWriter, r *http.Request) {
	if len(r.TLS.PeerCertificates) == 0 {
		always(401, `{"error":"invalid_client"}`)(w, r)
		return
	}
	yes(w, r)
}

// A client certificate that is named is shown; without one, the run says which
// flag is missing.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	issuer, ca := dumb(t, wantsCertificate)
	code, said := runBad(t, issuer, ca)
	require.Equal(t, exitEnvironment, code, said)
	require.Contains(t, said, "--client-cert and --client-key")

	p := newPair("client", validNow)
	var out, errs bytes.Buffer
	args := []string{
		"run", "--profile", "rfc7591", "--target", issuer, "--ca", write(t, "ca.pem", ca), "--out", t.TempDir(), "--rule", "RSP-01",
		"--client-cert", write(t, "client.pem", p.certificate), "--client-key", write(t, "client.key", p.key),
	}
	require.Equal(t, exitPassed, run(args, strings.NewReader(""), &out, &errs), out.String()+errs.String())
}
