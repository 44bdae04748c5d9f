package mockdirectory

import (
	"sync"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// registry holds what is enrolled. Its methods hand out copies; what is inside
// is touched under the lock only.
type registry struct {
	mu            sync.RWMutex
	organisations map[string]*organisation
}

type organisation struct {
	record   organisationRecord
	keys     keySets
	software map[string]*software
	revoked  map[string]bool // kids that may not be certified again
}

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

// addSoftware enrols software under a new id.
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

// softwareOf returns copies of the software's record and its organisation's.
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

// findKeys returns the sets of an owner: of the organisation when owner is its
// id, else of its software.
func (r *registry) findKeys(orgID, owner string) (*organisation, *keySets, error) {
	if owner == orgID {
		org, err := r.findOrganisation(orgID)
		if err != nil {
			return nil, nil, err
		}
		return org, &org.keys, nil
	}
	org, s, err := r.findSoftware(orgID, owner)
	if err != nil {
		return nil, nil, err
	}
	return org, &s.keys, nil
}

// publish puts a key into its owner's set. A new certificate of an
// organisation's key also replaces the old one where software shares it.
func (r *registry) publish(orgID, owner string, k *publishedKey) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return err
	}
	if k.kind != "" && org.revoked[k.kid] {
		return conflict("kid: the key %s was revoked and is not certified again", k.kid)
	}
	keys.current.put(k)
	if owner != orgID || k.kind == "" {
		return nil
	}
	for _, s := range org.software {
		if s.keys.current.find(k.kind, k.kid) != nil {
			s.keys.current.put(k)
		}
	}
	return nil
}

// associate shares a key of the organisation with its software.
func (r *registry) associate(orgID, id string, kind pki.Kind, kid string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return err
	}
	k := org.keys.current.find(kind, kid)
	if k == nil {
		return notFound("kid: organisation %s has no %s certificate for key %q", orgID, kind, kid)
	}
	s.keys.current.put(k)
	return nil
}

// revoke moves a key to the revoked set wherever the organisation or its
// software publish it.
func (r *registry) revoke(orgID, kid string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return err
	}
	moved := org.keys.revoke(kid)
	for _, s := range org.software {
		moved = s.keys.revoke(kid) || moved
	}
	if !moved {
		return notFound("kid: organisation %s publishes no key %q", orgID, kid)
	}
	org.revoked[kid] = true
	return nil
}

func (k *keySets) revoke(kid string) bool {
	taken := k.current.take(kid)
	for _, key := range taken {
		k.revoked.put(key)
	}
	return taken != nil
}

// document returns a rendered JWK Set, which nobody changes any more.
func (r *registry) document(orgID, owner string, revoked bool) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return nil, err
	}
	if revoked {
		return keys.revoked.document, nil
	}
	return keys.current.document, nil
}

// certificate returns the PEM of a key's certificate, revoked or not.
func (r *registry) certificate(orgID, owner, kid string) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return nil, err
	}
	for _, set := range []*keySet{&keys.current, &keys.revoked} {
		for _, k := range set.keys {
			if k.kid == kid && k.pem != nil {
				return k.pem, nil
			}
		}
	}
	return nil, notFound("kid: %s publishes no certificate for key %q", owner, kid)
}
