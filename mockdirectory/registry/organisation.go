package registry

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Enrolment is the body that enrols an organisation. Only the name is required;
// what is left out is filled in as the UK sandbox does.
type Enrolment struct {
	OrganisationName     string                `json:"OrganisationName"`
	RegistrationID       string                `json:"RegistrationId"`
	AuthorityID          string                `json:"AuthorityId"`
	Roles                []string              `json:"Roles"`
	AuthorisationServers []AuthorisationServer `json:"AuthorisationServers"`
}

// check refuses what the directory does not hold. The limit of the name is
// that of org_name in a statement; the other two are ours.
func (e Enrolment) check() error {
	if strings.TrimSpace(e.OrganisationName) == "" {
		return problem.Invalid("OrganisationName", "expected a name")
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
	if err := checkServers(e.AuthorisationServers); err != nil {
		return err
	}
	if e.Roles == nil {
		return nil
	}
	return checkRoles(e.Roles, allRoles())
}

// settle holds a changed record to what its enrolment was held to.
func (o *Organisation) settle() error {
	if o.AuthorisationServers == nil {
		o.AuthorisationServers = []AuthorisationServer{}
	}
	if err := oneOf("Status", o.Status, OrganisationStates); err != nil {
		return err
	}
	if o.Roles == nil {
		return problem.Invalid("Roles", "expected at least one")
	}
	return Enrolment{o.Name, o.RegistrationID, o.AuthorityID, o.Roles, o.AuthorisationServers}.check()
}

// checkKept refuses a change of what only the directory sets.
func (o Organisation) checkKept(next Organisation) error {
	if next.ID != o.ID {
		return problem.Invalid("OrganisationId", "expected %q as in the path, got %q", o.ID, next.ID)
	}
	if next.UUID != o.UUID {
		return problem.Invalid("OrganisationUuid", "expected %q, got %q", o.UUID, next.UUID)
	}
	return checkDates(dates{o.Enrolled, o.Changed}, dates{next.Enrolled, next.Changed})
}

// clone is a copy whose lists may be written to.
func (o Organisation) clone() Organisation {
	o.Roles, o.AuthorisationServers = slices.Clone(o.Roles), slices.Clone(o.AuthorisationServers)
	return o
}

// Organisation is an enrolled organisation, as the API shows it. Lists are
// never changed in place.
type Organisation struct {
	ID                   string                `json:"OrganisationId"`   // 18 letters and digits, as in the UK
	UUID                 string                `json:"OrganisationUuid"` // its id in Brazil and its legal entity in Australia
	Name                 string                `json:"OrganisationName"`
	RegistrationID       string                `json:"RegistrationId"`
	AuthorityID          string                `json:"AuthorityId"`
	Status               string                `json:"Status"`
	Roles                []string              `json:"Roles"`
	AuthorisationServers []AuthorisationServer `json:"AuthorisationServers"`
	Enrolled             time.Time             `json:"Enrolled"`
	Changed              time.Time             `json:"Changed"`
}

// AuthorisationServer is how a bank advertises where clients register: in the
// UK directory's SCIM lists and Brazil's list of participants.
type AuthorisationServer struct {
	Name              string `json:"CustomerFriendlyName"`
	DiscoveryDocument string `json:"OpenIDConfigEndPointUri"`
	BaseURI           string `json:"BaseApiDNSUri"`
	AutoRegistration  bool   `json:"AutoRegistrationSupported"`
}

// checkServers asks for what a client cannot do without: the discovery document.
func checkServers(servers []AuthorisationServer) error {
	for _, s := range servers {
		if err := (text{"CustomerFriendlyName", s.Name, 256}).check(); err != nil {
			return err
		}
		for _, t := range []text{{"OpenIDConfigEndPointUri", s.DiscoveryDocument, 256}, {"BaseApiDNSUri", cmp.Or(s.BaseURI, "https://none.example"), 256}} {
			if err := t.checkURI(); err != nil {
				return err
			}
		}
	}
	return nil
}

// organisation fills what was left out the way the sandbox does: the authority
// OBGBR, under which the number is Unknown and the organisation's id. The roles
// are those of a third party, which is what most tests need.
func (e Enrolment) organisation(id, uuid string, now time.Time) Organisation {
	o := Organisation{
		ID: id, UUID: uuid,
		Name:                 e.OrganisationName,
		RegistrationID:       cmp.Or(e.RegistrationID, "Unknown"+id),
		AuthorityID:          cmp.Or(e.AuthorityID, "OBGBR"),
		Status:               Active,
		Roles:                e.Roles,
		AuthorisationServers: e.AuthorisationServers,
		Enrolled:             now, Changed: now,
	}
	if o.Roles == nil {
		o.Roles = []string{"AISP", "PISP", "CBPII"}
	}
	if o.AuthorisationServers == nil {
		o.AuthorisationServers = []AuthorisationServer{}
	}
	return o
}

// OrganisationIdentifier follows ETSI TS 119 495 section 5.2.1. The UK
// directory's authority ids are the authority's letters with GBR behind them.
func (o Organisation) OrganisationIdentifier() string {
	if strings.HasPrefix(o.RegistrationID, "PSD") {
		return o.RegistrationID
	}
	return "PSDGB-" + strings.TrimSuffix(o.AuthorityID, "GBR") + "-" + o.RegistrationID
}

// PSD2Roles are the roles that a qualified certificate can carry.
func (o Organisation) PSD2Roles() []string { return o.rolesOf(psd2Roles) }

// rolesOf picks the roles of one domain.
func (o Organisation) rolesOf(domain []string) []string {
	return slices.DeleteFunc(slices.Clone(o.Roles), func(role string) bool { return !slices.Contains(domain, role) })
}
