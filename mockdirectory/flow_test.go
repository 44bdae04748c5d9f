package mockdirectory

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// The whole way of a TPP, ending with a statement that a bank can verify with
// nothing but the root and the URLs.
func TestEnrolmentToStatement(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	s, c := startDirectory(t, Config{Now: func() time.Time { return now }})

	org := c.enrol(`{"OrganisationName":"Budgets Ltd","RegistrationId":"123456","AuthorityId":"FCAGBR","Roles":["AISP","PISP"]}`)
	require.Regexp(t, `^0015800001[0-9A-Za-z]{8}$`, org)

	transport, err := testKeys.RSA(context.Background())
	require.NoError(t, err)
	signing, err := testKeys.RSA(context.Background())
	require.NoError(t, err)
	transportKid, chain := c.certify("/v2.1/organisation/"+org+"/certificate/obwac", transport)
	signingKid, _ := c.certify("/v2.1/organisation/"+org+"/certificate/obseal", signing)
	want, err := pki.KeyID(transport.Public())
	require.NoError(t, err)
	require.Equal(t, want, transportKid)
	require.Len(t, chain, 2)
	require.Equal(t, org, chain[0].Subject.CommonName)
	dn, err := pki.SubjectDN(chain[0])
	require.NoError(t, err)
	wantDN, err := pki.ParseDN("CN=" + org + ",2.5.4.97=PSDGB-FCA-123456,O=Budgets Ltd,C=GB")
	require.NoError(t, err)
	require.True(t, dn.Equal(wantDN), "got %v", dn)
	intermediates := x509.NewCertPool()
	intermediates.AddCert(chain[1])
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: s.Roots(), Intermediates: intermediates, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	require.NoError(t, err)

	soft, id := c.enrolSoftware(org, `{"ClientName":"Budgets","Description":"keeps them","ClientUri":"https://tpp.example",
		"LogoUri":"https://tpp.example/logo.png","PolicyUri":"https://tpp.example/policy","TermsOfServiceUri":"https://tpp.example/tos",
		"RedirectUri":["https://tpp.example/cb","com.example.app:/cb"],"Version":"1.5","Environment":"sandbox","Mode":"Live",
		"OnBehalfOfObOrganisation":"Somebody","Roles":["AISP"]}`)
	require.Regexp(t, `^[0-9A-Za-z]{22}$`, id)
	c.must(204, "PUT", soft+"/certificate/obwac/"+transportKid, nil)
	c.must(204, "PUT", soft+"/certificate/obseal/"+signingKid, nil)
	require.Equal(t, []string{transportKid, signingKid}, c.kids("/"+org+"/"+id+".jwks"))

	res, token := c.do("GET", soft+"/software-statement-assertion", nil)
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, "application/jws+json", res.Header.Get("Content-Type"))
	claims := verified(t, c, string(token))
	base := s.URL() + "/" + org
	require.JSONEq(t, string(jose.Raw(map[string]any{
		"iss": "OpenBanking Ltd", "iat": now.Unix(), "jti": claims.String("jti"),
		"software_environment": "sandbox", "software_mode": "Live", "software_id": id, "software_client_id": id,
		"software_client_name": "Budgets", "software_client_description": "keeps them", "software_version": "1.5",
		"software_client_uri":    "https://tpp.example",
		"software_redirect_uris": []string{"https://tpp.example/cb", "com.example.app:/cb"},
		"software_roles":         []string{"AISP"},
		"organisation_competent_authority_claims": map[string]any{
			"authority_id": "FCAGBR", "registration_id": "123456", "status": "Active",
			"authorisations": []any{map[string]any{"member_state": "GB", "roles": []string{"AISP", "PISP"}}},
		},
		"software_logo_uri": "https://tpp.example/logo.png", "org_status": "Active", "org_id": org, "org_name": "Budgets Ltd",
		"org_contacts": []any{
			map[string]any{"name": "Technical", "email": "technical@tpp.example", "phone": "+442079460001", "type": "Technical"},
			map[string]any{"name": "Business", "email": "business@tpp.example", "phone": "+442079460002", "type": "Business"},
		},
		"org_jwks_endpoint": base + "/" + org + ".jwks", "org_jwks_revoked_endpoint": base + "/revoked/" + org + ".jwks",
		"software_jwks_endpoint": base + "/" + id + ".jwks", "software_jwks_revoked_endpoint": base + "/revoked/" + id + ".jwks",
		"software_policy_uri": "https://tpp.example/policy", "software_tos_uri": "https://tpp.example/tos",
		"software_on_behalf_of_org": "Somebody",
	})), string(claims.Bytes()))
	require.Regexp(t, `^[0-9a-f]{16}$`, claims.String("jti"))
}

// verified checks a statement against the published keys and returns its claims.
func verified(t testing.TB, c *client, token string) jose.Object {
	t.Helper()
	parsed, err := jose.Inspect(token)
	require.NoError(t, err)
	require.Equal(t, "PS256", parsed.Header.String("alg"))
	require.Equal(t, "JWT", parsed.Header.String("typ"))
	kid := parsed.Header.String("kid")
	require.Regexp(t, `^[0-9A-Za-z_-]{43}=$`, kid)
	set, _ := c.keySet("/keystore/openbanking.jwks")
	keys := set.Find(kid)
	require.Len(t, keys, 1)
	require.Equal(t, "sig", keys[0].Use)
	_, err = keys[0].Verify("PS256", token)
	require.NoError(t, err)
	return parsed.Claims
}

func TestDefaultsOfTheSandbox(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{Issuer: "Somebody Ltd"})
	var org registry.Organisation
	require.NoError(t, json.Unmarshal(c.must(201, "POST", "/v2.1/organisation", []byte(`{"OrganisationName":"Ünïcode & Söhne"}`)), &org))
	require.Equal(t, registry.Organisation{
		ID: org.ID, UUID: org.UUID, Name: "Ünïcode & Söhne", RegistrationID: "Unknown" + org.ID, AuthorityID: "OBGBR", Status: "Active",
		Roles: []string{"AISP", "PISP", "CBPII"}, AuthorisationServers: []registry.AuthorisationServer{}, Enrolled: org.Enrolled, Changed: org.Enrolled,
	}, org)
	_, chain := c.certify("/v2.1/organisation/"+org.ID+"/certificate/obseal", newECKey(t))
	dn, err := pki.SubjectDN(chain[0])
	require.NoError(t, err)
	want, err := pki.ParseDN("CN=" + org.ID + ",organizationIdentifier=PSDGB-OB-Unknown" + org.ID + ",O=Ünïcode & Söhne,C=GB")
	require.NoError(t, err)
	require.True(t, dn.Equal(want))

	soft, _ := c.enrolSoftware(org.ID, plainSoftware)
	claims := verified(t, c, string(c.must(200, "GET", soft+"/software-statement-assertion", nil)))
	require.Equal(t, "Somebody Ltd", claims.String("iss"))
	require.Equal(t, []string{"AISP", "PISP", "CBPII"}, claims.Strings("software_roles"))
	_, there := claims.Get("software_on_behalf_of_org")
	require.False(t, there)
}

func TestRotationKeepsTheOldKey(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	soft, _ := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	before := string(c.must(200, "GET", soft+"/software-statement-assertion", nil))
	var rotated struct{ Kid string }
	require.NoError(t, json.Unmarshal(c.must(200, "POST", "/keystore/rotate", nil), &rotated))
	after := string(c.must(200, "GET", soft+"/software-statement-assertion", nil))

	verified(t, c, before)
	verified(t, c, after)
	parsed, err := jose.Inspect(after)
	require.NoError(t, err)
	require.Equal(t, rotated.Kid, parsed.Header.String("kid"))
	kids := c.kids("/keystore/openbanking.jwks")
	require.Len(t, kids, 2)
	require.Equal(t, rotated.Kid, kids[1])
}

func TestSoftwareUpdate(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	soft, id := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	before := c.must(200, "GET", soft, nil)
	c.must(200, "PUT", soft, before) // what GET says can be sent back

	var got registry.Software
	require.NoError(t, json.Unmarshal(c.must(200, "PUT", soft, []byte(`{"RedirectUri":["https://b.example/cb"],"Roles":["PISP"]}`)), &got))
	require.Equal(t, "Budgets", got.ClientName)
	require.Equal(t, []string{"https://b.example/cb"}, got.RedirectURI)
	require.Equal(t, id, got.ID)
	claims := verified(t, c, string(c.must(200, "GET", soft+"/software-statement-assertion", nil)))
	require.Equal(t, []string{"https://b.example/cb"}, claims.Strings("software_redirect_uris"))
	require.Equal(t, []string{"PISP"}, claims.Strings("software_roles"))

	require.Contains(t, c.refused(400, "PUT", soft, []byte(`{"ClientName":"Other","Roles":["ASPSP"]}`)), "Roles")
	require.Contains(t, c.refused(400, "PUT", soft, []byte(`{"Status":"Inactive"}`)), "Status")
	require.Contains(t, c.refused(400, "PUT", soft, []byte(`{"SoftwareStatementId":"aaaaaaaaaaaaaaaaaaaaaa"}`)), "SoftwareStatementId")
	require.NoError(t, json.Unmarshal(c.must(200, "GET", soft, nil), &got))
	require.Equal(t, "Budgets", got.ClientName, "a refused update changes nothing")
}

func TestOnlyActiveGetsAStatement(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	soft, _ := c.enrolSoftware(org, plainSoftware)
	for _, status := range []string{"Revoked", "Withdrawn"} {
		c.must(204, "PUT", "/v2.1/organisation/"+org+"/status", []byte(`{"Status":"`+status+`"}`))
		require.Contains(t, c.refused(403, "GET", soft+"/software-statement-assertion", nil), status)
		require.Contains(t, c.refused(403, "GET", soft+"/software-statement-assertion?malformation=statement-iss-wrong", nil), status)
	}
	c.must(204, "PUT", "/v2.1/organisation/"+org+"/status", []byte(`{"Status":"Active"}`))
	c.must(200, "GET", soft+"/software-statement-assertion", nil)
	c.must(204, "PUT", soft+"/status", []byte(`{"Status":"Inactive"}`))
	require.Contains(t, c.refused(403, "GET", soft+"/software-statement-assertion", nil), "Inactive")
	c.must(204, "PUT", soft+"/status", []byte(`{"Status":"Active"}`))
	c.must(200, "GET", soft+"/software-statement-assertion", nil)
}
