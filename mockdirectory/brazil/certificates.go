package brazil

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// certificate is one as Raidiam's directory answers with it; JWK members keep
// their names, but for the thumbprint's.
type certificate struct {
	OrganisationID string          `json:"OrganisationId"`
	SoftwareIDs    []string        `json:"SoftwareStatementIds"`
	Status         string          `json:"Status"`
	ValidFrom      string          `json:"ValidFromDateTime"`
	Expiry         string          `json:"ExpiryDateTime"`
	KeyType        pki.Kind        `json:"keyType"`
	KeyID          string          `json:"kid"`
	Type           string          `json:"kty,omitempty"`
	Use            string          `json:"use,omitempty"`
	Chain          json.RawMessage `json:"x5c,omitempty"`
	Thumbprint     string          `json:"x5thashS256,omitempty"`
	Location       string          `json:"x5u,omitempty"`
	Subject        string          `json:"x5dn"`
	SignedCertPath string          `json:"SignedCertPath,omitempty"`
	JWKPath        string          `json:"JwkPath,omitempty"`
	SerialNumber   string          `json:"SerialNumber"`
	PEM            string          `json:"Pem"`
}

// answer says where the key is published; a wrong certificate's is not, so that
// a server under test judges the certificate and does not miss its key.
func answer(c desk.BrazilCertificate) certificate {
	out := certificate{
		OrganisationID: c.Organisation, SoftwareIDs: []string{}, Status: "Active", KeyType: c.Record.Kind, KeyID: c.KeyID,
		ValidFrom: c.Record.NotBefore.Format(time.RFC3339), Expiry: c.Record.NotAfter.Format(time.RFC3339),
		Subject: c.Record.Subject, SerialNumber: c.Serial, PEM: c.PEM,
	}
	if c.Software != "" {
		out.SoftwareIDs = append(out.SoftwareIDs, c.Software)
	}
	if c.JWK == nil {
		return out
	}
	out.Type, out.Use, out.Location = c.JWK.String("kty"), c.JWK.String("use"), c.JWK.String("x5u")
	out.Chain, _ = c.JWK.Get("x5c")
	out.Thumbprint = c.JWK.String("x5t#S256")
	out.SignedCertPath, out.JWKPath = out.Location, c.Set
	return out
}

// requestOf reads what certificate is asked for. There is one kind at each
// level: a BRCAC names software, a BRSEAL an organisation.
func requestOf(w http.ResponseWriter, r *http.Request, kind pki.Kind) (desk.CertificateRequest, error) {
	if got := r.PathValue("type"); got != string(kind) {
		return desk.CertificateRequest{}, problem.Invalid("type", "expected certificate type %s here, got %q", kind, got)
	}
	query, err := rest.Parameters(r, "wrong")
	if err != nil {
		return desk.CertificateRequest{}, err
	}
	wrong, bent := query["wrong"]
	if bent && wrong == "" {
		return desk.CertificateRequest{}, problem.Invalid("wrong", "expected the name of a deviation, got none")
	}
	body, err := rest.ReadBody(w, r)
	return desk.CertificateRequest{Kind: kind, CSR: body, Wrong: wrong}, err
}

// certifySoftware answers 201 with a BRCAC. Whatever the status of its holder,
// keys are certified: only statements are withheld.
func (f face) certifySoftware(w http.ResponseWriter, r *http.Request) error {
	req, err := requestOf(w, r, pki.BRCAC)
	if err != nil {
		return err
	}
	c, err := f.CertifyBrazilSoftware(r.Context(), r.PathValue("org"), r.PathValue("software"), req)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, answer(c))
}

// certifyOrganisation answers 201 with a BRSEAL, which any of its software can
// share.
func (f face) certifyOrganisation(w http.ResponseWriter, r *http.Request) error {
	req, err := requestOf(w, r, pki.BRSeal)
	if err != nil {
		return err
	}
	c, err := f.CertifyBrazilOrganisation(r.Context(), r.PathValue("org"), req)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, answer(c))
}

// associateCertificate shares the organisation's BRSEAL with its software, whose
// application set then has the key: what a client signs with (RFC 7523).
func (f face) associateCertificate(w http.ResponseWriter, r *http.Request) error {
	if got := r.PathValue("type"); got != string(pki.BRSeal) {
		return problem.Invalid("type", "expected certificate type %s here, got %q", pki.BRSeal, got)
	}
	if err := f.Registry.Associate(r.PathValue("org"), r.PathValue("software"), pki.BRSeal, r.PathValue("kid")); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}
