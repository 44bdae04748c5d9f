package registry

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// changes is a life of a directory, one change at a time. They go in this
// order, since later ones use what earlier ones made.
func changes(t testing.TB, r *Registry) []struct {
	name string
	make func() error
} {
	t.Helper()
	list, _ := r.Organisations(0, 1)
	org := list[0].ID
	all, _, err := r.SoftwareOf(org, 0, 2)
	require.NoError(t, err)
	first, second := all[0].ID, all[1].ID
	certify := func(owner, kid string, kind pki.Kind, serial int) func() error {
		return func() error {
			k, c := issued(kid, kind, serial)
			return r.Publish(org, owner, k, c)
		}
	}
	revoke := func(kid string, rev Revocation) func() error {
		return func() error { return r.RevokeKey(org, kid, rev) }
	}
	return []struct {
		name string
		make func() error
	}{
		{"organisation", func() error { _, err := r.AddOrganisation(Enrolment{OrganisationName: `<"&é` + "\u2028"}); return err }},
		{"software", func() error { _, err := r.AddSoftware(org, Fields{ClientName: "A"}); return err }},
		{"organisation's status", func() error { return r.SetOrganisationStatus(org, Suspended) }},
		{"software's status", func() error { return r.SetSoftwareStatus(org, first, Removed) }},
		{"organisation's servers", func() error {
			_, err := r.UpdateOrganisation(org, func(o *Organisation) error {
				o.AuthorisationServers = []AuthorisationServer{{DiscoveryDocument: "https://bank.example"}}
				return nil
			})
			return err
		}},
		{"software's name", func() error {
			_, err := r.UpdateSoftware(org, second, func(s *Software) error { s.ClientName = "B"; return nil })
			return err
		}},
		{"organisation's key a", certify(org, "a", pki.OBSeal, 1)},
		{"organisation's key b", certify(org, "b", pki.OBSeal, 2)},
		{"organisation's key c", certify(org, "c", pki.OBSeal, 3)},
		{"organisation's key b as another kind", certify(org, "b", pki.OBWAC, 4)},
		{"software's key", certify(first, "own", pki.OBSigning, 5)},
		{"software's key of the organisation's kind", certify(second, "c", pki.OBSeal, 6)},
		{"software's own b", certify(second, "b", pki.OBWAC, 10)},
		{"renew b, which is not shared yet", certify(org, "b", pki.OBWAC, 11)},
		{"share b", func() error { return r.Associate(org, first, pki.OBSeal, "b") }},
		{"share a", func() error { return r.Associate(org, first, pki.OBSeal, "a") }},
		{"share c over the software's own", func() error { return r.Associate(org, second, pki.OBSeal, "c") }},
		{"renew c", certify(org, "c", pki.OBSeal, 7)},
		{"renew a", certify(org, "a", pki.OBSeal, 8)},
		{"verbatim", func() error { return r.Publish(org, first, Key{KeyID: "v", JWK: `{"kid":"v","x":1,"x":"<"}`}, nil) }},
		{"verbatim once more", func() error { return r.Publish(org, first, Key{KeyID: "v", JWK: `{"kid":"v"}`}, nil) }},
		{"verbatim and no UTF-8", func() error { return r.Publish(org, first, Key{JWK: "{\"x\":\"\xff\"}"}, nil) }},
		{"wrong certificate", func() error {
			return r.AddCertificate(Certificate{Serial: "ff", OrganisationID: org, Wrong: "expired"})
		}},
		{"test server's certificate", func() error { return r.AddCertificate(Certificate{Serial: "fe"}) }},
		{"revoke c", revoke("c", Revocation{Reason: "keyCompromise"})},
		{"revoke b in one place", revoke("b", Revocation{In: []string{InCRL}})},
		{"revoke a certificate", func() error { return r.RevokeCertificate(org, "ff", Revocation{}) }},
		{"revoke v", revoke("v", Revocation{})},
		{"revoke a", revoke("a", Revocation{})},
		{"revoke b everywhere", revoke("b", Revocation{})},
		{"key after the revocations", certify(first, "last", pki.OBSigning, 9)},
	}
}

// hidden is what no method shows, and later changes depend on.
func hidden(r *Registry) map[string]any {
	all := map[string]any{"last key": r.lastKey}
	for id, org := range r.organisations {
		all[id] = org.revokedKeys
		for o := range org.owners {
			all[id+" "+o.id] = []any{append([]entry{}, o.keys.current.entries...), append([]entry{}, o.keys.revoked.entries...), maps.Collect(maps.All(o.keys.current.places))}
		}
	}
	return all
}

func TestRestartFindsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSQLite(t, dir)
	r := openRegistry(t, s)
	org := enrol(t, r)
	enrolSoftware(t, r, org.ID)
	enrolSoftware(t, r, org.ID)
	for i := range len(changes(t, r)) {
		change := changes(t, r)[i]
		require.NoError(t, change.make(), change.name)
		before := stateOf(t, r)
		require.NoError(t, s.Close())
		s = openSQLite(t, dir)
		reopened := openRegistry(t, s)
		require.Equal(t, before, stateOf(t, reopened), "after %s", change.name)
		require.Equal(t, hidden(r), hidden(reopened), "after %s", change.name)
		r = reopened
	}
	list := stateOf(t, r)
	first := list.Software[org.ID][0].ID
	require.Equal(t, []string{"v", "v", "a", "b"}, kids(document(t, r, org.ID, first, true)), "in the order of revocation")
	require.Equal(t, []string{"c", "a", "b", "b"}, kids(document(t, r, org.ID, org.ID, true)))
	require.Contains(t, document(t, r, org.ID, first, false), "\xff")
	err := func() error { k, c := issued("a", pki.OBWAC, 99); return r.Publish(org.ID, first, k, c) }()
	refused(t, 409, "was revoked", err)
}

// A large set is indexed; what holds for small ones holds for it, too.
func TestLargeSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSQLite(t, dir)
	r := openRegistry(t, s)
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	var want []string
	kid := func(i int) string { return fmt.Sprintf("kid%03d", i) }
	for i := range 12 * large {
		k, c := issued(kid(i), pki.OBSeal, i)
		publish(t, r, org.ID, org.ID, k, c)
		require.NoError(t, r.Associate(org.ID, soft.ID, pki.OBSeal, k.KeyID))
		want = append(want, k.KeyID)
		require.Equal(t, want, kids(document(t, r, org.ID, org.ID, false)), "the document follows each change")
	}
	publish(t, r, org.ID, org.ID, Key{KeyID: "v", JWK: `{"kid":"v"}`}, nil)
	publish(t, r, org.ID, org.ID, Key{KeyID: "v", JWK: `{"kid":"v"}`}, nil)
	require.Equal(t, append(want, "v", "v"), kids(document(t, r, org.ID, org.ID, false)))
	// From large to small, with a renewal after each revocation.
	for i := range 12*large - 1 {
		require.NoError(t, r.RevokeKey(org.ID, kid(i), Revocation{}))
		k, c := issued(kid(12*large-1), pki.OBSeal, 1000+i)
		publish(t, r, org.ID, org.ID, k, c)
		require.Equal(t, want[i+1:], kids(document(t, r, org.ID, soft.ID, false)))
		require.Equal(t, want[:i+1], kids(document(t, r, org.ID, soft.ID, true)))
		require.Contains(t, document(t, r, org.ID, soft.ID, false), k.JWK)
		if i%31 == 0 {
			before, unseen := stateOf(t, r), hidden(r)
			require.NoError(t, s.Close())
			s = openSQLite(t, dir)
			r = openRegistry(t, s)
			require.Equal(t, before, stateOf(t, r))
			require.Equal(t, unseen, hidden(r))
		}
	}
}

// A key that many software share is kept once, in the store and in memory.
func TestSharedKeyIsKeptOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSQLite(t, dir)
	r := openRegistry(t, s)
	org := enrol(t, r)
	k, c := issued("seal", pki.OBSeal, 1)
	publish(t, r, org.ID, org.ID, k, c)
	for range 3 {
		require.NoError(t, r.Associate(org.ID, enrolSoftware(t, r, org.ID).ID, pki.OBSeal, "seal"))
	}
	require.NoError(t, s.Close())
	r = openRegistry(t, openSQLite(t, dir))
	found := r.organisations[org.ID]
	for _, soft := range found.software {
		require.Same(t, found.keys.current.entries[0].key, soft.keys.current.entries[0].key)
	}
}

// full is a store whose disk is full now and then.
type full struct {
	store.Store
	now bool
}

var errFull = errors.New("disk full")

func (f *full) Save(rows ...store.Row) error {
	if f.now {
		return errFull
	}
	return f.Store.Save(rows...)
}

func TestFailedSaveChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := openSQLite(t, dir)
	s := &full{Store: disk}
	r := openRegistry(t, s)
	org := enrol(t, r)
	enrolSoftware(t, r, org.ID)
	enrolSoftware(t, r, org.ID)
	for _, change := range changes(t, r) {
		before := stateOf(t, r)
		s.now = true
		require.ErrorIs(t, change.make(), errFull, change.name)
		require.Equal(t, before, stateOf(t, r), change.name)
		s.now = false
		require.NoError(t, change.make(), change.name)
		require.NotEqual(t, before, stateOf(t, r), change.name)
	}
	before := stateOf(t, r)
	require.NoError(t, disk.Close())

	// Numbers that a failed save used up must not be given to another key.
	disk = openSQLite(t, dir)
	r = openRegistry(t, disk)
	require.Equal(t, before, stateOf(t, r))
	first := before.Software[org.ID][0].ID
	for i := range 60 {
		publish(t, r, org.ID, first, Key{KeyID: fmt.Sprint(i), JWK: "{}"}, nil)
	}
	before = stateOf(t, r)
	require.NoError(t, disk.Close())
	require.Equal(t, before, stateOf(t, openRegistry(t, openSQLite(t, dir))))
}

func TestOpenRefusesABrokenStore(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		row  store.Row
		want string
	}{
		{"sound", store.Row{Table: store.Organisations, ID: "o", Value: Organisation{ID: "o"}}, ""},
		{"no organisation", store.Row{Table: store.Organisations, ID: "o", Value: "text"}, "table organisation: organisation o: "},
		{"software of nobody", store.Row{Table: store.Software, ID: "s", Value: Software{OrganisationID: "x"}}, `table software: software s: its organisation "x"`},
		{"key of nobody", store.Row{Table: store.Keys, ID: "k/1", Value: keyRow{Key: &Key{}}}, "table key: key k/1: "},
		{"share of nothing", store.Row{Table: store.Keys, ID: "k/1", Value: keyRow{Shares: "k/0"}}, "table key: key k/1: the key k/0"},
		{"certificate of nobody", store.Row{Table: store.Certificates, ID: "1", Value: Certificate{OrganisationID: "x"}}, "table certificate: certificate 1: "},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			s := openSQLite(t, t.TempDir())
			require.NoError(t, s.Save(in.row))
			_, err := Open(s, clock())
			if in.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "read the registry: "+in.want)
		})
	}
}
