package uk

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// endpoint is one operation at a path where it succeeds, for a member.
type endpoint struct {
	class, pattern, method, path string
}

// secret is in whatever other members have that nobody else is to see.
const secret = "Undisclosed"

// endpoints are all operations of the API for members: tpp, and bank below the
// paths of banks.
func (d *directory) endpoints(tpp, bank member) []endpoint {
	var all []endpoint
	for _, route := range Routes(Config{Desk: d.desk, Guard: d.guard}) {
		m := tpp
		if strings.Contains(route.Pattern, "/aspsp/") || strings.Contains(route.Pattern, "AccountPayment") || strings.Contains(route.Pattern, "authorisation-servers") {
			m = bank
		}
		for method := range route.Methods {
			all = append(all, endpoint{route.Class, route.Pattern, method, fill(route, method, m)})
		}
	}
	return all
}

// fill puts a member into a pattern.
func fill(route rest.Route, method string, m member) string {
	kind := "obwac"
	if method == http.MethodPost && strings.Contains(route.Pattern, "{software}") {
		kind = "obtransport"
	}
	document := map[string]string{DirectoryKeys: "openbanking.jwks", CertificateFiles: m.transportID + ".pem"}[route.Class]
	if document == "" {
		document = m.soft.ID + ".jwks"
	}
	id := m.org.ID
	if strings.Contains(route.Pattern, "Authorities") {
		id = "FCAGBR"
	}
	return strings.NewReplacer(
		"{org}", m.org.ID, "{software}", m.soft.ID, "{owner}", m.soft.ID, "{type}", kind, "{kid}", m.transportID,
		"{serial}", "1", "{slug}", "x", "{id}", id, "{document}", document,
	).Replace(route.Pattern)
}

// reads tells what the body of an operation is.
func (e endpoint) reads() string {
	switch {
	case e.method != http.MethodPost && e.method != http.MethodPut:
		return ""
	case strings.HasSuffix(e.pattern, "/redirect-uri"):
		return "list"
	case strings.HasSuffix(e.pattern, "/jwk"):
		return "any object"
	case strings.HasSuffix(e.pattern, "/token.oauth2"):
		return "form"
	case strings.HasSuffix(e.pattern, "validate"), strings.HasSuffix(e.pattern, "listener"), strings.HasSuffix(e.pattern, "{type}"):
		return "pem"
	case strings.Contains(e.pattern, "/keystore/"), strings.Contains(e.pattern, "/ca/"), e.method == http.MethodPut && strings.Contains(e.pattern, "/certificate/"):
		return ""
	}
	return "object"
}

func (e endpoint) media() []string {
	switch e.reads() {
	case "pem":
		return asPEM
	case "form":
		return form
	case "":
		return nil
	}
	return asJSON
}

// refusedWell is a refusal that tells why and nothing else.
func refusedWell(t testing.TB, e endpoint, got answer, statuses ...int) {
	t.Helper()
	require.Contains(t, statuses, got.status, "%s %s: %s", e.method, e.path, got.body)
	if e.method == http.MethodHead {
		return
	}
	require.NotEmpty(t, got.reason(t), "%s %s", e.method, e.path)
	require.NotContains(t, string(got.body), secret)
}

// Whatever may be wrong with any request is wrong with each: a table of faults
// over all endpoints.
func TestHostileRequestsEverywhere(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	tpp, bank := d.enrol("AISP"), d.enrol("ASPSP")
	c := d.caller(nil)
	long := strings.Repeat("a", rest.MaxBody+1)
	for _, e := range d.endpoints(tpp, bank) {
		send := func(body string, headers ...string) answer {
			return c.do(call{method: e.method, path: e.path, body: body, headers: headers})
		}
		for _, method := range []string{"PATCH", "BREW", "TRACE"} {
			got := c.do(call{method: method, path: e.path})
			refusedWell(t, endpoint{method: method, path: e.path}, got, 405)
			require.Contains(t, got.header.Get("Allow"), e.method)
		}
		if e.method == http.MethodPost || e.method == http.MethodPut || e.method == http.MethodDelete {
			refusedWell(t, e, send(long, e.media()...), 413)
		}
		if e.reads() == "" {
			continue
		}
		refusedWell(t, e, c.do(call{method: e.method, path: e.path, body: long, headers: e.media(), chunked: true}), 413)
		refusedWell(t, e, send("x", "Content-Type", "text/html"), 400, 415)
		refusedWell(t, e, send("x", "Content-Type", "no/media/type"), 400, 415)
		bodies := []string{"", " ", "hello", "\x00", "\xff", `{"a":`, `[`, `1`, `"a"`, `{"a":1}{}`, strings.Repeat("[", 30000)}
		switch e.reads() {
		case "object":
			bodies = append(bodies, `null`, `[]`, `{"nobody knows":1}`, `{"Status":1}`, `{"Status":"Active","Status":"Active"}`,
				`{"ClientName":["A"]}`, `{"status":"Active"}`, `{"schemas":1}`, `{"OrganisationName":{}}`, `{"AuthorisationServers":[1]}`)
		case "list":
			bodies = append(bodies, `null`, `[]`, `{}`, `[1]`, `[null]`, `[""]`, `["/relative"]`, `["https://a.example/x","https://a.example/x"]`,
				`["https://a.example/`+strings.Repeat("a", 255)+`"]`, `["https://a.example",["b"]]`)
		case "any object":
			bodies = append(bodies, `null`, `[]`)
		case "pem":
			bodies = append(bodies, `-----BEGIN CERTIFICATE-----`, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", tpp.pem[:200])
		}
		for _, body := range bodies {
			if got := send(body, e.media()...); e.reads() == "list" && strings.HasPrefix(body, `["https://a.example/x"`) {
				refusedWell(t, e, got, 409)
			} else {
				refusedWell(t, e, got, 400)
			}
		}
	}
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// Ids that lead nowhere, or try to lead somewhere else.
func TestHostilePathsEverywhere(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	tpp, bank := d.enrol("AISP"), d.enrol("ASPSP")
	c := d.caller(nil)
	ids := []string{
		"x", nobody, nothingS, "..%2f..%2fetc", "%2e%2e", "a%2Fb", "a%00b", "%00", "%ff", "%0d%0aX:y", "'%20or%201=1", "*",
		strings.Repeat("a", 4000), "00000000-0000-0000-0000-000000000000", ".jwks", "x.jwks", "x.pem",
	}
	for _, route := range Routes(Config{Desk: d.desk, Guard: d.guard}) {
		for method := range route.Methods {
			for _, name := range parameter.FindAllString(route.Pattern, -1) {
				for _, id := range ids {
					hostile := route
					hostile.Pattern = strings.Replace(route.Pattern, name, id, 1)
					m := tpp
					if strings.Contains(route.Pattern, "aspsp") || strings.Contains(route.Pattern, "authorisation-servers") {
						m = bank
					}
					e := endpoint{route.Class, route.Pattern, method, fill(hostile, method, m)}
					// Where the body would be refused before the path, it has to be a good one.
					body := map[string]string{
						"object": `{}`, "any object": `{}`, "list": `["https://a.example"]`, "pem": facetest.NewCSR(t, facetest.NewKey(t)),
					}[e.reads()]
					if strings.HasSuffix(e.path, "/status") {
						body = `{"Status":"Active"}`
					}
					got := c.do(call{method: method, path: e.path, body: body, headers: e.media()})
					// A path may lead to another route, which then has its own opinion of the method.
					refusedWell(t, e, got, 400, 404, 405)
				}
			}
		}
	}
	for _, path := range []string{"//healthz", "/healthz/", "/v2.1/../healthz", "/./healthz", "/v2.1//organisation", "/v3/organisation", "/organisation/king/" + tpp.org.ID,
		"/organisation/tpp", "/scim/v2", "/scim/v2/Users", "/scim/v2/OBThirdPartyProviders/.search/x", "/as/token", "/openapi/", "/" + strings.Repeat("a/", 200)} {
		refusedWell(t, endpoint{method: "GET", path: path}, c.do(call{method: "GET", path: path}), 404)
	}
}

// A directory that requires tokens gives nothing to who has none, nor with
// somebody else's.
func TestForeignTokensEverywhere(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp, bank := d.enrol("AISP"), d.enrol("ASPSP")
	org, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: secret, Roles: []string{"AISP", "PISP"}})
	require.NoError(t, err)
	victim := d.addSoftware(org)
	org, err = d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: secret, Roles: []string{"ASPSP"}})
	require.NoError(t, err)
	victimBank := d.addSoftware(org)

	none := d.caller(nil)
	all := d.as(tpp, "TPPManage TPPReadAccess ASPSPReadAccess AuthoritiesReadAccess")
	stolen := d.caller(victim.transport)
	stolen.token = all.token
	bare := d.caller(nil)
	bare.token = all.token
	forged := d.as(tpp, "")
	forged.token = "forged"
	openClasses := []string{DirectoryKeys, OwnerKeys, RevokedKeys, CertificateFiles, OIDC, Token, Description, Health}
	for _, e := range d.endpoints(victim, victimBank) {
		open := slices.Contains(openClasses, e.class) || (e.path == "/keystore/key" || e.path == "/ca/issuing") && e.method != http.MethodPost
		if open {
			if e.class != Token {
				require.Equal(t, 200, none.do(call{method: e.method, path: e.path}).status, "%s %s", e.method, e.path)
			}
			continue
		}
		in := call{method: e.method, path: e.path, headers: e.media()}
		for _, c := range []*caller{none, stolen, bare, forged} {
			got := c.do(in)
			refusedWell(t, e, got, 401)
			require.Contains(t, got.header.Get("WWW-Authenticate"), "Bearer")
		}
		if strings.Contains(e.pattern, "{org}") {
			refusedWell(t, e, all.do(in), 403)
		}
	}
	for _, e := range d.endpoints(tpp, bank) {
		if strings.Contains(e.pattern, "{org}") || e.method == http.MethodHead || e.class != Enrolment {
			continue
		}
		switch got := all.do(call{method: e.method, path: e.path, headers: e.media(), body: tpp.pem}); {
		case strings.HasSuffix(e.path, "/validate"), e.method == http.MethodGet:
			require.Equal(t, 200, got.status, "%s %s: %s", e.method, e.path, got.body)
			require.NotContains(t, string(got.body), secret)
		default:
			refusedWell(t, e, got, 403)
			require.Contains(t, got.reason(t), "operator")
		}
	}
}

// What makes the directory do what a real one never does is the operator's.
func TestMockParametersAreTheOperators(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP")
	manager := d.as(tpp, "TPPManage")
	org := "/v2.1/organisation/" + tpp.org.ID
	soft := org + "/software-statement/" + tpp.soft.ID
	csr := facetest.NewCSR(t, facetest.NewKey(t))
	for _, in := range []struct{ method, path, parameter, body string }{
		{"POST", org + "/certificate/obwac", "wrong=expired", csr},
		{"POST", org + "/certificate/obwac", "issuer=x", csr},
		{"POST", soft + "/certificate/obtransport", "publish=no", csr},
		{"GET", soft + "/software-statement-assertion", "malformation=statement-iss-wrong", ""},
		{"GET", soft + "/software-statement-assertion", "canary=https://a.example", ""},
		{"GET", soft + "/software-statement-assertion", "kid=x", ""},
		{"DELETE", org + "/certificate/kid/" + tpp.key.ID, "in=crl", ""},
	} {
		headers := map[bool][]string{true: asPEM}[in.body != ""]
		got := manager.must(403, call{method: in.method, path: in.path + "?" + in.parameter, body: in.body, headers: headers}, nil)
		require.Contains(t, got.reason(t), "operator")
		got = manager.do(call{method: in.method, path: in.path, body: in.body, headers: headers})
		require.Less(t, got.status, 300, "without the parameter: %s", got.body)
	}
}
