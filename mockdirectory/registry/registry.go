package registry

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Registry is safe for concurrent use. Its methods hand out copies.
//
// A change is worked out under writing, saved, and only then put into the maps
// under mu: readers never wait for the disk, and never see what may be lost.
type Registry struct {
	store store.Store
	now   func() time.Time

	writing sync.Mutex
	lastKey int // the highest number of a row of keys; under writing

	mu            sync.RWMutex
	organisations map[string]*organisation
	order         []*organisation          // as they were enrolled
	byUUID        map[string]*organisation // by the UUID of the organisation
	software      map[string]*software     // by either id, whoever it belongs to
	certificates  map[string]*Certificate  // by serial
	revoked       []*Certificate           // in the order of their revocation; never changed in place
}

// organisation is a record with what hangs on it.
type organisation struct {
	record       Organisation
	keys         keySets
	software     []*software // as they were enrolled
	certificates []*Certificate
	revokedKeys  map[string]bool // kids that may not be certified again
}

// software is a record with its key sets.
type software struct {
	record Software
	keys   keySets
}

// Open reads what the store remembers. The clock dates changes.
func Open(s store.Store, now func() time.Time) (*Registry, error) {
	r := &Registry{
		store: s, now: now,
		organisations: map[string]*organisation{}, byUUID: map[string]*organisation{},
		software: map[string]*software{}, certificates: map[string]*Certificate{},
	}
	for _, load := range []struct {
		table string
		all   func() error
	}{
		{store.Organisations, func() error { return s.Load(store.Organisations, r.loadOrganisation) }},
		{store.Software, func() error { return s.Load(store.Software, r.loadSoftware) }},
		{store.Keys, r.loadKeys},
		{store.Certificates, r.loadCertificates},
	} {
		if err := load.all(); err != nil {
			return nil, fmt.Errorf("read the registry: table %s: %w", load.table, err)
		}
	}
	return r, nil
}

func (r *Registry) loadOrganisation(id string, row []byte) error {
	var o Organisation
	if err := json.Unmarshal(row, &o); err != nil {
		return fmt.Errorf("organisation %s: %w", id, err)
	}
	r.insertOrganisation(o)
	return nil
}

func (r *Registry) loadSoftware(id string, row []byte) error {
	var s Software
	if err := json.Unmarshal(row, &s); err != nil {
		return fmt.Errorf("software %s: %w", id, err)
	}
	org := r.organisations[s.OrganisationID]
	if org == nil {
		return fmt.Errorf("software %s: its organisation %q is not there", id, s.OrganisationID)
	}
	r.insertSoftware(org, s)
	return nil
}

// save stores the rows and then makes the change visible. The caller holds writing.
func (r *Registry) save(apply func(), rows ...store.Row) error {
	if err := r.store.Save(rows...); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	apply()
	return nil
}
