package mockdirectory

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/stretchr/testify/require"
)

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org, other := c.enrol(`{"OrganisationName":"A"}`), c.enrol(`{"OrganisationName":"B"}`)
	soft, id := c.enrolSoftware(org, plainSoftware)
	foreign := "/v2.1/organisation/" + other + "/software-statement/" + id
	orgPath := "/v2.1/organisation/" + org
	kid, _ := c.certify(orgPath+"/certificate/obwac", newECKey(t))
	csr := newCSR(t, newECKey(t), nil)
	long := func(n int) string { return strings.Repeat("é", n) }
	software := func(member string) string { return `{"ClientName":"A",` + member + `}` }

	cases := []struct {
		name, method, path string
		body               string
		status             int
		want               string
	}{
		{"no body", "POST", "/v2.1/organisation", "", 400, "body"},
		{"no JSON", "POST", "/v2.1/organisation", "hello", 400, "body"},
		{"no object", "POST", "/v2.1/organisation", `["A"]`, 400, "body"},
		{"null", "POST", "/v2.1/organisation", `null`, 400, "body"},
		{"half an object", "POST", "/v2.1/organisation", `{"OrganisationName":"A"`, 400, "body"},
		{"trailing garbage", "POST", "/v2.1/organisation", `{"OrganisationName":"A"} {}`, 400, "body"},
		{"unknown member", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Nmae":"B"}`, 400, "Nmae"},
		{"member in another case", "POST", "/v2.1/organisation", `{"organisationName":"A"}`, 400, "organisationName"},
		{"member twice", "POST", "/v2.1/organisation", `{"OrganisationName":"A","OrganisationName":"B"}`, 400, "twice"},
		{"not UTF-8", "POST", "/v2.1/organisation", "{\"OrganisationName\":\"\xff\"}", 400, "UTF-8"},
		{"deep nesting", "POST", "/v2.1/organisation", `{"Roles":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `}`, 400, "Roles"},
		{"number for a string", "POST", "/v2.1/organisation", `{"OrganisationName":1}`, 400, "OrganisationName"},
		{"string for a list", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Roles":"AISP"}`, 400, "Roles"},
		{"number in a list", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Roles":[1]}`, 400, "Roles"},
		{"no name", "POST", "/v2.1/organisation", `{}`, 400, "OrganisationName"},
		{"blank name", "POST", "/v2.1/organisation", `{"OrganisationName":" "}`, 400, "OrganisationName"},
		{"long name", "POST", "/v2.1/organisation", `{"OrganisationName":"` + long(141) + `"}`, 400, "OrganisationName"},
		{"NUL in a name", "POST", "/v2.1/organisation", `{"OrganisationName":"A\u0000B"}`, 400, "OrganisationName"},
		{"long registration", "POST", "/v2.1/organisation", `{"OrganisationName":"A","RegistrationId":"` + long(101) + `"}`, 400, "RegistrationId"},
		{"long authority", "POST", "/v2.1/organisation", `{"OrganisationName":"A","AuthorityId":"` + long(41) + `"}`, 400, "AuthorityId"},
		{"unknown role", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Roles":["KING"]}`, 400, "Roles"},
		{"no roles", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Roles":[]}`, 400, "Roles"},
		{"role twice", "POST", "/v2.1/organisation", `{"OrganisationName":"A","Roles":["AISP","AISP"]}`, 400, "Roles"},
		{"large body", "POST", "/v2.1/organisation", `{"OrganisationName":"` + long(40000) + `"}`, 413, "body"},

		{"no client name", "POST", orgPath + "/software-statement", `{}`, 400, "ClientName"},
		{"long client name", "POST", orgPath + "/software-statement", `{"ClientName":"` + long(41) + `"}`, 400, "ClientName"},
		{"long description", "POST", orgPath + "/software-statement", software(`"Description":"` + long(257) + `"`), 400, "Description"},
		{"long version", "POST", orgPath + "/software-statement", software(`"Version":"` + long(43) + `"`), 400, "Version"},
		{"long environment", "POST", orgPath + "/software-statement", software(`"Environment":"` + long(257) + `"`), 400, "Environment"},
		{"unknown mode", "POST", orgPath + "/software-statement", software(`"Mode":"Dead"`), 400, "Mode"},
		{"long on behalf of", "POST", orgPath + "/software-statement", software(`"OnBehalfOfObOrganisation":"` + long(41) + `"`), 400, "OnBehalfOfObOrganisation"},
		{"long client URI", "POST", orgPath + "/software-statement", software(`"ClientUri":"https://a.example/` + long(256) + `"`), 400, "ClientUri"},
		{"long logo URI", "POST", orgPath + "/software-statement", software(`"LogoUri":"https://a.example/` + strings.Repeat("a", 238) + `"`), 400, "LogoUri"},
		{"relative policy URI", "POST", orgPath + "/software-statement", software(`"PolicyUri":"/policy"`), 400, "PolicyUri"},
		{"no URI", "POST", orgPath + "/software-statement", software(`"TermsOfServiceUri":"://"`), 400, "TermsOfServiceUri"},
		{"long redirect URI", "POST", orgPath + "/software-statement", software(`"RedirectUri":["https://a.example/` + strings.Repeat("a", 238) + `"]`), 400, "RedirectUri"},
		{"empty redirect URI", "POST", orgPath + "/software-statement", software(`"RedirectUri":[""]`), 400, "RedirectUri"},
		{"null redirect URI", "POST", orgPath + "/software-statement", software(`"RedirectUri":[null]`), 400, "RedirectUri"},
		{"roles of nobody", "POST", orgPath + "/software-statement", software(`"Roles":[]`), 400, "Roles"},
		{"roles beyond the organisation", "POST", orgPath + "/software-statement", software(`"Roles":["ASPSP"]`), 400, "Roles"},
		{"id that is given", "POST", orgPath + "/software-statement", software(`"SoftwareStatementId":"a"`), 400, "SoftwareStatementId"},
		{"status that is not", "PUT", orgPath + "/status", `{"Status":"Inactive"}`, 400, "Status"},
		{"no status", "PUT", orgPath + "/status", `{}`, 400, "Status"},
		{"software status that is not", "PUT", soft + "/status", `{"Status":"Revoked"}`, 400, "Status"},

		{"unknown organisation", "POST", "/v2.1/organisation/0015800001AAAAAAAA/software-statement", plainSoftware, 404, "OrganisationId"},
		{"misshapen organisation", "POST", "/v2.1/organisation/a%2fb/software-statement", plainSoftware, 404, "OrganisationId"},
		{"organisation that climbs", "POST", "/v2.1/organisation/..%2f..%2fetc/software-statement", plainSoftware, 404, "no such resource"},
		{"status of nobody", "PUT", "/v2.1/organisation/x/status", `{"Status":"Active"}`, 404, "OrganisationId"},
		{"unknown software", "GET", orgPath + "/software-statement/aaaaaaaaaaaaaaaaaaaaaa", "", 404, "SoftwareStatementId"},
		{"misshapen software", "GET", orgPath + "/software-statement/a%00b", "", 404, "SoftwareStatementId"},
		{"foreign software", "GET", foreign, "", 404, "SoftwareStatementId"},
		{"update of foreign software", "PUT", foreign, `{}`, 404, "SoftwareStatementId"},
		{"status of foreign software", "PUT", foreign + "/status", `{"Status":"Active"}`, 404, "SoftwareStatementId"},
		{"statement of foreign software", "GET", foreign + "/software-statement-assertion", "", 404, "SoftwareStatementId"},
		{"certificate of foreign software", "POST", foreign + "/certificate/obsigning", string(csr), 404, "SoftwareStatementId"},
		{"key of foreign software", "POST", foreign + "/jwk", `{}`, 404, "SoftwareStatementId"},
		{"association of foreign software", "PUT", foreign + "/certificate/obwac/" + kid, "", 404, "SoftwareStatementId"},
		{"foreign key set", "GET", "/" + other + "/" + id + ".jwks", "", 404, "SoftwareStatementId"},
		{"foreign revoked key set", "GET", "/" + other + "/revoked/" + id + ".jwks", "", 404, "SoftwareStatementId"},
		{"foreign kid", "DELETE", "/v2.1/organisation/" + other + "/certificate/kid/" + kid, "", 404, "kid"},

		{"organisation's kind for software", "POST", soft + "/certificate/obwac", string(csr), 400, "type"},
		{"software's kind for an organisation", "POST", orgPath + "/certificate/obsigning", string(csr), 400, "type"},
		{"unknown kind", "POST", orgPath + "/certificate/OBWAC", string(csr), 400, "type"},
		{"association of software's kind", "PUT", soft + "/certificate/obsigning/" + kid, "", 400, "type"},
		{"association under another kind", "PUT", soft + "/certificate/obseal/" + kid, "", 404, "kid"},
		{"misshapen kid", "PUT", soft + "/certificate/obwac/a%2Fb", "", 404, "kid"},
		{"long kid", "DELETE", orgPath + "/certificate/kid/" + strings.Repeat("a", 129), "", 404, "kid"},
		{"verbatim key in halves", "POST", soft + "/jwk", `{"kid":`, 400, "body"},
		{"large verbatim key", "POST", soft + "/jwk", `{"kid":"` + long(40000) + `"}`, 413, "body"},

		{"wrong method", "DELETE", "/v2.1/organisation", "", 405, "method"},
		{"wrong method at a key set", "DELETE", "/" + org + "/" + org + ".jwks", "", 405, "method"},
		{"wrong method at the keystore", "GET", "/keystore/rotate", "", 405, "method"},
		{"invented method", "BREW", "/healthz", "", 405, "method"},
		{"large body that nobody reads", "POST", "/keystore/rotate", long(40000), 413, "body"},
		{"unknown path", "GET", "/nowhere", "", 404, "no such resource"},
		{"unknown document", "GET", "/" + org + "/" + org + ".json", "", 404, "no such resource"},
		{"unknown revoked document", "GET", "/" + org + "/revoked/" + org, "", 404, "no such resource"},
		{"unknown directory document", "GET", "/keystore/other.jwks", "", 404, "no such resource"},
		{"unknown directory key", "GET", "/keystore/other.pem", "", 404, "kid"},
		{"unknown certificate", "GET", "/" + org + "/" + org + "/other.pem", "", 404, "kid"},
		{"certificate by another suffix", "GET", "/" + org + "/" + org + "/other.der", "", 404, "no such resource"},
		{"path that is not clean", "GET", "/v2.1/../healthz", "", 404, "no such resource"},
		{"path with two slashes", "GET", "//healthz", "", 404, "no such resource"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			require.Contains(t, c.in(t).refused(in.status, in.method, in.path, []byte(in.body)), in.want)
		})
	}
	res, _ := c.do("PATCH", soft, nil)
	require.Equal(t, "GET, HEAD, PUT", res.Header.Get("Allow"))
	require.Equal(t, []string{kid}, c.kids("/"+org+"/"+org+".jwks"), "no refused request has published a key")
	require.Empty(t, c.kids("/"+org+"/"+id+".jwks"))
}

func TestHostileRequestsForCertificates(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	good := newCSR(t, newECKey(t), nil)
	block, _ := pem.Decode(good)
	forged := bytes.Clone(block.Bytes)
	forged[len(forged)-1] ^= 1
	asPEM := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)

	cases := []struct {
		name   string
		body   []byte
		status int
		want   string
	}{
		{"nothing", nil, 400, "PEM"},
		{"no PEM", []byte("hello"), 400, "PEM"},
		{"bare DER", block.Bytes, 400, "PEM"},
		{"another PEM", asPEM("CERTIFICATE", block.Bytes), 400, "CERTIFICATE REQUEST"},
		{"two requests", append(bytes.Clone(good), good...), 400, "nothing after"},
		{"garbage in PEM", asPEM("CERTIFICATE REQUEST", []byte("hello")), 400, "cannot be read"},
		{"half a request", asPEM("CERTIFICATE REQUEST", block.Bytes[:len(block.Bytes)/2]), 400, "cannot be read"},
		{"forged signature", asPEM("CERTIFICATE REQUEST", forged), 400, "does not verify"},
		{"weak RSA key", newCSR(t, weak, nil), 400, "1024"},
		{"another curve", newCSR(t, p384, nil), 400, "P-384"},
		{"another type of key", newCSR(t, edwards, nil), 400, "ed25519"},
		{"large body", bytes.Repeat([]byte("a"), rest.MaxBody+1), 413, "body"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			for _, path := range []string{"/v2.1/organisation/" + org + "/certificate/obseal", "/ca/listener"} {
				require.Contains(t, c.in(t).refused(in.status, "POST", path, in.body), in.want)
			}
		})
	}
	require.Empty(t, c.kids("/"+org+"/"+org+".jwks"))
	c.must(201, "POST", "/v2.1/organisation/"+org+"/certificate/obseal", good)
}

// A body of unknown length is held to the limit while it is read.
func TestLargeBodyWithoutALength(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	body := struct{ *strings.Reader }{strings.NewReader(fmt.Sprintf(`{"OrganisationName":%q}`, strings.Repeat("a", rest.MaxBody)))}
	req, err := http.NewRequestWithContext(t.Context(), "POST", c.base+"/v2.1/organisation", body)
	require.NoError(t, err)
	req.ContentLength = -1
	res, err := c.http.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
}
