package mockdirectory

import (
	"context"
	"fmt"
	"sync"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// signingConfig is what signing keys are made with.
type signingConfig struct {
	authority *pki.Authority
	keys      *pki.KeyPool
	base      string
}

// signingKeys are the directory's own keys. The last one signs; the others
// stay published for the statements that they signed.
type signingKeys struct {
	signingConfig

	mu        sync.RWMutex
	published keySet
	byKid     map[string]*signingKey
	current   *signingKey
}

// signingKey signs statements. What never changes is worked out once.
type signingKey struct {
	key    jose.Key
	public jose.PublicKey

	mu    sync.Mutex
	rogue jose.Key
}

// newSigningKeys makes the first key.
func newSigningKeys(ctx context.Context, cfg signingConfig) (*signingKeys, error) {
	s := &signingKeys{signingConfig: cfg, published: newKeySet(), byKid: map[string]*signingKey{}}
	if _, err := s.rotate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// rotate makes a new key the one that signs, and returns its kid.
func (s *signingKeys) rotate(ctx context.Context) (kid string, err error) {
	if kid, err = s.add(ctx); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = s.byKid[kid]
	return kid, nil
}

// add publishes a new key, which signs only what asks for it, and returns its
// kid: the SHA-256 of its certificate, base64url with the "=" that RFC 7515
// section 2 would leave out. The UK directory has it, so relying parties must
// take a kid as it is.
func (s *signingKeys) add(ctx context.Context) (kid string, err error) {
	private, err := s.keys.RSA(ctx)
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	leaf, err := s.authority.Issue(pki.OBSigning, pki.Subject{OrganisationID: "OpenBanking", SoftwareID: "Directory"}, private.Public())
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	kid = pki.X5TS256(leaf) + "="
	published, err := certifiedKey{private.Public(), kid, pki.OBSigning, leaf, s.base + "/keystore/" + kid + ".pem"}.publish(s.authority)
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	public, err := jose.ParsePublicKey(published.jwk)
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published.put(published)
	s.byKid[kid] = &signingKey{key: jose.Key{Private: private, ID: kid, Alg: "PS256"}, public: public}
	return kid, nil
}

// signer returns the key of that kid, or the one that signs now for none. An
// unknown kid is 400, as it came in the query.
func (s *signingKeys) signer(kid string) (*signingKey, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if kid == "" {
		return s.current, nil
	}
	if k := s.byKid[kid]; k != nil {
		return k, nil
	}
	return nil, invalid("kid", "the directory has no key %q", kid)
}

// document returns the JWK Set, which nobody changes any more. A new key makes
// a new document.
func (s *signingKeys) document() []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.published.document
}

// certificate returns the PEM of a key's certificate.
func (s *signingKeys) certificate(kid string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if k := s.published.find(pki.OBSigning, kid); k != nil {
		return k.pem, nil
	}
	return nil, notFound("kid: the directory publishes no key %q", kid)
}

// impostor is a key that goes by the same kid and is published nowhere. It is
// made when first needed: most runs never forge a statement.
func (k *signingKey) impostor(ctx context.Context, keys *pki.KeyPool) (jose.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rogue.Private == nil {
		private, err := keys.RSA(ctx)
		if err != nil {
			return jose.Key{}, fmt.Errorf("key for a forged statement: %w", err)
		}
		k.rogue = jose.Key{Private: private, ID: k.key.ID, Alg: k.key.Alg}
	}
	return k.rogue, nil
}
