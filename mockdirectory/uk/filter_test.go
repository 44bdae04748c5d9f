package uk

import (
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// example is a resource without a directory behind it. It counts how often its
// software is gone through.
func example(walks *int) object {
	statements := []object{
		{"Id": "aaaaaaaaaaaaaaaaaaaaaa", "Active": true, "ClientName": "Budgets", "Roles": []string{"AISP", "PISP"}},
		{"Id": "bbbbbbbbbbbbbbbbbbbbbb", "Active": false, "ClientName": "Payments", "Roles": []string{"PISP"}},
	}
	return object{
		"id": "0015800001AAAAAAAA",
		urnOrganisation: object{
			"OrganisationCommonName": "Budgets Ltd", "OBOrganisationId": "0015800001AAAAAAAA", "Status": "Active",
		},
		urnAuthority: object{"MemberState": "GB", "Authorisations": []object{
			{"MemberState": "GB", "Psd2Role": "AISP", "Active": true}, {"MemberState": "IE", "Psd2Role": "PISP", "Active": false},
		}},
		urnSoftware: object{"SoftwareStatements": list(func(pin string) iter.Seq[object] {
			if pin == "" {
				*walks++
				return slices.Values(statements)
			}
			i := slices.IndexFunc(statements, func(s object) bool { return s["Id"] == pin })
			return slices.Values(statements[max(i, 0) : i+1])
		})},
		"AuthorisationServers": []object{{"OpenIDConfigEndPointUri": "https://bank.example", "AutoRegistrationSupported": true}},
	}
}

func TestFilterMatches(t *testing.T) {
	t.Parallel()
	const soft, auth = urnSoftware + ":SoftwareStatements", urnAuthority + ":Authorisations"
	cases := []struct {
		filter string
		want   bool
		walks  int // through all of the software
	}{
		{`id eq "0015800001AAAAAAAA"`, true, 0},
		{`ID EQ "0015800001AAAAAAAA"`, true, 0},
		{`id eq "0015800001aaaaaaaa"`, false, 0},
		{urnOrganisation + `:Status eq "active"`, true, 0},
		{strings.ToUpper(urnOrganisation) + `:status eq "ACTIVE"`, true, 0},
		{urnOrganisation + `:Status eq "Revoked"`, false, 0},
		{soft + `[Id eq "aaaaaaaaaaaaaaaaaaaaaa" and Active eq true]`, true, 0},
		{soft + `[Active eq true and Id eq "aaaaaaaaaaaaaaaaaaaaaa"]`, true, 0},
		{soft + `[Id eq "bbbbbbbbbbbbbbbbbbbbbb" and Active eq true]`, false, 0},
		{soft + `[Id eq "cccccccccccccccccccccc"]`, false, 0},
		{soft + `.Id eq "aaaaaaaaaaaaaaaaaaaaaa"`, true, 0},
		{soft + `[Id eq "aaaaaaaaaaaaaaaaaaaaaa" or Active eq true]`, true, 1},
		{soft + `[ClientName eq "payments" and Active eq false]`, true, 1},
		{soft + `[ClientName eq "payments" and Active eq true]`, false, 1},
		{soft + `[Roles eq "PISP" and Roles eq "AISP"]`, true, 1},
		{soft + `[Roles eq "CBPII"]`, false, 1},
		{"(" + soft + `[Id eq "aaaaaaaaaaaaaaaaaaaaaa" and Active eq true] ) `, true, 0},
		{"(" + soft + `[Id eq "aaaaaaaaaaaaaaaaaaaaaa" and Active eq true]) and ` + auth + `[MemberState eq "GB" and Psd2Role eq "AISP"]`, true, 0},
		{auth + `[MemberState eq "GB" and Psd2Role eq "PISP"]`, false, 0},
		{auth + `.MemberState eq "GB" and ` + auth + `.Psd2Role eq "PISP"`, true, 0},
		{auth + `[  MemberState eq "IE"  and (Active eq true or Active eq false) ]`, true, 0},
		{`AuthorisationServers[OpenIDConfigEndPointUri eq "https://bank.example" and AutoRegistrationSupported eq true]`, true, 0},
		{`id eq "x" and id eq "y" or id eq "0015800001AAAAAAAA"`, true, 0},
		{`id eq "0015800001AAAAAAAA" or id eq "x" and id eq "y"`, true, 0},
		{`(id eq "0015800001AAAAAAAA" or id eq "x") and id eq "y"`, false, 0},
		{`id eq "a\"b\\cA"`, false, 0},
		{urnOrganisation + `:OrganisationCommonName eq "Budgets Ltd"`, true, 0},
		{`externalId eq "x"`, false, 0},
	}
	for _, in := range cases {
		t.Run(in.filter, func(t *testing.T) {
			f, err := parseFilter(in.filter, providerSchema)
			require.NoError(t, err)
			walks := 0
			require.Equal(t, in.want, f.matches(example(&walks)))
			require.Equal(t, in.walks, walks)
		})
	}
}

func TestFilterIsRefused(t *testing.T) {
	t.Parallel()
	cases := []struct{ filter, want string }{
		{``, "expected an attribute"},
		{`   `, "expected an attribute"},
		{`id`, "operator eq"},
		{`id eq`, "string in quotes"},
		{`id eq x`, "string in quotes"},
		{`id eq "x`, "closing quote"},
		{`id eq "\x"`, "string of JSON"},
		{`id eq "x" and`, "expected an attribute"},
		{`id eq "x" id eq "y"`, "expected and, or"},
		{`id co "x"`, `"co"`},
		{`id pr`, `"pr"`},
		{`not (id eq "x")`, `"not"`},
		{`(id eq "x"`, "expected )"},
		{`id eq "x")`, "expected and, or"},
		{`Id.x eq "x"`, "unknown attribute"},
		{`OrganisationCommonName eq "x"`, "unknown attribute"},
		{urnSoftware + `:SoftwareStatements[Nmae eq "x"]`, "unknown attribute"},
		{urnSoftware + `:SoftwareStatements[Active eq "true"]`, "true or false"},
		{urnSoftware + `:SoftwareStatements[Id eq true]`, "string in quotes"},
		{urnSoftware + `:SoftwareStatements[Id eq "x"`, "expected ]"},
		{urnSoftware + `:SoftwareStatements eq "x"`, "has attributes"},
		{urnSoftware + ` eq "x"`, "has attributes"},
		{urnSoftware + `[SoftwareStatements eq "x"]`, "several values"},
		{urnSoftware + `: eq "x"`, "unknown attribute"},
		{`id[id eq "x"]`, "several values"},
		{`id eq "` + strings.Repeat("a", maxFilter) + `"`, "at most"},
		{strings.Repeat("(", maxFilterDepth+2) + `id eq "x"`, "levels"},
		{strings.Repeat(`id eq "x" or `, maxComparisons) + `id eq "x"`, "comparisons"},
		{"id eq \"\xff\"", "UTF-8"},
	}
	for _, in := range cases {
		t.Run(clip(in.filter), func(t *testing.T) {
			_, err := parseFilter(in.filter, providerSchema)
			require.ErrorContains(t, err, in.want)
			require.Equal(t, http.StatusBadRequest, problem.Of(err).Status)
			require.Equal(t, scimInvalidFilter, problem.Of(err).Code)
		})
	}
	_, err := parseFilter(strings.Repeat("(", maxFilterDepth)+`id eq "x"`+strings.Repeat(")", maxFilterDepth), providerSchema)
	require.NoError(t, err)
	_, err = parseFilter(strings.Repeat(`id eq "x" or `, maxComparisons-1)+`id eq "x"`, providerSchema)
	require.NoError(t, err)
}

// No filter of anybody's ends in anything but an answer or a refusal.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`id eq "x"`, urnSoftware + `:SoftwareStatements[Id eq "x" and Active eq true]`,
		`(` + urnAuthority + `:Authorisations[MemberState eq "GB" and Psd2Role eq "PISP"]) or id eq "\u0041"`,
		`meta.resourceType eq "x"`, `AuthorisationServers.AutoRegistrationSupported eq false`, `((`, `id eq "\`, urnOrganisation + `:`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseFilter(text, providerSchema)
		if err != nil {
			require.Equal(t, scimInvalidFilter, problem.Of(err).Code)
			return
		}
		walks := 0
		first := parsed.matches(example(&walks))
		require.Equal(t, first, parsed.matches(example(&walks)))
		again, err := parseFilter("("+text+")", providerSchema)
		if len(text)+2 <= maxFilter && err == nil {
			require.Equal(t, first, again.matches(example(&walks)), "parentheses around the whole change nothing")
		}
	})
}
