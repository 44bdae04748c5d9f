package australia

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table is that of the standards' HTTP headers, for an endpoint that has the
// versions 2 and 3.
func TestVersions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const missing, invalid, unsupported = "cds-all:Header/Missing", "cds-all:Header/InvalidVersion", "cds-all:Header/UnsupportedVersion"
	for _, in := range []struct {
		v, min string
		want   string // version that answers
		status int
		code   string
	}{
		{v: "2", want: "2"}, {v: "3", want: "3"},
		{v: "9", min: "1", want: "3"}, {v: "9", min: "3", want: "3"}, {v: "3", min: "2", want: "3"}, {v: "2", min: "1", want: "2"},
		{v: "2", min: "2", want: "2"}, {v: "3", min: "8", want: "3"}, // an x-min-v that is not below counts as absent
		{v: "99999999999999999999", min: "2", want: "3"},
		{v: "", status: 400, code: missing}, {v: "", min: "2", status: 400, code: missing},
		{v: "0", status: 400, code: invalid}, {v: "-1", status: 400, code: invalid}, {v: "+3", status: 400, code: invalid},
		{v: "3.0", status: 400, code: invalid}, {v: "three", status: 400, code: invalid}, {v: "3, 2", status: 400, code: invalid}, {v: "３", status: 400, code: invalid},
		{v: "3", min: "zero", status: 400, code: invalid}, {v: "3", min: "0", status: 400, code: invalid},
		{v: "1", status: 406, code: unsupported}, {v: "4", status: 406, code: unsupported}, {v: "9", min: "4", status: 406, code: unsupported},
		{v: "1", min: "3", status: 406, code: unsupported}, {v: "99999999999999999999", status: 406, code: unsupported},
	} {
		c := call{Method: "GET", Path: "/cdr-register/v1/all/data-recipients/status", Header: map[string]string{}, Status: 200}
		if in.v != "" {
			c.Header["x-v"] = in.v
		}
		if in.min != "" {
			c.Header["x-min-v"] = in.min
		}
		if in.want != "" {
			require.Equal(t, in.want, s.Do(c).Header.Get("x-v"), "%+v", in)
			continue
		}
		c.Status = in.status
		got := s.refused(c)
		require.Equal(t, "urn:au-cds:error:"+in.code, got.Code, "%+v", in)
		require.Contains(t, got.Detail, "x-")
	}
}

// Each version knows its own industries.
func TestIndustries(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, in := range []struct {
		path    string
		version string
		known   []string
	}{
		{"data-recipients", "3", []string{"all", "banking", "energy", "telco"}}, {"data-recipients", "4", []string{"all"}},
		{"data-recipients/status", "2", []string{"all", "banking", "energy", "telco"}}, {"data-recipients/status", "3", []string{"all"}},
		{"data-holders/brands", "2", []string{"all", "banking", "energy", "telco"}},
		{"data-holders/brands", "3", []string{"all", "banking", "energy", "telco", "non-bank-lending"}},
	} {
		for _, industry := range []string{"all", "banking", "energy", "telco", "non-bank-lending", "Banking", "insurance"} {
			c := call{Method: "GET", Path: "/cdr-register/v1/" + industry + "/" + in.path, Header: version(in.version), Status: 404}
			if slices.Contains(in.known, industry) {
				c.Status = 200
				s.Do(c)
				continue
			}
			got := s.refused(c)
			require.Equal(t, "urn:au-cds:error:cds-register:Field/InvalidIndustry", got.Code)
			require.Contains(t, got.Detail, industry)
		}
	}
}
