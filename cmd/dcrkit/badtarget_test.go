package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/reports"
)

// bad is a server that is wrong in one way: where it is, and the CA of its
// certificate if it has one.
type bad struct {
	url string
	ca  []byte
}

// answering is an HTTPS server with a sound certificate and this handler.
func answering(h http.HandlerFunc) func(*testing.T) bad {
	return func(t *testing.T) bad {
		p := newPair("bad", validNow)
		return bad{serveTLS(t, p, h, nil), p.certificate}
	}
}

// connecting is a TCP listener that treats connections like this.
func connecting(do func(net.Conn, <-chan struct{})) func(*testing.T) bad {
	return func(t *testing.T) bad { return bad{url: "https://" + serveTCP(t, do)} }
}

func page(status int, media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func notFound(t *testing.T) bad {
	return answering(page(404, "text/html", "<html><body>no such page</body></html>"))(t)
}

func closedPort(t *testing.T) bad {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return bad{url: "https://" + l.Addr().String()}
}

func untrusted(t *testing.T) bad {
	return bad{url: serveTLS(t, newPair("bad", validNow), page(200, "application/json", "{}"), nil)}
}

func outOfDate(t *testing.T) bad {
	p := newPair("bad", expired)
	return bad{serveTLS(t, p, page(200, "application/json", "{}"), nil), p.certificate}
}

func ofAnotherHost(t *testing.T) bad {
	p := newPair("bad", otherHost)
	return bad{serveTLS(t, p, page(200, "application/json", "{}"), nil), p.certificate}
}

func demandingCertificate(t *testing.T) bad {
	p := newPair("bad", validNow)
	demand := func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }
	return bad{serveTLS(t, p, page(200, "application/json", "{}"), demand), p.certificate}
}

func silentForever(t *testing.T) bad {
	return connecting(func(_ net.Conn, stop <-chan struct{}) { <-stop })(t)
}

func hangingUp(t *testing.T) bad { return connecting(func(net.Conn, <-chan struct{}) {})(t) }

func garbage(t *testing.T) bad {
	return connecting(func(c net.Conn, _ <-chan struct{}) {
		_, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n")
		_, _ = io.CopyN(io.Discard, c, 1)
	})(t)
}

// endless sends a body without an end, as long as it is read.
func endless(t *testing.T) bad {
	return answering(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"x":"`)
		for block := bytes.Repeat([]byte("a"), 64<<10); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})(t)
}

func toLogin(t *testing.T) bad {
	return answering(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://login.example/start", http.StatusFound)
	})(t)
}

// runBad runs a few checks against a target and returns the exit code and
// what was printed, in one line. The reports must be there, and name no pass.
func runBad(t *testing.T, target string, ca []byte) (code int, said string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "reports")
	args := []string{
		"run", "--profile", "rfc7591", "--target", target, "--out", dir, "--no-color",
		"--request-timeout", "400ms", "--rule", "RSP-01,RSP-02,RSP-06,MET-27",
	}
	if ca != nil {
		args = append(args, "--ca", write(t, "ca.pem", ca))
	}
	var out, errs bytes.Buffer
	started := time.Now()
	code = run(args, strings.NewReader(""), &out, &errs)
	require.Less(t, time.Since(started), 20*time.Second)
	said = strings.Join(strings.Fields(out.String()+errs.String()), " ")
	require.NotContains(t, said, "goroutine")

	raw, err := os.ReadFile(filepath.Join(dir, reports.JSONFile))
	require.NoError(t, err, said)
	var report reports.Run
	require.NoError(t, json.Unmarshal(raw, &report))
	require.Zero(t, report.Totals.Passed, said)
	require.NotZero(t, report.Totals.Error, said)
	require.FileExists(t, filepath.Join(dir, reports.JUnitFile))
	require.FileExists(t, filepath.Join(dir, reports.HTMLFile))
	return code, said
}

// Metadata that cannot be had or used: the run is an error that names the
// flag, what was found, and what helps.
func TestBadTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		serve func(*testing.T) bad
		says  []string
	}{
		{"closed port", closedPort, []string{"connection refused", "check the host name and the port"}},
		{"wrong URL", notFound, []string{"404", "text/html", "give the issuer or the full URL"}},
		{"HTML with status 200", answering(page(200, "text/html", "<html>")), []string{"is not a JSON object", "give the issuer"}},
		{"JSON that is no object", answering(page(200, "application/json", "[1]")), []string{"is not a JSON object"}},
		{"other JSON", answering(page(200, "application/json", `{"hello":"world"}`)), []string{"no registration_endpoint", "members hello"}},
		{"endpoint without a host", answering(page(200, "application/json", `{"registration_endpoint":"/register"}`)), []string{`registration_endpoint "/register"`, "absolute https URLs"}},
		{"endpoint of the wrong type", answering(page(200, "application/json", `{"registration_endpoint":7}`)), []string{"registration_endpoint"}},
		{"not trusted", untrusted, []string{"not trusted", "--ca FILE"}},
		{"expired", outOfDate, []string{"not trusted", "expired", "renew the server's certificate"}},
		{"other host", ofAnotherHost, []string{"not trusted", "127.0.0.1", "name the host in --target as the certificate does"}},
		{"demands a certificate", demandingCertificate, []string{"demands a client certificate", "without mutual TLS"}},
		{"never answers", silentForever, []string{"did not answer in time", "--request-timeout"}},
		{"hangs up", hangingUp, []string{"refused the TLS handshake", "check that it speaks TLS"}},
		{"no TLS", garbage, []string{"something other than HTTP", "check the scheme and the port"}},
		{"endless body", endless, []string{"is not a JSON object"}},
		{"login page", toLogin, []string{"302", "redirects are not followed", "https://login.example/start"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := test.serve(t)
			code, said := runBad(t, b.url, b.ca)
			require.Equal(t, exitEnvironment, code, said)
			for _, want := range append(test.says, "--target: ") {
				require.Contains(t, said, want)
			}
		})
	}
}

// Metadata that is right, and a registration endpoint that is not: the sanity
// registration says so and nothing else is sent.
func TestBadRegistrationEndpoint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		serve func(*testing.T) bad
		says  []string
	}{
		{"closed port", closedPort, []string{"connection refused", "registration_endpoint"}},
		{"wrong URL", notFound, []string{"404"}},
		{"other JSON", answering(page(201, "application/json", `{"hello":"world"}`)), []string{"client_id"}},
		{"no JSON", answering(page(201, "text/html", "<html>")), []string{"JSON"}},
		{"not trusted", untrusted, []string{"untrusted", "unknown authority", "--ca"}},
		{"expired", outOfDate, []string{"untrusted", "expired", "renew"}},
		{"other host", ofAnotherHost, []string{"untrusted", "127.0.0.1", "certificate for this host"}},
		{"demands a certificate", demandingCertificate, []string{"--client-cert"}},
		{"never answers", silentForever, []string{"none within the time limit", "--request-timeout"}},
		{"hangs up", hangingUp, []string{"closed in the TLS handshake", "speaks TLS"}},
		{"no TLS", garbage, []string{"TLS"}},
		{"endless body", endless, []string{"JSON"}},
		{"login page", toLogin, []string{"302"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := test.serve(t)
			p := newPair("metadata", validNow)
			var issuer string
			issuer = serveTLS(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				doc, err := json.Marshal(map[string]string{"issuer": issuer, "registration_endpoint": b.url + "/register"})
				if err == nil {
					page(200, "application/json", string(doc))(w, r)
				}
			}), nil)
			code, said := runBad(t, issuer, append(p.certificate, b.ca...))
			require.Equal(t, exitEnvironment, code, said)
			for _, want := range append(test.says, "the honest registration at the start failed") {
				require.Contains(t, said, want)
			}
		})
	}
}
