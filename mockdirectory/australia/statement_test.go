package australia

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// verified checks a statement against the published keys and returns it.
func verified(s site, token string) jose.Token {
	s.T.Helper()
	return s.Verified(token, s.get("/cdr-register/v1/jwks"))
}

func TestStatement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol("Recipient Pty", recipientRole)
	soft := s.enrolSoftware(org, func(f *registry.Fields) {
		f.TermsOfServiceURI, f.PolicyURI = "https://tpp.example/tos", "https://tpp.example/policy"
	})
	res := s.Do(call{Method: "GET", Path: statement(org, soft), Header: version("3"), Status: 200})
	require.Equal(t, "application/jwt", res.Header.Get("Content-Type"))
	require.Equal(t, "3", res.Header.Get("x-v"))
	got := verified(s, string(s.get(statement(org, soft)))).Claims
	scope := got.String("scope")
	require.JSONEq(t, string(jose.Raw(map[string]any{
		"iss": "cdr-register", "iat": facetest.Instant.Unix(), "exp": facetest.Instant.Unix() + 600, "jti": got.String("jti"),
		"legal_entity_id": org.UUID, "legal_entity_name": "Recipient Pty", "org_id": desk.BrandID(org), "org_name": "Recipient Pty",
		"client_name": "Budgets", "client_description": "keeps them", "client_uri": "https://tpp.example/home",
		"redirect_uris": []string{"https://tpp.example/cb"}, "logo_uri": "https://tpp.example/logo.png",
		"tos_uri": "https://tpp.example/tos", "policy_uri": "https://tpp.example/policy",
		"jwks_uri": facetest.Base + "/" + org.UUID + "/" + soft.UUID + ".jwks", "revocation_uri": "https://tpp.example/revocation",
		"recipient_base_uri": "https://tpp.example", "software_id": soft.UUID,
		"software_roles": "data-recipient-software-product", "scope": scope,
	})), string(got.Bytes()))
	require.Regexp(t, `^[0-9a-f]{32}$`, got.String("jti"))
	require.Subset(t, strings.Fields(scope), []string{"openid", "profile", "bank:accounts.basic:read", "cdr:registration"})
	again := verified(s, string(s.get(statement(org, soft)))).Claims
	require.NotEqual(t, got.String("jti"), again.String("jti"))

	plain := verified(s, string(s.get(statement(org, s.enrolSoftware(org))))).Claims
	for _, name := range []string{"tos_uri", "policy_uri", "sector_identifier_uri"} {
		_, there := plain.Get(name)
		require.False(t, there, "%s is optional", name)
	}
}

// The ids follow from the organisation's: they survive whatever else changes.
func TestBrandID(t *testing.T) {
	t.Parallel()
	a, b := registry.Organisation{UUID: "25556d5a-b9dd-4e27-aa1a-cce732fe74de"}, registry.Organisation{UUID: "b961c4eb-509d-4edf-afeb-35642b38185d"}
	id, err := uuid.Parse(desk.BrandID(a))
	require.NoError(t, err)
	require.Equal(t, uuid.Version(5), id.Version())
	require.Equal(t, desk.BrandID(a), desk.BrandID(registry.Organisation{UUID: a.UUID, Name: "A"}))
	require.NotEqual(t, desk.BrandID(a), desk.BrandID(b))
}

// A software product that may act gets a statement by the key that it asks for,
// under ids in either case.
func TestStatementOnRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol("A", recipientRole)
	soft := s.enrolSoftware(org)
	first := verified(s, string(s.get(statement(org, soft)))).Header.String("kid")
	kid, err := s.Desk.Trust.Signing().Add(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first, kid)
	require.Equal(t, kid, verified(s, string(s.get(statement(org, soft)+"?kid="+kid))).Header.String("kid"))
	upper := "/cdr-register/v1/all/data-recipients/brands/" + strings.ToUpper(desk.BrandID(org)) + "/software-products/" + strings.ToUpper(soft.UUID) + "/ssa"
	require.Equal(t, soft.UUID, verified(s, string(s.get(upper))).Claims.String("software_id"))
}

// What a statement cannot do without is named.
func TestStatementOfUnfinishedSoftware(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol("A", recipientRole)
	for _, in := range []struct {
		lacks  string
		change func(*registry.Fields)
	}{
		{"Description", func(f *registry.Fields) { f.Description = "" }},
		{"ClientUri", func(f *registry.Fields) { f.ClientURI = "" }},
		{"ClientUri", func(f *registry.Fields) { f.ClientURI = "com.example.app:/home" }},
		{"LogoUri", func(f *registry.Fields) { f.LogoURI = "" }},
		{"RedirectUri", func(f *registry.Fields) { f.RedirectURI = nil }},
	} {
		soft := s.enrolSoftware(org, in.change)
		got := s.refused(call{Method: "GET", Path: statement(org, soft), Header: version("4"), Status: 422})
		require.Contains(t, got.Detail, in.lacks)
	}
	s.get(statement(org, s.enrolSoftware(org)))
}

// Every state of organisation and software cascades as the register's rules say.
func TestCascadeOfStates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, in := range []struct{ org, soft, entity, brand, product string }{
		{registry.Active, registry.Active, "ACTIVE", "ACTIVE", "ACTIVE"},
		{registry.Active, registry.Inactive, "ACTIVE", "ACTIVE", "INACTIVE"},
		{registry.Active, registry.Removed, "ACTIVE", "ACTIVE", "REMOVED"},
		{registry.Suspended, registry.Active, "SUSPENDED", "INACTIVE", "INACTIVE"},
		{registry.Suspended, registry.Inactive, "SUSPENDED", "INACTIVE", "INACTIVE"},
		{registry.Suspended, registry.Removed, "SUSPENDED", "INACTIVE", "REMOVED"},
		{registry.Revoked, registry.Active, "REVOKED", "REMOVED", "REMOVED"},
		{registry.Withdrawn, registry.Active, "SURRENDERED", "REMOVED", "REMOVED"},
		{registry.Withdrawn, registry.Inactive, "SURRENDERED", "REMOVED", "REMOVED"},
	} {
		org := s.enrol("A", recipientRole)
		soft := s.enrolSoftware(org)
		require.NoError(t, s.Desk.Registry.SetOrganisationStatus(org.ID, in.org))
		require.NoError(t, s.Desk.Registry.SetSoftwareStatus(org.ID, soft.ID, in.soft))
		var entities struct{ Data []entityStatus }
		s.list("/cdr-register/v1/all/data-recipients/status", &entities)
		require.Contains(t, entities.Data, entityStatus{org.UUID, in.entity})
		var products struct{ Data []productStatus }
		s.list("/cdr-register/v1/all/data-recipients/brands/software-products/status", &products)
		require.Contains(t, products.Data, productStatus{soft.UUID, in.product})
		var list struct{ Data []recipient }
		s.list("/cdr-register/v1/all/data-recipients", &list)
		last := list.Data[len(list.Data)-1]
		require.Equal(t, in.entity, last.Status)
		require.Equal(t, in.brand, last.Brands[0].Status)
		require.Equal(t, in.product, last.Brands[0].Products[0].Status)
		if in.product == "ACTIVE" {
			s.get(statement(org, soft))
			continue
		}
		got := s.refused(call{Method: "GET", Path: statement(org, soft), Header: version("4"), Status: 403})
		require.Equal(t, "urn:au-cds:error:cds-all:Authorisation/AdrStatusNotActive", got.Code)
		require.Equal(t, "ADR Status Is Not Active", got.Title)
		require.Contains(t, got.Detail, in.product)
	}
}
