package steps

import (
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// hint says what a user can do about an honest registration that came to
// nothing, by the flags of 'dcrkit run', or "".
func (r *runner) hint(x *tpp.Exchange) string {
	if x == nil {
		return ""
	}
	var wrongHost x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch x.Outcome {
	case tpp.Unreachable:
		return "; hint: the metadata names this registration_endpoint; check that it can be reached from here"
	case tpp.TimedOut:
		return "; hint: allow it more time with --request-timeout"
	case tpp.Untrusted:
		switch {
		case errors.As(x.Err, &wrongHost):
			return "; hint: give the server a certificate for this host"
		case errors.As(x.Err, &invalid) && invalid.Reason == x509.Expired:
			return "; hint: renew the server's certificate, or set the clock of this machine"
		}
		return "; hint: give the CA that issued its certificate with --ca"
	case tpp.RefusedByTLS:
		switch {
		case !x.CertificateRequested:
			return "; hint: check that it speaks TLS 1.2 or 1.3 at this port"
		case r.Profile.Dialect.Statement:
			return "; hint: let the server trust the directory's CA for client certificates"
		}
		return "; hint: it asks for a client certificate; name one with --client-cert and --client-key"
	case tpp.Answered:
		return r.hintForStatus(x.Status)
	}
	return ""
}

func (r *runner) hintForStatus(status int) string {
	switch {
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && r.InitialAccessToken == "":
		return "; hint: if it wants an initial access token, give it with --initial-access-token"
	case status >= 400 && status < 500 && r.Profile.Dialect.Statement:
		return "; hint: let the server trust the directory, and check --audience"
	}
	return ""
}
