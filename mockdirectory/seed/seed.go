// Package seed enrols the organisations of a YAML file when a directory starts.
package seed

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// File is what a seed file says. Its member names are those of the API.
type File struct {
	Organisations []Organisation `yaml:"Organisations"`
}

// Organisation is one to enrol, with its software.
type Organisation struct {
	OrganisationName     string     `yaml:"OrganisationName"`
	RegistrationID       string     `yaml:"RegistrationId"`
	AuthorityID          string     `yaml:"AuthorityId"`
	Roles                []string   `yaml:"Roles"`
	AuthorisationServers []Server   `yaml:"AuthorisationServers"`
	SoftwareStatements   []Software `yaml:"SoftwareStatements"`
}

// Server is how a bank advertises where clients register.
type Server struct {
	CustomerFriendlyName      string `yaml:"CustomerFriendlyName"`
	OpenIDConfigEndPointURI   string `yaml:"OpenIDConfigEndPointUri"`
	BaseAPIDNSURI             string `yaml:"BaseApiDNSUri"`
	AutoRegistrationSupported bool   `yaml:"AutoRegistrationSupported"`
}

// Software is one software statement.
type Software struct {
	ClientName               string   `yaml:"ClientName"`
	Description              string   `yaml:"Description"`
	ClientURI                string   `yaml:"ClientUri"`
	LogoURI                  string   `yaml:"LogoUri"`
	PolicyURI                string   `yaml:"PolicyUri"`
	TermsOfServiceURI        string   `yaml:"TermsOfServiceUri"`
	RedirectURI              []string `yaml:"RedirectUri"`
	Version                  string   `yaml:"Version"`
	Environment              string   `yaml:"Environment"`
	Mode                     string   `yaml:"Mode"`
	OnBehalfOfOBOrganisation string   `yaml:"OnBehalfOfObOrganisation"`
	Roles                    []string `yaml:"Roles"`
}

// Parse reads a file. An unknown member is an error that names it and its line,
// as is an organisation without a name or one that is there twice.
func Parse(data []byte) (*File, error) {
	var f File
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("seed file: %w", err)
	}
	if len(f.Organisations) == 0 {
		return nil, errors.New("seed file: Organisations: expected at least one")
	}
	seen := map[string]bool{}
	for i, o := range f.Organisations {
		if o.OrganisationName == "" || seen[o.OrganisationName] {
			return nil, fmt.Errorf("seed file: Organisations[%d].OrganisationName: expected a name of its own, got %q", i, o.OrganisationName)
		}
		seen[o.OrganisationName] = true
	}
	return &f, nil
}

// Refused is what the registry does not enrol: a mistake in the file, and not
// trouble of the directory.
type Refused struct {
	At  string // the place in the file
	Err error
}

// Error names the place.
func (r *Refused) Error() string { return "seed file: " + r.At + ": " + r.Err.Error() }

// Unwrap is the registry's refusal.
func (r *Refused) Unwrap() error { return r.Err }

// Apply enrols what is not enrolled yet. Names tell: a directory that was
// restarted with its data has the organisations of its seed file already. The
// error is a *Refused.
func (f *File) Apply(r *registry.Registry) error {
	enrolled := map[string]registry.Organisation{}
	all, total := r.Organisations(0, 1<<30)
	for _, o := range all[:total] {
		enrolled[o.Name] = o
	}
	for i, o := range f.Organisations {
		if err := o.apply(r, enrolled); err != nil {
			return &Refused{fmt.Sprintf("Organisations[%d] (%s)", i, o.OrganisationName), err}
		}
	}
	return nil
}

func (o Organisation) apply(r *registry.Registry, enrolled map[string]registry.Organisation) error {
	rec, there := enrolled[o.OrganisationName]
	if !there {
		servers := make([]registry.AuthorisationServer, 0, len(o.AuthorisationServers))
		for _, s := range o.AuthorisationServers {
			servers = append(servers, registry.AuthorisationServer{
				Name: s.CustomerFriendlyName, DiscoveryDocument: s.OpenIDConfigEndPointURI,
				BaseURI: s.BaseAPIDNSURI, AutoRegistration: s.AutoRegistrationSupported,
			})
		}
		var err error
		rec, err = r.AddOrganisation(registry.Enrolment{
			OrganisationName: o.OrganisationName, RegistrationID: o.RegistrationID, AuthorityID: o.AuthorityID,
			Roles: o.Roles, AuthorisationServers: servers,
		})
		if err != nil {
			return err
		}
	}
	existing, _, err := r.SoftwareOf(rec.ID, 0, 1<<30)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, s := range existing {
		names[s.ClientName] = true
	}
	for i, s := range o.SoftwareStatements {
		if names[s.ClientName] {
			continue
		}
		if _, err := r.AddSoftware(rec.ID, s.fields()); err != nil {
			return fmt.Errorf("SoftwareStatements[%d]: %w", i, err)
		}
	}
	return nil
}

func (s Software) fields() registry.Fields {
	return registry.Fields{
		ClientName: s.ClientName, Description: s.Description, ClientURI: s.ClientURI, LogoURI: s.LogoURI,
		PolicyURI: s.PolicyURI, TermsOfServiceURI: s.TermsOfServiceURI, RedirectURI: s.RedirectURI,
		Version: s.Version, Environment: s.Environment, Mode: s.Mode,
		OnBehalfOfOBOrganisation: s.OnBehalfOfOBOrganisation, Roles: s.Roles,
	}
}
