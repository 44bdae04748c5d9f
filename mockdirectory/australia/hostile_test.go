package australia

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org, other := s.enrol("A", recipientRole), s.enrol("B", recipientRole)
	soft, foreign := s.enrolSoftware(org), s.enrolSoftware(other)
	british := s.enrol("C", "AISP")
	britishSoft := s.enrolSoftware(british, func(f *registry.Fields) { f.Roles = nil })
	const register = "/cdr-register/v1/all/"
	brands := register + "data-recipients/brands/"
	holders := register + "data-holders/brands"
	product := func(brand, software string) string { return brands + brand + "/software-products/" + software + "/ssa" }
	nobody := "00000000-0000-4000-8000-000000000000"

	const invalidSoftware, invalidBrand = "cds-register:Field/InvalidSoftwareProduct", "cds-register:Field/InvalidBrand"
	const field, date, size, pageCode = "cds-all:Field/Invalid", "cds-all:Field/InvalidDateTime", "cds-all:Field/InvalidPageSize", "cds-all:Field/InvalidPage"
	cases := []struct {
		name, path string
		status     int
		code, want string
	}{
		{"unknown product", product(desk.BrandID(org), nobody), 404, invalidSoftware, nobody},
		{"misshapen product", product(desk.BrandID(org), "none"), 404, invalidSoftware, "none"},
		{"product with a slash", product(desk.BrandID(org), "a%2Fb"), 404, invalidSoftware, "a/b"},
		{"product with NUL", product(desk.BrandID(org), "%00"), 404, invalidSoftware, "\x00"},
		{"long product", product(desk.BrandID(org), strings.Repeat("a", 5000)), 404, invalidSoftware, "aaaa"},
		{"product by its UK id", product(desk.BrandID(org), soft.ID), 404, invalidSoftware, ""},
		{"software of the UK", product(desk.BrandID(british), britishSoft.UUID), 404, invalidSoftware, britishSoft.UUID},
		{"other brand's product", product(desk.BrandID(org), foreign.UUID), 404, invalidBrand, desk.BrandID(org)},
		{"unknown brand", product(nobody, soft.UUID), 404, invalidBrand, nobody},
		{"legal entity for a brand", product(org.UUID, soft.UUID), 404, invalidBrand, org.UUID},
		{"misshapen brand", product("none", soft.UUID), 404, invalidBrand, "none"},
		{"statement by no key", product(desk.BrandID(org), soft.UUID) + "?kid=none", 400, field, "kid"},
		{"statement with a wish", product(desk.BrandID(org), soft.UUID) + "?alg=none", 400, field, "alg"},
		{"broken query", product(desk.BrandID(org), soft.UUID) + "?kid=%zz", 400, field, "query"},
		{"page of no number", holders + "?page=one", 400, field, "page"},
		{"page before the first", holders + "?page=0", 400, field, "page"},
		{"page beyond the last", holders + "?page=2", 422, pageCode, "at most 1"},
		{"page beyond all numbers", holders + "?page=99999999999999999999", 400, field, "page"},
		{"size of nothing", holders + "?page-size=0", 400, field, "page-size"},
		{"size beyond a thousand", holders + "?page-size=1001", 400, size, "1001"},
		{"page twice", holders + "?page=1&page=2", 400, field, "page"},
		{"unknown parameter", holders + "?pagesize=1", 400, field, "pagesize"},
		{"no date", holders + "?updated-since=yesterday", 400, date, "yesterday"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			got := s.in(t).refused(call{Method: "GET", Path: in.path, Header: version("3"), Status: in.status})
			require.Equal(t, "urn:au-cds:error:"+in.code, got.Code)
			require.Contains(t, got.Detail, in.want)
		})
	}
	for _, twin := range []string{statement(org, soft), statement(other, foreign), holders + "?page=1&page-size=1000"} {
		s.get(twin)
	}

	// What no route of the register takes is refused in the directory's own form.
	for _, in := range []call{
		{Method: "POST", Path: statement(org, soft), Header: version("3"), Body: `{}`, Status: 405},
		{Method: "PUT", Path: register + "data-recipients", Header: version("3"), Body: `{}`, Status: 405},
		{Method: "DELETE", Path: register + "data-recipients/status", Header: version("3"), Status: 405},
		{Method: "POST", Path: brands + "software-products/status", Header: version("3"), Status: 405},
		{Method: "PATCH", Path: holders, Header: version("3"), Status: 405},
		{Method: "POST", Path: "/cdr-register/v1/jwks", Body: `{"keys":[]}`, Status: 405},
		{Method: "GET", Path: "/cdr-register/v2/jwks", Status: 404},
		{Method: "GET", Path: register + "data-recipients/brands", Header: version("3"), Status: 404},
		{Method: "GET", Path: register + "../jwks", Header: version("3"), Status: 404},
		{Method: "GET", Path: product(desk.BrandID(org), "%2e%2e"), Header: version("3"), Status: 404},
		{Method: "GET", Path: "/cdr-register/v1//data-recipients", Header: version("3"), Status: 404},
		{Method: "GET", Path: register + "data-recipients/", Header: version("3"), Status: 404},
		{Method: "GET", Path: register + "data-recipients", Header: map[string]string{"x-v": "3", "Content-Length": "100000000"}, Body: strings.Repeat("a", 70000), Status: 413},
	} {
		var p struct {
			Code string `json:"error"`
			Text string `json:"error_description"`
		}
		require.NoError(t, json.Unmarshal(s.Do(in).Body, &p))
		require.NotEmpty(t, p.Code)
		require.NotEmpty(t, p.Text)
	}
}
