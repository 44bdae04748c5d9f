package registry

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// keyRow is a key as it is stored: with whose it is.
type keyRow struct {
	Organisation string `json:"organisation"`
	Owner        string `json:"owner"`
	*Key
}

// loadKey relies on rows coming in the order of publication.
func (r *Registry) loadKey(id string, row []byte) error {
	stored := keyRow{Key: &Key{}}
	if err := json.Unmarshal(row, &stored); err != nil {
		return err
	}
	org, keys, err := r.findKeys(stored.Organisation, stored.Owner)
	if err != nil {
		return fmt.Errorf("key %s: %w", id, err)
	}
	set := &keys.current
	if stored.Revoked != nil {
		set = &keys.revoked
		org.revokedKeys[stored.KeyID] = true
	}
	set.put(entry{id, stored.Key})
	r.nextKey++
	return nil
}

// findKeys needs either lock. It returns the sets of an owner: of the
// organisation when owner is its id, else of its software.
func (r *Registry) findKeys(orgID, owner string) (*organisation, *keySets, error) {
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, nil, err
	}
	if owner == org.record.ID || owner == org.record.UUID {
		return org, &org.keys, nil
	}
	org, s, err := r.findSoftware(orgID, owner)
	if err != nil {
		return nil, nil, err
	}
	return org, &s.keys, nil
}

// newEntry gives a key its row. A number in the id keeps the order; the place of
// an older certificate for the same key is taken over. The caller holds writing.
func (r *Registry) newEntry(org, owner string, set *keySet, k *Key) (entry, store.Row) {
	id := ""
	if i := set.index(k.Kind, k.KeyID); i >= 0 && k.Kind != "" {
		id = set.entries[i].row
	} else {
		r.nextKey++
		id = fmt.Sprintf("%s/%08d", owner, r.nextKey)
	}
	return entry{id, k}, store.Row{Table: store.Keys, ID: id, Value: keyRow{org, owner, k}}
}

// Publish puts a key into its owner's set, with the certificate that was issued
// for it if there is one. A new certificate of an organisation's key also
// replaces the old one where software shares it. A key that was revoked is not
// certified again: that is a conflict.
func (r *Registry) Publish(orgID, owner string, k Key, issued *Certificate) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return err
	}
	if k.Kind != "" && org.revokedKeys[k.KeyID] {
		return problem.Conflict("kid: the key %s was revoked and is not certified again", k.KeyID)
	}
	k.Published = r.now().UTC()
	key := &k
	e, row := r.newEntry(org.record.ID, owner, &keys.current, key)
	rows := []store.Row{row}
	shares := map[*keySet]entry{&keys.current: e}
	if owner == org.record.ID && k.Kind != "" {
		for _, s := range org.software {
			if s.keys.current.index(k.Kind, k.KeyID) >= 0 {
				e, row := r.newEntry(org.record.ID, s.record.ID, &s.keys.current, key)
				shares[&s.keys.current], rows = e, append(rows, row)
			}
		}
	}
	if issued != nil {
		rows = append(rows, store.Row{Table: store.Certificates, ID: issued.Serial, Value: issued})
	}
	return r.save(func() {
		for set, e := range shares {
			set.put(e)
		}
		if issued != nil {
			r.insertCertificate(org, issued)
		}
	}, rows...)
}

// Associate shares a key of the organisation with its software. To do so twice
// changes nothing, and later certificates of that key follow by themselves.
func (r *Registry) Associate(orgID, id string, kind pki.Kind, kid string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return err
	}
	i := org.keys.current.index(kind, kid)
	if i < 0 {
		return problem.NotFound("kid: organisation %s has no %s certificate for key %q", orgID, kind, kid)
	}
	e, row := r.newEntry(org.record.ID, s.record.ID, &s.keys.current, org.keys.current.entries[i].key)
	return r.save(func() { s.keys.current.put(e) }, row)
}

// RevokeKey moves a key to the revoked sets wherever the organisation or its
// software publish it, and revokes the certificates for it as rev says, all in
// one step. From then on the organisation gets no certificate for it, under any
// of its software. Where rev does not show in the key sets, they stay as they
// are.
func (r *Registry) RevokeKey(orgID, kid string, rev Revocation) error {
	if err := rev.check(); err != nil {
		return err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return err
	}
	now := r.now().UTC()
	rev.At = now
	var rows []store.Row
	owners := map[string]*keySets{org.record.ID: &org.keys}
	for _, s := range org.software {
		owners[s.record.ID] = &s.keys
	}
	moved := map[*keySets][]entry{}
	known := false
	for owner, keys := range owners {
		for _, e := range keys.current.of(kid) {
			known = true
			if !rev.shows(InJWKS) {
				continue
			}
			gone := *e.key
			gone.Revoked = &now
			moved[keys] = append(moved[keys], entry{e.row, &gone})
			rows = append(rows, store.Row{Table: store.Keys, ID: e.row, Value: keyRow{org.record.ID, owner, &gone}})
		}
	}
	certificates, certificateRows := revoking(org.certificates, kid, rev)
	if !known && len(certificates) == 0 {
		return problem.NotFound("kid: organisation %s publishes no key %q and has no certificate in force for it", orgID, kid)
	}
	return r.save(func() {
		for keys, gone := range moved {
			keys.current.take(kid)
			for _, e := range gone {
				keys.revoked.put(e)
			}
		}
		if len(moved) > 0 {
			org.revokedKeys[kid] = true
		}
		r.replaceCertificates(org, certificates)
	}, append(rows, certificateRows...)...)
}

// Document returns a JWK Set, which nobody changes any more. With pick it has
// only the keys that pick wants, and is rendered anew.
func (r *Registry) Document(orgID, owner string, revoked bool, pick func(*Key) bool) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return nil, err
	}
	if revoked {
		return keys.revoked.render(pick), nil
	}
	return keys.current.render(pick), nil
}

// Keys returns the keys of an owner: those in use, then the revoked ones.
func (r *Registry) Keys(orgID, owner string) ([]Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, keys, err := r.findKeys(orgID, owner)
	if err != nil {
		return nil, err
	}
	var out []Key
	for _, set := range []*keySet{&keys.current, &keys.revoked} {
		for _, e := range set.entries {
			out = append(out, *e.key)
		}
	}
	return out, nil
}

// CertificatePEM returns the PEM of a key's certificate, revoked or not. The x5u
// of a revoked key still leads somewhere, for whoever looks into an old
// signature.
func (r *Registry) CertificatePEM(orgID, owner, kid string) ([]byte, error) {
	keys, err := r.Keys(orgID, owner)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.KeyID == kid && strings.HasPrefix(k.PEM, "-----BEGIN") {
			return []byte(k.PEM), nil
		}
	}
	return nil, problem.NotFound("kid: %s publishes no certificate for key %q", owner, kid)
}
