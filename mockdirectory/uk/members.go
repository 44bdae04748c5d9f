package uk

import (
	"net/http"
	"strconv"

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

func (f face) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	offset, limit, err := pageOf(r)
	if err != nil {
		return err
	}
	list, total := f.Registry.Organisations(offset, limit)
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"totalResults": total, "startIndex": offset + 1, "Organisations": list})
}

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

// enrolSoftware answers 201 with the new software statement, which is Active.
// Roles that are left out are those of the organisation.
func (f face) enrolSoftware(w http.ResponseWriter, r *http.Request) error {
	var body registry.Fields
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	soft, err := f.Registry.AddSoftware(r.PathValue("org"), body)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, soft)
}

func (f face) listSoftware(w http.ResponseWriter, r *http.Request) error {
	offset, limit, err := pageOf(r)
	if err != nil {
		return err
	}
	list, total, err := f.Registry.SoftwareOf(r.PathValue("org"), offset, limit)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"totalResults": total, "startIndex": offset + 1, "SoftwareStatements": list})
}

// showSoftware answers 200 whatever the status, which is part of what it shows.
func (f face) showSoftware(w http.ResponseWriter, r *http.Request) error {
	soft, _, err := f.Registry.Software(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, soft)
}

// updateSoftware changes what the body names. The statements already handed
// out say what they said: a bank sees the change with the next one.
func (f face) updateSoftware(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	soft, err := f.Registry.UpdateSoftware(r.PathValue("org"), r.PathValue("software"), func(s *registry.Software) error {
		return rest.DecodeJSON(body, s)
	})
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, soft)
}

// setSoftwareStatus switches the software off or on again. Off means that no
// statement is issued for it; its keys stay published.
func (f face) setSoftwareStatus(w http.ResponseWriter, r *http.Request) error {
	var body statusChange
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := f.Registry.SetSoftwareStatus(r.PathValue("org"), r.PathValue("software"), body.Status); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}
