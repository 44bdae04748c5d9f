package mockdirectory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/fixtures/statement"
)

// enrolment is the body that enrols an organisation. Only the name is required;
// record fills in the rest.
type enrolment struct {
	OrganisationName string   `json:"OrganisationName"`
	RegistrationID   string   `json:"RegistrationId"`
	AuthorityID      string   `json:"AuthorityId"`
	Roles            []string `json:"Roles"`
}

// check refuses what the directory does not hold. The limit of the name is
// that of org_name in a statement; the other two are ours.
func (e enrolment) check() error {
	if strings.TrimSpace(e.OrganisationName) == "" {
		return invalid("OrganisationName", "expected a name")
	}
	for _, t := range []text{
		{"OrganisationName", e.OrganisationName, 140},
		{"RegistrationId", e.RegistrationID, 100},
		{"AuthorityId", e.AuthorityID, 40},
	} {
		if err := t.check(); err != nil {
			return err
		}
	}
	if e.Roles == nil {
		return nil
	}
	return checkRoles(e.Roles, slices.Concat(psd2Roles, cdRoles))
}

// organisationRecord is an enrolled organisation, as the API shows it. The list
// is never changed in place. The authority is for statements and certificates,
// and the API does not show it.
type organisationRecord struct {
	ID             string   `json:"OrganisationId"`
	Name           string   `json:"OrganisationName"`
	RegistrationID string   `json:"RegistrationId"`
	AuthorityID    string   `json:"-"`
	Status         string   `json:"Status"`
	Roles          []string `json:"Roles"`
}

// record fills what was left out the way the sandbox does: the authority OBGBR,
// under which the number is Unknown and the organisation's id. The roles are
// those of a third party, which is what most tests need.
func (e enrolment) record(id string) organisationRecord {
	rec := organisationRecord{
		ID:             id,
		Name:           e.OrganisationName,
		RegistrationID: cmp.Or(e.RegistrationID, "Unknown"+id),
		AuthorityID:    cmp.Or(e.AuthorityID, "OBGBR"),
		Status:         active,
		Roles:          e.Roles,
	}
	if rec.Roles == nil {
		rec.Roles = []string{"AISP", "PISP", "CBPII"}
	}
	return rec
}

// subject is what a certificate of the organisation says. PSD2 knows no roles
// of other domains, so an OBWAC or OBSeal leaves those out.
func (o organisationRecord) subject(softwareID string) pki.Subject {
	return pki.Subject{
		OrganisationID:   o.ID,
		OrganisationName: o.Name,
		RegistrationID:   o.organisationIdentifier(),
		SoftwareID:       softwareID,
		Roles: slices.DeleteFunc(slices.Clone(o.Roles), func(role string) bool {
			return !slices.Contains(psd2Roles, role)
		}),
	}
}

// organisationIdentifier follows ETSI TS 119 495 section 5.2.1. The UK
// directory's authority ids are the authority's letters with GBR behind them.
func (o organisationRecord) organisationIdentifier() string {
	if strings.HasPrefix(o.RegistrationID, "PSD") {
		return o.RegistrationID
	}
	return "PSDGB-" + strings.TrimSuffix(o.AuthorityID, "GBR") + "-" + o.RegistrationID
}

// claims is the organisation's part of a statement. The competent authority's
// status is always that of the organisation: tests set one and get both.
func (o organisationRecord) claims(base string) statement.Organisation {
	return statement.Organisation{
		ID:     o.ID,
		Name:   o.Name,
		Status: o.Status,
		Authority: statement.Authority{
			AuthorityID:    o.AuthorityID,
			RegistrationID: o.RegistrationID,
			Status:         o.Status,
			Authorisations: []statement.Authorisation{{MemberState: "GB", Roles: o.Roles}},
		},
		// Telephone numbers that Ofcom keeps free for fiction.
		Contacts: []statement.Contact{
			{Name: "Technical", Email: "technical@tpp.example", Phone: "+442079460001", Type: "Technical"},
			{Name: "Business", Email: "business@tpp.example", Phone: "+442079460002", Type: "Business"},
		},
		JWKS:        jwksURL(base, o.ID, o.ID),
		RevokedJWKS: revokedURL(base, o.ID, o.ID),
	}
}
