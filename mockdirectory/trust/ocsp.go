package trust

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// ocspLifetime is how long an answer is good for. It is short, so that a
// revocation is seen soon by servers that keep answers.
const ocspLifetime = 5 * time.Minute

// OCSP is the responder for all CAs here (RFC 6960; GET as in appendix A.1). It
// is no endpoint of a multiplexer, which would clean "//" out of the base64 in a
// path. Whatever goes wrong is told in the responder's own way, with status 200.
func (t *Trust) OCSP() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && r.Method != http.MethodGet {
			w.Header().Set("Allow", "GET, POST")
			http.Error(w, "method: expected GET or POST", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "application/ocsp-response")
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(t.answerOCSP(r))
	})
}

func (t *Trust) answerOCSP(r *http.Request) []byte {
	query, err := readQuery(r)
	if err != nil {
		return pki.MalformedRequest.DER()
	}
	ca := t.answering(query)
	if ca == nil {
		return pki.Unauthorized.DER()
	}
	serial := registry.NormalSerial(query.Serial.Text(16))
	status := t.status(serial, query)
	answer := ca.OCSP
	if how, bent := t.cfg.Panel.Ask("ocsp", knob.Scope{Endpoint: "ocsp", Path: "/ocsp", Serial: serial}); bent {
		switch how {
		case "try-later":
			return pki.TryLater.DER()
		case "unauthorized":
			return pki.Unauthorized.DER()
		case "malformed":
			return []byte("no OCSP answer")
		case "wrong-signer":
			answer = ca.OCSPForeign
		default:
			t.bend(&status, how)
		}
	}
	der, err := answer(query, status)
	if err != nil {
		return pki.InternalError.DER()
	}
	return der
}

// readQuery takes the request from the body of a POST or the path of a GET.
func readQuery(r *http.Request) (pki.OCSPQuery, error) {
	if r.Method == http.MethodGet {
		der, err := pki.OCSPRequestFromPath(strings.TrimPrefix(r.URL.EscapedPath(), pki.OCSPPath+"/"))
		if err != nil {
			return pki.OCSPQuery{}, err
		}
		return pki.ParseOCSPRequest(der)
	}
	der, err := io.ReadAll(io.LimitReader(r.Body, pki.MaxOCSPRequest+1))
	if err != nil {
		return pki.OCSPQuery{}, fmt.Errorf("OCSP request: %w", err)
	}
	if len(der) > pki.MaxOCSPRequest {
		return pki.OCSPQuery{}, errors.New("OCSP request: too large")
	}
	return pki.ParseOCSPRequest(der)
}

// answering finds the CA that the query is about.
func (t *Trust) answering(q pki.OCSPQuery) *pki.CA {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, a := range t.authorities {
		if a.AnswersFor(q) {
			return a.CA
		}
	}
	if t.root.AnswersFor(q) {
		return t.root.CA
	}
	return nil
}

// status says what is known of a serial by now. What nobody here issued is
// unknown.
func (t *Trust) status(serial string, q pki.OCSPQuery) pki.OCSPStatus {
	now := t.cfg.Now()
	status := pki.OCSPStatus{State: pki.OCSPUnknown, ThisUpdate: now, NextUpdate: now.Add(ocspLifetime)}
	if t.root.AnswersFor(q) {
		t.authorityStatus(serial, &status)
		return status
	}
	c := t.cfg.Registry.Certificate(serial)
	if c == nil {
		return status
	}
	status.State = pki.OCSPGood
	if c.Shows(registry.InOCSP) && !now.Before(c.Revocation.At.Add(t.cfg.Delays.OCSP)) {
		status.State, status.RevokedAt, status.Reason = pki.OCSPRevoked, c.Revocation.At, reasonCode(c.Revocation)
	}
	return status
}

// authorityStatus is for queries about an issuing CA.
func (t *Trust) authorityStatus(serial string, status *pki.OCSPStatus) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, a := range t.authorities {
		if registry.NormalSerial(a.Certificate().SerialNumber.Text(16)) != serial {
			continue
		}
		status.State = pki.OCSPGood
		if a.revoked != nil {
			status.State, status.RevokedAt, status.Reason = pki.OCSPRevoked, a.revoked.At, reasonCode(a.revoked)
		}
	}
}

// bend changes the status as a knob says.
func (t *Trust) bend(status *pki.OCSPStatus, how string) {
	switch how {
	case "good":
		status.State = pki.OCSPGood
	case "unknown":
		status.State = pki.OCSPUnknown
	case "revoked":
		status.State, status.RevokedAt = pki.OCSPRevoked, t.cfg.Now()
	case "stale":
		status.ThisUpdate, status.NextUpdate = status.ThisUpdate.Add(-2*time.Hour), status.ThisUpdate.Add(-time.Hour)
	}
}
