package brazil

import (
	"testing"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
)

// Every route is described, and nothing else is.
func TestDescriptionCoversTheRoutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := facetest.NewContract(t, s.get("/openapi/brazil.yaml"))
	c.Covers(t, Routes(s.Desk, access.New(access.Config{Desk: s.Desk})), Classes, nil)
}

// Every operation answers as it is described, whether it accepts or refuses.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := facetest.NewContract(t, s.get("/openapi/brazil.yaml"))
	org := s.enrol(`{"OrganisationName":"Banco A","RegistrationNumber":"13.353.236/0001-89","AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://bank.example/.well-known/openid-configuration","CustomerFriendlyName":"Banco A"}]}`)
	other := s.enrol(`{"OrganisationName":"B"}`)
	soft := s.enrolSoftware(org, plainSoftware)
	pemType := map[string]string{"Content-Type": "application/x-pem-file"}
	jsonType := map[string]string{"Content-Type": "application/json"}
	var seal, cac certificate
	s.JSON(call{Method: "POST", Path: org + "/certificates/brseal", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &seal)
	s.JSON(call{Method: "POST", Path: soft + "/certificates/brcac", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &cac)

	const (
		orgs    = "/brazil/organisations"
		oneOrg  = orgs + "/{org}"
		softs   = oneOrg + "/softwarestatements"
		oneSoft = softs + "/{software}"
		keyOrg  = "/brazil/keystore/{org}"
		keySoft = keyOrg + "/{software}"
	)
	nobody := "/brazil/organisations/00000000-0000-4000-8000-000000000000"
	cases := []facetest.Case{
		{Operation: "/brazil/participants", Call: call{Method: "GET", Path: "/brazil/participants", Status: 200}},
		{Operation: "/brazil/participants", Call: call{Method: "DELETE", Path: "/brazil/participants", Status: 405}},
		{Operation: orgs, Call: call{Method: "POST", Path: orgs, Header: jsonType, Body: `{"OrganisationName":"C","Roles":["DADOS"],"AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://c.example/d","AutoRegistrationSupported":false}]}`, Status: 201}},
		{Operation: orgs, Call: call{Method: "POST", Path: orgs, Header: jsonType, Body: `{"OrganisationName":"C","Roles":["AISP"]}`, Status: 400}},
		{Operation: orgs, Call: call{Method: "GET", Path: orgs + "?page=0&size=1", Status: 200}},
		{Operation: orgs, Call: call{Method: "GET", Path: orgs + "?page=-1", Status: 400}},
		{Operation: oneOrg, Call: call{Method: "GET", Path: org, Status: 200}},
		{Operation: oneOrg, Call: call{Method: "GET", Path: nobody, Status: 404}},
		{Operation: oneOrg + "/certificates/{type}", Call: call{Method: "POST", Path: org + "/certificates/brseal", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}},
		{Operation: oneOrg + "/certificates/{type}", Call: call{Method: "POST", Path: org + "/certificates/brseal?wrong=expired", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}},
		{Operation: oneOrg + "/certificates/{type}", Call: call{Method: "POST", Path: org + "/certificates/brcac", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 400}},
		{Operation: softs, Call: call{Method: "POST", Path: org + "/softwarestatements", Header: jsonType, Body: plainSoftware, Status: 201}},
		{Operation: softs, Call: call{Method: "POST", Path: org + "/softwarestatements", Header: jsonType, Body: `{}`, Status: 400}},
		{Operation: softs, Call: call{Method: "GET", Path: org + "/softwarestatements", Status: 200}},
		{Operation: softs, Call: call{Method: "GET", Path: nobody + "/softwarestatements", Status: 404}},
		{Operation: oneSoft, Call: call{Method: "GET", Path: soft, Status: 200}},
		{Operation: oneSoft, Call: call{Method: "GET", Path: other + soft[len(org):], Status: 404}},
		{Operation: oneSoft, Call: call{Method: "PUT", Path: soft, Header: jsonType, Body: `{"Description":"contas e mais"}`, Status: 200}},
		{Operation: oneSoft, Call: call{Method: "PUT", Path: soft, Header: jsonType, Body: `{"Status":"Inactive"}`, Status: 400}},
		{Operation: oneSoft + "/certificates/{type}", Call: call{Method: "POST", Path: soft + "/certificates/brcac", Header: pemType, Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}},
		{Operation: oneSoft + "/certificates/{type}", Call: call{Method: "POST", Path: soft + "/certificates/brcac", Header: pemType, Body: "nothing", Status: 400}},
		{Operation: oneSoft + "/certificates/{type}/{kid}", Call: call{Method: "PUT", Path: soft + "/certificates/brseal/" + seal.KeyID, Status: 204}},
		{Operation: oneSoft + "/certificates/{type}/{kid}", Call: call{Method: "PUT", Path: soft + "/certificates/brseal/none", Status: 404}},
		{Operation: oneSoft + "/assertion", Call: call{Method: "GET", Path: soft + "/assertion", Status: 200}},
		{Operation: oneSoft + "/assertion", Call: call{Method: "GET", Path: soft + "/assertion?kid=none", Status: 400}},
		{Operation: "/brazil/keystore/openbanking.jwks", Call: call{Method: "GET", Path: "/brazil/keystore/openbanking.jwks", Status: 200}},
		{Operation: "/brazil/keystore/openbanking.jwks", Call: call{Method: "POST", Path: "/brazil/keystore/openbanking.jwks", Status: 405}},
		{Operation: keyOrg + "/{document}", Call: call{Method: "GET", Path: keysOf(org) + "/" + seal.KeyID + ".pem", Status: 200}},
		{Operation: keyOrg + "/{document}", Call: call{Method: "GET", Path: keysOf(org) + "/" + cac.KeyID + ".pem", Status: 404}},
		{Operation: keySoft + "/{document}", Call: call{Method: "GET", Path: keysOf(soft) + "/" + cac.KeyID + ".pem", Status: 200}},
		{Operation: keySoft + "/{document}", Call: call{Method: "GET", Path: keysOf(soft) + "/" + cac.KeyID, Status: 404}},
		{Operation: "/openapi/brazil.yaml", Call: call{Method: "GET", Path: "/openapi/brazil.yaml", Status: 200}},
		{Operation: "/openapi/brazil.yaml", Call: call{Method: "PUT", Path: "/openapi/brazil.yaml", Status: 405}},
	}
	for _, set := range []string{"/application.jwks", "/transport.jwks", "/inactive/application.jwks", "/inactive/transport.jwks"} {
		cases = append(cases,
			facetest.Case{Operation: keyOrg + set, Call: call{Method: "GET", Path: keysOf(org) + set, Status: 200}},
			facetest.Case{Operation: keyOrg + set, Call: call{Method: "GET", Path: keysOf(nobody) + set, Status: 404}},
			facetest.Case{Operation: keySoft + set, Call: call{Method: "GET", Path: keysOf(soft) + set, Status: 200}},
			facetest.Case{Operation: keySoft + set, Call: call{Method: "GET", Path: keysOf(other) + soft[len(org)+len("/softwarestatements"):] + set, Status: 404}},
		)
	}
	c.Run(t, s.Site, cases)
}
