package steps

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
)

// mostBody is how much of a body is kept as evidence, in bytes; what malformed
// registrations pad themselves with is not worth keeping.
const mostBody = 16 << 10

// evidence renders the exchanges of the story for the report, redacted. The
// tokens in them are decoded only where somebody will look: for a check that
// passed they would double the report.
func (w *world) evidence(verdict reports.Verdict) []reports.Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]reports.Exchange, 0, len(w.exchanges))
	for _, x := range w.exchanges {
		out = append(out, w.render(x, verdict != reports.Passed))
	}
	return out
}

// leastSecret is the length in bytes from which an issued value is taken for a
// secret: a server that issues "true" must not tear holes in every report.
const leastSecret = 8

// learn tells the redactor what the target has issued here, so that it stays
// hidden also where a finding quotes it or a later answer repeats it.
func (w *world) learn(x *tpp.Exchange) {
	if !x.Answered() {
		return
	}
	obj, err := x.JSON()
	if err != nil {
		return
	}
	for _, name := range []string{"client_secret", "registration_access_token", "access_token", "refresh_token"} {
		if s := obj.String(name); len(s) >= leastSecret {
			w.run.Redactor.Add(s)
		}
	}
}

// render makes one exchange fit to be shown: secrets redacted, bodies and
// headers cut to size. An exchange without an answer has a Failure in place
// of a Response.
func (w *world) render(x *tpp.Exchange, decode bool) reports.Exchange {
	redact := w.run.Redactor
	e := reports.Exchange{
		Label: x.Label, Started: x.Started.UTC(), Duration: reports.Duration(x.Timing.Total),
		Timing: reports.Timing{
			Connect: reports.Duration(x.Timing.Connect), TLS: reports.Duration(x.Timing.Handshake),
			FirstByte: reports.Duration(x.Timing.FirstByte), Total: reports.Duration(x.Timing.Total),
		},
		Request: reports.Message{Method: x.Request.Method, URL: redact.URL(x.Request.URL)},
	}
	media := ""
	for _, h := range x.Request.Headers {
		if http.CanonicalHeaderKey(h.Name) == "Content-Type" {
			media = h.Value
		}
		e.Request.Headers = append(e.Request.Headers, [2]string{h.Name, clip(redact.Header(h.Name, h.Value))})
	}
	e.Request.Body, e.Request.Truncated = w.body(media, x.Request.Body)
	if decode {
		e.Tokens = redact.DecodeTokens("request body", string(first(x.Request.Body)))
	}
	if x.Answered() {
		answer := reports.Message{Status: x.Status}
		for _, name := range sortedNames(x.Header) {
			for _, v := range x.Header[name] {
				answer.Headers = append(answer.Headers, [2]string{name, clip(redact.Header(name, v))})
			}
		}
		answer.Body, answer.Truncated = w.body(x.Header.Get("Content-Type"), x.Body)
		e.Response = &answer
	} else if x.Err != nil {
		e.Failure = redact.Text(fmt.Sprintf("%s: %v", x.Outcome, x.Err))
	}
	e.TLS = tlsFacts(x)
	return e
}

// body returns what is kept of a body, redacted after its media type, and the
// number of bytes that were left out.
func (w *world) body(media string, raw []byte) (string, int) {
	kept := first(raw)
	return w.run.Redactor.Body(media, string(kept)), len(raw) - len(kept)
}

func first(raw []byte) []byte { return raw[:min(len(raw), mostBody)] }

// clip shortens a header value that a malformation made long.
func clip(s string) string {
	const most = 1 << 10
	if len(s) > most {
		return s[:most] + fmt.Sprintf("... (%d more bytes)", len(s)-most)
	}
	return s
}

// sortedNames gives two equal runs equal reports; a map has no order of its
// own.
func sortedNames(h http.Header) []string {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// tlsFacts is nil where there was neither a handshake nor a client
// certificate. The client's serial number is in hexadecimal, as openssl
// prints it, and stands there even when the handshake failed.
func tlsFacts(x *tpp.Exchange) *reports.TLS {
	var f reports.TLS
	if x.TLS != nil {
		f.Version = tls.VersionName(x.TLS.Version)
		f.CipherSuite = tls.CipherSuiteName(x.TLS.CipherSuite)
		f.Resumed = x.TLS.DidResume
		if len(x.TLS.PeerCertificates) > 0 {
			f.ServerSubject = x.TLS.PeerCertificates[0].Subject.String()
			f.ServerIssuer = x.TLS.PeerCertificates[0].Issuer.String()
		}
	}
	if c := x.Request.Certificate; c != nil && c.Leaf != nil {
		f.ClientSubject, f.ClientIssuer = c.Leaf.Subject.String(), c.Leaf.Issuer.String()
		f.ClientSerial = c.Leaf.SerialNumber.Text(16)
	}
	if f == (reports.TLS{}) {
		return nil
	}
	return &f
}
