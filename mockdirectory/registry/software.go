package registry

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Fields is what the owner says about a piece of software. Lists are never
// changed in place. The member names are the UK directory's own, capitals
// included.
type Fields struct {
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

// Software is a software statement, as the API shows it.
type Software struct {
	ID     string `json:"SoftwareStatementId"` // 22 letters and digits, as in the UK
	UUID   string `json:"SoftwareUuid"`        // its id in Brazil and Australia
	Status string `json:"Status"`
	Fields
	OrganisationID string    `json:"OrganisationId"`
	Enrolled       time.Time `json:"Enrolled"`
	Changed        time.Time `json:"Changed"`
}

// settle fills what was left out and checks the whole. Limits are those of the
// directory's software statement resource (OBIE Directory API v2.2.0). Roles
// that are left out become all of the organisation's in its first domain; an
// empty list is refused.
func (f *Fields) settle(organisationRoles []string) error {
	f.Environment = cmp.Or(f.Environment, "sandbox")
	f.Mode = cmp.Or(f.Mode, "Test")
	f.Version = cmp.Or(f.Version, "1.0")
	if f.RedirectURI == nil {
		f.RedirectURI = []string{}
	}
	if f.Roles == nil {
		f.Roles = firstDomain(organisationRoles)
	}
	if strings.TrimSpace(f.ClientName) == "" {
		return problem.Invalid("ClientName", "expected a name")
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
	// EqualFold would take a long s for one in Test.
	if mode := strings.ToLower(f.Mode); mode != "test" && mode != "live" {
		return problem.Invalid("Mode", "expected Test or Live, got %q", f.Mode)
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
func (f *Fields) checkURIs() error {
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

// clone is a copy whose lists may be written to: a decoder writes into the
// lists that it finds.
func (s Software) clone() Software {
	s.RedirectURI, s.Roles = slices.Clone(s.RedirectURI), slices.Clone(s.Roles)
	return s
}

// checkKept refuses a change of what only the directory sets. A body that was
// read from GET may be sent back, so it may be there, as it is.
func (s Software) checkKept(next Software) error {
	if next.ID != s.ID {
		return problem.Invalid("SoftwareStatementId", "expected %q as in the path, got %q", s.ID, next.ID)
	}
	if next.Status != s.Status {
		return problem.Invalid("Status", "expected %q, got %q; it is changed by PUT to .../status", s.Status, next.Status)
	}
	if next.UUID != s.UUID {
		return problem.Invalid("SoftwareUuid", "expected %q, got %q", s.UUID, next.UUID)
	}
	if next.OrganisationID != s.OrganisationID {
		return problem.Invalid("OrganisationId", "expected %q, got %q", s.OrganisationID, next.OrganisationID)
	}
	return checkDates(dates{s.Enrolled, s.Changed}, dates{next.Enrolled, next.Changed})
}
