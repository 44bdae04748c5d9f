package reports

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// hostile is what a server under test may answer with: markup, quotes, a CDATA
// end, control and bidirectional characters, bytes that are not UTF-8.
const hostile = `</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"'` + "`${x}`" + ` ]]> {{.}} ` + "\x00\x1b[31mred\x07\u202e\xff&amp;"

var started = time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC)

// fixture is a finished run with every verdict, hostile text, a refusal in TLS and
// a leftover.
func fixture() Run {
	r := NewRedactor()
	header := func(pairs ...string) (out [][2]string) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, [2]string{pairs[i], r.Header(pairs[i], pairs[i+1])})
		}
		return out
	}
	statement := jws(`{"alg":"PS256","kid":"dir-1"}`, `{"iss":"OpenBanking Ltd","software_id":"soft-1","software_redirect_uris":["https://tpp.example/cb"]}`)
	exchange := func(label, iss, jti string, status int, body string) Exchange {
		request := jws(`{"alg":"PS256","kid":"tpp-1"}`, `{"iss":"`+iss+`","aud":"https://bank.example","jti":"`+jti+`","software_statement":"`+statement+`"}`)
		return Exchange{
			Label: label, Started: started, Duration: Duration(34 * time.Millisecond),
			Request:  Message{Method: "POST", URL: "https://bank.example/register", Headers: header("Content-Type", "application/jwt", "Authorization", "Bearer abcdef"), Body: r.Body("application/jwt", request)},
			Response: &Message{Status: status, Headers: header("Content-Type", "application/json", "Set-Cookie", "sid=1"), Body: r.Body("application/json", body)},
			TLS:      &TLS{Version: "TLS 1.3", CipherSuite: "TLS_AES_128_GCM_SHA256", ServerSubject: "CN=bank.example", ServerIssuer: "CN=OB Root", ClientSubject: "CN=soft-1,2.5.4.97=PSDGB-FCA-1", ClientIssuer: "CN=OB Issuing", ClientSerial: "4a:01"},
			Timing:   Timing{Connect: Duration(time.Millisecond), TLS: Duration(4 * time.Millisecond), FirstByte: Duration(30 * time.Millisecond), Total: Duration(34 * time.Millisecond)},
			Tokens:   r.DecodeTokens("request body", request),
		}
	}
	twin := exchange("twin", "soft-1", "j1", 201, `{"client_id":"c1","client_secret":"s3cret-value","registration_access_token":"t"}`)
	run := Run{
		Tool: Tool{"dcrkit", "1.2.3"}, ID: "run-1", Seed: 42, Started: started, Profile: "obie-3.3",
		Target:    Target{Discovery: "https://bank.example/.well-known/openid-configuration", Issuer: "https://bank.example", RegistrationEndpoint: "https://bank.example/register"},
		Directory: "https://directory.example", Selection: "--rule 'SSG-*'",
		Checks: []Check{
			{ID: "TLS-04/expired-certificate", Rule: "TLS-04", Area: "Transport", Level: "MUST", Verdict: Passed, Feature: "Transport security",
				Scenario: "An expired transport certificate is refused", Location: "features/tls.feature:31", Clauses: []string{"OBDCR-3.3-TLS"},
				Obligation: "The server lets no expired client certificate in.", Malformation: "expired-certificate", Duration: Duration(1500 * time.Microsecond), Started: started,
				Exchanges: []Exchange{{Label: "malformed", Duration: Duration(3 * time.Millisecond), Failure: "remote error: tls: bad certificate",
					Request: Message{Method: "POST", URL: "https://bank.example/register"}, TLS: &TLS{ClientSubject: "CN=soft-1"}, Timing: Timing{Total: Duration(3 * time.Millisecond)}}}},
			{ID: "SSG-02/signature-bit-flipped", Rule: "SSG-02", Area: "Software statement", Level: "MUST", Verdict: Failed, Feature: "Software statement signature",
				Scenario: "A software statement with a broken signature is refused", Location: "features/ssg.feature:12", Clauses: []string{"RFC7591-3.2.2", "RFC7515-5.2"},
				Obligation: "The server accepts no software statement whose signature does not verify.", Fix: "Verify the SSA against the JWKS of the directory before reading its claims.",
				Malformation: "signature-bit-flipped", Tags: []string{"@ssg", "@negative"}, Expected: "status 400 with error invalid_software_statement", Got: "status 201 and a client identifier",
				Reason: "the malformed registration was accepted", Duration: Duration(412 * time.Millisecond), Started: started,
				Steps:     []Step{{"Given a TPP enrolled in the directory", Passed}, {"When it registers with a flipped signature bit", Passed}, {"Then the registration is refused", Failed}},
				Exchanges: []Exchange{twin, exchange("malformed", "soft-1", "j2", 201, `{"client_id":"c2"}`)}},
			{ID: "SSG-03/hostile", Rule: "SSG-03", Area: "Software statement", Level: "SHOULD", Verdict: Warning,
				Scenario: "An error body is an object " + hostile, Location: "features/ssg.feature:20", Clauses: []string{"RFC7591-3.2.2"},
				Expected: "a JSON object", Got: hostile, Reason: "the error body is not JSON: " + hostile, Duration: Duration(80 * time.Millisecond),
				Exchanges: []Exchange{exchange(hostile, "soft-1", "j3", 400, hostile+strings.Repeat("x", 5000))}},
			{ID: "PUT-01", Rule: "PUT-01", Area: "Update", Level: "MUST", Verdict: Error, Scenario: "A client updates its metadata", Location: "features/put.feature:5",
				Reason: "the twin was refused: status 503", Duration: Duration(12 * time.Second)},
			{ID: "DEL-01", Rule: "DEL-01", Area: "Delete", Verdict: Skipped, Scenario: "A client deletes itself", Reason: "the profile does not ask for this rule"},
			{ID: "DEL-02", Rule: "DEL-02", Area: "Delete", Verdict: Skipped, Scenario: "A client deletes another", Reason: "the profile does not ask for this rule"},
			{ID: "GET-09", Rule: "GET-09", Area: "Read", Level: "MUST", Verdict: Skipped, Scenario: "A client reads itself", Reason: "the target has no read endpoint"},
		},
		Leftovers: []Leftover{{ClientID: "c2", RegistrationEndpoint: "https://bank.example/register/c2", Reason: "DELETE answered 500", Journal: "dcrkit-report/cleanup.jsonl"}},
	}
	run.Finish(started.Add(14 * time.Second))
	return run
}

// broad is a run of n checks with four exchanges each, for size and speed.
func broad(n int) Run {
	r := fixture()
	failed := r.Checks[slicesIndex(r.Checks, "SSG-02/signature-bit-flipped")]
	r.Checks = nil
	for i := range n {
		c := failed
		c.ID = fmt.Sprintf("SSG-02/row-%03d", i)
		if i%5 != 0 {
			c.Verdict, c.Reason, c.Got = Passed, "", ""
		}
		c.Exchanges = append(append([]Exchange{}, failed.Exchanges...), failed.Exchanges...)
		for j := range c.Exchanges {
			e := &c.Exchanges[j]
			claims := strings.Replace(string(e.Tokens[0].Claims), `"jti":"`, fmt.Sprintf(`"jti":"%d-%d-`, i, j), 1)
			e.Tokens = append([]Token{{e.Tokens[0].Where, e.Tokens[0].Header, raw(claims), "redacted, 342 characters"}}, e.Tokens[1:]...)
			e.Tokens[1].Claims = raw(`{"software_id":"soft-1","padding":"` + strings.Repeat("claim value, ", 200) + `"}`)
			e.Response = &Message{Status: 201, Headers: e.Response.Headers, Body: strings.Repeat(`{"client_id":"c1","redirect_uris":["https://tpp.example/cb"]}`, 25)}
		}
		r.Checks = append(r.Checks, c)
	}
	r.Finish(r.Finished)
	return r
}

func slicesIndex(checks []Check, id string) int {
	for i, c := range checks {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// golden compares got with testdata/name, or rewrites the file under -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run go test ./reports -update")
	require.True(t, bytes.Equal(want, got), "%s differs from the golden; run go test ./reports -update and read the diff", path)
}
