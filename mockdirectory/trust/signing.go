package trust

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Signing are the directory's own keys. One of them signs; the others stay
// published for the statements that they signed, until they are withdrawn.
type Signing struct {
	trust *Trust

	writing  sync.Mutex // held by who adds, rotates or withdraws
	mu       sync.RWMutex
	keys     []*SigningKey // in the order in which they were made
	current  *SigningKey
	document []byte
}

// openSigning takes the keys from the store, or makes the first one.
func openSigning(ctx context.Context, t *Trust) (*Signing, error) {
	s := &Signing{trust: t}
	err := t.cfg.Store.Load(store.SigningKeys, func(_ string, row []byte) error {
		var record signingRecord
		if err := json.Unmarshal(row, &record); err != nil {
			return err
		}
		key, err := s.restore(record)
		if err != nil {
			return err
		}
		s.keys = append(s.keys, key)
		if record.Current {
			s.current = key
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the signing keys: %w", err)
	}
	s.render()
	if s.current != nil {
		return s, nil
	}
	_, err = s.Rotate(ctx)
	return s, err
}

func (s *Signing) restore(record signingRecord) (*SigningKey, error) {
	private, err := parseKey(record.Private)
	if err != nil {
		return nil, err
	}
	public, err := jose.ParsePublicKey(record.JWK)
	if err != nil {
		return nil, err
	}
	return &SigningKey{
		Key: jose.Key{Private: private, ID: record.KeyID, Alg: "PS256"}, Public: public,
		record: record, pool: s.trust.cfg.Keys,
	}, nil
}

// Rotate makes a new key the one that signs, and returns its kid. The former
// one stays published.
func (s *Signing) Rotate(ctx context.Context) (kid string, err error) { return s.make(ctx, true) }

// Add publishes a new key, which signs only what asks for it, and returns its
// kid.
func (s *Signing) Add(ctx context.Context) (kid string, err error) { return s.make(ctx, false) }

func (s *Signing) make(ctx context.Context, current bool) (string, error) {
	record, err := s.newRecord(ctx)
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	key, err := s.restore(record)
	if err != nil {
		return "", fmt.Errorf("statement signing key: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	key.record.Current = current
	rows := []store.Row{key.record.row()}
	former := s.current
	if current && former != nil {
		rows = append(rows, former.record.with(func(r *signingRecord) { r.Current = false }).row())
	}
	return record.KeyID, s.save(func() {
		s.keys = append(s.keys, key)
		if !current {
			return
		}
		if former != nil {
			former.record.Current = false
		}
		s.current = key
	}, rows...)
}

// Withdraw takes a key out of the published set: what it signed verifies no
// more. The one that signs now cannot be withdrawn; it is a conflict.
func (s *Signing) Withdraw(kid string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	key, err := s.find(kid)
	if err != nil {
		return err
	}
	if key == s.current {
		return problem.Conflict("kid: %s signs the statements: rotate first", kid)
	}
	now := s.trust.cfg.Now().UTC()
	next := key.record.with(func(r *signingRecord) { r.Withdrawn = cmp.Or(r.Withdrawn, &now) })
	return s.save(func() { key.record = next }, next.row())
}

// Reinstate publishes a withdrawn key again: a directory that mends a mistake,
// or a test that leaves things as they were.
func (s *Signing) Reinstate(kid string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	key, err := s.find(kid)
	if err != nil {
		return err
	}
	next := key.record.with(func(r *signingRecord) { r.Withdrawn = nil })
	return s.save(func() { key.record = next }, next.row())
}

// save stores, then makes the change visible. The caller holds writing.
func (s *Signing) save(apply func(), rows ...store.Row) error {
	if err := s.trust.cfg.Store.Save(rows...); err != nil {
		return fmt.Errorf("save the signing keys: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	apply()
	s.render()
	return nil
}

// render makes a new document; one that was handed out stays as it was.
func (s *Signing) render() {
	document := []byte(`{"keys":[`)
	for _, key := range s.keys {
		if key.record.Withdrawn != nil {
			continue
		}
		if document[len(document)-1] != '[' {
			document = append(document, ',')
		}
		document = append(document, key.record.JWK...)
	}
	document = append(document, "]}"...)
	s.document = document
}

func (s *Signing) find(kid string) (*SigningKey, error) {
	i := slices.IndexFunc(s.keys, func(k *SigningKey) bool { return k.record.KeyID == kid })
	if i < 0 {
		return nil, problem.NotFound("kid: the directory has no key %q", kid)
	}
	return s.keys[i], nil
}

// Signer returns the key of that kid, withdrawn or not, or the one that signs
// now for none. An unknown kid is 400, as it came in the query.
func (s *Signing) Signer(kid string) (*SigningKey, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if kid == "" {
		return s.current, nil
	}
	key, err := s.find(kid)
	if err != nil {
		return nil, problem.Invalid("kid", "the directory has no key %q", kid)
	}
	return key, nil
}

// Document returns the JWK Set of the published keys, which nobody changes any
// more.
func (s *Signing) Document() []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.document
}

// States lists the keys in the order in which they were made.
func (s *Signing) States() []SigningState {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []SigningState
	for _, key := range s.keys {
		out = append(out, key.record.SigningState)
	}
	return out
}

// Certificate returns the PEM of a key's certificate, with the issuing CA's.
func (s *Signing) Certificate(kid string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	key, err := s.find(kid)
	if err != nil {
		return nil, err
	}
	return []byte(key.record.Certificate), nil
}
