package page

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// statementBody is a software statement, or the form alone where none could be issued.
type statementBody struct {
	registry.Software
	Token   string
	Parts   []tokenPart
	Changed string // what the malformation changed
	Curl    string
	Back    string
}

// Download holds the token as it is, to the last byte.
func (b statementBody) Download() template.URL { return dataURL("application/jwt", b.Token) }

// statementForm asks for a statement. It is a GET, since nothing is changed by it and each reload
// is to have a new one.
func (s *site) statementForm(path string, roles []string) *form {
	keys := []choice{{"", "the one that signs now"}}
	states := s.Desk.Trust.Signing().States()
	for _, k := range states[max(0, len(states)-perPage):] {
		if k.Current {
			continue
		}
		state := "published"
		if k.Withdrawn != nil {
			state = "withdrawn"
		}
		keys = append(keys, choice{k.KeyID, k.KeyID + ", " + state})
	}
	f := &form{
		ID: "statement", Action: path + "/statement", Method: "get", Submit: "Issue the statement", NoCurl: true,
		Fields: []field{
			{Name: "malformation", Label: "Malformation", Type: "select", Choices: optional("none: an honest statement", malformations()), Hint: "one change, aimed at one rule"},
			{Name: "canary", Label: "Canary", Hint: "base URL to which some malformations lead, to see whether the server under test goes there"},
			{Name: "kid", Label: "Signed by", Type: "select", Choices: []group{{Choices: keys}}},
		},
	}
	if all := ecosystems(roles); len(all) > 1 {
		f.Fields = append(f.Fields, field{Name: "ecosystem", Label: "Ecosystem", Type: "select", Choices: []group{{Choices: all}}, Hint: "only the UK's statements can be malformed"})
	}
	return f
}

// malformations are those of the statement, by who makes the change.
func malformations() []group {
	groups := []group{{Label: "signed so by the directory"}, {Label: "changed after it was signed"}}
	for _, m := range malformation.All() {
		if !m.OfStatement() {
			continue
		}
		at := 0
		if m.Part == malformation.Tampering {
			at = 1
		}
		groups[at].Choices = append(groups[at].Choices, choice{m.Name, summaryOf(m)})
	}
	return groups
}

// summaryOf leaves out what all of them begin with, and keeps the rule: it is how reports name it.
func summaryOf(m malformation.Malformation) string {
	return strings.TrimPrefix(m.Summary, "the software statement ") + " (" + m.Rule + ")"
}

// statement issues a statement and takes it apart. A refusal is shown at the form, with what was
// chosen still in it.
func (s *site) statement(r *http.Request) (*screen, error) {
	soft, org, err := s.Desk.Registry.Software(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return nil, err
	}
	path := softwarePath(org.ID, soft.ID)
	body := statementBody{Software: soft, Back: path}
	page := &screen{template: "statement", Title: "Software statement", Here: organisationsPath, Trail: s.trail(org.ID, soft.ID)}
	f := s.statementForm(path, soft.Roles)
	page.with(f)
	asked := r.URL.Query()
	f.fill(asked)
	if m, err := malformation.ByName(asked.Get("malformation")); err == nil {
		body.Changed = summaryOf(m)
	}
	token, c, err := s.assertion(r.Context(), soft, org, asked)
	body.Curl = s.curl(r, c)
	if err != nil {
		p := s.told(r, err)
		page.Acted, page.status, f.Problem = f, p.Status, p.Text
	} else {
		body.Token, body.Parts = token, takeApart(token)
	}
	page.Body = body
	return page, nil
}
