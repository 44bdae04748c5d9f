package brazil

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func TestParticipants(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "British Bank", Roles: []string{"ASPSP"}})
	require.NoError(t, err)
	bank := s.enrol(`{"OrganisationName":"Banco A","RegistrationNumber":"12ABC34501DE35","Roles":["DADOS","CCORR"],
		"AuthorisationServers":[{"CustomerFriendlyName":"Banco A","OpenIDDiscoveryDocument":"https://a.example/.well-known/openid-configuration"},
			{"OpenIDDiscoveryDocument":"https://b.example/d","AutoRegistrationSupported":false}]}`)
	third := s.enrol(`{"OrganisationName":"TPP & Filhos"}`)

	var list []organisation
	s.JSON(call{Method: "GET", Path: "/brazil/participants", Status: 200}, &list)
	require.Len(t, list, 2, "those of the domain, and only those")
	require.Equal(t, organisation{
		ID: idOf(bank), Status: "Active", Name: "Banco A", LegalEntityName: "Banco A", RegisteredName: "Banco A",
		RegistrationNumber: "12ABC34501DE35", CountryOfRegistration: "BR", CompanyRegister: "Cadastro Nacional da Pessoa Jurídica",
		CreatedOn:    "2026-03-04T05:06:07Z",
		DomainClaims: []domainClaim{{"Open Banking", "Banco Central", "12ABC345-OBB", "Active"}},
		RoleClaims: []roleClaim{
			{"Active", "Open Banking", "DADOS", "12ABC345-OBB-DADOS", []string{}}, {"Active", "Open Banking", "CCORR", "12ABC345-OBB-CCORR", []string{}},
		},
		Servers: []server{
			{list[0].Servers[0].ID, idOf(bank), "Banco A", "https://a.example/.well-known/openid-configuration", true, []string{}},
			{list[0].Servers[1].ID, idOf(bank), "", "https://b.example/d", false, []string{}},
		},
	}, list[0])
	require.NotEqual(t, list[0].Servers[0].ID, list[0].Servers[1].ID)
	require.NoError(t, uuid.Validate(list[0].Servers[0].ID))
	require.Equal(t, idOf(third), list[1].ID)
	require.Equal(t, "TPP & Filhos", list[1].Name)
	require.Len(t, list[1].RoleClaims, 4, "all roles when none are named")
	require.Empty(t, list[1].Servers)
	again := list
	s.JSON(call{Method: "GET", Path: "/brazil/participants", Status: 200}, &again)
	require.Equal(t, list, again, "ids follow from what is advertised")
}

func TestListOfOrganisations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "British Bank"})
	require.NoError(t, err)
	for _, name := range []string{"A", "B", "C"} {
		s.enrol(`{"OrganisationName":"` + name + `"}`)
	}
	var page listed
	s.JSON(call{Method: "GET", Path: "/brazil/organisations?page=1&size=2", Status: 200}, &page)
	require.Equal(t, listed{page.Content, 1, 2, 1, 2, 3, false}, page)
	require.Equal(t, "C", page.Content[0].Name)
	s.JSON(call{Method: "GET", Path: "/brazil/organisations?page=9", Status: 200}, &page)
	require.Equal(t, listed{page.Content, 9, 100, 0, 1, 3, true}, page)
	require.Empty(t, page.Content)
	s.JSON(call{Method: "GET", Path: "/brazil/organisations?size=100000", Status: 200}, &page)
	require.Equal(t, 100, page.Size)
	require.Len(t, page.Content, 3)
}

// What GET says can be sent back, and a change keeps what it does not name.
func TestSoftwareUpdate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"A"}`)
	soft := s.enrolSoftware(org, `{"ClientName":"Contas","RedirectUri":["https://a.example/cb","https://b.example/cb"],"OnBehalfOf":"Outro","Roles":["DADOS"]}`)
	before := string(s.get(soft))
	require.JSONEq(t, before, string(s.Do(call{Method: "PUT", Path: soft, Body: before, Status: 200}).Body))

	var got software
	s.JSON(call{Method: "PUT", Path: soft, Body: `{"RedirectUri":["https://c.example/cb"]}`, Status: 200}, &got)
	require.Equal(t, []string{"https://c.example/cb"}, got.RedirectURI)
	require.Equal(t, "Outro", got.OnBehalfOf)
	require.Equal(t, []string{"DADOS"}, got.Roles)
	s.refused(call{Method: "PUT", Path: soft, Body: `{"RedirectUri":["https://d.example/cb",""]}`, Status: 400})
	s.JSON(call{Method: "GET", Path: soft, Status: 200}, &got)
	require.Equal(t, []string{"https://c.example/cb"}, got.RedirectURI, "a refused change changes nothing")

	var list []software
	s.JSON(call{Method: "GET", Path: org + "/softwarestatements", Status: 200}, &list)
	require.Equal(t, []software{got}, list)
}

func TestInteractionID(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const header, own = "X-Fapi-Interaction-Id", "c770aef3-6784-41f7-8e0e-ff5f97bddb3a"
	for _, c := range []call{{Path: "/brazil/organisations", Status: 200}, {Path: "/brazil/organisations/none", Status: 404}} {
		c.Method, c.Header = "GET", map[string]string{header: own}
		require.Equal(t, own, s.Do(c).Header.Get(header))
		c.Header = map[string]string{header: "<script>"}
		made := s.Do(c).Header.Get(header)
		require.NoError(t, uuid.Validate(made))
		require.NotEqual(t, own, made)
	}
}

func TestCompanyNumber(t *testing.T) {
	t.Parallel()
	for _, in := range []struct {
		registration, want string
	}{
		{"13.353.236/0001-89", "13353236000189"}, {"12ABC34501DE35", "12ABC34501DE35"},
		{"Unknown0015800001AAAAAAAA", "17021019000117"}, {"1335323600018", "17021019000117"}, {"12abc34501de35", "17021019000117"},
	} {
		got := desk.CompanyNumber(registry.Organisation{RegistrationID: in.registration, UUID: "25556d5a-b9dd-4e27-aa1a-cce732fe74de"})
		require.Equal(t, in.want, got, in.registration)
	}
}
