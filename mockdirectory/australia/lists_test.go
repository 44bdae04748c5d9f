package australia

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func TestRecipients(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.enrol("British", "AISP")
	s.enrol("Bank", holderRole)
	org := s.enrol("Recipient & Co", recipientRole, "AISP")
	soft := s.enrolSoftware(org)
	s.enrolSoftware(org, func(f *registry.Fields) { f.Roles = []string{"AISP"} })
	bare := s.enrolSoftware(org, func(f *registry.Fields) { f.LogoURI = "" })

	var got struct {
		Data  []recipient
		Links selfLink
	}
	s.list("/cdr-register/v1/all/data-recipients", &got)
	require.Equal(t, facetest.Base+"/cdr-register/v1/all/data-recipients", got.Links.Self)
	require.Equal(t, []recipient{{
		ID: org.UUID, Name: "Recipient & Co", Number: org.RegistrationID, Level: "UNRESTRICTED", Logo: noLogo,
		Brands: []brand{{desk.BrandID(org), "Recipient & Co", noLogo, []product{
			{soft.UUID, "Budgets", "keeps them", "https://tpp.example/logo.png", "ACTIVE"},
			{bare.UUID, "Budgets", "keeps them", noLogo, "ACTIVE"},
		}, "ACTIVE"}},
		Status: "ACTIVE", LastUpdated: "2026-03-04T05:06:07Z",
	}}, got.Data)
}

func TestHolders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.enrol("Recipient", recipientRole)
	s.enrol("Advertises nothing", holderRole)
	bank := s.enrol("Bank", holderRole)
	bank, err := s.Desk.Registry.UpdateOrganisation(bank.ID, func(o *registry.Organisation) error {
		o.AuthorisationServers = []registry.AuthorisationServer{
			{DiscoveryDocument: "https://auth.bank.example/cdr/.well-known/openid-configuration"},
			{Name: "Second", DiscoveryDocument: "https://second.example/d", BaseURI: "https://api.second.example"},
			{Name: "Third", DiscoveryDocument: "https://third.example/d"},
		}
		return nil
	})
	require.NoError(t, err)
	type list struct {
		Data  []holder
		Links pagedLinks
		Meta  pagedMeta
	}
	fetch := func(query string) list {
		var got list
		s.list("/cdr-register/v1/"+query, &got)
		return got
	}
	all := fetch("all/data-holders/brands")
	require.Equal(t, pagedMeta{3, 1}, all.Meta)
	require.Equal(t, pagedLinks{Self: facetest.Base + "/cdr-register/v1/all/data-holders/brands"}, all.Links)
	require.Equal(t, holder{
		ID: desk.ServerID(bank, bank.AuthorisationServers[0]), Name: "Bank", Industries: []string{"banking"}, Logo: noLogo,
		Entity: legalEntity{bank.UUID, "Bank", noLogo, "ACTIVE"}, Status: "ACTIVE",
		Endpoints:   endpointDetail{"v1", "https://auth.bank.example", "https://auth.bank.example", "https://auth.bank.example/cdr", "https://auth.bank.example"},
		Auth:        []authDetail{{"SIGNED-JWT", facetest.Base + "/" + bank.UUID + "/" + bank.UUID + ".jwks"}},
		LastUpdated: "2026-03-04T05:06:07Z",
	}, all.Data[0])
	require.Equal(t, "Second", all.Data[1].Name)
	require.Equal(t, "https://api.second.example", all.Data[1].Endpoints.Resource)

	second := fetch("banking/data-holders/brands?page=2&page-size=1")
	require.Equal(t, []holder{all.Data[1]}, second.Data)
	require.Equal(t, pagedMeta{3, 3}, second.Meta)
	at := facetest.Base + "/cdr-register/v1/banking/data-holders/brands?page="
	require.Equal(t, pagedLinks{
		Self: at + "2&page-size=1", First: at + "1&page-size=1", Prev: at + "1&page-size=1", Next: at + "3&page-size=1", Last: at + "3&page-size=1",
	}, second.Links)
	third := fetch("banking/data-holders/brands?page=3&page-size=1")
	require.Empty(t, third.Links.Next)
	require.Empty(t, third.Links.Last)

	require.Empty(t, fetch("energy/data-holders/brands").Data)
	require.Empty(t, fetch("all/data-holders/brands?updated-since=2026-03-04T05:06:08Z").Data)
	require.Len(t, fetch("all/data-holders/brands?updated-since=2026-03-04T16:06:07%2B11:00").Data, 3)

	require.NoError(t, s.Desk.Registry.SetOrganisationStatus(bank.ID, registry.Suspended))
	require.Equal(t, "INACTIVE", fetch("all/data-holders/brands").Data[0].Status)
	require.Equal(t, "ACTIVE", fetch("all/data-holders/brands").Data[0].Entity.Status)
	require.NoError(t, s.Desk.Registry.SetOrganisationStatus(bank.ID, registry.Revoked))
	require.Equal(t, "REMOVED", fetch("all/data-holders/brands").Data[0].Entity.Status)
}

// A list that is known already is not sent again, until it changes.
func TestEntityTag(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol("A", recipientRole)
	const path = "/cdr-register/v1/all/data-recipients/status"
	tag := s.Do(call{Method: "GET", Path: path, Header: version("3"), Status: 200}).Header.Get("ETag")
	for _, in := range []struct {
		condition string
		status    int
	}{{tag, 304}, {"W/" + tag, 304}, {`"other", ` + tag, 304}, {"*", 304}, {`"other"`, 200}, {"", 200}} {
		c := call{Method: "GET", Path: path, Header: map[string]string{"x-v": "3", "If-None-Match": in.condition}, Status: in.status}
		require.Equal(t, tag, s.Do(c).Header.Get("ETag"), in.condition)
		require.Equal(t, in.status == 304, len(s.Do(c).Body) == 0)
	}
	require.NoError(t, s.Desk.Registry.SetOrganisationStatus(org.ID, registry.Suspended))
	res := s.Do(call{Method: "GET", Path: path, Header: map[string]string{"x-v": "3", "If-None-Match": tag}, Status: 200})
	require.NotEqual(t, tag, res.Header.Get("ETag"))
}

// More members than are read at a time are all there.
func TestLongLists(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 501 {
		s.enrol("A", recipientRole)
	}
	org := s.enrol("B", recipientRole)
	for range 501 {
		s.enrolSoftware(org)
	}
	var entities, products struct{ Data []json.RawMessage }
	s.list("/cdr-register/v1/all/data-recipients/status", &entities)
	require.Len(t, entities.Data, 502)
	s.list("/cdr-register/v1/all/data-recipients/brands/software-products/status", &products)
	require.Len(t, products.Data, 501)
}
