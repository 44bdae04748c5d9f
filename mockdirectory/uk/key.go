package uk

import (
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// showKey answers with a key of the organisation or its software, by its kid:
// the JWK and, as the real directory has them, its state and who shares it.
func (f face) showKey(w http.ResponseWriter, r *http.Request) error {
	media, err := negotiate(r, mediaJWK, mediaJSON)
	if err != nil {
		return err
	}
	kid, err := keyIDOf(r)
	if err != nil {
		return err
	}
	certificates, err := f.Registry.Certificates(r.PathValue("org"))
	if err != nil {
		return err
	}
	for _, c := range certificates {
		// A wrong certificate has the same kid as an honest one for the same key.
		if c.KeyID != kid || c.Wrong != "" {
			continue
		}
		keys, err := f.Registry.Keys(c.OrganisationID, c.Owner)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.KeyID != kid || k.Kind != c.Kind || k.Serial != c.Serial {
				continue
			}
			jwk, err := jose.ParseObject([]byte(k.JWK))
			if err != nil {
				return err
			}
			f.describeKey(&jwk, k, c)
			return rest.WriteBytes(w, http.StatusOK, media, jwk.Bytes())
		}
	}
	return problem.NotFound("kid: organisation %s has no certificate for key %q", r.PathValue("org"), kid)
}

// describeKey adds what the real directory says beside the JWK. A key that was
// revoked in one place only is revoked here: it is the state that is asked for.
func (f face) describeKey(jwk *jose.Object, k registry.Key, c registry.Certificate) {
	status := "Active"
	switch {
	case k.Revoked != nil || access.Revoked(f.Desk, &c):
		status = "Revoked"
	case f.Now().After(c.NotAfter):
		status = "Expired"
	}
	jwk.Set("obOrganisationId", c.OrganisationID)
	jwk.Set("Associations", f.sharers(c))
	jwk.Set("status", status)
	jwk.Set("expiryDateTime", stamp(c.NotAfter))
	jwk.Set("keyType", string(k.Kind))
}

// sharers are the software that publishes the key of a certificate.
func (f face) sharers(c registry.Certificate) []string {
	if c.Owner != c.OrganisationID {
		return []string{c.Owner}
	}
	out := []string{}
	// Nothing leads from a key to those who share it, which is asked for too rarely.
	for offset := 0; ; offset += statementPage {
		page, _, err := f.Registry.SoftwareOf(c.OrganisationID, offset, statementPage)
		if err != nil || len(page) == 0 {
			return out
		}
		for _, soft := range page {
			keys, err := f.Registry.Keys(c.OrganisationID, soft.ID)
			if err != nil {
				continue
			}
			for _, k := range keys {
				if k.KeyID == c.KeyID && k.Kind == c.Kind {
					out = append(out, soft.ID)
					break
				}
			}
		}
	}
}
