package australia

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"

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
	org := s.enrol("Recipient", recipientRole)
	soft, bare := s.enrolSoftware(org), s.enrolSoftware(org, func(f *registry.Fields) { f.LogoURI = "" })
	bank := s.enrol("Bank", holderRole)
	_, err := s.desk.Registry.UpdateOrganisation(bank.ID, func(o *registry.Organisation) error {
		for _, host := range []string{"a", "b", "c"} {
			o.AuthorisationServers = append(o.AuthorisationServers, registry.AuthorisationServer{DiscoveryDocument: "https://" + host + ".example/.well-known/openid-configuration"})
		}
		return nil
	})
	require.NoError(t, err)
	off := s.enrol("Left", recipientRole)
	softOff := s.enrolSoftware(off)
	require.NoError(t, s.desk.Registry.SetOrganisationStatus(off.ID, registry.Withdrawn))

	const (
		register   = "/cdr-register/v1"
		oneList    = register + "/{industry}/data-recipients"
		recipients = register + "/all/data-recipients"
		ssa        = oneList + "/brands/{brand}/software-products/{software}/ssa"
		holders    = register + "/{industry}/data-holders/brands"
		brands     = register + "/banking/data-holders/brands"
		products   = "/brands/software-products/status"
	)
	cases := []described{
		{register + "/jwks", call{"GET", register + "/jwks", nil, "", 200}},
		{register + "/jwks", call{"POST", register + "/jwks", nil, "", 405}},
		{oneList, call{"GET", recipients, version("4"), "", 200}},
		{oneList, call{"GET", register + "/energy/data-recipients", version("3"), "", 200}},
		{oneList, call{"GET", register + "/energy/data-recipients", version("4"), "", 404}},
		{oneList, call{"GET", recipients, version("5"), "", 406}},
		{oneList, call{"GET", recipients, map[string]string{"x-v": "4", "If-None-Match": "*"}, "", 304}},
		{oneList, call{"DELETE", recipients, version("4"), "", 405}},
		{oneList + "/status", call{"GET", recipients + "/status", version("3"), "", 200}},
		{oneList + "/status", call{"GET", recipients + "/status", map[string]string{"x-v": "9", "x-min-v": "1"}, "", 200}},
		{oneList + "/status", call{"GET", recipients + "/status", nil, "", 400}},
		{oneList + products, call{"GET", recipients + products, version("2"), "", 200}},
		{oneList + products, call{"GET", recipients + products, version("two"), "", 400}},
		{ssa, call{"GET", statement(org, soft), version("3"), "", 200}},
		{ssa, call{"GET", statement(org, soft), version("4"), "", 200}},
		{ssa, call{"GET", statement(org, soft) + "?kid=none", version("4"), "", 400}},
		{ssa, call{"GET", statement(off, softOff), version("4"), "", 403}},
		{ssa, call{"GET", statement(off, soft), version("4"), "", 404}},
		{ssa, call{"GET", statement(org, bare), version("4"), "", 422}},
		{holders, call{"GET", brands, version("3"), "", 200}},
		{holders, call{"GET", brands + "?page=2&page-size=1&updated-since=2020-01-01T00:00:00Z", version("3"), "", 200}},
		{holders, call{"GET", register + "/non-bank-lending/data-holders/brands", version("3"), "", 200}},
		{holders, call{"GET", brands + "?page=9", version("3"), "", 422}},
		{"/openapi/australia.yaml", call{"GET", "/openapi/australia.yaml", nil, "", 200}},
		{"/openapi/australia.yaml", call{"PUT", "/openapi/australia.yaml", nil, "", 405}},
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
