package mockdirectory

import (
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// index is what a person or a program finds at the public URL: where everything
// is. The management port is named too; who may use it is its own concern.
func (s *Server) index(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteJSON(w, http.StatusOK, map[string]string{
		"directory":  "dcrkit mock directory",
		"issuer":     s.cfg.Issuer,
		"jwks":       s.url + "/keystore/openbanking.jwks",
		"root":       s.url + "/ca/root.pem",
		"crl":        s.pkiURL + pki.CRLPath,
		"ocsp":       s.pkiURL + pki.OCSPPath,
		"discovery":  s.url + "/.well-known/openid-configuration",
		"scim":       s.url + "/scim/v2",
		"openapi":    s.url + "/openapi",
		"management": s.managementURL,
	})
}
