package registry

import (
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// owner is whose keys they are: the organisation, or its software.
type owner struct {
	org  *organisation
	id   string // the one that the UK hands out, whichever the caller came with
	keys *keySets
}

// findOwner needs either lock. The owner is the organisation when id is its own,
// else its software.
func (r *Registry) findOwner(orgID, id string) (owner, error) {
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return owner{}, err
	}
	if id == org.record.ID || id == org.record.UUID {
		return owner{org, org.record.ID, &org.keys}, nil
	}
	org, s, err := r.findSoftware(orgID, id)
	if err != nil {
		return owner{}, err
	}
	return owner{org, s.record.ID, &s.keys}, nil
}

// owners gives the organisation and then its software.
func (org *organisation) owners(yield func(owner) bool) {
	if !yield(owner{org, org.record.ID, &org.keys}) {
		return
	}
	for _, s := range org.software {
		if !yield(owner{org, s.record.ID, &s.keys}) {
			return
		}
	}
}

// Publish puts a key into its owner's set, with the certificate that was issued
// for it if there is one. A new certificate of an organisation's key also
// replaces the old one where software shares it. A key that was revoked is not
// certified again, nor does a serial number come twice: both are conflicts.
func (r *Registry) Publish(orgID, ownerID string, k Key, issued *Certificate) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	o, err := r.findOwner(orgID, ownerID)
	if err != nil {
		return err
	}
	if k.Kind != "" && o.org.revokedKeys[k.KeyID] {
		return problem.Conflict("kid: the key %s was revoked and is not certified again", k.KeyID)
	}
	k.Published, k.Revoked = r.now().UTC(), nil
	own := entry{r.rowFor(o, &k), &k}
	rows := []store.Row{ownRow(o, own)}
	changed := []keyChange{{&o.keys.current, own}}
	if o.keys == &o.org.keys {
		changed = append(changed, renewShares(o.org, &k)...)
	}
	var certificate *Certificate
	if issued != nil {
		if certificate, err = r.newCertificate(o.org, *issued); err != nil {
			return err
		}
		rows = append(rows, certificateRow(certificate, len(r.revoked)))
	}
	return r.save(func() {
		for _, c := range changed {
			c.set.put(c.entry)
		}
		if certificate != nil {
			r.insertCertificate(o.org, certificate)
		}
	}, rows...)
}

// keyChange is a key on its way into a set.
type keyChange struct {
	set   *keySet
	entry entry
}

// renewShares finds where software shares the certificate that is renewed. Its
// rows need no change: they name the organisation's, which stays the same. What
// software had certified for itself stays as well.
func renewShares(org *organisation, renewed *Key) (changed []keyChange) {
	former := org.keys.current.find(renewed.Kind, renewed.KeyID)
	if former == nil {
		return nil
	}
	for _, s := range org.software {
		if shared := s.keys.current.find(renewed.Kind, renewed.KeyID); shared != nil && shared.key == former.key {
			changed = append(changed, keyChange{&s.keys.current, entry{shared.row, renewed}})
		}
	}
	return changed
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
	from := org.keys.current.find(kind, kid)
	if from == nil {
		return problem.NotFound("kid: organisation %s has no %s certificate for key %q", orgID, kind, kid)
	}
	o := owner{org, s.record.ID, &s.keys}
	e := entry{r.rowFor(o, from.key), from.key}
	return r.save(func() { o.keys.current.put(e) }, sharedRow(o, e, from.row))
}

// RevokeKey moves a key to the revoked sets wherever the organisation or its
// software publish it, and revokes the certificates for it as rev says, all in
// one step. From then on the organisation gets no certificate for it, under any
// of its software. Where rev does not show in the key sets, they stay as they
// are. It is a conflict when all that rev says has been done before.
func (r *Registry) RevokeKey(orgID, kid string, rev Revocation) error {
	if err := rev.settle(); err != nil {
		return err
	}
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return err
	}
	rev.At = r.now().UTC()
	held := slices.DeleteFunc(slices.Clone(org.certificates), func(c *Certificate) bool { return c.KeyID != kid })
	certificates, rows := r.revoking(held, rev)
	var moved []keyChange
	if rev.shows(InJWKS) {
		var keyRows []store.Row
		moved, keyRows = r.withdrawKey(org, kid, rev)
		rows = append(rows, keyRows...)
	}
	if len(rows) == 0 && !org.publishes(kid) {
		return problem.NotFound("kid: organisation %s publishes no key %q and has no certificate in force for it", orgID, kid)
	}
	if len(rows) == 0 {
		return problem.Conflict("kid: nothing of the key %s is left to revoke in %s", kid, strings.Join(rev.In, " and "))
	}
	return r.save(func() {
		if len(moved) > 0 {
			for o := range org.owners {
				o.keys.current.take(kid)
			}
			org.revokedKeys[kid] = true
		}
		for _, c := range moved {
			c.set.put(c.entry)
		}
		r.replaceCertificates(org, certificates)
	}, rows...)
}

// withdrawKey works out the revoked sets. A key gets a new row, so that rows
// come in the order of revocation, and is shared as it was before: the
// organisation is the first of the owners.
func (r *Registry) withdrawKey(org *organisation, kid string, rev Revocation) (moved []keyChange, rows []store.Row) {
	gone := map[*Key]entry{}
	for o := range org.owners {
		for _, e := range o.keys.current.of(kid) {
			next := entry{r.newRow(o), nil}
			rows = append(rows, store.Row{Table: store.Keys, ID: e.row})
			if from, shared := gone[e.key]; shared {
				next.key = from.key
				rows = append(rows, sharedRow(o, next, from.row))
			} else {
				revoked := *e.key
				revoked.Revoked = &rev.At
				next.key = &revoked
				rows = append(rows, ownRow(o, next))
				gone[e.key] = next
			}
			moved = append(moved, keyChange{&o.keys.revoked, next})
		}
	}
	return moved, rows
}

// publishes tells whether a key is in use anywhere in the organisation.
func (org *organisation) publishes(kid string) bool {
	for o := range org.owners {
		if len(o.keys.current.of(kid)) > 0 {
			return true
		}
	}
	return false
}
