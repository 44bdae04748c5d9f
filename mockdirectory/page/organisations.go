package page

import (
	"context"
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// organisationsBody is the list with what was searched for.
type organisationsBody struct {
	Query  string
	Rows   []registry.Organisation
	Paging paging
}

const organisationsPath = Root + "organisations"

// organisations draws the list of organisations.
func (s *site) organisations(r *http.Request) (*screen, error) {
	body := organisationsBody{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	l := list{r, organisationsPath, "list"}
	from, total := offset(r, l.parameter), 0
	body.Rows, total = s.find(body.Query, from)
	body.Paging = l.paging(len(body.Rows), total)
	page := &screen{template: "organisations", Title: "Organisations", Here: organisationsPath, Body: body}
	page.with(enrolForm())
	page.Reads = []shown{s.read(r, "The organisations", "/v2.1/organisation?startIndex=1&count=100")}
	return page, nil
}

// find looks for organisations by a part of their name, one of their ids, or the id of software of
// theirs. It returns a page of those found and how many there are. The registry is read in pieces,
// so that a large one is not copied for each letter that somebody types.
func (s *site) find(query string, from int) (rows []registry.Organisation, total int) {
	members := s.Desk.Registry
	if query == "" {
		return members.Organisations(from, perPage)
	}
	owner := ""
	if soft, _, err := members.SoftwareByID(query); err == nil {
		owner = soft.OrganisationID
	}
	const piece = 500
	lower := strings.ToLower(query)
	for at := 0; ; at += piece {
		some, _ := members.Organisations(at, piece)
		for _, o := range some {
			if !strings.Contains(strings.ToLower(o.Name), lower) && !strings.Contains(o.ID, query) && o.UUID != lower && o.ID != owner {
				continue
			}
			if total >= from && len(rows) < perPage {
				rows = append(rows, o)
			}
			total++
		}
		if len(some) < piece {
			return rows, total
		}
	}
}

// enrolForm asks for no more than the API does: only the name is required.
func enrolForm() *form {
	return &form{
		ID: "enrol", Action: organisationsPath, Submit: "Enrol the organisation",
		Fields: []field{
			{Name: "OrganisationName", Label: "Name", Required: true, Hint: "at most 140 characters"},
			{Name: "RegistrationId", Label: "Registration number", Hint: "with the authority; Unknown and the id when empty"},
			{Name: "AuthorityId", Label: "Authority", Hint: "OBGBR when empty; FCAGBR, say"},
			{Name: "Roles", Label: "Roles", Type: "checks", Choices: roleGroups, Hint: "AISP, PISP and CBPII when none is chosen"},
		},
	}
}

// roleGroups are the roles of every authorisation domain.
var roleGroups = []group{
	{"UK, PSD2", choices("AISP", "PISP", "CBPII", "ASPSP")},
	{"UK, confirmation of payee", choices("CD_AISP", "CD_CBPII", "CD_ASPSP")},
	{"Brazil", choices(registry.BrazilRoles...)},
	{"Australia", choices(registry.CDRRoles...)},
}

// enrol reads a new organisation.
func (s *site) enrol(r *http.Request) (act, error) {
	body := registry.Enrolment{
		OrganisationName: r.PostForm.Get("OrganisationName"), RegistrationID: r.PostForm.Get("RegistrationId"),
		AuthorityID: r.PostForm.Get("AuthorityId"), Roles: typed(r.PostForm, "Roles"),
	}
	sent := members{"OrganisationName": body.OrganisationName}
	sent.text("RegistrationId", body.RegistrationID)
	sent.text("AuthorityId", body.AuthorityID)
	sent.list("Roles", body.Roles)
	return act{
		form:    "enrol",
		command: jsonCommand(http.MethodPost, "/v2.1/organisation", sent),
		do: func(context.Context) (outcome, error) {
			org, err := s.Desk.Registry.AddOrganisation(body)
			return after(organisationPath(org.ID), "enrolled"), err
		},
	}, nil
}

// members is a body without what was left out.
type members map[string]any

func (m members) text(name, value string) {
	if value != "" {
		m[name] = value
	}
}

func (m members) list(name string, values []string) {
	if values != nil {
		m[name] = values
	}
}
