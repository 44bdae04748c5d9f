package page

import (
	"context"
	"net/http"
	"net/url"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// authorityRow is an issuing CA with the form that revokes it.
type authorityRow struct {
	trust.AuthorityState
	First bool // all that the directory itself shows hangs on it
	Act   *form
}

const authoritiesAction = Root + "authorities"

// authorities lists the issuing CAs, of which there are few.
func (s *site) authorities() []authorityRow {
	var rows []authorityRow
	for i, state := range s.Desk.Trust.Authorities() {
		row := authorityRow{AuthorityState: state, First: i == 0}
		if !row.First && state.Revoked == nil {
			row.Act = authorityForm("revoke-ca", state.Slug, "Revoke")
		}
		rows = append(rows, row)
	}
	return rows
}

// authorityForm is one button about the issuing CAs, with the CA's name in its id.
func authorityForm(what, slug, submit string) *form {
	return &form{
		ID: what + slug, Action: authoritiesAction, Submit: submit, Inline: true, Danger: slug != "",
		Fields: []field{{Name: "what", Type: "hidden", Values: []string{what}}, {Name: "slug", Type: "hidden", Values: []string{slug}}},
	}
}

// authority reads a button about the issuing CAs.
func (s *site) authority(r *http.Request) (act, error) {
	what, slug := r.PostForm.Get("what"), r.PostForm.Get("slug")
	a := act{form: what + slug}
	switch what {
	case "add-ca":
		a.command = command{method: http.MethodPost, path: "/ca/issuing"}
		a.do = func(ctx context.Context) (outcome, error) {
			_, err := s.Desk.Trust.AddIssuing(ctx)
			return after(Root, "issuing"), err
		}
	case "revoke-ca":
		a.command = command{method: http.MethodDelete, path: "/ca/issuing/" + url.PathEscape(slug)}
		a.do = func(context.Context) (outcome, error) {
			return after(Root, "revoked-ca"), s.Desk.Trust.RevokeIssuing(slug)
		}
	default:
		return a, problem.Invalid("what", "expected add-ca or revoke-ca, got %q", what)
	}
	return a, nil
}

// issuerChoices are who can issue a certificate.
func (s *site) issuerChoices() []choice {
	out := []choice{{"", "the first issuing CA"}}
	for i, state := range s.Desk.Trust.Authorities() {
		if i == 0 {
			continue
		}
		text := state.Slug
		if state.Revoked != nil {
			text += ", revoked"
		}
		out = append(out, choice{state.Slug, text})
	}
	return append(out, choice{trust.CrossSigned, "the first, with a chain to a second root as well"})
}
