package registry

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// TestMain lets a test start this binary once more, to kill it: see
// TestKilledProcessLosesNothing.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Println(child(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// clock is a second further each time it is asked.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return time.Unix(1_790_000_000+n.Add(1), 123456789) }
}

func openRegistry(t testing.TB, s store.Store) *Registry {
	t.Helper()
	r, err := Open(s, clock())
	require.NoError(t, err)
	return r
}

func openSQLite(t testing.TB, dir string) *store.SQLite {
	t.Helper()
	s, err := store.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func enrol(t testing.TB, r *Registry) Organisation {
	t.Helper()
	org, err := r.AddOrganisation(Enrolment{OrganisationName: "Example"})
	require.NoError(t, err)
	return org
}

func enrolSoftware(t testing.TB, r *Registry, org string) Software {
	t.Helper()
	soft, err := r.AddSoftware(org, Fields{ClientName: "Budgets", RedirectURI: []string{"https://tpp.example/cb"}})
	require.NoError(t, err)
	return soft
}

// issued is a key with its certificate. Each has its own serial.
func issued(kid string, kind pki.Kind, serial int) (Key, *Certificate) {
	text := fmt.Sprintf("ca%06x", serial)
	key := Key{KeyID: kid, Kind: kind, JWK: `{"kid":"` + kid + `","n":"` + text + `"}`, PEM: "pem of " + text, Serial: text}
	return key, &Certificate{
		Serial: text, Issuer: "issuingca", Kind: kind, KeyID: kid, Subject: "CN=" + kid, PEM: key.PEM,
		NotBefore: time.Unix(1_790_000_000, 0).UTC(), NotAfter: time.Unix(1_800_000_000, 0).UTC(),
	}
}

func publish(t testing.TB, r *Registry, org, owner string, k Key, c *Certificate) {
	t.Helper()
	require.NoError(t, r.Publish(org, owner, k, c))
}

// document lists the kids of a set, as it is published.
func document(t testing.TB, r *Registry, org, owner string, revoked bool) string {
	t.Helper()
	got, err := r.Document(org, owner, revoked, nil)
	require.NoError(t, err)
	return string(got)
}

// refused wants a refusal with this status that says this.
func refused(t testing.TB, status int, says string, err error) {
	t.Helper()
	require.ErrorContains(t, err, says)
	require.Equal(t, status, problem.Of(err).Status, "%v", err)
}

// state is all that the registry's methods show.
type state struct {
	Organisations []Organisation
	Software      map[string][]Software
	Keys          map[string][]Key
	Documents     map[string]string
	Certificates  map[string][]Certificate
	Revoked       []*Certificate
	BySerial      map[string]*Certificate
}

func stateOf(t testing.TB, r *Registry) state {
	t.Helper()
	s := state{
		Software: map[string][]Software{}, Keys: map[string][]Key{}, Documents: map[string]string{},
		Certificates: map[string][]Certificate{}, Revoked: r.RevokedCertificates(), BySerial: maps.Clone(r.certificates),
	}
	s.Organisations, _ = r.Organisations(0, 1<<30)
	for i, org := range s.Organisations {
		// What is compared later must not be written to along with the registry.
		s.Organisations[i].Roles = slices.Clone(org.Roles)
		s.Organisations[i].AuthorisationServers = slices.Clone(org.AuthorisationServers)
		byUUID, err := r.Organisation(org.UUID)
		require.NoError(t, err)
		require.Equal(t, org, byUUID)
		s.Software[org.ID], _, err = r.SoftwareOf(org.ID, 0, 1<<30)
		require.NoError(t, err)
		s.Certificates[org.ID], err = r.Certificates(org.ID)
		require.NoError(t, err)
		owners := []string{org.ID}
		for i, soft := range s.Software[org.ID] {
			s.Software[org.ID][i].RedirectURI = slices.Clone(soft.RedirectURI)
			s.Software[org.ID][i].Roles = slices.Clone(soft.Roles)
			byUUID, _, err := r.SoftwareByID(soft.UUID)
			require.NoError(t, err)
			require.Equal(t, soft, byUUID)
			owners = append(owners, soft.ID)
		}
		for _, owner := range owners {
			s.Keys[owner], err = r.Keys(org.ID, owner)
			require.NoError(t, err)
			s.Documents[owner] = document(t, r, org.ID, owner, false) + document(t, r, org.ID, owner, true)
		}
	}
	return s
}

// kids reads them out of a document.
func kids(document string) []string {
	found := []string{}
	for _, part := range strings.Split(document, `"kid":"`)[1:] {
		kid, _, _ := strings.Cut(part, `"`)
		found = append(found, kid)
	}
	return found
}
