package brazil

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
)

// Every route is described, and nothing else is.
func TestDescriptionCoversTheRoutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	doc := specification(s)
	offered := map[string]bool{}
	for _, route := range Routes(s.desk, access.New(access.Config{Desk: s.desk})) {
		require.Contains(t, Classes, route.Class, route.Pattern)
		item := doc.Paths.Value(route.Pattern)
		require.NotNil(t, item, "%s is not described", route.Pattern)
		for method := range route.Methods {
			if method == http.MethodHead { // RFC 9110 section 9.3.2: GET without the body
				continue
			}
			offered[method+" "+route.Pattern] = true
			require.NotNil(t, item.GetOperation(method), "%s %s is not described", method, route.Pattern)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			require.True(t, offered[method+" "+path], "%s %s is described and not offered", method, path)
		}
	}
}

// Every operation answers as it is described, whether it accepts or refuses.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	doc := specification(s)
	org := s.enrol(`{"OrganisationName":"Banco A","RegistrationNumber":"13.353.236/0001-89","AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://bank.example/.well-known/openid-configuration","CustomerFriendlyName":"Banco A"}]}`)
	other := s.enrol(`{"OrganisationName":"B"}`)
	soft := s.enrolSoftware(org, plainSoftware)
	pemType := map[string]string{"Content-Type": "application/x-pem-file"}
	jsonType := map[string]string{"Content-Type": "application/json"}
	var seal, cac certificate
	s.json(call{"POST", org + "/certificates/brseal", pemType, newCSR(t, newKey(t)), 201}, &seal)
	s.json(call{"POST", soft + "/certificates/brcac", pemType, newCSR(t, newKey(t)), 201}, &cac)

	const (
		orgs    = "/brazil/organisations"
		oneOrg  = orgs + "/{org}"
		softs   = oneOrg + "/softwarestatements"
		oneSoft = softs + "/{software}"
		keyOrg  = "/brazil/keystore/{org}"
		keySoft = keyOrg + "/{software}"
	)
	nobody := "/brazil/organisations/00000000-0000-4000-8000-000000000000"
	cases := []described{
		{"/brazil/participants", call{"GET", "/brazil/participants", nil, "", 200}},
		{"/brazil/participants", call{"DELETE", "/brazil/participants", nil, "", 405}},
		{orgs, call{"POST", orgs, jsonType, `{"OrganisationName":"C","Roles":["DADOS"],"AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://c.example/d","AutoRegistrationSupported":false}]}`, 201}},
		{orgs, call{"POST", orgs, jsonType, `{"OrganisationName":"C","Roles":["AISP"]}`, 400}},
		{orgs, call{"GET", orgs + "?page=0&size=1", nil, "", 200}},
		{orgs, call{"GET", orgs + "?page=-1", nil, "", 400}},
		{oneOrg, call{"GET", org, nil, "", 200}},
		{oneOrg, call{"GET", nobody, nil, "", 404}},
		{oneOrg + "/certificates/{type}", call{"POST", org + "/certificates/brseal", pemType, newCSR(t, newKey(t)), 201}},
		{oneOrg + "/certificates/{type}", call{"POST", org + "/certificates/brseal?wrong=expired", pemType, newCSR(t, newKey(t)), 201}},
		{oneOrg + "/certificates/{type}", call{"POST", org + "/certificates/brcac", pemType, newCSR(t, newKey(t)), 400}},
		{softs, call{"POST", org + "/softwarestatements", jsonType, plainSoftware, 201}},
		{softs, call{"POST", org + "/softwarestatements", jsonType, `{}`, 400}},
		{softs, call{"GET", org + "/softwarestatements", nil, "", 200}},
		{softs, call{"GET", nobody + "/softwarestatements", nil, "", 404}},
		{oneSoft, call{"GET", soft, nil, "", 200}},
		{oneSoft, call{"GET", other + soft[len(org):], nil, "", 404}},
		{oneSoft, call{"PUT", soft, jsonType, `{"Description":"contas e mais"}`, 200}},
		{oneSoft, call{"PUT", soft, jsonType, `{"Status":"Inactive"}`, 400}},
		{oneSoft + "/certificates/{type}", call{"POST", soft + "/certificates/brcac", pemType, newCSR(t, newKey(t)), 201}},
		{oneSoft + "/certificates/{type}", call{"POST", soft + "/certificates/brcac", pemType, "nothing", 400}},
		{oneSoft + "/certificates/{type}/{kid}", call{"PUT", soft + "/certificates/brseal/" + seal.KeyID, nil, "", 204}},
		{oneSoft + "/certificates/{type}/{kid}", call{"PUT", soft + "/certificates/brseal/none", nil, "", 404}},
		{oneSoft + "/assertion", call{"GET", soft + "/assertion", nil, "", 200}},
		{oneSoft + "/assertion", call{"GET", soft + "/assertion?kid=none", nil, "", 400}},
		{"/brazil/keystore/openbanking.jwks", call{"GET", "/brazil/keystore/openbanking.jwks", nil, "", 200}},
		{"/brazil/keystore/openbanking.jwks", call{"POST", "/brazil/keystore/openbanking.jwks", nil, "", 405}},
		{keyOrg + "/{document}", call{"GET", keysOf(org) + "/" + seal.KeyID + ".pem", nil, "", 200}},
		{keyOrg + "/{document}", call{"GET", keysOf(org) + "/" + cac.KeyID + ".pem", nil, "", 404}},
		{keySoft + "/{document}", call{"GET", keysOf(soft) + "/" + cac.KeyID + ".pem", nil, "", 200}},
		{keySoft + "/{document}", call{"GET", keysOf(soft) + "/" + cac.KeyID, nil, "", 404}},
		{"/openapi/brazil.yaml", call{"GET", "/openapi/brazil.yaml", nil, "", 200}},
		{"/openapi/brazil.yaml", call{"PUT", "/openapi/brazil.yaml", nil, "", 405}},
	}
	for _, set := range []string{"/application.jwks", "/transport.jwks", "/inactive/application.jwks", "/inactive/transport.jwks"} {
		cases = append(cases,
			described{keyOrg + set, call{"GET", keysOf(org) + set, nil, "", 200}},
			described{keyOrg + set, call{"GET", keysOf(nobody) + set, nil, "", 404}},
			described{keySoft + set, call{"GET", keysOf(soft) + set, nil, "", 200}},
			described{keySoft + set, call{"GET", keysOf(other) + soft[len(org)+len("/softwarestatements"):] + set, nil, "", 404}},
		)
	}
	accepted, refused := map[string]bool{}, map[string]bool{}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) { c.check(s.in(t), doc) })
		if c.status < 300 {
			accepted[c.method+" "+c.operation] = true
		} else {
			refused[c.operation] = true
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			require.True(t, accepted[method+" "+path], "%s %s is never tried", method, path)
		}
		require.True(t, refused[path], "%s never refuses", path)
	}
}
