package registry

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

func TestStatuses(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	all := []string{Active, Suspended, Revoked, Withdrawn, Inactive, Removed, "", "active", "Active "}
	for _, status := range all {
		err := r.SetOrganisationStatus(org.UUID, status)
		found, _ := r.Organisation(org.ID)
		if slices.Contains(OrganisationStates, status) {
			require.NoError(t, err)
			require.Equal(t, status, found.Status)
		} else {
			refused(t, 400, "Status: expected Active or Suspended or Revoked or Withdrawn, got ", err)
			require.NotEqual(t, status, found.Status)
		}
		err = r.SetSoftwareStatus(org.ID, soft.UUID, status)
		foundSoft, _, _ := r.Software(org.ID, soft.ID)
		if slices.Contains(SoftwareStates, status) {
			require.NoError(t, err)
			require.Equal(t, status, foundSoft.Status)
		} else {
			refused(t, 400, "Status: expected Active or Inactive or Removed, got ", err)
			require.NotEqual(t, status, foundSoft.Status)
		}
	}
}

func TestUpdateOrganisation(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	own := errors.New("the caller's own")
	cases := []struct {
		name   string
		change func(*Organisation) error
		want   string
	}{
		{"nothing", func(*Organisation) error { return nil }, ""},
		{"name", func(o *Organisation) error { o.Name = "Other"; return nil }, ""},
		{"roles", func(o *Organisation) error { o.Roles = []string{"AISP"}; return nil }, ""},
		{"no servers", func(o *Organisation) error { o.AuthorisationServers = nil; return nil }, ""},
		{"caller's error", func(o *Organisation) error { o.Roles[0] = "spoiled"; return own }, own.Error()},
		{"bad server", func(o *Organisation) error {
			o.AuthorisationServers = append(o.AuthorisationServers, AuthorisationServer{})
			return nil
		}, "OpenIDConfigEndPointUri"},
		{"no name", func(o *Organisation) error { o.Name = ""; return nil }, "OrganisationName"},
		{"no roles", func(o *Organisation) error { o.Roles = nil; return nil }, "Roles"},
		{"unknown role", func(o *Organisation) error { o.Roles[0] = "X"; return nil }, "Roles"},
		{"id", func(o *Organisation) error { o.ID = newOrganisationID(); return nil }, "OrganisationId: expected"},
		{"uuid", func(o *Organisation) error { o.UUID = newUUID(); return nil }, "OrganisationUuid: expected"},
		{"enrolled", func(o *Organisation) error { o.Enrolled = o.Enrolled.Add(1); return nil }, "Enrolled: expected"},
		{"changed", func(o *Organisation) error { o.Changed = time.Time{}; return nil }, "Changed: expected"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			before := stateOf(t, r)
			next, err := r.UpdateOrganisation(org.ID, in.change)
			if in.want != "" {
				require.ErrorContains(t, err, in.want)
				require.Equal(t, before, stateOf(t, r))
				return
			}
			require.NoError(t, err)
			require.True(t, next.Changed.After(org.Changed))
			require.NotNil(t, next.AuthorisationServers)
			found, err := r.Organisation(org.ID)
			require.NoError(t, err)
			require.Equal(t, next, found)
		})
	}
}

func TestUpdateSoftware(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	cases := []struct {
		name   string
		change func(*Software) error
		want   string
	}{
		{"nothing", func(*Software) error { return nil }, ""},
		{"redirect URIs", func(s *Software) error {
			s.RedirectURI = []string{"https://a.example", "https://b.example"}
			return nil
		}, ""},
		{"in place", func(s *Software) error { s.RedirectURI[0] = "https://c.example"; return nil }, ""},
		{"fewer roles", func(s *Software) error { s.Roles = []string{"PISP"}; return nil }, ""},
		{"in place and wrong", func(s *Software) error { s.RedirectURI[0] = "c"; return nil }, "RedirectUri"},
		{"caller's error", func(s *Software) error { s.RedirectURI[0] = "spoiled"; return errors.New("own") }, "own"},
		{"roles of others", func(s *Software) error { s.Roles = []string{"ADR"}; return nil }, "Roles"},
		{"id", func(s *Software) error { s.ID = newSoftwareID(); return nil }, "SoftwareStatementId: expected"},
		{"uuid", func(s *Software) error { s.UUID = ""; return nil }, "SoftwareUuid: expected"},
		{"status", func(s *Software) error { s.Status = Inactive; return nil }, "Status: expected"},
		{"organisation", func(s *Software) error { s.OrganisationID = "x"; return nil }, "OrganisationId: expected"},
		{"enrolled", func(s *Software) error { s.Enrolled = time.Time{}; return nil }, "Enrolled: expected"},
		{"changed", func(s *Software) error { s.Changed = time.Time{}; return nil }, "Changed: expected"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			before := stateOf(t, r)
			next, err := r.UpdateSoftware(org.ID, soft.ID, in.change)
			if in.want != "" {
				require.ErrorContains(t, err, in.want)
				require.Equal(t, before, stateOf(t, r))
				return
			}
			require.NoError(t, err)
			require.True(t, next.Changed.After(soft.Changed))
			found, _, err := r.SoftwareByID(soft.ID)
			require.NoError(t, err)
			require.Equal(t, next, found)
		})
	}
}

// What a caller put in stays the caller's to write to.
func TestListsOfCallersAreNotKept(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	roles, uris := []string{"AISP", "PISP"}, []string{"https://a.example"}
	servers := []AuthorisationServer{{DiscoveryDocument: "https://bank.example"}}
	org, err := r.AddOrganisation(Enrolment{OrganisationName: "A", Roles: roles, AuthorisationServers: servers})
	require.NoError(t, err)
	soft, err := r.AddSoftware(org.ID, Fields{ClientName: "A", Roles: roles, RedirectURI: uris})
	require.NoError(t, err)
	k, c := issued("kid", "obseal", 1)
	in := []string{InCRL}
	publish(t, r, org.ID, org.ID, k, c)
	require.NoError(t, r.RevokeKey(org.ID, "kid", Revocation{In: in}))
	spoil := func() { roles[0], uris[0], servers[0].Name, in[0], c.Subject = "X", "X", "X", InJWKS, "X" }
	before := stateOf(t, r)
	was := [2]string{before.Software[org.ID][0].RedirectURI[0], before.Organisations[0].Roles[0]}
	spoil()
	after := stateOf(t, r)
	require.Equal(t, was, [2]string{after.Software[org.ID][0].RedirectURI[0], after.Organisations[0].Roles[0]})
	require.Empty(t, after.Organisations[0].AuthorisationServers[0].Name)
	require.True(t, after.Revoked[0].Shows(InCRL))
	require.Equal(t, "CN=kid", after.Revoked[0].Subject)

	roles, uris = []string{"AISP"}, []string{"https://b.example"}
	_, err = r.UpdateSoftware(org.ID, soft.ID, func(s *Software) error { s.Roles, s.RedirectURI = roles, uris; return nil })
	require.NoError(t, err)
	_, err = r.UpdateOrganisation(org.ID, func(o *Organisation) error { o.Roles, o.AuthorisationServers = roles, servers; return nil })
	require.NoError(t, err)
	servers[0].DiscoveryDocument = "spoiled"
	spoil()
	after = stateOf(t, r)
	require.Equal(t, "https://b.example", after.Software[org.ID][0].RedirectURI[0])
	require.Equal(t, "AISP", after.Organisations[0].Roles[0])
	require.Equal(t, "https://bank.example", after.Organisations[0].AuthorisationServers[0].DiscoveryDocument)
}
