package registry

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// childDir is the environment variable that makes this binary the process which
// is killed.
const childDir = "DCRKIT_REGISTRY_TEST_DIR"

// acknowledged is what the child writes once a change has returned without an
// error, one in a line.
type acknowledged struct {
	Worker       int
	Organisation *Organisation
	Software     *Software
	Key          *Key   // published for the software
	Revoked      string // kid of a key of the software
}

// child enrols until it is killed. It returns only when something is wrong.
func child(dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	r, err := Open(s, time.Now)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	say := func(a acknowledged) error {
		mu.Lock()
		defer mu.Unlock()
		return out.Encode(a)
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for err := error(nil); err == nil; {
				err = membership(r, worker, say)
			}
		})
	}
	wg.Wait()
	return errors.New("all workers have failed")
}

// membership is one organisation with three software, each with a key; the
// middle one's is revoked.
func membership(r *Registry, worker int, say func(acknowledged) error) error {
	org, err := r.AddOrganisation(Enrolment{OrganisationName: fmt.Sprint("worker ", worker)})
	if err != nil {
		return err
	}
	if err := say(acknowledged{Worker: worker, Organisation: &org}); err != nil {
		return err
	}
	for i := range 3 {
		soft, err := r.AddSoftware(org.ID, Fields{ClientName: fmt.Sprint("software ", i)})
		if err != nil {
			return err
		}
		if err := say(acknowledged{Worker: worker, Software: &soft}); err != nil {
			return err
		}
		kid := "kid of " + soft.ID
		k := Key{KeyID: kid, Kind: pki.OBSigning, JWK: `{"kid":"` + kid + `"}`, Serial: NormalSerial(fmt.Sprintf("%x", soft.ID))}
		if err := r.Publish(org.ID, soft.ID, k, &Certificate{Serial: k.Serial, KeyID: kid, Owner: soft.ID}); err != nil {
			return err
		}
		if err := say(acknowledged{Worker: worker, Software: &soft, Key: &k}); err != nil {
			return err
		}
		if i != 1 {
			continue
		}
		if err := r.RevokeKey(org.ID, kid, Revocation{}); err != nil {
			return err
		}
		if err := say(acknowledged{Worker: worker, Software: &soft, Revoked: kid}); err != nil {
			return err
		}
	}
	return nil
}

// killAfter lets the child acknowledge so many changes before it is killed, and
// returns all that it acknowledged until it died.
func killAfter(t *testing.T, dir string, lines int) []acknowledged {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	in := bufio.NewReader(stdout)
	var all []acknowledged
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			require.ErrorIs(t, err, io.EOF) // a line that was cut off acknowledges nothing
			break
		}
		var a acknowledged
		require.NoError(t, json.Unmarshal(line, &a), "%s", line)
		all = append(all, a)
		if len(all) == lines {
			require.NoError(t, cmd.Process.Kill())
		}
	}
	require.GreaterOrEqual(t, len(all), lines, "it was to be killed in the middle")
	require.Error(t, cmd.Wait())
	return all
}

// A process that is killed loses nothing that it acknowledged, and leaves no
// change half done. The rounds share a directory, so what an earlier one left is
// there to be lost by a later one.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all []acknowledged
	for _, lines := range []int{1, 2, 37, 41, 97, 130, 199, 200, 203, 204, 318, 411} {
		all = append(all, killAfter(t, dir, lines)...)
		s := openSQLite(t, dir)
		r := openRegistry(t, s)
		requireAcknowledged(t, r, all)
		requireNothingHalf(t, r)
		require.NoError(t, s.Close())
	}
}

func requireAcknowledged(t *testing.T, r *Registry, all []acknowledged) {
	t.Helper()
	now := stateOf(t, r)
	order := map[int][]string{} // what each worker enrolled
	for _, a := range all {
		switch {
		case a.Organisation != nil:
			found, err := r.Organisation(a.Organisation.ID)
			require.NoError(t, err)
			require.Equal(t, *a.Organisation, found)
			order[a.Worker] = append(order[a.Worker], found.ID)
		case a.Key != nil:
			keys := now.Keys[a.Software.ID]
			require.Len(t, keys, 1)
			keys[0].Published, keys[0].Revoked = a.Key.Published, nil
			require.Equal(t, *a.Key, keys[0])
		case a.Revoked != "":
			require.Equal(t, []string{a.Revoked}, kids(document(t, r, a.Software.OrganisationID, a.Software.ID, true)))
		default:
			found, _, err := r.SoftwareByID(a.Software.ID)
			require.NoError(t, err)
			require.Equal(t, *a.Software, found)
			order[a.Worker] = append(order[a.Worker], found.ID)
		}
	}
	for worker, ids := range order {
		var found []string
		for _, org := range now.Organisations {
			found = append(found, org.ID)
			for _, soft := range now.Software[org.ID] {
				found = append(found, soft.ID)
			}
		}
		found = slices.DeleteFunc(found, func(id string) bool { return !slices.Contains(ids, id) })
		require.Equal(t, ids, found, "the order of worker %d", worker)
	}
}

func requireNothingHalf(t *testing.T, r *Registry) {
	t.Helper()
	now := stateOf(t, r)
	for _, org := range now.Organisations {
		owners := map[string]int{}
		for _, c := range now.Certificates[org.ID] {
			owners[c.Owner]++
			keys := now.Keys[c.Owner]
			require.Len(t, keys, 1, "a certificate comes with its key")
			require.Equal(t, keys[0].Revoked != nil, c.Revocation != nil, "both are revoked or neither")
		}
		for _, soft := range now.Software[org.ID] {
			require.Len(t, now.Keys[soft.ID], owners[soft.ID], "a key comes with its certificate")
		}
	}
}
