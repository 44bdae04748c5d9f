package registry

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// slow is a store whose disk waits to be told.
type slow struct {
	store.Memory
	entered, release chan struct{}
}

func (s slow) Save(...store.Row) error {
	s.entered <- struct{}{}
	<-s.release
	return nil
}

// within fails a test that would hang. The bound is no measure of speed.
func within[T any](t *testing.T, what string, done <-chan T) T {
	t.Helper()
	select {
	case got := <-done:
		return got
	case <-time.After(30 * time.Second):
		require.FailNow(t, "still waiting", what)
		panic("not reached")
	}
}

func TestReadersDoNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	k, c := issued("kid", pki.OBSeal, 1)
	publish(t, r, org.ID, org.ID, k, c)
	disk := slow{entered: make(chan struct{}), release: make(chan struct{})}
	r.store = disk
	before := stateOf(t, r)
	saved := make(chan error, 1)
	go func() { saved <- r.RevokeKey(org.ID, "kid", Revocation{}) }()
	within(t, "the save", disk.entered)
	second := make(chan error, 1)
	go func() { second <- r.SetSoftwareStatus(org.ID, soft.ID, Inactive) }()
	seen := make(chan state, 1)
	go func() { seen <- stateOf(t, r) }()
	require.Equal(t, before, within(t, "a reader", seen), "nor see what may yet be lost")
	disk.release <- struct{}{}
	require.NoError(t, within(t, "the writer", saved))
	require.Equal(t, []string{"kid"}, kids(document(t, r, org.ID, org.ID, true)))
	within(t, "the second save", disk.entered)
	disk.release <- struct{}{}
	require.NoError(t, within(t, "the second writer", second))
}

// A change that panics, or looks at the registry, does not leave it locked.
func TestWriterCannotLockUp(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, store.Memory{})
	org := enrol(t, r)
	soft := enrolSoftware(t, r, org.ID)
	require.Panics(t, func() { _, _ = r.UpdateSoftware(org.ID, soft.ID, func(*Software) error { panic("mine") }) })
	require.Panics(t, func() { _, _ = r.UpdateOrganisation(org.ID, func(*Organisation) error { panic("mine") }) })
	r.store = panicking{}
	require.Panics(t, func() { _ = r.SetOrganisationStatus(org.ID, Revoked) })
	r.store = store.Memory{}
	done := make(chan error, 1)
	go func() {
		_, err := r.UpdateSoftware(org.ID, soft.ID, func(s *Software) error {
			found, _, err := r.SoftwareByID(s.ID)
			s.ClientName = found.ClientName + "!"
			return err
		})
		done <- err
	}()
	require.NoError(t, within(t, "a change that reads", done))
	found, err := r.Organisation(org.ID)
	require.NoError(t, err)
	require.Equal(t, Active, found.Status)
}

type panicking struct{ store.Memory }

func (panicking) Save(...store.Row) error { panic("the disk is on fire") }

// Readers see whole documents while keys come and go, and each revoked key
// together with its certificate.
func TestReadersBesideWriters(t *testing.T) {
	t.Parallel()
	s := openSQLite(t, t.TempDir())
	r := openRegistry(t, s)
	org := enrol(t, r)
	shared := enrolSoftware(t, r, org.ID)
	const writers, rounds = 4, 25
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := range rounds {
				if err := live(r, org.ID, shared.ID, w*1000+i); err != nil {
					t.Errorf("writer %d, round %d: %v", w, i, err)
					return
				}
			}
		})
	}
	stop := make(chan struct{})
	for range 3 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := look(r, org.ID, shared.ID); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	close(stop)
	reading.Wait()
	require.Len(t, kids(document(t, r, org.ID, shared.ID, true)), writers*rounds)
	_, total, err := r.SoftwareOf(org.ID, 0, 0)
	require.NoError(t, err)
	require.Equal(t, 1+writers*rounds, total)
}

// live enrols software, certifies a key, shares and renews it, and revokes it.
func live(r *Registry, org, shared string, n int) error {
	soft, err := r.AddSoftware(org, Fields{ClientName: fmt.Sprint(n)})
	if err != nil {
		return err
	}
	kid := fmt.Sprintf("kid%d", n)
	k, c := issued(kid, pki.OBSeal, 2*n)
	if err := r.Publish(org, org, k, c); err != nil {
		return err
	}
	if err := r.Associate(org, shared, pki.OBSeal, kid); err != nil {
		return err
	}
	k, c = issued(kid, pki.OBSeal, 2*n+1)
	if err := r.Publish(org, org, k, c); err != nil {
		return err
	}
	if err := r.SetSoftwareStatus(org, soft.ID, Inactive); err != nil {
		return err
	}
	return r.RevokeKey(org, kid, Revocation{})
}

func look(r *Registry, org, soft string) error {
	for _, owner := range []string{org, soft} {
		for _, revoked := range []bool{false, true} {
			document, err := r.Document(org, owner, revoked, nil)
			if err != nil {
				return err
			}
			var set struct{ Keys []struct{ Kid, N string } }
			if err := json.Unmarshal(document, &set); err != nil {
				return fmt.Errorf("%s: %w", document, err)
			}
			for _, k := range set.Keys {
				// Revoked in the set, revoked in the CRL: one step.
				if c := r.Certificate(k.N); c == nil || revoked && !c.Shows(InCRL) {
					return fmt.Errorf("key %s and its certificate %v", k.Kid, c)
				}
			}
		}
	}
	for _, c := range r.RevokedCertificates() {
		if !c.Shows(InOCSP) {
			return fmt.Errorf("%s is among the revoked", c.Serial)
		}
	}
	if _, err := r.Certificates(org); err != nil {
		return err
	}
	list, total, err := r.SoftwareOf(org, 0, 1<<30)
	if err != nil || len(list) != total {
		return fmt.Errorf("%d of %d software: %w", len(list), total, err)
	}
	return nil
}
