package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// organisationBody is an organisation with what hangs on it.
type organisationBody struct {
	registry.Organisation
	JWKS, Revoked string
	Software      []registry.Software
	Paging        paging
	Holdings      holdings
	Fetched       []keyFetch
}

func organisationPath(id string) string { return organisationsPath + "/" + url.PathEscape(id) }

// apiPath is where the API has an organisation.
func apiPath(id string) string { return "/v2.1/organisation/" + url.PathEscape(id) }

// organisation draws the page of an organisation.
func (s *site) organisation(r *http.Request) (*screen, error) {
	org, err := s.Desk.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return nil, err
	}
	path := organisationPath(org.ID)
	body := organisationBody{Organisation: org, JWKS: s.Desk.JWKSURL(org.ID, org.ID), Revoked: s.Desk.RevokedURL(org.ID, org.ID)}
	l := list{r, path, "software"}
	software, total, err := s.Desk.Registry.SoftwareOf(org.ID, offset(r, l.parameter), perPage)
	if err != nil {
		return nil, err
	}
	body.Software, body.Paging = software, l.paging(len(software), total)
	if body.Holdings, err = s.holdings(r, owner{org: org.ID, id: org.ID, path: path}); err != nil {
		return nil, err
	}
	body.Fetched = s.keyFetches(org.ID, org.UUID)
	page := &screen{
		template: "organisation", Title: plainly(org.Name), Here: organisationsPath, Body: body,
		Trail: []link{{"Organisations", organisationsPath}},
	}
	page.with(statusForm(path, registry.OrganisationStates, org.Status), softwareForm(org),
		s.certificateForm(path, kindsOf(org.Roles, false)...), serversForm(path, org.AuthorisationServers))
	page.with(revocationForms(path, body.Holdings)...)
	page.Reads = []shown{
		s.read(r, "The organisation", apiPath(org.ID)),
		s.read(r, "Its software", apiPath(org.ID)+"/software-statement"),
		s.read(r, "Its certificates, with their states", apiPath(org.ID)+"/certificate"),
		s.read(r, "Its keys", "/"+org.ID+"/"+org.ID+".jwks"),
		s.read(r, "Its revoked keys", "/"+org.ID+"/revoked/"+org.ID+".jwks"),
	}
	return page, nil
}

// statusForm is on the pages of organisations and of software, which have different states.
func statusForm(path string, states []string, now string) *form {
	return &form{
		ID: "status", Action: path + "/status", Submit: "Set the status",
		Fields: []field{{Name: "Status", Label: "Status", Type: "select", Choices: plain(states...), Values: []string{now}}},
	}
}

// organisationStatus reads a new status. What follows from it is not done here: the page says what
// a status means, and keys and certificates stay as they are.
func (s *site) organisationStatus(r *http.Request) (act, error) {
	id, status := r.PathValue("org"), r.PostForm.Get("Status")
	return act{
		form:    "status",
		command: jsonCommand(http.MethodPut, apiPath(id)+"/status", members{"Status": status}),
		do: func(context.Context) (outcome, error) {
			return after(organisationPath(id), "status"), s.Desk.Registry.SetOrganisationStatus(id, status)
		},
	}, nil
}

// serversForm has a line for each authorisation server: forms that grow need a script.
func serversForm(path string, servers []registry.AuthorisationServer) *form {
	var text strings.Builder
	for _, v := range servers {
		auto := ""
		if v.AutoRegistration {
			auto = "auto"
		}
		text.WriteString(strings.Join([]string{v.Name, v.DiscoveryDocument, v.BaseURI, auto}, " | ") + "\n")
	}
	return &form{
		ID: "servers", Action: path + "/servers", Submit: "Replace the authorisation servers",
		Fields: []field{{
			Name: "AuthorisationServers", Label: "Authorisation servers", Type: "area", Values: []string{text.String()},
			Hint: "one on each line: name | URL of the discovery document | base URL | auto, if clients can register by themselves",
		}},
	}
}

// servers reads how a bank advertises where clients register.
func (s *site) servers(r *http.Request) (act, error) {
	id := r.PathValue("org")
	a := act{form: "servers"}
	servers := []registry.AuthorisationServer{}
	for i, line := range lines(r.PostForm.Get("AuthorisationServers")) {
		parts := strings.Split(line, "|")
		for j := range parts {
			parts[j] = strings.TrimSpace(parts[j])
		}
		if len(parts) < 2 || len(parts) > 4 {
			return a, problem.Invalid("AuthorisationServers", "line %d: expected name | discovery document | base URL | auto, got %d parts", i+1, len(parts))
		}
		parts = append(parts, "", "")
		if parts[3] != "" && parts[3] != "auto" {
			return a, problem.Invalid("AuthorisationServers", "line %d: expected auto or nothing at its end, got %q", i+1, parts[3])
		}
		servers = append(servers, registry.AuthorisationServer{Name: parts[0], DiscoveryDocument: parts[1], BaseURI: parts[2], AutoRegistration: parts[3] == "auto"})
	}
	a.command = jsonCommand(http.MethodPut, apiPath(id)+"/authorisation-servers", members{"AuthorisationServers": servers})
	a.do = func(context.Context) (outcome, error) {
		_, err := s.Desk.Registry.UpdateOrganisation(id, func(o *registry.Organisation) error {
			o.AuthorisationServers = slices.Clone(servers)
			return nil
		})
		return after(organisationPath(id), "servers"), err
	}
	return a, nil
}
