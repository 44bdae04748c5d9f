package brazil

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// verified checks a statement against the published keys and returns it.
func verified(s site, token string) jose.Token {
	s.T.Helper()
	return s.Verified(token, s.get("/brazil/keystore/openbanking.jwks"))
}

func TestStatement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"Banco A","RegistrationNumber":"13.353.236/0001-89","Roles":["DADOS","PAGTO","CONTA"]}`)
	soft := s.enrolSoftware(org, `{"ClientName":"Contas","Description":"guarda","ClientUri":"https://tpp.example",
		"LogoUri":"https://tpp.example/logo.png","PolicyUri":"https://tpp.example/policy","TermsOfServiceUri":"https://tpp.example/tos",
		"RedirectUri":["https://tpp.example/cb","https://tpp.example/cb2","https://other.example:8443/cb","com.example.app:/cb"],
		"Version":"1.1","Environment":"production","Mode":"Live","Roles":["PAGTO","DADOS"]}`)
	res := s.Do(call{Method: "GET", Path: soft + "/assertion", Status: 200})
	require.Equal(t, "application/jwt", res.Header.Get("Content-Type"))
	token := string(s.get(soft + "/assertion"))
	got := verified(s, token).Claims

	orgID, softID := idOf(org), idOf(soft)
	store := facetest.Base + "/brazil/keystore/" + orgID
	authority := func(role string) map[string]any {
		return map[string]any{
			"authorisation_domain": "Open Banking", "authorisations": []string{}, "registration_id": "13353236-OBB-" + role,
			"authority_id": "687a1c94-b360-4e04-9589-0fa5cb16451b", "authority_name": "Banco Central",
			"authorisation_role": role, "authority_code": "BCB", "status": "Active",
		}
	}
	role := func(name string) map[string]string {
		return map[string]string{"role": name, "authorisation_domain": "Open Banking", "status": "Active"}
	}
	origins := []string{"https://tpp.example", "https://other.example:8443"}
	require.JSONEq(t, string(jose.Raw(map[string]any{
		"software_mode":            "Live",
		"software_redirect_uris":   []string{"https://tpp.example/cb", "https://tpp.example/cb2", "https://other.example:8443/cb", "com.example.app:/cb"},
		"software_statement_roles": []any{role("PAGTO"), role("DADOS")},
		"software_client_name":     "Contas", "org_status": "Active", "software_client_id": softID,
		"iss":              "Open Banking Open Banking Brasil sandbox SSA issuer",
		"software_tos_uri": "https://tpp.example/tos", "software_client_description": "guarda",
		"software_jwks_uri":   store + "/" + softID + "/application.jwks",
		"software_policy_uri": "https://tpp.example/policy", "software_id": softID, "software_client_uri": "https://tpp.example",
		"software_jwks_inactive_uri":           store + "/" + softID + "/inactive/application.jwks",
		"software_jwks_transport_inactive_uri": store + "/" + softID + "/inactive/transport.jwks",
		"software_jwks_transport_uri":          store + "/" + softID + "/transport.jwks",
		"software_logo_uri":                    "https://tpp.example/logo.png", "org_id": orgID, "org_number": "13353236000189",
		"software_environment": "production", "software_version": "1.1", "software_roles": []string{"PAGTO", "DADOS"},
		"org_name": "Banco A", "iat": facetest.Instant.Unix(),
		"organisation_competent_authority_claims": []any{authority("DADOS"), authority("PAGTO"), authority("CONTA")},
		"software_status":                         "Active", "software_api_webhook_uris": origins, "software_origin_uris": origins,
		"org_jwks_uri":                    store + "/application.jwks",
		"org_jwks_inactive_uri":           store + "/inactive/application.jwks",
		"org_jwks_transport_uri":          store + "/transport.jwks",
		"org_jwks_transport_inactive_uri": store + "/inactive/transport.jwks",
	})), string(got.Bytes()))

	for _, m := range got {
		if uri := got.String(m.Name); strings.Contains(m.Name, "jwks") {
			s.get(uri)
		}
	}
}

func idOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// A key that was added for a test signs what asks for it.
func TestStatementByAnotherKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	soft := s.enrolSoftware(s.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	first := verified(s, string(s.get(soft+"/assertion"))).Header.String("kid")
	kid, err := s.Desk.Trust.Signing().Add(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, first, kid)
	require.Equal(t, kid, verified(s, string(s.get(soft+"/assertion?kid="+kid))).Header.String("kid"))
}

// Only who is active gets a statement; the same software gets one again later.
func TestStatementNeedsActiveMembers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"A"}`)
	soft := s.enrolSoftware(org, plainSoftware)
	for _, in := range []struct{ status, shown string }{
		{registry.Suspended, "Pending"}, {registry.Revoked, "Withdrawn"}, {registry.Withdrawn, "Withdrawn"},
	} {
		require.NoError(t, s.Desk.Registry.SetOrganisationStatus(idOf(org), in.status))
		require.Contains(t, s.refused(call{Method: "GET", Path: soft + "/assertion", Status: 403}), in.status)
		var list []organisation
		s.JSON(call{Method: "GET", Path: "/brazil/participants", Status: 200}, &list)
		require.Equal(t, in.shown, list[0].Status)
		require.Equal(t, "Inactive", list[0].RoleClaims[0].Status)
		require.Equal(t, "Inactive", list[0].DomainClaims[0].Status)
	}
	require.NoError(t, s.Desk.Registry.SetOrganisationStatus(idOf(org), registry.Active))
	s.get(soft + "/assertion")
	for _, status := range []string{registry.Inactive, registry.Removed} {
		require.NoError(t, s.Desk.Registry.SetSoftwareStatus(idOf(org), idOf(soft), status))
		require.Contains(t, s.refused(call{Method: "GET", Path: soft + "/assertion", Status: 403}), status)
		var got software
		s.JSON(call{Method: "GET", Path: soft, Status: 200}, &got)
		require.Equal(t, "Inactive", got.Status)
	}
	require.NoError(t, s.Desk.Registry.SetSoftwareStatus(idOf(org), idOf(soft), registry.Active))
	s.get(soft + "/assertion")
}

// Software of another ecosystem is known here, and has no statement until it
// gets a Brazilian role.
func TestStatementNeedsABrazilianRole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Both", Roles: []string{"AISP", "DADOS"}})
	require.NoError(t, err)
	soft, err := s.Desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "British", Roles: []string{"AISP"}})
	require.NoError(t, err)
	path := "/brazil/organisations/" + org.UUID + "/softwarestatements/" + soft.UUID
	require.Contains(t, s.refused(call{Method: "GET", Path: path + "/assertion", Status: 409}), "AISP")

	s.Do(call{Method: "PUT", Path: path, Body: `{"Description":"still British"}`, Status: 200})
	require.Contains(t, s.refused(call{Method: "GET", Path: path + "/assertion", Status: 409}), "AISP")
	s.Do(call{Method: "PUT", Path: path, Body: `{"Roles":["DADOS"]}`, Status: 200})
	claims := verified(s, string(s.get(path+"/assertion"))).Claims
	require.Equal(t, []string{"DADOS"}, claims.Strings("software_roles"))
	require.Regexp(t, `^[0-9]{8}0001[0-9]{2}$`, claims.String("org_number"), "made up for who enrolled in the UK")

	british, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "British", Roles: []string{"AISP"}})
	require.NoError(t, err)
	const body = `{"ClientName":"App","RedirectUri":["https://tpp.example/cb"]}`
	got := s.refused(call{Method: "POST", Path: "/brazil/organisations/" + british.UUID + "/softwarestatements", Body: body, Status: 409})
	require.Contains(t, got, "no role of Open Finance Brasil")
	s.enrolSoftware("/brazil/organisations/"+org.UUID, body)
}
