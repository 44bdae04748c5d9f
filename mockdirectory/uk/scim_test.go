package uk

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// resource is a provider as a client reads it.
type resource struct {
	Schemas      []string
	ID           string
	ExternalID   string
	Meta         struct{ ResourceType, Location string }
	Organisation struct {
		OrganisationCommonName, OBOrganisationID, Status string
	} `json:"urn:openbanking:organisation:1.0"`
	Authority struct {
		AuthorityID, RegistrationID, MemberState string
		Authorisations                           []struct {
			MemberState, Psd2Role string
			Active                bool
		}
	} `json:"urn:openbanking:competentauthorityclaims:1.0"`
	Software struct {
		SoftwareStatements []struct {
			ID                             string `json:"Id"`
			ClientName                     string
			Active                         bool
			Roles                          []string
			SigningKeyIDs, TransportKeyIDs []string
		}
	} `json:"urn:openbanking:softwarestatement:1.0"`
	AuthorisationServers []map[string]any
}

type listing struct {
	TotalResults, StartIndex, ItemsPerPage int
	Resources                              []resource
}

const (
	tppList  = "/scim/v2/OBThirdPartyProviders"
	bankList = "/scim/v2/OBAccountPaymentServiceProviders"
	allList  = "/scim/v2/Participants"
)

func filtered(list, filter string) string { return list + "?filter=" + url.QueryEscape(filter) }

func TestProviderResource(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP", "PISP", "CD_AISP")
	second := d.addSoftware(tpp.org)
	c.must(204, call{method: "PUT", path: "/v2.1/organisation/" + tpp.org.ID + "/software-statement/" + second.soft.ID + "/status", body: `{"Status":"Inactive"}`}, nil)

	var got resource
	answer := c.get(tppList+"/"+tpp.org.ID, &got)
	require.Equal(t, mediaSCIM, answer.header.Get("Content-Type"))
	require.Equal(t, tpp.org.ID, got.ID)
	require.Equal(t, "PSDGB-FCA-123456", got.ExternalID)
	require.Equal(t, d.base+tppList+"/"+tpp.org.ID, got.Meta.Location)
	require.Equal(t, "Budgets Ltd", got.Organisation.OrganisationCommonName)
	require.Equal(t, "Active", got.Organisation.Status)
	require.Equal(t, "FCAGBR", got.Authority.AuthorityID)
	require.Len(t, got.Authority.Authorisations, 2, "CD_AISP is no role of PSD2")
	require.Equal(t, "AISP", got.Authority.Authorisations[0].Psd2Role)
	require.True(t, got.Authority.Authorisations[0].Active)
	statements := got.Software.SoftwareStatements
	require.Len(t, statements, 2)
	require.Equal(t, tpp.soft.ID, statements[0].ID)
	require.True(t, statements[0].Active)
	require.Equal(t, []string{tpp.key.ID}, statements[0].SigningKeyIDs)
	require.Equal(t, []string{tpp.transportID}, statements[0].TransportKeyIDs)
	require.False(t, statements[1].Active)
	require.Empty(t, got.AuthorisationServers)

	require.NoError(t, d.desk.Registry.RevokeKey(tpp.org.ID, tpp.key.ID, registry.Revocation{}))
	c.get(tppList+"/"+tpp.org.ID, &got)
	require.Empty(t, got.Software.SoftwareStatements[0].SigningKeyIDs, "a revoked key is not listed")
	for _, status := range []string{"Suspended", "Revoked", "Withdrawn"} {
		c.must(204, call{method: "PUT", path: "/v2.1/organisation/" + tpp.org.ID + "/status", body: `{"Status":"` + status + `"}`}, nil)
		c.get(tppList+"/"+tpp.org.ID, &got)
		require.Equal(t, status, got.Organisation.Status, "whoever is out is still listed")
		require.False(t, got.Authority.Authorisations[0].Active)
	}
}

func TestListsByKind(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp, bank, brazilian := d.enrol("AISP"), d.enrol("ASPSP"), d.enrol("DADOS")
	c.must(200, call{method: "PUT", path: "/v2.1/organisation/" + bank.org.ID + "/authorisation-servers", headers: asJSON,
		body: `{"AuthorisationServers":[{"CustomerFriendlyName":"Bank","OpenIDConfigEndPointUri":"https://bank.example/x","BaseApiDNSUri":"https://api.bank.example","AutoRegistrationSupported":true}]}`}, nil)
	for list, want := range map[string][]string{tppList: {tpp.org.ID}, bankList: {bank.org.ID}, allList: {tpp.org.ID, bank.org.ID}} {
		var got listing
		c.get(list, &got)
		var ids []string
		for _, r := range got.Resources {
			ids = append(ids, r.ID)
		}
		require.Equal(t, want, ids)
		require.Equal(t, len(want), got.TotalResults)
	}
	c.must(404, call{method: "GET", path: tppList + "/" + bank.org.ID}, nil)
	c.must(404, call{method: "GET", path: bankList + "/" + tpp.org.ID}, nil)
	c.must(404, call{method: "GET", path: allList + "/" + brazilian.org.ID}, nil)
	c.must(404, call{method: "GET", path: tppList + "/" + tpp.org.UUID}, nil)
	var got resource
	c.get(bankList+"/"+bank.org.ID, &got)
	require.Equal(t, []map[string]any{{
		"CustomerFriendlyName": "Bank", "OpenIDConfigEndPointUri": "https://bank.example/x",
		"BaseApiDNSUri": "https://api.bank.example", "AutoRegistrationSupported": true,
	}}, got.AuthorisationServers)
}

func TestSearches(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp, other := d.enrol("AISP", "PISP"), d.enrol("CBPII")
	second := d.addSoftware(tpp.org)
	const soft, auth = urnSoftware + ":SoftwareStatements", urnAuthority + ":Authorisations"
	cases := []struct {
		filter string
		want   []string
	}{
		{soft + `[Id eq "` + second.soft.ID + `" and Active eq true]`, []string{tpp.org.ID}},
		{soft + `[Id eq "` + second.soft.ID + `" and Active eq false]`, nil},
		{soft + `[Id eq "` + strings.ToLower(second.soft.ID) + `"]`, nil},
		{soft + `[Id eq "` + second.soft.UUID + `"]`, nil},
		{"(" + soft + `[Id eq "` + tpp.soft.ID + `" and Active eq true] ) and ` + auth + `[MemberState eq "GB" and Psd2Role eq "PISP"]`, []string{tpp.org.ID}},
		{"(" + soft + `[Id eq "` + tpp.soft.ID + `" and Active eq true] ) and ` + auth + `[MemberState eq "GB" and Psd2Role eq "CBPII"]`, nil},
		{soft + `[Id eq "` + tpp.soft.ID + `"] or ` + soft + `[Id eq "` + other.soft.ID + `"]`, []string{tpp.org.ID, other.org.ID}},
		{soft + `[Id eq "` + tpp.soft.ID + `"] or ` + soft + `[Id eq "` + second.soft.ID + `"]`, []string{tpp.org.ID}},
		{soft + `[Id eq "` + tpp.soft.ID + `"] and ` + soft + `[Id eq "` + other.soft.ID + `"]`, nil},
		{auth + `[Psd2Role eq "CBPII"]`, []string{other.org.ID}},
		{auth + `[Psd2Role eq "CBPII"] or id eq "` + tpp.org.ID + `"`, []string{tpp.org.ID, other.org.ID}},
		{`id eq "` + other.org.ID + `"`, []string{other.org.ID}},
		{urnOrganisation + `:OBOrganisationId eq "` + other.org.ID + `" and ` + auth + `[Psd2Role eq "CBPII"]`, []string{other.org.ID}},
		{`id eq "` + nobody + `"`, nil},
		{soft + `[ClientName eq "budgets"]`, []string{tpp.org.ID, other.org.ID}},
		{soft + `[SigningKeyIds eq "` + other.key.ID + `"]`, []string{other.org.ID}},
	}
	for _, in := range cases {
		t.Run(in.filter, func(t *testing.T) {
			body := string(jose.Raw(map[string]any{"schemas": []string{searchRequest}, "filter": in.filter}))
			for _, ask := range []call{
				{method: "GET", path: filtered(tppList, in.filter)},
				{method: "POST", path: tppList + "/.search", body: body, headers: []string{"Content-Type", mediaSCIM}},
			} {
				var got listing
				c.in(t).must(200, ask, &got)
				var ids []string
				for _, r := range got.Resources {
					ids = append(ids, r.ID)
				}
				require.ElementsMatch(t, in.want, ids)
				require.Equal(t, len(in.want), got.TotalResults)
			}
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	var ids []string
	for range scimPage + 5 {
		org, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "A", Roles: []string{"AISP"}})
		require.NoError(t, err)
		ids = append(ids, org.ID)
	}
	for _, in := range []struct {
		query        string
		first, items int
	}{
		{"", 1, scimPage}, {"?count=3", 1, 3}, {"?startIndex=4&count=3", 4, 3}, {"?startIndex=104", 104, 2}, {"?startIndex=106", 106, 0},
		{"?count=0", 1, 0}, {"?count=-5", 1, 0}, {"?startIndex=-5&count=1", 1, 1}, {"?count=1000000000", 1, scimPage}, {"?startIndex=1000000000", 1000000000, 0},
	} {
		var got listing
		c.get(tppList+in.query, &got)
		require.Equal(t, len(ids), got.TotalResults, in.query)
		require.Equal(t, in.first, got.StartIndex, in.query)
		require.Equal(t, in.items, got.ItemsPerPage, in.query)
		require.Len(t, got.Resources, in.items, in.query)
		for i, r := range got.Resources {
			require.Equal(t, ids[in.first-1+i], r.ID)
		}
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	one := tppList + "/" + tpp.org.ID
	always := `{"schemas":["urn:openbanking:OBThirdPartyProviders:1.0","` + strings.Join([]string{urnOrganisation, urnAuthority, urnLegal, urnSoftware}, `","`) + `"],"id":"` + tpp.org.ID + `"`
	require.JSONEq(t, `{"schemas":["`+listResponse+`"],"totalResults":1}`, string(c.get(tppList+"?attributes=totalResults", nil).body))
	require.JSONEq(t, always+`}`, string(c.get(one+"?attributes=id", nil).body))
	require.JSONEq(t, always+`,"`+urnOrganisation+`":{"Status":"Active"}}`, string(c.get(one+"?attributes="+strings.ToUpper(urnOrganisation)+":STATUS", nil).body))
	require.JSONEq(t, always+`,"`+urnSoftware+`":{"SoftwareStatements":[{"Id":"`+tpp.soft.ID+`","Active":true}]}}`,
		string(c.get(one+"?attributes="+urnSoftware+":SoftwareStatements.Id,"+urnSoftware+":SoftwareStatements.Active", nil).body))
	require.JSONEq(t, always+`}`, string(c.get(one+"?excludedAttributes=meta,externalId,id,"+strings.Join([]string{urnOrganisation, urnAuthority, urnLegal, urnSoftware}, ","), nil).body))
	var got resource
	c.get(one+"?excludedAttributes="+urnSoftware+":SoftwareStatements.Roles", &got)
	require.Equal(t, tpp.soft.ID, got.Software.SoftwareStatements[0].ID)
	require.Nil(t, got.Software.SoftwareStatements[0].Roles)
}

func TestSearchesAreRefused(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	search := func(member string) string { return `{"schemas":["` + searchRequest + `"],` + member + `}` }
	for _, in := range []struct {
		name, query, body string
		kind, want        string
	}{
		{"bad filter", "?filter=id+co+%22x%22", search(`"filter":"id co \"x\""`), "invalidFilter", "eq"},
		{"empty filter", "?filter=", search(`"filter":""`), "invalidFilter", "attribute"},
		{"unknown attribute", "?attributes=nmae", search(`"attributes":["nmae"]`), "invalidValue", "nmae"},
		{"unknown attribute to leave out", "?excludedAttributes=nmae", search(`"excludedAttributes":["nmae"]`), "invalidValue", "nmae"},
		{"both lists", "?attributes=id&excludedAttributes=meta", search(`"attributes":["id"],"excludedAttributes":["meta"]`), "invalidValue", "either"},
		{"count in words", "?count=many", search(`"count":"many"`), "invalidValue", "count"},
		{"start with a fraction", "?startIndex=1.5", search(`"startIndex":1.5`), "invalidValue", "startIndex"},
		{"start beyond numbers", "?startIndex=99999999999999999999", search(`"startIndex":99999999999999999999`), "invalidValue", "startIndex"},
		{"unknown parameter", "?sortBy=id", search(`"sortBy":"id"`), "invalidValue", "sortBy"},
		{"parameter twice", "?count=1&count=2", search(`"count":1,"count":2`), "invalidValue", "count"},
		{"query that is none", "?filter=%zz", search(`"filter":"\ud800`), "invalidValue", ""},
	} {
		for _, ask := range []call{
			{method: "GET", path: tppList + in.query}, {method: "POST", path: tppList + "/.search", body: in.body, headers: asJSON},
		} {
			got := c.must(400, ask, nil)
			require.Equal(t, mediaSCIM, got.header.Get("Content-Type"), in.name)
			require.Contains(t, string(got.body), `"scimType":"`+in.kind+`"`, in.name)
			require.Contains(t, got.reason(t), in.want, in.name)
		}
	}
	got := c.must(400, call{method: "POST", path: tppList + "/.search", body: `{"schemas":["x"]}`, headers: asJSON}, nil)
	require.Contains(t, string(got.body), `"scimType":"invalidSyntax"`)
	got = c.must(415, call{method: "POST", path: tppList + "/.search", body: `{}`, headers: []string{"Content-Type", "text/html"}}, nil)
	require.Contains(t, got.reason(t), "Content-Type")
	got = c.must(404, call{method: "GET", path: tppList + "/x"}, nil)
	require.JSONEq(t, `{"schemas":["`+scimErrorURN+`"],"status":"404","detail":"id: OBThirdPartyProviders has no \"x\""}`, string(got.body))
	c.must(400, call{method: "GET", path: tppList + "/" + tpp.org.ID + "?filter=x"}, nil)
	c.get(tppList+"/"+tpp.org.ID, nil)
}

// An organisation with very many software statements is shown with the latest,
// and a list of such organisations comes in more pages.
func TestVeryManyStatements(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	large, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Large", Roles: []string{"AISP"}})
	require.NoError(t, err)
	var ids []string
	for i := range mostStatements + 50 {
		soft, err := d.desk.Registry.AddSoftware(large.ID, registry.Fields{ClientName: fmt.Sprintf("Budgets %d", i)})
		require.NoError(t, err)
		ids = append(ids, soft.ID)
	}
	small := d.enrol("AISP")

	var got resource
	c.get(tppList+"/"+large.ID, &got)
	require.Len(t, got.Software.SoftwareStatements, mostStatements)
	require.Equal(t, ids[50], got.Software.SoftwareStatements[0].ID)
	require.Equal(t, ids[len(ids)-1], got.Software.SoftwareStatements[mostStatements-1].ID)

	var page listing
	c.get(tppList, &page)
	require.Equal(t, 2, page.TotalResults)
	require.Equal(t, 1, page.ItemsPerPage, "the page ends early")
	c.get(tppList+"?startIndex=2", &page)
	require.Equal(t, small.org.ID, page.Resources[0].ID)
	c.get(tppList+"?excludedAttributes="+urnSoftware, &page)
	require.Equal(t, 2, page.ItemsPerPage)

	page = listing{}
	c.get(filtered(tppList, urnSoftware+`:SoftwareStatements[Id eq "`+ids[0]+`" and Active eq true]`), &page)
	require.Equal(t, 1, page.TotalResults)
	require.Equal(t, ids[0], page.Resources[0].Software.SoftwareStatements[0].ID, "what was asked for is among what is shown")
	page = listing{}
	c.get(filtered(tppList, urnSoftware+`:SoftwareStatements[ClientName eq "budgets 7"]`)+"&attributes=totalResults", &page)
	require.Equal(t, 1, page.TotalResults)
}

func TestAuthorities(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	_, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "A", AuthorityID: "FMA"})
	require.NoError(t, err)
	var got struct {
		Resources []struct{ AuthorityID, AuthorityDescription, Country, ServiceName, X509SubjectName string }
	}
	c.get("/scim/v2/OBAuthorities", &got)
	require.Len(t, got.Resources, 3)
	require.Equal(t, "FCAGBR", got.Resources[0].AuthorityID)
	require.Equal(t, "FMA", got.Resources[1].AuthorityID)
	c.must(200, call{method: "GET", path: "/scim/v2/OBAuthorities/FMA"}, nil)
	c.get(filtered("/scim/v2/OBAuthorities", `AuthorityDescription eq "financial conduct authority"`), &got)
	require.Len(t, got.Resources, 1)
	c.get(filtered("/scim/v2/OBQualifiedTrustServiceProviders", `ServiceCountry eq "GB"`), &got)
	require.Len(t, got.Resources, 1)
	require.Equal(t, d.desk.Trust.Authority().Issuing().Subject.CommonName, got.Resources[0].ServiceName)
	require.NotEmpty(t, got.Resources[0].X509SubjectName)
}

// The scopes of a token say which lists it opens.
func TestListsNeedTheirScopes(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP")
	for scope, lists := range map[string]string{
		"TPPReadAccess": tppList + " " + allList, "ASPSPReadAccess": bankList + " " + allList,
		"AuthoritiesReadAccess": "/scim/v2/OBAuthorities /scim/v2/OBQualifiedTrustServiceProviders", "TPPManage": tppList + " " + allList,
	} {
		c := d.as(tpp, scope)
		for _, of := range resourceTypes {
			want := http.StatusForbidden
			if strings.Contains(" "+lists+" ", " /scim/v2/"+of.name+" ") {
				want = http.StatusOK
			}
			got := c.must(want, call{method: "GET", path: "/scim/v2/" + of.name}, nil)
			require.Equal(t, mediaSCIM, got.header.Get("Content-Type"))
		}
	}
}

func BenchmarkSoftwareLookup(b *testing.B) {
	d := newDirectory(b, false)
	org, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Large", Roles: []string{"AISP"}})
	require.NoError(b, err)
	var id string
	for range 100_000 {
		soft, err := d.desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "Budgets"})
		require.NoError(b, err)
		id = soft.ID
	}
	c := d.caller(nil)
	path := filtered(tppList, urnSoftware+`:SoftwareStatements[Id eq "`+id+`" and Active eq true]`) + "&attributes=totalResults"
	for b.Loop() {
		c.get(path, nil)
	}
}
