package mockdirectory

import "sync"

// registry holds what is enrolled. Its methods hand out copies; what is inside
// is touched under the lock only.
type registry struct {
	mu            sync.RWMutex
	organisations map[string]*organisation
}

// organisation is a record with what hangs on it. Software is kept below its
// organisation, so that one member cannot reach into another by an id.
type organisation struct {
	record   organisationRecord
	keys     keySets
	software map[string]*software
	revoked  map[string]bool // kids that may not be certified again
}

// software is a record with its key sets.
type software struct {
	record softwareRecord
	keys   keySets
}

// keySets is the published set of an owner and that of its revoked keys.
type keySets struct{ current, revoked keySet }

func newKeySets() keySets { return keySets{newKeySet(), newKeySet()} }

func newRegistry() *registry { return &registry{organisations: map[string]*organisation{}} }

// addOrganisation enrols an organisation under a new id.
func (r *registry) addOrganisation(e enrolment) organisationRecord {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := newOrganisationID()
	for r.organisations[id] != nil {
		id = newOrganisationID()
	}
	org := &organisation{record: e.record(id), keys: newKeySets(), software: map[string]*software{}, revoked: map[string]bool{}}
	r.organisations[id] = org
	return org.record
}

// organisation returns a copy of the record.
func (r *registry) organisation(id string) (organisationRecord, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return organisationRecord{}, err
	}
	return org.record, nil
}

// setOrganisationStatus takes a status that the caller has checked.
func (r *registry) setOrganisationStatus(id, status string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, err := r.findOrganisation(id)
	if err != nil {
		return err
	}
	org.record.Status = status
	return nil
}

// addSoftware enrols software under a new id. The status is Active at once, and
// nothing is enrolled on an error.
func (r *registry) addSoftware(orgID string, fields softwareFields) (softwareRecord, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return softwareRecord{}, err
	}
	if err := fields.settle(org.record.Roles); err != nil {
		return softwareRecord{}, err
	}
	// 22 characters of Base62 are 131 bits: they do not meet again.
	s := &software{record: softwareRecord{newSoftwareID(), active, fields}, keys: newKeySets()}
	org.software[s.record.ID] = s
	return s.record, nil
}

// softwareOf returns copies of the software's record and its organisation's. It
// does not look at their status, which is the caller's to judge.
func (r *registry) softwareOf(orgID, id string) (softwareRecord, organisationRecord, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return softwareRecord{}, organisationRecord{}, err
	}
	return s.record, org.record, nil
}

// updateSoftware applies the body of a PUT; nothing changes on an error.
func (r *registry) updateSoftware(orgID, id string, body []byte) (softwareRecord, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return softwareRecord{}, err
	}
	if err := s.record.apply(body, org.record.Roles); err != nil {
		return softwareRecord{}, err
	}
	return s.record, nil
}

// setSoftwareStatus takes a status that the caller has checked.
func (r *registry) setSoftwareStatus(orgID, id, status string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return err
	}
	s.record.Status = status
	return nil
}

// findOrganisation needs the lock. It is where an id from a path is looked at first.
func (r *registry) findOrganisation(id string) (*organisation, error) {
	if !organisationIDs.MatchString(id) {
		return nil, notFound("OrganisationId: expected 18 letters and digits, got %q", id)
	}
	org := r.organisations[id]
	if org == nil {
		return nil, notFound("OrganisationId: no organisation is enrolled as %q", id)
	}
	return org, nil
}

// findSoftware needs the lock. Software of another organisation is not there,
// rather than forbidden: that it exists is nobody else's business.
func (r *registry) findSoftware(orgID, id string) (*organisation, *software, error) {
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, nil, err
	}
	if !softwareIDs.MatchString(id) {
		return nil, nil, notFound("SoftwareStatementId: expected 22 letters and digits, got %q", id)
	}
	s := org.software[id]
	if s == nil {
		return nil, nil, notFound("SoftwareStatementId: organisation %s has no software %q", orgID, id)
	}
	return org, s, nil
}
