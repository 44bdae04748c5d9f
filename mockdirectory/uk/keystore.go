package uk

import (
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// Media types of RFC 7517 section 8.5.2 and of PEM as the UK directory has it.
const (
	mediaJWKSet = "application/jwk-set+json"
	mediaPEM    = "application/x-pem-file"
)

// keySet answers with an owner's keys: /{org}/{owner}.jwks.
func (f face) keySet(w http.ResponseWriter, r *http.Request) error {
	return f.ownerSet(w, r, false)
}

// revokedKeySet answers with an owner's revoked keys: /{org}/revoked/{owner}.jwks.
func (f face) revokedKeySet(w http.ResponseWriter, r *http.Request) error {
	return f.ownerSet(w, r, true)
}

// ownerSet does not look at the status of the owner: the UK keystore goes on
// publishing what has not been revoked.
func (f face) ownerSet(w http.ResponseWriter, r *http.Request, revoked bool) error {
	owner, ok := strings.CutSuffix(r.PathValue("document"), ".jwks")
	if !ok {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}
	document, err := f.Registry.Document(r.PathValue("org"), owner, revoked, nil)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, mediaJWKSet, document)
}

// certificateFile answers with the certificate that x5u names:
// /{org}/{owner}/{kid}.pem. The issuing CA's certificate comes after it.
func (f face) certificateFile(w http.ResponseWriter, r *http.Request) error {
	kid, ok := strings.CutSuffix(r.PathValue("document"), ".pem")
	if !ok {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}
	chain, err := f.Registry.CertificatePEM(r.PathValue("org"), r.PathValue("owner"), kid)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, mediaPEM, chain)
}

// directoryKeys answers with what statements are verified with:
// /keystore/openbanking.jwks, and /keystore/{kid}.pem for each x5u in it.
func (f face) directoryKeys(w http.ResponseWriter, r *http.Request) error {
	document := r.PathValue("document")
	if document == "openbanking.jwks" {
		return rest.WriteBytes(w, http.StatusOK, mediaJWKSet, f.Trust.Signing().Document())
	}
	kid, ok := strings.CutSuffix(document, ".pem")
	if !ok {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}
	chain, err := f.Trust.Signing().Certificate(kid)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, mediaPEM, chain)
}

// addKey answers with the kid of a new published key, which signs the
// statements that ask for it: a test of a rotation need not touch anybody else's.
func (f face) addKey(w http.ResponseWriter, r *http.Request) error {
	kid, err := f.Trust.Signing().Add(r.Context())
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]string{"kid": kid})
}

// rotateKey answers with the kid of the key that signs from now on. The former
// key stays published for the statements that it signed.
func (f face) rotateKey(w http.ResponseWriter, r *http.Request) error {
	kid, err := f.Trust.Signing().Rotate(r.Context())
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]string{"kid": kid})
}

// listKeys shows the state of every key that ever signed.
func (f face) listKeys(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"keys": f.Trust.Signing().States()})
}

// withdrawKey takes a key out of the published set: what it signed is not to be
// accepted any more.
func (f face) withdrawKey(w http.ResponseWriter, r *http.Request) error {
	if err := f.Trust.Signing().Withdraw(r.PathValue("kid")); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// reinstateKey publishes a withdrawn key again.
func (f face) reinstateKey(w http.ResponseWriter, r *http.Request) error {
	if err := f.Trust.Signing().Reinstate(r.PathValue("kid")); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// rootCertificate answers with the trust anchor, for servers that cannot take
// it from this process.
func (f face) rootCertificate(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, mediaPEM, trust.ChainPEM(f.Trust.Authority().Root()))
}

// health tells that the directory is up; Start returns only when it is.
func (f face) health(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}
