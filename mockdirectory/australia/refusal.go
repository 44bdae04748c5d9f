package australia

import (
	"errors"
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// refusal is an error of the Consumer Data Standards: a URN for programs, a title
// that never changes, and what was wrong this time.
type refusal struct {
	status int
	Code   string   `json:"code"`
	Title  string   `json:"title"`
	Detail string   `json:"detail"`
	Meta   struct{} `json:"meta"`
}

// Error is what the caller is told.
func (r *refusal) Error() string { return r.Title + ": " + r.Detail }

func refuse(status int, code, title, detail string) error {
	return &refusal{status: status, Code: "urn:au-cds:error:" + code, Title: title, Detail: detail}
}

// The refusals of more than one endpoint.
func invalidField(detail string) error {
	return refuse(http.StatusBadRequest, "cds-all:Field/Invalid", "Invalid Field", detail)
}

func invalidVersion(detail string) error {
	return refuse(http.StatusBadRequest, "cds-all:Header/InvalidVersion", "Invalid Version", detail)
}

func invalidProduct(id string) error {
	return refuse(http.StatusNotFound, "cds-register:Field/InvalidSoftwareProduct", "Invalid Software Product", "no data recipient has the software product "+id)
}

// translated is a refusal of the desk in the register's words. What is the
// directory's own fault stays as it is, for the log.
func translated(err error) error {
	if _, ok := errors.AsType[*refusal](err); ok {
		return err
	}
	p := problem.Of(err)
	switch p.Status {
	case http.StatusBadRequest:
		return invalidField(p.Text)
	case http.StatusForbidden:
		return refuse(p.Status, "cds-all:Authorisation/AdrStatusNotActive", "ADR Status Is Not Active", p.Text)
	case http.StatusUnprocessableEntity:
		return refuse(p.Status, "cds-all:Field/Missing", "Missing Required Field", p.Text)
	}
	return err
}

// answer writes a refusal in the form of the standards, and leaves other errors
// to the caller.
func answer(w http.ResponseWriter, err error) error {
	err = translated(err)
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	return rest.WriteJSON(w, r.status, map[string][]*refusal{"errors": {r}})
}
