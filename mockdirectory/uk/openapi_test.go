package uk

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

var suffix = regexp.MustCompile(`\{[a-z]+\}\.(jwks|pem)$|openbanking\.jwks$`)

// Every route is described, with every method, and nothing else is.
func TestDescriptionNamesEveryRoute(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	pattern := func(path string) string { return suffix.ReplaceAllString(path, "{document}") }
	facetest.NewContract(t, OpenAPI).Covers(t, Routes(Config{Desk: d.desk}), Classes, pattern)
}

// contract drives operations and holds each exchange to the description.
type contract struct{ *facetest.Contract }

func newContract(t testing.TB) contract {
	t.Helper()
	return contract{facetest.NewContract(t, OpenAPI)}
}

// drive sends one call to the operation at a path of the description. The
// request must be as described if it is to be accepted.
func (c contract) drive(as *caller, status int, path string, in call) answer {
	as.t.Helper()
	got := as.must(status, in, nil)
	if status >= 400 {
		require.NotEmpty(as.t, got.reason(as.t))
	}
	c.Hold(as.t, facetest.Exchange{Operation: path, Request: as.request(in), Answer: facetest.Answer{Status: got.status, Header: got.header, Body: got.body}})
	c.Note(in.method, path, status)
	return got
}

// Every operation is driven over HTTPS, to a success and to a refusal, and
// every answer is as described.
func TestOperationsAreAsDescribed(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := newContract(t)
	operator := d.caller(nil)
	tpp, bank := d.enrol("AISP", "PISP"), d.enrol("ASPSP")
	for family, m := range map[string]member{"/v2.1/organisation": tpp, "/v2/organisation": tpp, "/organisation/tpp": tpp, "/organisation/aspsp": bank} {
		c.driveMembers(operator, family, m)
		if strings.HasPrefix(family, "/v2") {
			c.driveMembersNow(operator, family, m, bank)
		}
	}
	c.driveKeyStore(operator, tpp)
	c.driveService(operator, tpp)
	c.driveSCIM(operator, tpp, bank)

	c.AllAccepted(t)
	// What has neither parameters nor a body has nothing to be refused for.
	c.AllRefused(t,
		"GET /.well-known/openid-configuration", "GET /ca/issuing", "GET /ca/root.pem", "GET /healthz", "GET /keystore/key",
		"GET /keystore/openbanking.jwks", "GET /openapi", "GET /openapi/uk.yaml", "POST /ca/issuing", "POST /keystore/key", "POST /keystore/rotate")
}

const (
	nobody   = "0015800001ZZZZZZZZ"
	nothingS = "zzzzzzzzzzzzzzzzzzzzzz"
)

func (c contract) driveMembers(as *caller, family string, m member) {
	org, soft := family+"/{org}", family+"/{org}/software-statement/{software}"
	ours, theirs := family+"/"+m.org.ID, family+"/"+nobody
	software, lost := ours+"/software-statement/"+m.soft.ID, ours+"/software-statement/"+nothingS

	c.drive(as, 200, org, call{method: "GET", path: ours, headers: []string{requestID, "mine"}})
	c.drive(as, 404, org, call{method: "GET", path: theirs})

	private := facetest.NewKey(as.t)
	var issued struct{ Kid string }
	unmarshal(as.t, c.drive(as, 201, org+"/certificate/{type}", call{method: "POST", path: ours + "/certificate/obwac", body: facetest.NewCSR(as.t, private), headers: asPEM}), &issued)
	c.drive(as, 400, org+"/certificate/{type}", call{method: "POST", path: ours + "/certificate/obtransport", body: facetest.NewCSR(as.t, private), headers: asPEM})
	c.drive(as, 201, soft+"/certificate/{type}", call{method: "POST", path: software + "/certificate/obtransport?wrong=expired", body: facetest.NewCSR(as.t, private), headers: asPEM})
	c.drive(as, 400, soft+"/certificate/{type}", call{method: "POST", path: software + "/certificate/obtransport", body: "x", headers: asPEM})
	c.drive(as, 204, soft+"/certificate/{type}/{kid}", call{method: "PUT", path: software + "/certificate/obwac/" + issued.Kid})
	c.drive(as, 404, soft+"/certificate/{type}/{kid}", call{method: "PUT", path: software + "/certificate/obseal/" + issued.Kid})

	key := ours + "/certificate/kid/" + issued.Kid
	for _, media := range []string{"", mediaJSON, mediaJWK} {
		c.drive(as, 200, org+"/certificate/kid/{kid}", call{method: "GET", path: key, headers: []string{"Accept", media}})
	}
	c.drive(as, 404, org+"/certificate/kid/{kid}", call{method: "GET", path: ours + "/certificate/kid/x"})
	c.drive(as, 406, org+"/certificate/kid/{kid}", call{method: "GET", path: key, headers: []string{"Accept", "text/html"}})
	c.drive(as, 204, org+"/certificate/kid/{kid}", call{method: "DELETE", path: key + "?reason=keyCompromise"})
	c.drive(as, 404, org+"/certificate/kid/{kid}", call{method: "DELETE", path: key})
	c.drive(as, 200, org+"/certificate/kid/{kid}", call{method: "GET", path: key})

	c.drive(as, 200, org+"/software-statement", call{method: "GET", path: ours + "/software-statement?startIndex=1&count=10"})
	c.drive(as, 200, org+"/software-statement", call{method: "GET", path: ours + "/software-statement", headers: []string{"Accept", mediaSoftwareList}})
	c.drive(as, 400, org+"/software-statement", call{method: "GET", path: ours + "/software-statement?count=0"})
	c.drive(as, 201, org+"/software-statement", call{method: "POST", path: ours + "/software-statement", body: `{"ClientName":"A","RedirectUri":["https://a.example/cb"]}`, headers: asJSON})
	c.drive(as, 201, org+"/software-statement", call{method: "POST", path: ours + "/software-statement", body: `{"ClientName":"A"}`, headers: []string{"Content-Type", mediaSoftware, "Accept", mediaSoftware}})
	c.drive(as, 400, org+"/software-statement", call{method: "POST", path: ours + "/software-statement", body: `{}`, headers: asJSON})

	for _, media := range []string{"", mediaJSON, mediaSoftware} {
		c.drive(as, 200, soft, call{method: "GET", path: software, headers: []string{"Accept", media}})
	}
	c.drive(as, 406, soft, call{method: "GET", path: software, headers: []string{"Accept", "application/xml"}})
	c.drive(as, 404, soft, call{method: "GET", path: lost})
	c.drive(as, 200, soft, call{method: "PUT", path: software, body: `{"Description":"keeps them"}`, headers: asJSON})
	c.drive(as, 400, soft, call{method: "PUT", path: software, body: `{"Descripton":""}`, headers: asJSON})
	c.drive(as, 200, soft+"/redirect-uri", call{method: "POST", path: software + "/redirect-uri", body: `["https://tpp.example` + family + `"]`, headers: asJSON})
	c.drive(as, 409, soft+"/redirect-uri", call{method: "POST", path: software + "/redirect-uri", body: `["https://tpp.example` + family + `"]`, headers: asJSON})
	c.drive(as, 200, soft+"/software-statement-assertion", call{method: "GET", path: software + "/software-statement-assertion"})
	c.drive(as, 400, soft+"/software-statement-assertion", call{method: "GET", path: software + "/software-statement-assertion?malformation=x"})
}

func (c contract) driveMembersNow(as *caller, family string, m, bank member) {
	ours := family + "/" + m.org.ID
	software := ours + "/software-statement/" + m.soft.ID
	org, soft := family+"/{org}", family+"/{org}/software-statement/{software}"

	c.drive(as, 200, family, call{method: "GET", path: family})
	c.drive(as, 400, family, call{method: "GET", path: family + "?count=many"})
	c.drive(as, 201, family, call{method: "POST", path: family, body: `{"OrganisationName":"A"}`, headers: asJSON})
	c.drive(as, 400, family, call{method: "POST", path: family, body: `{"OrganisationName":""}`, headers: asJSON})
	for _, status := range []string{"Revoked", "Active"} {
		c.drive(as, 204, org+"/status", call{method: "PUT", path: ours + "/status", body: `{"Status":"` + status + `"}`, headers: asJSON})
	}
	c.drive(as, 400, org+"/status", call{method: "PUT", path: ours + "/status", body: `{"Status":"Gone"}`, headers: asJSON})
	for _, status := range []string{"Removed", "Active"} {
		c.drive(as, 204, soft+"/status", call{method: "PUT", path: software + "/status", body: `{"Status":"` + status + `"}`, headers: asJSON})
	}
	c.drive(as, 400, soft+"/status", call{method: "PUT", path: software + "/status", body: `{"Status":"Gone"}`, headers: asJSON})
	const server = `{"AuthorisationServers":[{"OpenIDConfigEndPointUri":"https://bank.example/.well-known/openid-configuration","CustomerFriendlyName":"Bank","BaseApiDNSUri":"https://api.bank.example","AutoRegistrationSupported":true}]}`
	servers := family + "/" + bank.org.ID + "/authorisation-servers"
	c.drive(as, 200, org+"/authorisation-servers", call{method: "PUT", path: servers, body: server, headers: asJSON})
	c.drive(as, 400, org+"/authorisation-servers", call{method: "PUT", path: servers, body: `{"AuthorisationServers":[{}]}`, headers: asJSON})
	c.drive(as, 204, soft+"/jwk", call{method: "POST", path: software + "/jwk", body: `{"kty":"odd"}`, headers: asJSON})
	c.drive(as, 400, soft+"/jwk", call{method: "POST", path: software + "/jwk", body: `[]`, headers: asJSON})
	issued := as.certify(m, "obtransport", facetest.NewKey(as.t))
	c.drive(as, 204, org+"/certificate/serial/{serial}", call{method: "DELETE", path: ours + "/certificate/serial/" + issued.Serial})
	c.drive(as, 409, org+"/certificate/serial/{serial}", call{method: "DELETE", path: ours + "/certificate/serial/" + issued.Serial})
	c.drive(as, 200, org+"/certificate", call{method: "GET", path: ours + "/certificate"})
	c.drive(as, 404, org+"/certificate", call{method: "GET", path: family + "/" + nobody + "/certificate"})
}

func (c contract) driveKeyStore(as *caller, m member) {
	var made struct{ Kid string }
	c.drive(as, 200, "/keystore/openbanking.jwks", call{method: "GET", path: "/keystore/openbanking.jwks"})
	unmarshal(as.t, c.drive(as, 200, "/keystore/key", call{method: "POST", path: "/keystore/key"}), &made)
	c.drive(as, 200, "/keystore/rotate", call{method: "POST", path: "/keystore/rotate"})
	c.drive(as, 200, "/keystore/key", call{method: "GET", path: "/keystore/key"})
	for _, method := range []string{"DELETE", "PUT"} {
		c.drive(as, 204, "/keystore/key/{kid}", call{method: method, path: "/keystore/key/" + made.Kid})
		c.drive(as, 404, "/keystore/key/{kid}", call{method: method, path: "/keystore/key/x"})
	}
	c.drive(as, 200, "/keystore/{kid}.pem", call{method: "GET", path: "/keystore/" + made.Kid + ".pem"})
	c.drive(as, 404, "/keystore/{kid}.pem", call{method: "GET", path: "/keystore/x.pem"})

	org, soft := m.org.ID, m.soft.ID
	c.drive(as, 200, "/{org}/{owner}.jwks", call{method: "GET", path: "/" + org + "/" + soft + ".jwks"})
	c.drive(as, 404, "/{org}/{owner}.jwks", call{method: "GET", path: "/" + org + "/" + nothingS + ".jwks"})
	c.drive(as, 200, "/{org}/revoked/{owner}.jwks", call{method: "GET", path: "/" + org + "/revoked/" + org + ".jwks"})
	c.drive(as, 404, "/{org}/revoked/{owner}.jwks", call{method: "GET", path: "/" + nobody + "/revoked/" + org + ".jwks"})
	c.drive(as, 200, "/{org}/{owner}/{kid}.pem", call{method: "GET", path: "/" + org + "/" + soft + "/" + m.transportID + ".pem"})
	c.drive(as, 404, "/{org}/{owner}/{kid}.pem", call{method: "GET", path: "/" + org + "/" + soft + "/x.pem"})

	c.drive(as, 200, "/ca/root.pem", call{method: "GET", path: "/ca/root.pem"})
	var ca struct{ Slug string }
	unmarshal(as.t, c.drive(as, 201, "/ca/issuing", call{method: "POST", path: "/ca/issuing"}), &ca)
	c.drive(as, 204, "/ca/issuing/{slug}", call{method: "DELETE", path: "/ca/issuing/" + ca.Slug})
	c.drive(as, 409, "/ca/issuing/{slug}", call{method: "DELETE", path: "/ca/issuing/" + ca.Slug})
	c.drive(as, 200, "/ca/issuing", call{method: "GET", path: "/ca/issuing"})
	c.drive(as, 201, "/ca/listener", call{method: "POST", path: "/ca/listener", body: facetest.NewCSR(as.t, facetest.NewKey(as.t), "bank.example"), headers: asPEM})
	c.drive(as, 400, "/ca/listener", call{method: "POST", path: "/ca/listener", body: facetest.NewCSR(as.t, facetest.NewKey(as.t)), headers: asPEM})
}

func (c contract) driveService(as *caller, m member) {
	for _, path := range []string{"/.well-known/openid-configuration", "/openapi", "/openapi/uk.yaml", "/healthz"} {
		c.drive(as, 200, path, call{method: "GET", path: path})
	}
	for _, path := range []string{"/v2.1/certificate/validate", "/v2/certificate/validate", "/certificate/validate"} {
		c.drive(as, 200, path, call{method: "POST", path: path, body: m.pem, headers: asPEM})
		c.drive(as, 400, path, call{method: "POST", path: path, body: "x", headers: asPEM})
	}
	in := as.tokenCall(m, "TPPManage")
	with := as.caller(m.transport)
	c.drive(with, 200, access.TokenPath, in)
	c.drive(with, 401, access.TokenPath, in)
}

func (c contract) driveSCIM(as *caller, tpp, bank member) {
	ids := map[string]string{
		"OBThirdPartyProviders": tpp.org.ID, "OBAccountPaymentServiceProviders": bank.org.ID, "Participants": bank.org.ID, "OBAuthorities": "FCAGBR",
	}
	for _, of := range resourceTypes {
		path := "/scim/v2/" + of.name
		var page struct{ Resources []struct{ ID string } }
		unmarshal(as.t, c.drive(as, 200, path, call{method: "GET", path: path}), &page)
		require.NotEmpty(as.t, page.Resources, of.name)
		id := page.Resources[0].ID
		if known := ids[of.name]; known != "" {
			id = known
		}
		c.drive(as, 200, path, call{method: "GET", path: path + "?attributes=totalResults"})
		c.drive(as, 200, path, call{method: "GET", path: path + "?excludedAttributes=meta&filter=" + url.QueryEscape(`id eq "`+id+`"`), headers: []string{"Accept", mediaJSON}})
		c.drive(as, 400, path, call{method: "GET", path: path + "?filter=x"})
		c.drive(as, 406, path, call{method: "GET", path: path, headers: []string{"Accept", "text/html"}})
		c.drive(as, 200, path+"/{id}", call{method: "GET", path: path + "/" + id + "?attributes=id"})
		c.drive(as, 404, path+"/{id}", call{method: "GET", path: path + "/" + nobody})
		body := string(jose.Raw(map[string]any{"schemas": []string{searchRequest}, "filter": `id eq "` + id + `"`, "count": 1}))
		c.drive(as, 200, path+"/.search", call{method: "POST", path: path + "/.search", body: body, headers: []string{"Content-Type", mediaSCIM}})
		c.drive(as, 400, path+"/.search", call{method: "POST", path: path + "/.search", body: `{}`, headers: asJSON})
	}
}

// Refusals for want of a token are as described too.
func TestRefusalsOfTokensAreAsDescribed(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	c := newContract(t)
	tpp := d.enrol("AISP")
	soft := "/v2.1/organisation/{org}/software-statement/{software}"
	path := "/v2.1/organisation/" + tpp.org.ID + "/software-statement/" + tpp.soft.ID
	reader := d.as(tpp, "TPPReadAccess")
	for _, in := range []struct {
		as     *caller
		status int
		path   string
		call   call
	}{
		{d.caller(nil), 401, soft, call{method: "GET", path: path}},
		{reader, 200, soft, call{method: "GET", path: path}},
		{reader, 403, soft, call{method: "PUT", path: path, body: `{}`, headers: asJSON}},
		{d.as(tpp, "TPPManage"), 200, soft, call{method: "PUT", path: path, body: `{}`, headers: asJSON}},
		{d.caller(nil), 401, "/scim/v2/OBThirdPartyProviders", call{method: "GET", path: "/scim/v2/OBThirdPartyProviders"}},
		{reader, 403, "/scim/v2/OBAuthorities", call{method: "GET", path: "/scim/v2/OBAuthorities"}},
		{reader, 200, "/scim/v2/OBThirdPartyProviders", call{method: "GET", path: "/scim/v2/OBThirdPartyProviders"}},
	} {
		got := c.drive(in.as, in.status, in.path, in.call)
		require.Equal(t, in.status == 401 || in.status == 403, got.header.Get("WWW-Authenticate") != "")
	}
	require.Equal(t, registry.Active, tpp.org.Status)
}
