package registry

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
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
	nextKey int // numbers the rows of keys; under writing

	mu            sync.RWMutex
	organisations map[string]*organisation
	order         []*organisation          // as they were enrolled
	byUUID        map[string]*organisation // by the UUID of the organisation
	software      map[string]*software     // by either id, whoever it belongs to
	certificates  map[string]*Certificate  // by serial
	revoked       []*Certificate           // in the order of their revocation
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
		each  func(id string, row []byte) error
	}{
		{store.Organisations, r.loadOrganisation},
		{store.Software, r.loadSoftware},
		{store.Keys, r.loadKey},
		{store.Certificates, r.loadCertificate},
	} {
		if err := s.Load(load.table, load.each); err != nil {
			return nil, fmt.Errorf("read the registry: table %s: %w", load.table, err)
		}
	}
	slices.SortStableFunc(r.revoked, func(a, b *Certificate) int { return a.Revocation.At.Compare(b.Revocation.At) })
	return r, nil
}

func (r *Registry) loadOrganisation(_ string, row []byte) error {
	var o Organisation
	if err := json.Unmarshal(row, &o); err != nil {
		return err
	}
	r.insertOrganisation(o)
	return nil
}

func (r *Registry) loadSoftware(id string, row []byte) error {
	var s Software
	if err := json.Unmarshal(row, &s); err != nil {
		return err
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

func (r *Registry) insertOrganisation(o Organisation) {
	org := &organisation{record: o, revokedKeys: map[string]bool{}}
	r.organisations[o.ID], r.byUUID[o.UUID] = org, org
	r.order = append(r.order, org)
}

func (r *Registry) insertSoftware(org *organisation, rec Software) {
	s := &software{record: rec}
	r.software[rec.ID], r.software[rec.UUID] = s, s
	org.software = append(org.software, s)
}

// AddOrganisation enrols an organisation under new ids. It is Active at once.
func (r *Registry) AddOrganisation(e Enrolment) (Organisation, error) {
	if err := e.check(); err != nil {
		return Organisation{}, err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	id := newOrganisationID()
	for r.organisations[id] != nil {
		id = newOrganisationID()
	}
	o := e.organisation(id, newUUID(), r.now().UTC())
	return o, r.save(func() { r.insertOrganisation(o) }, store.Row{Table: store.Organisations, ID: id, Value: o})
}

// Organisation finds by either id.
func (r *Registry) Organisation(id string) (Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return Organisation{}, err
	}
	return org.record, nil
}

// Organisations returns at most limit of them in the order of enrolment, from
// the one at that offset on, and how many there are.
func (r *Registry) Organisations(offset, limit int) ([]Organisation, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Organisation
	for _, org := range page(r.order, offset, limit) {
		out = append(out, org.record)
	}
	return out, len(r.order)
}

// UpdateOrganisation changes a copy of the record, checks it and keeps it.
// Nothing changes on an error; ids and dates are not for the caller to change.
func (r *Registry) UpdateOrganisation(id string, change func(*Organisation) error) (Organisation, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return Organisation{}, err
	}
	next := org.record
	next.AuthorisationServers = slices.Clone(next.AuthorisationServers)
	if err := change(&next); err != nil {
		return Organisation{}, err
	}
	if err := checkServers(next.AuthorisationServers); err != nil {
		return Organisation{}, err
	}
	next.Changed = r.now().UTC()
	return next, r.save(func() { org.record = next }, store.Row{Table: store.Organisations, ID: next.ID, Value: next})
}

// SetOrganisationStatus refuses what is no state of an organisation.
func (r *Registry) SetOrganisationStatus(id, status string) error {
	_, err := r.UpdateOrganisation(id, func(o *Organisation) error {
		o.Status = status
		return oneOf("Status", status, OrganisationStates)
	})
	return err
}

// AddSoftware enrols software under new ids. The status is Active at once, and
// nothing is enrolled on an error.
func (r *Registry) AddSoftware(orgID string, fields Fields) (Software, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return Software{}, err
	}
	if err := fields.settle(org.record.Roles); err != nil {
		return Software{}, err
	}
	now := r.now().UTC()
	// 22 characters of Base62 are 131 bits: they do not meet again.
	rec := Software{
		ID: newSoftwareID(), UUID: newUUID(), Status: Active, Fields: fields,
		OrganisationID: org.record.ID, Enrolled: now, Changed: now,
	}
	return rec, r.save(func() { r.insertSoftware(org, rec) }, store.Row{Table: store.Software, ID: rec.ID, Value: rec})
}

// Software returns the software's record and its organisation's, by either of
// their ids. It does not look at their status, which is the caller's to judge.
func (r *Registry) Software(orgID, id string) (Software, Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return Software{}, Organisation{}, err
	}
	return s.record, org.record, nil
}

// SoftwareByID finds software whoever it belongs to: what a client_id leads to.
func (r *Registry) SoftwareByID(id string) (Software, Organisation, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := r.software[id]
	if s == nil {
		return Software{}, Organisation{}, problem.NotFound("SoftwareStatementId: no software is enrolled as %q", id)
	}
	return s.record, r.organisations[s.record.OrganisationID].record, nil
}

// SoftwareOf returns at most limit of an organisation's software, as
// Organisations does.
func (r *Registry) SoftwareOf(orgID string, offset, limit int) ([]Software, int, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, 0, err
	}
	var out []Software
	for _, s := range page(org.software, offset, limit) {
		out = append(out, s.record)
	}
	return out, len(org.software), nil
}

// UpdateSoftware changes a copy of the record, checks it and keeps it. Nothing
// changes on an error. What only the directory sets must come back as it was.
func (r *Registry) UpdateSoftware(orgID, id string, change func(*Software) error) (Software, error) {
	return r.changeSoftware(orgID, id, func(org Organisation, next *Software) error {
		was := next.clone()
		if err := change(next); err != nil {
			return err
		}
		if err := was.checkKept(*next); err != nil {
			return err
		}
		return next.settle(org.Roles)
	})
}

// SetSoftwareStatus refuses what is no state of software.
func (r *Registry) SetSoftwareStatus(orgID, id, status string) error {
	_, err := r.changeSoftware(orgID, id, func(_ Organisation, next *Software) error {
		next.Status = status
		return oneOf("Status", status, SoftwareStates)
	})
	return err
}

func (r *Registry) changeSoftware(orgID, id string, change func(Organisation, *Software) error) (Software, error) {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return Software{}, err
	}
	next := s.record.clone()
	if err := change(org.record, &next); err != nil {
		return Software{}, err
	}
	next.Changed = r.now().UTC()
	return next, r.save(func() { s.record = next }, store.Row{Table: store.Software, ID: next.ID, Value: next})
}

// findOrganisation needs either lock. It is where an id from a path is looked at first.
func (r *Registry) findOrganisation(id string) (*organisation, error) {
	if uuids.MatchString(id) {
		if org := r.byUUID[id]; org != nil {
			return org, nil
		}
		return nil, problem.NotFound("OrganisationId: no organisation is enrolled as %q", id)
	}
	if !organisationIDs.MatchString(id) {
		return nil, problem.NotFound("OrganisationId: expected 18 letters and digits, got %q", id)
	}
	org := r.organisations[id]
	if org == nil {
		return nil, problem.NotFound("OrganisationId: no organisation is enrolled as %q", id)
	}
	return org, nil
}

// findSoftware needs either lock. Software of another organisation is not there,
// rather than forbidden: that it exists is nobody else's business.
func (r *Registry) findSoftware(orgID, id string) (*organisation, *software, error) {
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, nil, err
	}
	if !softwareIDs.MatchString(id) && !uuids.MatchString(id) {
		return nil, nil, problem.NotFound("SoftwareStatementId: expected 22 letters and digits, got %q", id)
	}
	s := r.software[id]
	if s == nil || s.record.OrganisationID != org.record.ID {
		return nil, nil, problem.NotFound("SoftwareStatementId: organisation %s has no software %q", orgID, id)
	}
	return org, s, nil
}

// page is the part of a list that begins at offset; beyond the end it is empty.
func page[T any](list []T, offset, limit int) []T {
	from := min(max(offset, 0), len(list))
	return list[from:min(from+max(limit, 0), len(list))]
}
