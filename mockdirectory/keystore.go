package mockdirectory

import (
	"net/http"
	"strings"
)

// Media types of RFC 7517 section 8.5.2 and of PEM as the UK directory has it.
const (
	mediaJWKSet = "application/jwk-set+json"
	mediaPEM    = "application/x-pem-file"
)

// keySet answers with an owner's keys: /{org}/{owner}.jwks.
func (d *directory) keySet(w http.ResponseWriter, r *http.Request) error {
	return d.ownerSet(w, r, false)
}

// revokedKeySet answers with an owner's revoked keys: /{org}/revoked/{owner}.jwks.
func (d *directory) revokedKeySet(w http.ResponseWriter, r *http.Request) error {
	return d.ownerSet(w, r, true)
}

// ownerSet does not look at the status of the owner: the UK keystore goes on
// publishing what has not been revoked.
func (d *directory) ownerSet(w http.ResponseWriter, r *http.Request, revoked bool) error {
	owner, ok := strings.CutSuffix(r.PathValue("document"), ".jwks")
	if !ok {
		return notFound("no such resource: %q", r.URL.Path)
	}
	document, err := d.registry.document(r.PathValue("org"), owner, revoked)
	if err != nil {
		return err
	}
	return writeBytes(w, http.StatusOK, mediaJWKSet, document)
}

// certificateFile answers with the certificate that x5u names:
// /{org}/{owner}/{kid}.pem. The issuing CA's certificate comes after it.
func (d *directory) certificateFile(w http.ResponseWriter, r *http.Request) error {
	kid, ok := strings.CutSuffix(r.PathValue("document"), ".pem")
	if !ok {
		return notFound("no such resource: %q", r.URL.Path)
	}
	chain, err := d.registry.certificate(r.PathValue("org"), r.PathValue("owner"), kid)
	if err != nil {
		return err
	}
	return writeBytes(w, http.StatusOK, mediaPEM, chain)
}

// directoryKeys answers with what statements are verified with:
// /keystore/openbanking.jwks, and /keystore/{kid}.pem for each x5u in it.
func (d *directory) directoryKeys(w http.ResponseWriter, r *http.Request) error {
	document := r.PathValue("document")
	if document == "openbanking.jwks" {
		return writeBytes(w, http.StatusOK, mediaJWKSet, d.signing.document())
	}
	kid, ok := strings.CutSuffix(document, ".pem")
	if !ok {
		return notFound("no such resource: %q", r.URL.Path)
	}
	chain, err := d.signing.certificate(kid)
	if err != nil {
		return err
	}
	return writeBytes(w, http.StatusOK, mediaPEM, chain)
}

// addKey answers with the kid of a new published key, which signs the
// statements that ask for it: a test of a rotation need not touch anybody else's.
func (d *directory) addKey(w http.ResponseWriter, r *http.Request) error {
	kid, err := d.signing.add(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]string{"kid": kid})
}

// rotateKey answers with the kid of the key that signs from now on. The former
// key stays published for the statements that it signed.
func (d *directory) rotateKey(w http.ResponseWriter, r *http.Request) error {
	kid, err := d.signing.rotate(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct {
		KeyID string `json:"kid"`
	}{kid})
}

// rootCertificate answers with the trust anchor, for servers that cannot take
// it from this process.
func (d *directory) rootCertificate(w http.ResponseWriter, _ *http.Request) error {
	return writeBytes(w, http.StatusOK, mediaPEM, chainPEM(d.authority.Root()))
}

// health tells that the directory is up; Start returns only when it is.
func (d *directory) health(w http.ResponseWriter, _ *http.Request) error {
	return writeBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}
