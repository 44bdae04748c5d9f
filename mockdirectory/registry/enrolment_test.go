package registry

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

func TestAddOrganisation(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	server := AuthorisationServer{Name: "Bank", DiscoveryDocument: "https://bank.example/.well-known/openid-configuration"}
	with := func(change func(*Enrolment)) Enrolment {
		e := Enrolment{OrganisationName: "Example", RegistrationID: "123456", AuthorityID: "FCAGBR", Roles: []string{"AISP"}, AuthorisationServers: []AuthorisationServer{server}}
		change(&e)
		return e
	}
	cases := []struct {
		name string
		e    Enrolment
		want string // part of the refusal; empty accepts
	}{
		{"whole", with(func(*Enrolment) {}), ""},
		{"name alone", Enrolment{OrganisationName: "Example"}, ""},
		{"no name", with(func(e *Enrolment) { e.OrganisationName = "" }), "OrganisationName: expected a name"},
		{"blank name", with(func(e *Enrolment) { e.OrganisationName = " \u3000" }), "OrganisationName: expected a name"},
		{"longest name", with(func(e *Enrolment) { e.OrganisationName = strings.Repeat("é", 140) }), ""},
		{"long name", with(func(e *Enrolment) { e.OrganisationName = strings.Repeat("é", 141) }), "OrganisationName: expected at most 140 characters, got 141"},
		{"control character", with(func(e *Enrolment) { e.RegistrationID = "12\n3" }), "RegistrationId: expected no control characters"},
		{"not UTF-8", with(func(e *Enrolment) { e.AuthorityID = "FCA\xff" }), "AuthorityId: expected UTF-8"},
		{"no roles", with(func(e *Enrolment) { e.Roles = []string{} }), "Roles: expected at least one"},
		{"unknown role", with(func(e *Enrolment) { e.Roles = []string{"aisp"} }), `got "aisp"`},
		{"role twice", with(func(e *Enrolment) { e.Roles = []string{"AISP", "AISP"} }), "AISP is there twice"},
		{"roles of several countries", with(func(e *Enrolment) { e.Roles = []string{"AISP", "DADOS", "ADR"} }), ""},
		{"server without document", with(func(e *Enrolment) { e.AuthorisationServers = []AuthorisationServer{{Name: "Bank"}} }), "OpenIDConfigEndPointUri: expected an absolute URI"},
		{"server with path for URI", with(func(e *Enrolment) {
			e.AuthorisationServers = []AuthorisationServer{server, {DiscoveryDocument: server.DiscoveryDocument, BaseURI: "/open"}}
		}), "BaseApiDNSUri: expected an absolute URI"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			before := stateOf(t, r)
			org, err := r.AddOrganisation(in.e)
			if in.want != "" {
				refused(t, 400, in.want, err)
				require.Equal(t, before, stateOf(t, r))
				return
			}
			require.NoError(t, err)
			require.Regexp(t, `^0015800001[0-9A-Za-z]{8}$`, org.ID)
			require.Equal(t, Active, org.Status)
			require.NotEmpty(t, org.Roles)
			require.NotNil(t, org.AuthorisationServers)
			require.Equal(t, org.Enrolled, org.Changed)
			for _, id := range []string{org.ID, org.UUID} {
				found, err := r.Organisation(id)
				require.NoError(t, err)
				require.Equal(t, org, found)
			}
		})
	}
	org := enrol(t, r)
	require.Equal(t, "Unknown"+org.ID, org.RegistrationID)
	require.Equal(t, "OBGBR", org.AuthorityID)
}

func TestAddSoftware(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org, err := r.AddOrganisation(Enrolment{OrganisationName: "Example", Roles: []string{"AISP", "PISP", "ASPSP", "CD_AISP"}})
	require.NoError(t, err)
	uri := "https://tpp.example/" + strings.Repeat("a", 236) // of 256
	cases := []struct {
		name   string
		change func(*Fields)
		want   string
	}{
		{"plain", func(*Fields) {}, ""},
		{"no name", func(f *Fields) { f.ClientName = " " }, "ClientName: expected a name"},
		{"longest name", func(f *Fields) { f.ClientName = strings.Repeat("a", 40) }, ""},
		{"long name", func(f *Fields) { f.ClientName = strings.Repeat("a", 41) }, "ClientName: expected at most 40"},
		{"long description", func(f *Fields) { f.Description = strings.Repeat("a", 257) }, "Description: expected at most 256"},
		{"long version", func(f *Fields) { f.Version = strings.Repeat("1", 43) }, "Version: expected at most 42"},
		{"long on behalf", func(f *Fields) { f.OnBehalfOfOBOrganisation = strings.Repeat("a", 41) }, "OnBehalfOfObOrganisation: expected at most 40"},
		{"longest client URI", func(f *Fields) { f.ClientURI = uri }, ""},
		{"long client URI", func(f *Fields) { f.ClientURI = uri + "a" }, "ClientUri: expected at most 256"},
		{"logo URI shorter by one", func(f *Fields) { f.LogoURI = uri }, "LogoUri: expected at most 255"},
		{"relative policy URI", func(f *Fields) { f.PolicyURI = "policy.html" }, "PolicyUri: expected an absolute URI"},
		{"any scheme", func(f *Fields) { f.RedirectURI = []string{"com.tpp.app:/cb", "javascript:alert(1)"} }, ""},
		{"relative redirect URI", func(f *Fields) { f.RedirectURI = []string{"https://tpp.example", ""} }, "RedirectUri: expected an absolute URI"},
		{"mode in small letters", func(f *Fields) { f.Mode = "live" }, ""},
		{"unknown mode", func(f *Fields) { f.Mode = "Prod" }, `Mode: expected Test or Live, got "Prod"`},
		{"mode with a long s", func(f *Fields) { f.Mode = "Te\u017ft" }, "Mode: expected Test or Live"},
		{"bank", func(f *Fields) { f.Roles = []string{"ASPSP"} }, ""},
		{"bank and third party", func(f *Fields) { f.Roles = []string{"ASPSP", "AISP"} }, "ASPSP excludes every other role"},
		{"role that the organisation has not", func(f *Fields) { f.Roles = []string{"CBPII"} }, `got "CBPII"`},
		{"two domains", func(f *Fields) { f.Roles = []string{"AISP", "CD_AISP"} }, "different authorisation domains"},
		{"empty roles", func(f *Fields) { f.Roles = []string{} }, "Roles: expected at least one"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			before := stateOf(t, r)
			fields := Fields{ClientName: "Budgets", Roles: []string{"AISP", "PISP"}}
			in.change(&fields)
			soft, err := r.AddSoftware(org.UUID, fields)
			if in.want != "" {
				refused(t, 400, in.want, err)
				require.Equal(t, before, stateOf(t, r))
				return
			}
			require.NoError(t, err)
			require.Regexp(t, `^[0-9A-Za-z]{22}$`, soft.ID)
			require.Equal(t, org.ID, soft.OrganisationID, "whichever id the caller came with")
			require.Equal(t, Active, soft.Status)
			require.NotNil(t, soft.RedirectURI)
			found, owner, err := r.Software(org.ID, soft.UUID)
			require.NoError(t, err)
			require.Equal(t, soft, found)
			require.Equal(t, org, owner)
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	empty, total := r.Organisations(0, 10)
	require.Equal(t, []Organisation{}, empty, "a list in JSON, and no null")
	require.Zero(t, total)
	org := enrol(t, r)
	list, total, err := r.SoftwareOf(org.ID, 0, 10)
	require.NoError(t, err)
	require.Equal(t, []Software{}, list)
	require.Zero(t, total)
	var ids []string
	for range 5 {
		ids = append(ids, enrolSoftware(t, r, org.ID).ID)
	}
	for _, in := range []struct{ offset, limit, from, to int }{
		{0, 5, 0, 5}, {1, 2, 1, 3}, {4, 10, 4, 5}, {5, 1, 5, 5}, {9, 1, 5, 5}, {-3, 2, 0, 2}, {2, -1, 2, 2}, {0, 0, 0, 0},
		{1, math.MaxInt, 1, 5}, {math.MaxInt, math.MaxInt, 5, 5},
	} {
		list, total, err := r.SoftwareOf(org.ID, in.offset, in.limit)
		require.NoError(t, err)
		require.Equal(t, 5, total)
		got := []string{}
		for _, s := range list {
			got = append(got, s.ID)
		}
		require.Equal(t, append([]string{}, ids[in.from:in.to]...), got, "%+v", in)
	}
}
