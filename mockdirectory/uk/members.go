package uk

import (
	"net/http"
	"strconv"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// statusChange is the body that sets a status.
type statusChange struct {
	Status string `json:"Status"`
}

// pageSize is the most that a list shows at a time.
const pageSize = 100

// pageOf reads where a list is to begin and how long it may be. Both start
// from what RFC 7644 section 3.4.2.4 has for SCIM, and count from one.
func pageOf(r *http.Request) (offset, limit int, err error) {
	query, err := rest.Parameters(r, "startIndex", "count")
	if err != nil {
		return 0, 0, err
	}
	offset, limit = 1, pageSize
	for name, into := range map[string]*int{"startIndex": &offset, "count": &limit} {
		text, there := query[name]
		if !there {
			continue
		}
		if *into, err = strconv.Atoi(text); err != nil || *into < 1 {
			return 0, 0, problem.Invalid(name, "expected a number from 1 on, got %q", text)
		}
	}
	return offset - 1, min(limit, pageSize), nil
}

// enrolOrganisation answers 201 with the new organisation, which is Active.
func (f face) enrolOrganisation(w http.ResponseWriter, r *http.Request) error {
	var body registry.Enrolment
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	org, err := f.Registry.AddOrganisation(body)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, org)
}

// listOrganisations shows the operator all, and a member itself: whose calls
// are whose is settled by the token.
func (f face) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	offset, limit, err := pageOf(r)
	if err != nil {
		return err
	}
	list, total := f.Registry.Organisations(offset, limit)
	if caller, there := access.Caller(r.Context()); there {
		own, err := f.Registry.Organisation(caller.OrganisationID)
		if err != nil {
			return err
		}
		list, total = []registry.Organisation{own}[min(offset, 1):], 1
	}
	if list == nil {
		list = []registry.Organisation{}
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"totalResults": total, "startIndex": offset + 1, "Organisations": list})
}

// showOrganisation answers 200 whatever the status, as showSoftware does.
func (f face) showOrganisation(w http.ResponseWriter, r *http.Request) error {
	org, err := f.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, org)
}

// setOrganisationStatus has no like in the real directory: there a scheme
// operator does it by hand. Certificates and keys stay as they are.
func (f face) setOrganisationStatus(w http.ResponseWriter, r *http.Request) error {
	var body statusChange
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := f.Registry.SetOrganisationStatus(r.PathValue("org"), body.Status); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}

// setAuthorisationServers replaces how a bank advertises where clients register.
func (f face) setAuthorisationServers(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		AuthorisationServers []registry.AuthorisationServer `json:"AuthorisationServers"`
	}
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	org, err := f.Registry.UpdateOrganisation(r.PathValue("org"), func(o *registry.Organisation) error {
		o.AuthorisationServers = append([]registry.AuthorisationServer{}, body.AuthorisationServers...)
		return nil
	})
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, org)
}
