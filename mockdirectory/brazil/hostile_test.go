package brazil

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
)

// Each refusal names what the caller typed; the accepted twins are in the other
// tests of this package, and one of each kind is repeated at the end.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org, other := s.enrol(`{"OrganisationName":"A","Roles":["DADOS"]}`), s.enrol(`{"OrganisationName":"B"}`)
	soft := s.enrolSoftware(org, plainSoftware)
	foreign := other + soft[len(org):]
	long := func(n int) string { return strings.Repeat("é", n) }
	const orgs = "/brazil/organisations"
	softs := org + "/softwarestatements"
	withServer := func(members string) string {
		return `{"OrganisationName":"A","AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://a.example/d"},` + members + `]}`
	}
	software := func(member string) string { return `{"ClientName":"A",` + member + `}` }
	csr := facetest.NewCSR(t, facetest.NewKey(t))

	cases := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"no body", "POST", orgs, "", 400, "body"},
		{"no JSON", "POST", orgs, "hello", 400, "body"},
		{"no object", "POST", orgs, `[]`, 400, "body"},
		{"null", "POST", orgs, `null`, 400, "body"},
		{"half an object", "POST", orgs, `{"OrganisationName":"A"`, 400, "body"},
		{"two objects", "POST", orgs, `{"OrganisationName":"A"}{}`, 400, "body"},
		{"not UTF-8", "POST", orgs, "{\"OrganisationName\":\"\xff\"}", 400, "UTF-8"},
		{"unknown member", "POST", orgs, `{"OrganisationName":"A","RegistrationId":"1"}`, 400, "RegistrationId"},
		{"member twice", "POST", orgs, `{"OrganisationName":"A","OrganisationName":"A"}`, 400, "twice"},
		{"no name", "POST", orgs, `{}`, 400, "OrganisationName"},
		{"number for a name", "POST", orgs, `{"OrganisationName":1}`, 400, "OrganisationName"},
		{"long name", "POST", orgs, `{"OrganisationName":"` + long(141) + `"}`, 400, "OrganisationName"},
		{"NUL in a name", "POST", orgs, `{"OrganisationName":"A\u0000"}`, 400, "OrganisationName"},
		{"no CNPJ", "POST", orgs, `{"OrganisationName":"A","RegistrationNumber":"123"}`, 400, "RegistrationNumber"},
		{"role of the UK", "POST", orgs, `{"OrganisationName":"A","Roles":["AISP"]}`, 400, "AISP"},
		{"no roles", "POST", orgs, `{"OrganisationName":"A","Roles":[]}`, 400, "Roles"},
		{"role twice", "POST", orgs, `{"OrganisationName":"A","Roles":["DADOS","DADOS"]}`, 400, "Roles"},
		{"roles as text", "POST", orgs, `{"OrganisationName":"A","Roles":"DADOS"}`, 400, "Roles"},
		{"servers as text", "POST", orgs, `{"OrganisationName":"A","AuthorisationServers":"https://a.example"}`, 400, "AuthorisationServers"},
		{"server as text", "POST", orgs, withServer(`"https://a.example"`), 400, "AuthorisationServers[1]"},
		{"server null", "POST", orgs, withServer(`null`), 400, "AuthorisationServers[1]"},
		{"server without discovery", "POST", orgs, withServer(`{}`), 400, "OpenIDDiscoveryDocument"},
		{"server with the UK's member", "POST", orgs, withServer(`{"OpenIDConfigEndPointUri":"https://a.example/d"}`), 400, "OpenIDConfigEndPointUri"},
		{"server with a relative URI", "POST", orgs, withServer(`{"OpenIDDiscoveryDocument":"/d"}`), 400, "OpenIDDiscoveryDocument"},
		{"server with a long URI", "POST", orgs, withServer(`{"OpenIDDiscoveryDocument":"https://a.example/` + strings.Repeat("a", 240) + `"}`), 400, "OpenIDDiscoveryDocument"},
		{"server with a word for a truth", "POST", orgs, withServer(`{"OpenIDDiscoveryDocument":"https://a.example/d","AutoRegistrationSupported":"yes"}`), 400, "AutoRegistrationSupported"},
		{"server with a long name", "POST", orgs, withServer(`{"OpenIDDiscoveryDocument":"https://a.example/d","CustomerFriendlyName":"` + long(257) + `"}`), 400, "CustomerFriendlyName"},
		{"large body", "POST", orgs, `{"OrganisationName":"` + long(40000) + `"}`, 413, "body"},
		{"deep nesting", "POST", orgs, `{"Roles":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `}`, 400, "Roles"},
		{"wrong method", "PUT", orgs, `{}`, 405, "PUT"},
		{"page of no number", "GET", orgs + "?page=one", "", 400, "page"},
		{"page before the first", "GET", orgs + "?page=-1", "", 400, "page"},
		{"size of nothing", "GET", orgs + "?size=0", "", 400, "size"},
		{"size twice", "GET", orgs + "?size=1&size=2", "", 400, "size"},
		{"unknown parameter", "GET", orgs + "?limit=1", "", 400, "limit"},
		{"broken query", "GET", orgs + "?page=%zz", "", 400, "query"},

		{"misshapen organisation", "GET", orgs + "/none", "", 404, "none"},
		{"unknown organisation", "GET", orgs + "/00000000-0000-4000-8000-000000000000", "", 404, "0000"},
		{"path upwards", "GET", orgs + "/%2e%2e", "", 404, ".."},
		{"path upwards inside", "GET", orgs + "/../participants", "", 404, "no such"},
		{"slash in an id", "GET", orgs + "/a%2Fb", "", 404, "a/b"},
		{"NUL in an id", "GET", orgs + "/%00", "", 404, "OrganisationId"},
		{"below an organisation", "GET", org + "/nothing", "", 404, "nothing"},
		{"deleting an organisation", "DELETE", org, "", 405, "DELETE"},

		{"no client name", "POST", softs, `{}`, 400, "ClientName"},
		{"long client name", "POST", softs, `{"ClientName":"` + long(41) + `"}`, 400, "ClientName"},
		{"relative redirect URI", "POST", softs, software(`"RedirectUri":["/cb"]`), 400, "RedirectUri"},
		{"redirect URI as text", "POST", softs, software(`"RedirectUri":"https://a.example"`), 400, "RedirectUri"},
		{"unknown mode", "POST", softs, software(`"Mode":"Dead"`), 400, "Mode"},
		{"version as a number", "POST", softs, software(`"Version":1.1`), 400, "Version"},
		{"long on behalf of", "POST", softs, software(`"OnBehalfOf":"` + long(41) + `"`), 400, "OnBehalfOf:"},
		{"the UK's member", "POST", softs, software(`"OnBehalfOfObOrganisation":"B"`), 400, "OnBehalfOfObOrganisation"},
		{"roles beyond the organisation's", "POST", softs, software(`"Roles":["PAGTO"]`), 400, "PAGTO"},
		{"roles of the UK", "POST", softs, software(`"Roles":["AISP"]`), 400, "AISP"},
		{"no roles", "POST", softs, software(`"Roles":[]`), 400, "Roles"},
		{"an id that is given", "POST", softs, software(`"SoftwareStatementId":"a"`), 400, "SoftwareStatementId"},
		{"software of nobody", "POST", orgs + "/none/softwarestatements", plainSoftware, 404, "none"},
		{"large software", "POST", softs, software(`"Description":"` + long(40000) + `"`), 413, "body"},
		{"list of nobody", "GET", orgs + "/none/softwarestatements", "", 404, "none"},
		{"deleting a list", "DELETE", softs, "", 405, "DELETE"},

		{"other organisation's software", "GET", foreign, "", 404, "no software"},
		{"misshapen software", "GET", softs + "/none", "", 404, "none"},
		{"posting software", "POST", soft, plainSoftware, 405, "POST"},
		{"update without JSON", "PUT", soft, "hello", 400, "body"},
		{"update of another's", "PUT", foreign, plainSoftware, 404, "no software"},
		{"update of nobody's", "PUT", orgs + "/none/softwarestatements/none", plainSoftware, 404, "none"},
		{"update of the id", "PUT", soft, `{"SoftwareStatementId":"00000000-0000-4000-8000-000000000000"}`, 400, "SoftwareStatementId"},
		{"update of the owner", "PUT", soft, `{"OrganisationId":"` + idOf(other) + `"}`, 400, "OrganisationId"},
		{"update of the client", "PUT", soft, `{"ClientId":"a"}`, 400, "ClientId"},
		{"update of the lock", "PUT", soft, `{"Locked":true}`, 400, "Locked"},
		{"update of the roles beyond", "PUT", soft, `{"Roles":["CONTA"]}`, 400, "CONTA"},
		{"large update", "PUT", soft, software(`"Description":"` + long(40000) + `"`), 413, "body"},

		{"other organisation's statement", "GET", foreign + "/assertion", "", 404, "no software"},
		{"statement by no key", "GET", soft + "/assertion?kid=none", "", 400, "kid"},
		{"statement with a wish", "GET", soft + "/assertion?alg=none", "", 400, "alg"},
		{"posting a statement", "POST", soft + "/assertion", "", 405, "POST"},

		{"BRSEAL for software", "POST", soft + "/certificates/brseal", csr, 400, "brseal"},
		{"BRCAC for an organisation", "POST", org + "/certificates/brcac", csr, 400, "brcac"},
		{"the UK's kind", "POST", soft + "/certificates/obtransport", csr, 400, "obtransport"},
		{"no request", "POST", soft + "/certificates/brcac", "", 400, "PEM"},
		{"no PEM", "POST", org + "/certificates/brseal", "hello", 400, "PEM"},
		{"a certificate for a request", "POST", org + "/certificates/brseal", strings.ReplaceAll(csr, "CERTIFICATE REQUEST", "CERTIFICATE"), 400, "CERTIFICATE"},
		{"two requests", "POST", soft + "/certificates/brcac", csr + csr, 400, "nothing after"},
		{"large request", "POST", soft + "/certificates/brcac", csr + long(40000), 413, "body"},
		{"certificate for another's", "POST", foreign + "/certificates/brcac", csr, 404, "no software"},
		{"certificate for nobody", "POST", orgs + "/none/certificates/brseal", csr, 404, "none"},
		{"unknown deviation", "POST", soft + "/certificates/brcac?wrong=colour", csr, 400, "wrong"},
		{"deviation without a name", "POST", soft + "/certificates/brcac?wrong=", csr, 400, "wrong"},
		{"sharing a BRCAC", "PUT", soft + "/certificates/brcac/none", "", 400, "brcac"},
		{"sharing no key", "PUT", soft + "/certificates/brseal/none", "", 404, "none"},
		{"sharing with another's", "PUT", foreign + "/certificates/brseal/none", "", 404, "no software"},
		{"taking back", "DELETE", soft + "/certificates/brseal/none", "", 405, "DELETE"},
		{"reading a certificate", "GET", soft + "/certificates/brcac", "", 405, "GET"},

		{"participants of a page", "POST", "/brazil/participants", "", 405, "POST"},
		{"below participants", "GET", "/brazil/participants/1", "", 404, "participants"},
		{"key store itself", "GET", "/brazil/keystore", "", 404, "keystore"},
		{"keys of nobody", "GET", "/brazil/keystore/none/application.jwks", "", 404, "none"},
		{"keys of another's software", "GET", keysOf(foreign) + "/application.jwks", "", 404, "no software"},
		{"transport keys of another's", "GET", keysOf(foreign) + "/transport.jwks", "", 404, "no software"},
		{"inactive keys of another's", "GET", keysOf(foreign) + "/inactive/application.jwks", "", 404, "no software"},
		{"inactive transport keys of another's", "GET", keysOf(foreign) + "/inactive/transport.jwks", "", 404, "no software"},
		{"inactive keys of nobody", "GET", "/brazil/keystore/none/inactive/transport.jwks", "", 404, "none"},
		{"set of another name", "GET", keysOf(soft) + "/other.jwks", "", 404, "other.jwks"},
		{"certificate of no key", "GET", keysOf(soft) + "/none.pem", "", 404, "none"},
		{"certificate of another's", "GET", keysOf(foreign) + "/none.pem", "", 404, "no software"},
		{"upwards in the key store", "GET", "/brazil/keystore/%2e%2e/application.jwks", "", 404, ".."},
		{"writing keys", "PUT", keysOf(soft) + "/application.jwks", `{"keys":[]}`, 405, "PUT"},
		{"writing the directory's keys", "DELETE", "/brazil/keystore/openbanking.jwks", "", 405, "DELETE"},
		{"writing the description", "POST", "/openapi/brazil.yaml", "", 405, "POST"},

		{"twin: organisation", "POST", orgs, `{"OrganisationName":"` + long(140) + `","RegistrationNumber":"13353236000189"}`, 201, ""},
		{"twin: server", "POST", orgs, withServer(`{"OpenIDDiscoveryDocument":"https://a.example/d","CustomerFriendlyName":"` + long(256) + `"}`), 201, ""},
		{"twin: software", "POST", softs, software(`"OnBehalfOf":"` + long(40) + `","Roles":["DADOS"]`), 201, ""},
		{"twin: one piece of software", "GET", soft, "", 200, ""},
		{"twin: certificate", "POST", soft + "/certificates/brcac", csr, 201, ""},
		{"twin: keys", "GET", keysOf(soft) + "/transport.jwks", "", 200, ""},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			c := call{Method: in.method, Path: in.path, Body: in.body, Status: in.status}
			if in.status < 300 {
				s.in(t).Do(c)
				return
			}
			require.Contains(t, s.in(t).refused(c), in.want)
		})
	}
}
