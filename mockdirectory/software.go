package mockdirectory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/statement"
)

// softwareFields is what the owner says about a piece of software. Lists are
// never changed in place. The member names are the directory's own, capitals
// included.
type softwareFields struct {
	ClientName               string   `json:"ClientName"`
	Description              string   `json:"Description"`
	ClientURI                string   `json:"ClientUri"`
	LogoURI                  string   `json:"LogoUri"`
	PolicyURI                string   `json:"PolicyUri"`
	TermsOfServiceURI        string   `json:"TermsOfServiceUri"`
	RedirectURI              []string `json:"RedirectUri"`
	Version                  string   `json:"Version"`
	Environment              string   `json:"Environment"`
	Mode                     string   `json:"Mode"`
	OnBehalfOfOBOrganisation string   `json:"OnBehalfOfObOrganisation"`
	Roles                    []string `json:"Roles"`
}

// softwareRecord is a software statement, as the API shows it.
type softwareRecord struct {
	ID     string `json:"SoftwareStatementId"`
	Status string `json:"Status"`
	softwareFields
}

// settle fills what was left out and checks the whole. Limits are those of the
// directory's software statement resource (OBIE Directory API v2.2.0). Roles
// that are left out become all of the organisation's; an empty list is refused.
func (f *softwareFields) settle(organisationRoles []string) error {
	f.Environment = cmp.Or(f.Environment, "sandbox")
	f.Mode = cmp.Or(f.Mode, "Test")
	f.Version = cmp.Or(f.Version, "1.0")
	if f.RedirectURI == nil {
		f.RedirectURI = []string{}
	}
	if f.Roles == nil {
		f.Roles = organisationRoles
	}
	if strings.TrimSpace(f.ClientName) == "" {
		return invalid("ClientName", "expected a name")
	}
	for _, t := range []text{
		{"ClientName", f.ClientName, 40},
		{"Description", f.Description, 256},
		{"Version", f.Version, 42},
		{"Environment", f.Environment, 256},
		{"OnBehalfOfObOrganisation", f.OnBehalfOfOBOrganisation, 40},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	// Statements say both "Live" and "live".
	if !strings.EqualFold(f.Mode, "Test") && !strings.EqualFold(f.Mode, "Live") {
		return invalid("Mode", "expected Test or Live, got %q", f.Mode)
	}
	if err := f.checkURIs(); err != nil {
		return err
	}
	if err := checkRoles(f.Roles, organisationRoles); err != nil {
		return err
	}
	return checkDomain(f.Roles)
}

// checkURIs looks at what is there; none is required.
func (f *softwareFields) checkURIs() error {
	for _, t := range []text{
		{"ClientUri", f.ClientURI, 256},
		{"LogoUri", f.LogoURI, 255},
		{"PolicyUri", f.PolicyURI, 256},
		{"TermsOfServiceUri", f.TermsOfServiceURI, 256},
	} {
		if t.value == "" {
			continue
		}
		if err := t.checkURI(); err != nil {
			return err
		}
	}
	for _, uri := range f.RedirectURI {
		if err := (text{"RedirectUri", uri, 255}).checkURI(); err != nil {
			return err
		}
	}
	return nil
}

// apply changes the record as a PUT body says. What the body leaves out stays;
// a body that was read from GET may be sent back, so the id and the status may
// be there, with the values that they have.
func (s *softwareRecord) apply(body []byte, organisationRoles []string) error {
	next := *s
	// encoding/json writes into the lists that it finds, and these are shared.
	next.RedirectURI, next.Roles = slices.Clone(s.RedirectURI), slices.Clone(s.Roles)
	if err := decodeJSON(body, &next); err != nil {
		return err
	}
	if next.ID != s.ID {
		return invalid("SoftwareStatementId", "expected %q as in the path, got %q", s.ID, next.ID)
	}
	if next.Status != s.Status {
		return invalid("Status", "expected %q, got %q; it is changed by PUT to .../status", s.Status, next.Status)
	}
	if err := next.settle(organisationRoles); err != nil {
		return err
	}
	*s = next
	return nil
}

// claims is the software's part of a statement. Where its keys are follows from
// the ids and cannot be set: a statement leads to this key store alone.
func (s softwareRecord) claims(base, organisationID string) statement.Software {
	return statement.Software{
		ID:           s.ID,
		ClientName:   s.ClientName,
		Description:  s.Description,
		ClientURI:    s.ClientURI,
		Version:      s.Version,
		Environment:  s.Environment,
		Mode:         s.Mode,
		RedirectURIs: s.RedirectURI,
		Roles:        s.Roles,
		LogoURI:      s.LogoURI,
		PolicyURI:    s.PolicyURI,
		TermsURI:     s.TermsOfServiceURI,
		OnBehalfOf:   s.OnBehalfOfOBOrganisation,
		JWKS:         jwksURL(base, organisationID, s.ID),
		RevokedJWKS:  revokedURL(base, organisationID, s.ID),
	}
}
