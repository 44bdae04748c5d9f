package mockdirectory

import "github.com/dcrkit/dcrkit/fixtures/pki"

// findKeys needs the lock. It returns the sets of an owner: of the organisation when owner is its
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

// associate shares a key of the organisation with its software. To do so twice
// changes nothing, and later certificates of that key follow by themselves.
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
// software publish it. From then on the organisation gets no certificate for
// it, under any of its software.
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

// revoke moves every key of that kid and tells whether there was one.
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

// certificate returns the PEM of a key's certificate, revoked or not. The x5u
// of a revoked key still leads somewhere, for whoever looks into an old
// signature.
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
