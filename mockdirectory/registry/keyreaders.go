package registry

import "github.com/dcrkit/dcrkit/mockdirectory/problem"

// Document returns a JWK Set, which nobody changes any more. With pick it has
// only the keys that pick wants, and is rendered anew.
func (r *Registry) Document(orgID, owner string, revoked bool, pick func(*Key) bool) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o, err := r.findOwner(orgID, owner)
	if err != nil {
		return nil, err
	}
	if revoked {
		return o.keys.revoked.render(pick), nil
	}
	return o.keys.current.render(pick), nil
}

// Keys returns the keys of an owner: those in use, then the revoked ones.
func (r *Registry) Keys(orgID, owner string) ([]Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o, err := r.findOwner(orgID, owner)
	if err != nil {
		return nil, err
	}
	out := make([]Key, 0, len(o.keys.current.entries)+len(o.keys.revoked.entries))
	for _, set := range []*keySet{&o.keys.current, &o.keys.revoked} {
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
	r.mu.RLock()
	defer r.mu.RUnlock()
	o, err := r.findOwner(orgID, owner)
	if err != nil {
		return nil, err
	}
	for _, set := range []*keySet{&o.keys.current, &o.keys.revoked} {
		for _, e := range set.entries {
			if e.key.KeyID == kid && e.key.PEM != "" {
				return []byte(e.key.PEM), nil
			}
		}
	}
	return nil, problem.NotFound("kid: %s publishes no certificate for key %q", owner, kid)
}
