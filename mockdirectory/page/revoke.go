package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// revocationForms offer to revoke a key, which is what a real directory knows, and one certificate
// by its serial. The newest that was certified and is in force is suggested.
func revocationForms(path string, h holdings) []*form {
	kid, serial := "", ""
	for _, k := range slices.Backward(h.Keys) {
		if k.Revoked == nil && k.Kind != "" {
			kid = k.KeyID
		}
	}
	for _, c := range slices.Backward(h.Certificates) {
		if c.Revocation == nil {
			serial = c.Serial
		}
	}
	reason := field{Name: "reason", Label: "Reason", Type: "select", Choices: plain(pki.Reasons()...)}
	in := func(places ...string) field {
		return field{
			Name: "in", Label: "Where it shows", Type: "checks", Values: places,
			Choices: []group{{Choices: choicesOf(places)}}, Hint: "a real directory's shows everywhere",
		}
	}
	return []*form{
		{
			ID: "revoke-key", Action: path + "/revoke-key", Submit: "Revoke the key", Danger: true,
			Fields: []field{
				{Name: "kid", Label: "Key (kid)", Required: true, Values: []string{kid}, Hint: "wherever the organisation publishes it, with the certificates for it"},
				reason, in(registry.Places...),
			},
		},
		{
			ID: "revoke", Action: path + "/revoke", Submit: "Revoke the certificate", Danger: true,
			Fields: []field{
				{Name: "SerialNumber", Label: "Certificate (serial number)", Required: true, Values: []string{serial}, Hint: "hexadecimal digits; its key stays published"},
				reason, in(registry.InCRL, registry.InOCSP),
			},
		},
	}
}

func choicesOf(places []string) []choice {
	texts := map[string]string{registry.InJWKS: "key sets", registry.InCRL: "CRL", registry.InOCSP: "OCSP"}
	var out []choice
	for _, p := range places {
		out = append(out, choice{p, texts[p]})
	}
	return out
}

// revocationOf reads why, and where it is to show. All places are everywhere, which is what leaving
// the list out says; none of them would be a revocation that nobody sees.
func revocationOf(r *http.Request, places []string) (registry.Revocation, url.Values, error) {
	rev := registry.Revocation{Reason: r.PostForm.Get("reason"), In: typed(r.PostForm, "in")}
	query := url.Values{}
	if rev.In == nil {
		return rev, nil, problem.Invalid("in", "expected at least one of %s", strings.Join(places, ", "))
	}
	if len(rev.In) == len(places) {
		rev.In = nil
	} else {
		query.Set("in", strings.Join(rev.In, ","))
	}
	if rev.Reason != "" {
		query.Set("reason", rev.Reason)
	}
	return rev, query, nil
}

// revokeKey reads which key to revoke, of an organisation or from the page of its software.
func (s *site) revokeKey(r *http.Request) (act, error) {
	a := act{form: "revoke-key"}
	org, kid := r.PathValue("org"), strings.TrimSpace(r.PostForm.Get("kid"))
	rev, query, err := revocationOf(r, registry.Places)
	if err != nil {
		return a, err
	}
	if kid == "" {
		return a, problem.Invalid("kid", "expected the kid of a key")
	}
	a.command = command{method: http.MethodDelete, path: apiPath(org) + "/certificate/kid/" + url.PathEscape(kid), query: query}
	a.do = func(context.Context) (outcome, error) {
		return after(pathOf(r), "revoked"), s.Desk.Registry.RevokeKey(org, kid, rev)
	}
	return a, nil
}

// revokeCertificate reads which certificate to revoke.
func (s *site) revokeCertificate(r *http.Request) (act, error) {
	a := act{form: "revoke"}
	org, serial := r.PathValue("org"), registry.NormalSerial(r.PostForm.Get("SerialNumber"))
	rev, query, err := revocationOf(r, []string{registry.InCRL, registry.InOCSP})
	if err != nil {
		return a, err
	}
	if serial == "" {
		return a, problem.Invalid("SerialNumber", "expected hexadecimal digits, got %q", r.PostForm.Get("SerialNumber"))
	}
	a.command = command{method: http.MethodDelete, path: apiPath(org) + "/certificate/serial/" + url.PathEscape(serial), query: query}
	a.do = func(context.Context) (outcome, error) {
		return after(pathOf(r), "revoked"), s.Desk.Registry.RevokeCertificate(org, serial, rev)
	}
	return a, nil
}

// pathOf is the page of the organisation or the software that a form is on.
func pathOf(r *http.Request) string {
	if id := r.PathValue("software"); id != "" {
		return softwarePath(r.PathValue("org"), id)
	}
	return organisationPath(r.PathValue("org"))
}
