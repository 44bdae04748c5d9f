package australia

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

func TestMain(m *testing.M) { facetest.Main(m, "application/jwt", "application/yaml") }

// site is the API of a registry of its own.
type site struct{ facetest.Site }

func newSite(t testing.TB) site {
	t.Helper()
	return site{facetest.NewSite(t, func(d *desk.Desk) []rest.Route { return Routes(d, access.New(access.Config{Desk: d})) })}
}

func (s site) in(t testing.TB) site { return site{s.In(t)} }

type call = facetest.Call

// get wants 200 and the body, of the newest version of most endpoints.
func (s site) get(path string) []byte {
	s.T.Helper()
	return s.Do(call{Method: "GET", Path: path, Header: version("3"), Status: 200}).Body
}

// refused wants a refusal in the form of the standards and returns it.
func (s site) refused(c call) refusal {
	s.T.Helper()
	var body struct {
		Errors []refusal `json:"errors"`
	}
	got := s.JSON(c, &body)
	require.Equal(s.T, "application/json", got.Header.Get("Content-Type"))
	require.Len(s.T, body.Errors, 1)
	return body.Errors[0]
}

// list reads a document into a struct with the members that a test wants.
func (s site) list(path string, into any) {
	s.T.Helper()
	require.NoError(s.T, json.Unmarshal(s.get(path), into))
}

// enrol enrols as the UK's API does.
func (s site) enrol(name string, roles ...string) registry.Organisation {
	s.T.Helper()
	org, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: name, Roles: roles})
	require.NoError(s.T, err)
	return org
}

// enrolSoftware has all that a statement needs, unless change takes it away.
func (s site) enrolSoftware(org registry.Organisation, change ...func(*registry.Fields)) registry.Software {
	s.T.Helper()
	fields := registry.Fields{
		ClientName: "Budgets", Description: "keeps them", ClientURI: "https://tpp.example/home", LogoURI: "https://tpp.example/logo.png",
		RedirectURI: []string{"https://tpp.example/cb"}, Roles: []string{recipientRole},
	}
	for _, c := range change {
		c(&fields)
	}
	soft, err := s.Desk.Registry.AddSoftware(org.ID, fields)
	require.NoError(s.T, err)
	return soft
}

// statement is the path of a software statement.
func statement(org registry.Organisation, soft registry.Software) string {
	return "/cdr-register/v1/all/data-recipients/brands/" + desk.BrandID(org) + "/software-products/" + soft.UUID + "/ssa"
}

// version is the header that asks for one.
func version(v string) map[string]string { return map[string]string{"x-v": v} }
