package trust

import (
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Classes of endpoints at the PKI port.
const (
	CRLClass    = "crl"
	OCSPClass   = "ocsp"
	IssuerClass = "issuer"
)

// Classes lists them.
var Classes = []string{CRLClass, OCSPClass, IssuerClass}

// Routes is what certificates point to, but for revocation lists and the OCSP
// responder: the certificates of the CAs, and the practice statement.
func (t *Trust) Routes() []rest.Route {
	return []rest.Route{
		{Pattern: "/{document}", Class: IssuerClass, Methods: rest.Get(t.caCertificate)},
		{Pattern: pki.PolicyPath, Class: IssuerClass, Methods: rest.Get(policies)},
	}
}

// ListRoutes are the revocation lists. They have the same pattern as the
// certificates, as that is how the real ones are named.
func (t *Trust) ListRoutes() []rest.Route {
	return []rest.Route{{Pattern: "/{document}", Class: CRLClass, Methods: rest.Get(t.revocations)}}
}

// revocations answers with the list of a CA in DER (RFC 5280, section 4.2.1.13).
func (t *Trust) revocations(w http.ResponseWriter, r *http.Request) error {
	ca, entries, err := t.lists(r.PathValue("document"))
	if err != nil {
		return err
	}
	var list []byte
	if how, bent := t.cfg.Panel.Ask("crl", knob.Scope{Endpoint: CRLClass, Path: r.URL.Path}); bent {
		list, err = ca.bentList(how, t.cfg.Now(), entries)
	} else {
		list, err = ca.revocationList(t.cfg.Now(), entries)
	}
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, "application/pkix-crl", list)
}

// lists finds the CA of a document, and what is revoked.
func (t *Trust) lists(document string) (*listedCA, []pki.Revoked, error) {
	now := t.cfg.Now()
	switch document {
	case rootSlug + ".crl":
		return t.root, t.listedAuthorities(), nil
	case crossRootSlug + ".crl":
		t.mu.RLock()
		defer t.mu.RUnlock()
		if t.crossRoot != nil {
			return t.crossRoot, nil, nil
		}
	}
	slug, _ := strings.CutSuffix(document, ".crl")
	a, err := t.issuing(slug)
	if err != nil {
		return nil, nil, problem.NotFound("no such revocation list: %q", document)
	}
	return &a.listedCA, t.listed(slug, now), nil
}

// caCertificate answers with the certificate of a CA in DER, as AIA wants it
// (RFC 5280, section 4.2.2.1).
func (t *Trust) caCertificate(w http.ResponseWriter, r *http.Request) error {
	document := r.PathValue("document")
	slug, ok := strings.CutSuffix(document, ".crt")
	if !ok {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch {
	case slug == rootSlug:
		return rest.WriteBytes(w, http.StatusOK, mediaCertificate, t.root.Certificate().Raw)
	case slug == crossRootSlug && t.crossRoot != nil:
		return rest.WriteBytes(w, http.StatusOK, mediaCertificate, t.crossRoot.Certificate().Raw)
	case slug == CrossSigned && t.cross != nil:
		return rest.WriteBytes(w, http.StatusOK, mediaCertificate, t.cross.Raw)
	}
	for _, a := range t.authorities {
		if a.slug == slug {
			return rest.WriteBytes(w, http.StatusOK, mediaCertificate, a.Certificate().Raw)
		}
	}
	return problem.NotFound("no such authority: %q", slug)
}

// mediaCertificate is of RFC 2585 section 4.1.
const mediaCertificate = "application/pkix-cert"

// policies is the practice statement: there is none to rely on.
func policies(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte(
		"Certificates of this authority are for conformance tests only. Nobody vouches for what they say.\n"))
}
