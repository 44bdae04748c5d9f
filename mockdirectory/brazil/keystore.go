package brazil

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Media types of RFC 7517 section 8.5.2 and of PEM as the UK directory has it.
const (
	mediaJWKSet = "application/jwk-set+json"
	mediaPEM    = "application/x-pem-file"
)

// An owner's keys are in two sets. What was published without a certificate is
// for signatures.
func transport(k *registry.Key) bool { return k.Kind.Transport() }
func signing(k *registry.Key) bool   { return !k.Kind.Transport() }

// keySet answers with an owner's keys: the software's, or the organisation's
// where the path has no software. Inactive ones are those that were revoked.
func (f face) keySet(pick func(*registry.Key) bool, inactive bool) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		org := r.PathValue("org")
		document, err := f.Registry.Document(org, cmp.Or(r.PathValue("software"), org), inactive, pick)
		if err != nil {
			return err
		}
		return rest.WriteBytes(w, http.StatusOK, mediaJWKSet, document)
	}
}

// certificateFile answers with the certificate that x5u names, and the issuing
// CA's after it.
func (f face) certificateFile(w http.ResponseWriter, r *http.Request) error {
	kid, ok := strings.CutSuffix(r.PathValue("document"), ".pem")
	if !ok {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}
	org := r.PathValue("org")
	chain, err := f.Registry.CertificatePEM(org, cmp.Or(r.PathValue("software"), org), kid)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, mediaPEM, chain)
}

// directoryKeys answers with what statements are verified with.
func (f face) directoryKeys(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, mediaJWKSet, f.Trust.Signing().Document())
}
