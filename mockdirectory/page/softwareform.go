package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// softwareFields asks what the owner says of a software.
func softwareFields(org registry.Organisation, f registry.Fields) []field {
	modes := []string{"Test", "Live"}
	if f.Mode != "" && !slices.Contains(modes, f.Mode) {
		modes = append(modes, f.Mode) // "live", which the API takes as well, stays as it is
	}
	one := func(name, label, value, hint string) field {
		return field{Name: name, Label: label, Values: []string{value}, Hint: hint}
	}
	fields := []field{
		one("ClientName", "Name", f.ClientName, "at most 40 characters"),
		{Name: "RedirectUri", Label: "Redirect URIs", Type: "area", Values: []string{strings.Join(f.RedirectURI, "\n")}, Hint: "one on each line"},
		{Name: "Roles", Label: "Roles", Type: "checks", Values: f.Roles, Choices: plain(org.Roles...), Hint: "of the organisation's; those of its first domain when none is chosen at enrolment"},
		one("Description", "Description", f.Description, ""),
		one("Version", "Version", f.Version, "1.0 when empty"),
		one("ClientUri", "Website", f.ClientURI, ""),
		one("LogoUri", "Logo", f.LogoURI, ""),
		one("PolicyUri", "Policy", f.PolicyURI, ""),
		one("TermsOfServiceUri", "Terms of service", f.TermsOfServiceURI, ""),
		one("OnBehalfOfObOrganisation", "On behalf of", f.OnBehalfOfOBOrganisation, ""),
		one("Environment", "Environment", f.Environment, "sandbox when empty"),
		{Name: "Mode", Label: "Mode", Type: "select", Choices: plain(modes...), Values: []string{f.Mode}},
	}
	fields[0].Required = true
	return fields
}

// softwareForm leaves everything empty: the defaults are the directory's to fill in.
func softwareForm(org registry.Organisation) *form {
	return &form{
		ID: "enrol-software", Action: organisationPath(org.ID) + "/software", Submit: "Enrol the software",
		Fields: softwareFields(org, registry.Fields{}),
	}
}

// editForm has what there is, so that whatever is not touched stays.
func editForm(path string, soft registry.Software, org registry.Organisation) *form {
	return &form{ID: "edit", Action: path + "/edit", Submit: "Save the changes", Fields: softwareFields(org, soft.Fields)}
}

// fieldsOf reads what was typed.
func fieldsOf(form url.Values) registry.Fields {
	return registry.Fields{
		ClientName: form.Get("ClientName"), Description: form.Get("Description"), ClientURI: form.Get("ClientUri"),
		LogoURI: form.Get("LogoUri"), PolicyURI: form.Get("PolicyUri"), TermsOfServiceURI: form.Get("TermsOfServiceUri"),
		RedirectURI: lines(form.Get("RedirectUri")), Version: form.Get("Version"), Environment: form.Get("Environment"),
		Mode: form.Get("Mode"), OnBehalfOfOBOrganisation: form.Get("OnBehalfOfObOrganisation"), Roles: typed(form, "Roles"),
	}
}

// enrolSoftware reads a new software.
func (s *site) enrolSoftware(r *http.Request) (act, error) {
	org, body := r.PathValue("org"), fieldsOf(r.PostForm)
	sent := members{"ClientName": body.ClientName}
	for name, value := range map[string]string{
		"Description": body.Description, "ClientUri": body.ClientURI, "LogoUri": body.LogoURI, "PolicyUri": body.PolicyURI,
		"TermsOfServiceUri": body.TermsOfServiceURI, "Version": body.Version, "Environment": body.Environment, "Mode": body.Mode,
		"OnBehalfOfObOrganisation": body.OnBehalfOfOBOrganisation,
	} {
		sent.text(name, value)
	}
	sent.list("RedirectUri", body.RedirectURI)
	sent.list("Roles", body.Roles)
	return act{
		form:    "enrol-software",
		command: jsonCommand(http.MethodPost, apiPath(org)+"/software-statement", sent),
		do: func(context.Context) (outcome, error) {
			soft, err := s.Desk.Registry.AddSoftware(org, body)
			return after(softwarePath(org, soft.ID), "enrolled"), err
		},
	}, nil
}

// editSoftware reads a change. A form says everything, so what is empty is emptied: no roles are an
// empty list, which is refused, and not the default of an enrolment.
func (s *site) editSoftware(r *http.Request) (act, error) {
	org, id, body := r.PathValue("org"), r.PathValue("software"), fieldsOf(r.PostForm)
	if body.RedirectURI == nil {
		body.RedirectURI = []string{}
	}
	if body.Roles == nil {
		body.Roles = []string{}
	}
	return act{
		form:    "edit",
		command: jsonCommand(http.MethodPut, softwareAPI(org, id), body),
		do: func(context.Context) (outcome, error) {
			_, err := s.Desk.Registry.UpdateSoftware(org, id, func(soft *registry.Software) error {
				soft.Fields = body
				return nil
			})
			return after(softwarePath(org, id), "edited"), err
		},
	}, nil
}
