package brazil

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// authorityCode is what the registry has for the authority of organisations
// that enrol here.
const authorityCode = desk.BrazilAuthorityCode

// enrolment is the body that enrols an organisation. Roles and servers come by
// requests of their own in the real directory.
type enrolment struct {
	Name               string            `json:"OrganisationName"`
	RegistrationNumber string            `json:"RegistrationNumber"`
	Roles              []string          `json:"Roles"`
	Servers            []json.RawMessage `json:"AuthorisationServers"`
}

// advertised is an authorisation server as a body has it.
type advertised struct {
	Name             string `json:"CustomerFriendlyName"`
	Discovery        string `json:"OpenIDDiscoveryDocument"`
	AutoRegistration bool   `json:"AutoRegistrationSupported"`
}

// read refuses in the words of this API what the registry would refuse in the
// UK's. A number that is left out is made up later.
func (e enrolment) read() (registry.Enrolment, error) {
	out := registry.Enrolment{OrganisationName: e.Name, AuthorityID: authorityCode, Roles: e.Roles}
	if e.RegistrationNumber != "" {
		number, ok := desk.ParseCompanyNumber(e.RegistrationNumber)
		if !ok {
			return out, problem.Invalid("RegistrationNumber", "expected a CNPJ of 14 digits or capitals, got %q", e.RegistrationNumber)
		}
		out.RegistrationID = number
	}
	if e.Roles == nil {
		out.Roles = registry.BrazilRoles
	}
	if err := brazilian(e.Roles); err != nil {
		return out, err
	}
	for i, raw := range e.Servers {
		s, err := readServer(raw)
		if err != nil {
			p := problem.Of(err)
			return out, problem.Invalid("AuthorisationServers["+strconv.Itoa(i)+"]", "%s", p.Text)
		}
		out.AuthorisationServers = append(out.AuthorisationServers, s)
	}
	return out, nil
}

// readServer reads a server as strictly as the body around it, which a nested
// struct would not be. Unlike in the UK's API, registration is offered unless the
// bank says otherwise.
func readServer(raw json.RawMessage) (registry.AuthorisationServer, error) {
	s := advertised{AutoRegistration: true}
	if err := rest.DecodeJSON(raw, &s); err != nil {
		return registry.AuthorisationServer{}, err
	}
	if u, err := url.Parse(s.Discovery); err != nil || !u.IsAbs() || len(s.Discovery) > 255 {
		return registry.AuthorisationServer{}, problem.Invalid("OpenIDDiscoveryDocument", "expected an absolute URI of at most 255 characters, got %q", s.Discovery)
	}
	return registry.AuthorisationServer{Name: s.Name, DiscoveryDocument: s.Discovery, AutoRegistration: s.AutoRegistration}, nil
}

// brazilian refuses roles of other ecosystems: those come by their own API.
func brazilian(roles []string) error {
	for _, role := range roles {
		if !slices.Contains(registry.BrazilRoles, role) {
			return problem.Invalid("Roles", "expected %s, got %q", strings.Join(registry.BrazilRoles, " or "), role)
		}
	}
	return nil
}

// enrolOrganisation answers 201 with the new organisation, which is Active.
func (f face) enrolOrganisation(w http.ResponseWriter, r *http.Request) error {
	var body enrolment
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	e, err := body.read()
	if err != nil {
		return err
	}
	org, err := f.Registry.AddOrganisation(e)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, shown(org))
}

// pageSize is the most that a list shows at a time.
const pageSize = 100

// listed is a page of organisations, in the form of Raidiam's lists.
type listed struct {
	Content    []organisation `json:"content"`
	Page       int            `json:"pageNumber"`
	Size       int            `json:"size"`
	Elements   int            `json:"numberOfElements"`
	TotalPages int            `json:"totalPages"`
	TotalSize  int            `json:"totalSize"`
	Empty      bool           `json:"empty"`
}

// listOrganisations shows those with a Brazilian role. Pages count from zero, as
// in Raidiam's other lists; one beyond the end is empty and no error.
func (f face) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	query, err := rest.Parameters(r, "page", "size")
	if err != nil {
		return err
	}
	page, size := 0, pageSize
	if page, err = number(query, "page", page, 0); err != nil {
		return err
	}
	if size, err = number(query, "size", size, 1); err != nil {
		return err
	}
	out := listed{Content: []organisation{}, Page: page, Size: min(size, pageSize)}
	for org := range f.Members(registry.BrazilRoles) {
		if out.TotalSize/out.Size == page {
			out.Content = append(out.Content, shown(org))
		}
		out.TotalSize++
	}
	out.TotalPages = (out.TotalSize + out.Size - 1) / out.Size
	out.Elements, out.Empty = len(out.Content), len(out.Content) == 0
	return rest.WriteJSON(w, http.StatusOK, out)
}

// number reads a parameter that counts from least on.
func number(query map[string]string, name string, standard, least int) (int, error) {
	text, there := query[name]
	if !there {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, problem.Invalid(name, "expected a number from %d on, got %q", least, text)
	}
	return n, nil
}

// showOrganisation finds those of other ecosystems as well, without a claim: who
// is enrolled can get roles of this one. OrgDetails stands beside details of
// contracts in the real answer.
func (f face) showOrganisation(w http.ResponseWriter, r *http.Request) error {
	org, err := f.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]organisation{"OrgDetails": shown(org)})
}
