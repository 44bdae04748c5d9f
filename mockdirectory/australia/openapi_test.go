package australia

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// Every route is described, and nothing else is.
func TestDescriptionCoversTheRoutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := facetest.NewContract(t, s.get("/openapi/australia.yaml"))
	c.Covers(t, Routes(s.Desk, access.New(access.Config{Desk: s.Desk})), Classes, nil)
}

// Every operation answers as it is described, whether it accepts or refuses.
func TestAnswersAreAsDescribed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := facetest.NewContract(t, s.get("/openapi/australia.yaml"))
	org := s.enrol("Recipient", recipientRole)
	soft, bare := s.enrolSoftware(org), s.enrolSoftware(org, func(f *registry.Fields) { f.LogoURI = "" })
	bank := s.enrol("Bank", holderRole)
	_, err := s.Desk.Registry.UpdateOrganisation(bank.ID, func(o *registry.Organisation) error {
		for _, host := range []string{"a", "b", "c"} {
			o.AuthorisationServers = append(o.AuthorisationServers, registry.AuthorisationServer{DiscoveryDocument: "https://" + host + ".example/.well-known/openid-configuration"})
		}
		return nil
	})
	require.NoError(t, err)
	off := s.enrol("Left", recipientRole)
	softOff := s.enrolSoftware(off)
	require.NoError(t, s.Desk.Registry.SetOrganisationStatus(off.ID, registry.Withdrawn))

	const (
		register   = "/cdr-register/v1"
		oneList    = register + "/{industry}/data-recipients"
		recipients = register + "/all/data-recipients"
		ssa        = oneList + "/brands/{brand}/software-products/{software}/ssa"
		holders    = register + "/{industry}/data-holders/brands"
		brands     = register + "/banking/data-holders/brands"
		products   = "/brands/software-products/status"
	)
	cases := []facetest.Case{
		{Operation: register + "/jwks", Call: call{Method: "GET", Path: register + "/jwks", Status: 200}},
		{Operation: register + "/jwks", Call: call{Method: "POST", Path: register + "/jwks", Status: 405}},
		{Operation: oneList, Call: call{Method: "GET", Path: recipients, Header: version("4"), Status: 200}},
		{Operation: oneList, Call: call{Method: "GET", Path: register + "/energy/data-recipients", Header: version("3"), Status: 200}},
		{Operation: oneList, Call: call{Method: "GET", Path: register + "/energy/data-recipients", Header: version("4"), Status: 404}},
		{Operation: oneList, Call: call{Method: "GET", Path: recipients, Header: version("5"), Status: 406}},
		{Operation: oneList, Call: call{Method: "GET", Path: recipients, Header: map[string]string{"x-v": "4", "If-None-Match": "*"}, Status: 304}},
		{Operation: oneList, Call: call{Method: "DELETE", Path: recipients, Header: version("4"), Status: 405}},
		{Operation: oneList + "/status", Call: call{Method: "GET", Path: recipients + "/status", Header: version("3"), Status: 200}},
		{Operation: oneList + "/status", Call: call{Method: "GET", Path: recipients + "/status", Header: map[string]string{"x-v": "9", "x-min-v": "1"}, Status: 200}},
		{Operation: oneList + "/status", Call: call{Method: "GET", Path: recipients + "/status", Status: 400}},
		{Operation: oneList + products, Call: call{Method: "GET", Path: recipients + products, Header: version("2"), Status: 200}},
		{Operation: oneList + products, Call: call{Method: "GET", Path: recipients + products, Header: version("two"), Status: 400}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(org, soft), Header: version("3"), Status: 200}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(org, soft), Header: version("4"), Status: 200}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(org, soft) + "?kid=none", Header: version("4"), Status: 400}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(off, softOff), Header: version("4"), Status: 403}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(off, soft), Header: version("4"), Status: 404}},
		{Operation: ssa, Call: call{Method: "GET", Path: statement(org, bare), Header: version("4"), Status: 422}},
		{Operation: holders, Call: call{Method: "GET", Path: brands, Header: version("3"), Status: 200}},
		{Operation: holders, Call: call{Method: "GET", Path: brands + "?page=2&page-size=1&updated-since=2020-01-01T00:00:00Z", Header: version("3"), Status: 200}},
		{Operation: holders, Call: call{Method: "GET", Path: register + "/non-bank-lending/data-holders/brands", Header: version("3"), Status: 200}},
		{Operation: holders, Call: call{Method: "GET", Path: brands + "?page=9", Header: version("3"), Status: 422}},
		{Operation: "/openapi/australia.yaml", Call: call{Method: "GET", Path: "/openapi/australia.yaml", Status: 200}},
		{Operation: "/openapi/australia.yaml", Call: call{Method: "PUT", Path: "/openapi/australia.yaml", Status: 405}},
	}
	c.Run(t, s.Site, cases)
}
