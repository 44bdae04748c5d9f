package brazil

import (
	"net/http"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// organisation is a participant as Brazil's directory shows it.
type organisation struct {
	ID                    string        `json:"OrganisationId"`
	Status                string        `json:"Status"`
	Name                  string        `json:"OrganisationName"`
	LegalEntityName       string        `json:"LegalEntityName"`
	RegisteredName        string        `json:"RegisteredName"`
	RegistrationNumber    string        `json:"RegistrationNumber"`
	CountryOfRegistration string        `json:"CountryOfRegistration"`
	CompanyRegister       string        `json:"CompanyRegister"`
	CreatedOn             string        `json:"CreatedOn"`
	DomainClaims          []domainClaim `json:"OrgDomainClaims"`
	RoleClaims            []roleClaim   `json:"OrgDomainRoleClaims"`
	Servers               []server      `json:"AuthorisationServers"`
}

// domainClaim says which authority lets the organisation into the domain.
type domainClaim struct {
	Domain         string `json:"AuthorisationDomainName"`
	AuthorityName  string `json:"AuthorityName"`
	RegistrationID string `json:"RegistrationId"`
	Status         string `json:"Status"`
}

// roleClaim is one role of the domain.
type roleClaim struct {
	Status         string   `json:"Status"`
	Domain         string   `json:"AuthorisationDomain"`
	Role           string   `json:"Role"`
	RegistrationID string   `json:"RegistrationId"`
	Authorisations []string `json:"Authorisations"`
}

// server is how a bank advertises where clients register.
type server struct {
	ID               string   `json:"AuthorisationServerId"`
	OrganisationID   string   `json:"OrganisationId"`
	Name             string   `json:"CustomerFriendlyName"`
	Discovery        string   `json:"OpenIDDiscoveryDocument"`
	AutoRegistration bool     `json:"AutoRegistrationSupported"`
	Resources        []string `json:"ApiResources"`
}

// statusOf knows Brazil's three states: one that is suspended elsewhere waits.
func statusOf(org registry.Organisation) string {
	switch org.Status {
	case registry.Active:
		return "Active"
	case registry.Suspended:
		return "Pending"
	}
	return "Withdrawn"
}

// claimStatus is of claims, which are either in force or not.
func claimStatus(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

// shown is an organisation in the words of Brazil's directory. The registry has
// one name for it, which is the legal one too.
func shown(org registry.Organisation) organisation {
	status := claimStatus(org.Status == registry.Active)
	out := organisation{
		ID: org.UUID, Status: statusOf(org), Name: org.Name, LegalEntityName: org.Name, RegisteredName: org.Name,
		RegistrationNumber: desk.CompanyNumber(org), CountryOfRegistration: "BR", CompanyRegister: "Cadastro Nacional da Pessoa Jurídica",
		CreatedOn: org.Enrolled.Format(time.RFC3339), DomainClaims: []domainClaim{}, RoleClaims: []roleClaim{}, Servers: []server{},
	}
	for _, role := range desk.RolesIn(org.Roles, registry.BrazilRoles) {
		out.RoleClaims = append(out.RoleClaims, roleClaim{status, desk.BrazilDomain, role, desk.BrazilRegistration(out.RegistrationNumber, role), []string{}})
	}
	if len(out.RoleClaims) > 0 {
		out.DomainClaims = append(out.DomainClaims, domainClaim{desk.BrazilDomain, desk.BrazilAuthorityName, out.RegistrationNumber[:8] + "-OBB", status})
	}
	for _, s := range org.AuthorisationServers {
		out.Servers = append(out.Servers, server{desk.ServerID(org, s), org.UUID, s.Name, s.DiscoveryDocument, s.AutoRegistration, []string{}})
	}
	return out
}

// listParticipants is one document, as the real one is: every organisation with
// a Brazilian role, banks with their authorisation servers. Who has left the
// ecosystem stays, with that status.
func (f face) listParticipants(w http.ResponseWriter, _ *http.Request) error {
	list := []organisation{}
	for org := range f.Members(registry.BrazilRoles) {
		list = append(list, shown(org))
	}
	return rest.WriteJSON(w, http.StatusOK, list)
}
