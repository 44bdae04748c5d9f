package brazil

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// fields is what the owner says about a piece of software.
type fields struct {
	ClientName        string   `json:"ClientName"`
	Description       string   `json:"Description"`
	ClientURI         string   `json:"ClientUri"`
	LogoURI           string   `json:"LogoUri"`
	PolicyURI         string   `json:"PolicyUri"`
	TermsOfServiceURI string   `json:"TermsOfServiceUri"`
	RedirectURI       []string `json:"RedirectUri"`
	Version           string   `json:"Version"`
	Environment       string   `json:"Environment"`
	Mode              string   `json:"Mode"`
	OnBehalfOf        string   `json:"OnBehalfOf"`
	Roles             []string `json:"Roles"`
}

// software is a software statement as the API shows it. ClientId is the client
// that the software is at the directory itself, which has the same id here.
type software struct {
	OrganisationID string `json:"OrganisationId"`
	ID             string `json:"SoftwareStatementId"`
	ClientID       string `json:"ClientId"`
	Status         string `json:"Status"`
	fields
	Locked bool `json:"Locked"`
}

// fieldsOf leaves out roles of other ecosystems, which this one has no names for.
func fieldsOf(f registry.Fields) fields {
	return fields{
		f.ClientName, f.Description, f.ClientURI, f.LogoURI, f.PolicyURI, f.TermsOfServiceURI, f.RedirectURI,
		f.Version, f.Environment, f.Mode, f.OnBehalfOfOBOrganisation, desk.RolesIn(f.Roles, registry.BrazilRoles),
	}
}

// into refuses what the registry knows under another name than this API.
func (f fields) into(out *registry.Fields) error {
	if n := utf8.RuneCountInString(f.OnBehalfOf); n > 40 {
		return problem.Invalid("OnBehalfOf", "expected at most 40 characters, got %d", n)
	}
	if err := brazilian(f.Roles); err != nil {
		return err
	}
	*out = registry.Fields{
		ClientName: f.ClientName, Description: f.Description, ClientURI: f.ClientURI, LogoURI: f.LogoURI, PolicyURI: f.PolicyURI,
		TermsOfServiceURI: f.TermsOfServiceURI, RedirectURI: f.RedirectURI, Version: f.Version, Environment: f.Environment,
		Mode: f.Mode, OnBehalfOfOBOrganisation: f.OnBehalfOf, Roles: f.Roles,
	}
	return nil
}

// shownSoftware has no lock: statements are signed anew each time, so nothing
// has to be held still after the first.
func shownSoftware(org registry.Organisation, s registry.Software) software {
	return software{org.UUID, s.UUID, s.UUID, claimStatus(s.Status == registry.Active), fieldsOf(s.Fields), false}
}

// checkKept refuses a change of what only the directory sets. What GET says can
// be sent back.
func (s software) checkKept(next software) error {
	for _, m := range []struct{ name, was, got string }{
		{"OrganisationId", s.OrganisationID, next.OrganisationID}, {"SoftwareStatementId", s.ID, next.ID},
		{"ClientId", s.ClientID, next.ClientID}, {"Status", s.Status, next.Status},
		{"Locked", strconv.FormatBool(s.Locked), strconv.FormatBool(next.Locked)},
	} {
		if m.was != m.got {
			return problem.Invalid(m.name, "expected %q, which only the directory changes, got %q", m.was, m.got)
		}
	}
	return nil
}

// enrolSoftware answers 201 with the new software statement, which is Active.
// Roles that are left out are the organisation's Brazilian ones; without any
// there is no software for this ecosystem, which is a conflict.
func (f face) enrolSoftware(w http.ResponseWriter, r *http.Request) error {
	var body fields
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	org, err := f.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	roles := desk.RolesIn(org.Roles, registry.BrazilRoles)
	if len(roles) == 0 {
		return problem.Conflict("OrganisationId: organisation %s has no role of Open Finance Brasil", org.UUID)
	}
	if body.Roles == nil {
		body.Roles = roles
	}
	var wanted registry.Fields
	if err := body.into(&wanted); err != nil {
		return err
	}
	soft, err := f.Registry.AddSoftware(org.ID, wanted)
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, shownSoftware(org, soft))
}

// listSoftware answers with a plain list, as Raidiam's does; beyond a thousand
// it ends.
func (f face) listSoftware(w http.ResponseWriter, r *http.Request) error {
	org, err := f.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	list, _, err := f.Registry.SoftwareOf(org.ID, 0, 1000)
	if err != nil {
		return err
	}
	out := []software{}
	for _, s := range list {
		out = append(out, shownSoftware(org, s))
	}
	return rest.WriteJSON(w, http.StatusOK, out)
}

// showSoftware answers 200 whatever the status, which is part of what it shows.
func (f face) showSoftware(w http.ResponseWriter, r *http.Request) error {
	soft, org, err := f.Registry.Software(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, shownSoftware(org, soft))
}

// updateSoftware changes what the body names. Software of another ecosystem
// keeps its roles unless the body gives it Brazilian ones.
func (f face) updateSoftware(w http.ResponseWriter, r *http.Request) error {
	data, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	org, err := f.Registry.Organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	soft, err := f.Registry.UpdateSoftware(org.ID, r.PathValue("software"), func(s *registry.Software) error {
		was, kept := shownSoftware(org, *s), s.Roles
		next := was
		next.Roles = nil
		if err := rest.DecodeJSON(data, &next); err != nil {
			return err
		}
		if err := was.checkKept(next); err != nil {
			return err
		}
		if err := next.into(&s.Fields); err != nil {
			return err
		}
		if next.Roles == nil {
			s.Roles = kept
		}
		return nil
	})
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusOK, shownSoftware(org, soft))
}

// assertion answers with the compact JWS. It is asked for by GET and made anew
// each time: banks take statements of the last five minutes only (Open Finance
// Brasil DCR 1.0, section 7.1).
func (f face) assertion(w http.ResponseWriter, r *http.Request) error {
	query, err := rest.Parameters(r, "kid")
	if err != nil {
		return err
	}
	token, err := f.BrazilAssertion(r.PathValue("org"), r.PathValue("software"), query["kid"])
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, "application/jwt", []byte(token))
}
