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
	if x == nil { // nothing was sent: the TPP could not be enrolled
		if r.Directory != nil {
			return "; hint: check that --directory is a 'dcrkit directory serve'"
		}
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
		return r.hintForRefusal(x)
	}
	return ""
}

// hintForRefusal is for an answer that is no success. A 5xx gets no hint:
// nothing that the user can set would help.
func (r *runner) hintForRefusal(x *tpp.Exchange) string {
	unauthorised := x.Status == http.StatusUnauthorized || x.Status == http.StatusForbidden
	switch {
	case x.Status < 400 || x.Status >= 500:
		return ""
	case r.Profile.Dialect.Statement && unauthorised:
		return "; hint: let the server trust the directory's CA for client certificates, or give the initial access token that it wants with --initial-access-token"
	case r.Profile.Dialect.Statement:
		return "; hint: let the server trust the directory, and check --audience"
	case unauthorised && x.CertificateRequested && x.Request.Certificate == nil:
		return "; hint: it asks for a client certificate; name one with --client-cert and --client-key"
	case unauthorised && r.InitialAccessToken == "":
		return "; hint: if it wants an initial access token, give it with --initial-access-token"
	}
	return ""
}
