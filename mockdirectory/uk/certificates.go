package uk

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// The certificates of each level: Open Banking's own name a software, those
// after ETSI TS 119 495 an organisation.
var (
	softwareKinds     = []pki.Kind{pki.OBTransport, pki.OBSigning}
	organisationKinds = []pki.Kind{pki.OBWAC, pki.OBSeal}

	// The shape is looser than that of our own kids, since a key published
	// verbatim brings its own.
	keyIDs = regexp.MustCompile(`^[0-9A-Za-z_.~=-]{1,128}$`)
)

// kindOf reads {type} and holds it to the level of the path. The refusal names
// the two that belong there.
func kindOf(r *http.Request, allowed []pki.Kind) (pki.Kind, error) {
	kind := pki.Kind(r.PathValue("type"))
	if !slices.Contains(allowed, kind) {
		return "", problem.Invalid("type", "expected certificate type %s or %s here, got %q", allowed[0], allowed[1], kind)
	}
	return kind, nil
}

// keyIDOf reads {kid}. One that no key can have leads nowhere.
func keyIDOf(r *http.Request) (string, error) {
	kid := r.PathValue("kid")
	if !keyIDs.MatchString(kid) {
		return "", problem.NotFound("kid: expected 1 to 128 characters of base64url, got %q", kid)
	}
	return kid, nil
}

// requestOf reads what certificate is asked for. An empty deviation is one that
// does not exist, and no wish for an honest certificate.
func requestOf(w http.ResponseWriter, r *http.Request, allowed []pki.Kind) (desk.CertificateRequest, error) {
	req := desk.CertificateRequest{}
	var err error
	if req.Kind, err = kindOf(r, allowed); err != nil {
		return req, err
	}
	query, err := rest.Parameters(r, "wrong", "issuer", "publish")
	if err != nil {
		return req, err
	}
	wrong, bent := query["wrong"]
	if bent && wrong == "" {
		return req, problem.Invalid("wrong", "expected the name of a deviation, got none: no such deviation")
	}
	publish, asked := query["publish"]
	if asked && publish != "no" {
		return req, problem.Invalid("publish", "expected no, or nothing at all to have the key published, got %q", publish)
	}
	req.Wrong, req.Issuer, req.Unpublished = wrong, query["issuer"], asked
	req.CSR, err = rest.ReadBody(w, r)
	return req, err
}

// certifySoftware answers 201 with a certificate that names the software.
func (f face) certifySoftware(w http.ResponseWriter, r *http.Request) error {
	req, err := requestOf(w, r, softwareKinds)
	if err != nil {
		return err
	}
	issued, err := f.CertifySoftware(r.Context(), r.PathValue("org"), r.PathValue("software"), req)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, issued)
}

// certifyOrganisation answers 201 with a certificate that serves all its
// software.
func (f face) certifyOrganisation(w http.ResponseWriter, r *http.Request) error {
	req, err := requestOf(w, r, organisationKinds)
	if err != nil {
		return err
	}
	issued, err := f.CertifyOrganisation(r.Context(), r.PathValue("org"), req)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, issued)
}

// listCertificates shows all that were issued to the organisation, with their
// state.
func (f face) listCertificates(w http.ResponseWriter, r *http.Request) error {
	list, err := f.Registry.Certificates(r.PathValue("org"))
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"totalResults": len(list), "Certificates": append([]registry.Certificate{}, list...)})
}

// associateCertificate shares an organisation's certificate with its software.
func (f face) associateCertificate(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r, organisationKinds)
	if err != nil {
		return err
	}
	kid, err := keyIDOf(r)
	if err != nil {
		return err
	}
	if err := f.Registry.Associate(r.PathValue("org"), r.PathValue("software"), kind, kid); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// revocationOf reads why, and where it is to show. A real directory's shows
// everywhere; "in" is a list with commas (mock).
func revocationOf(r *http.Request) (registry.Revocation, error) {
	query, err := rest.Parameters(r, "reason", "in")
	if err != nil {
		return registry.Revocation{}, err
	}
	rev := registry.Revocation{Reason: query["reason"]}
	if places, there := query["in"]; there {
		rev.In = strings.Split(places, ",")
	}
	return rev, nil
}

// revokeKey moves the key to the revoked sets at once, as the UK directory
// does; its CRL and OCSP lag behind.
func (f face) revokeKey(w http.ResponseWriter, r *http.Request) error {
	kid, err := keyIDOf(r)
	if err != nil {
		return err
	}
	rev, err := revocationOf(r)
	if err != nil {
		return err
	}
	if err := f.Registry.RevokeKey(r.PathValue("org"), kid, rev); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// revokeCertificate revokes one certificate by its serial number and leaves the
// key published.
func (f face) revokeCertificate(w http.ResponseWriter, r *http.Request) error {
	rev, err := revocationOf(r)
	if err != nil {
		return err
	}
	if err := f.Registry.RevokeCertificate(r.PathValue("org"), r.PathValue("serial"), rev); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// publishJWK has no like in the real directory, whose sets are always sound.
func (f face) publishJWK(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	if err := f.PublishJWK(r.PathValue("org"), r.PathValue("software"), body); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// certifyListener answers with PEM, which is what a test server is started with.
func (f face) certifyListener(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	chain, err := f.CertifyListener(body)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusCreated, mediaPEM, chain)
}

// assertion answers with the compact JWS.
func (f face) assertion(w http.ResponseWriter, r *http.Request) error {
	query, err := rest.Parameters(r, "malformation", "canary", "kid")
	if err != nil {
		return err
	}
	q := desk.AssertionQuery{Canary: query["canary"], KeyID: query["kid"]}
	if name, there := query["malformation"]; there {
		q.Malformation = &name
	}
	token, err := f.Assertion(r.Context(), r.PathValue("org"), r.PathValue("software"), q)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, "application/jws+json", []byte(token))
}
