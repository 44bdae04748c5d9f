package uk

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// validation is the answer about a certificate, in the real directory's form
// with one member more, the status in a word.
type validation struct {
	Data struct {
		Certificate  validatedCertificate   `json:"certificate"`
		Organisation *validatedOrganisation `json:"organisation,omitempty"`
	} `json:"data"`
}

// validatedCertificate leaves out what only an eIDAS certificate has.
type validatedCertificate struct {
	Status  string   `json:"status"` // valid, expired, not_yet_valid, revoked, unknown
	Type    string   `json:"type,omitempty"`
	Roles   []string `json:"roles,omitempty"`
	Valid   bool     `json:"valid_obietf_certificate"`
	Expired bool     `json:"expired"`
	Revoked bool     `json:"revoked"`
}

// validatedOrganisation is whose the certificate is.
type validatedOrganisation struct {
	ID        string           `json:"org_id"`
	Onboarded bool             `json:"onboarded_to_open_banking"`
	Name      string           `json:"org_name"`
	Claims    []validatedClaim `json:"competent_authority_claims"`
	Software  []validatedUser  `json:"software_statements"`
}

// validatedClaim is what a competent authority says of it.
type validatedClaim struct {
	AuthorityID    string               `json:"authority_id"`
	RegistrationID string               `json:"registration_id"`
	Status         string               `json:"status"`
	Authorisations []validatedAuthority `json:"authorizations"`
}

// validatedAuthority is for one country.
type validatedAuthority struct {
	MemberState string   `json:"member_state"`
	Roles       []string `json:"roles"`
}

// validatedUser is software that the certificate serves.
type validatedUser struct {
	ID string `json:"software_id"`
}

// validateCertificate tells what the directory knows of a certificate: the first
// of the body, after which its chain may follow.
func (f face) validateCertificate(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	leaf, err := parseCertificate(body)
	if err != nil {
		return err
	}
	var answer validation
	answer.Data.Certificate.Status = "unknown"
	c := access.Issued(f.Desk, leaf)
	if c == nil {
		return rest.WriteJSON(w, http.StatusOK, answer)
	}
	now := f.Now()
	state := &answer.Data.Certificate
	state.Type, state.Expired, state.Revoked = string(c.Kind), now.After(c.NotAfter), access.Revoked(f.Desk, c)
	switch {
	case state.Revoked:
		state.Status = "revoked"
	case state.Expired:
		state.Status = "expired"
	case now.Before(c.NotBefore):
		state.Status = "not_yet_valid"
	// The directory does not vouch for one that was made wrong.
	case c.Wrong == "":
		state.Status, state.Valid = "valid", true
	}
	// That of a test server belongs to nobody.
	if org, err := f.Registry.Organisation(c.OrganisationID); err == nil {
		answer.Data.Organisation = f.owner(org, c)
		state.Roles = org.PSD2Roles()
	}
	return rest.WriteJSON(w, http.StatusOK, answer)
}

// owner is whose the certificate is. That of an organisation serves all its
// software, of which the first page is shown.
func (f face) owner(org registry.Organisation, c *registry.Certificate) *validatedOrganisation {
	out := &validatedOrganisation{
		ID: org.ID, Onboarded: org.Status == registry.Active, Name: org.Name, Software: []validatedUser{},
		Claims: []validatedClaim{{org.AuthorityID, org.RegistrationID, org.Status, []validatedAuthority{{memberState, org.Roles}}}},
	}
	if c.Owner != org.ID {
		out.Software = append(out.Software, validatedUser{c.Owner})
		return out
	}
	page, _, err := f.Registry.SoftwareOf(org.ID, 0, pageSize)
	if err != nil {
		return out
	}
	for _, soft := range page {
		out.Software = append(out.Software, validatedUser{soft.ID})
	}
	return out
}

// parseCertificate reads the first certificate and leaves the rest: what issued it
// is known here.
func parseCertificate(body []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(body)
	if block == nil {
		return nil, problem.Invalid("body", "expected a certificate in PEM")
	}
	if block.Type != "CERTIFICATE" {
		return nil, problem.Invalid("body", "expected PEM of type CERTIFICATE, got %q", clip(block.Type))
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, problem.Invalid("body", "the certificate cannot be read: %v", err)
	}
	return c, nil
}
