package registry

import (
	"bytes"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Key is one published key. The registry never changes it in place, so several
// sets may hold it.
type Key struct {
	KeyID     string     `json:"kid"`
	Kind      pki.Kind   `json:"type"`   // empty for a JWK published verbatim
	JWK       string     `json:"jwk"`    // as it stands in the set
	PEM       string     `json:"pem"`    // leaf, then issuing CA; empty for a JWK published verbatim
	Serial    string     `json:"serial"` // of the certificate, in hexadecimal digits
	Published time.Time  `json:"published"`
	Revoked   *time.Time `json:"revoked"` // nil while the key is in use
}

// keySets is the published set of an owner and that of its revoked keys.
type keySets struct{ current, revoked keySet }

// entry is a key with its row in the store.
type entry struct {
	row string
	key *Key
}

// large is the number of keys from which on a set is indexed and its document
// kept. Most sets have two or three, which are written as fast as they are found;
// a hundred thousand kept documents would be the bulk of the process.
const large = 8

// keySet is a JWK Set. The document of a large one is rendered when it is first
// asked for after a change: ten thousand keys are neither rendered for each
// fetch nor for each key that is added to them.
type keySet struct {
	entries   []entry
	places    map[keyName]int // of entries that have a kind; only writers use it, nil in a small set
	document  atomic.Pointer[[]byte]
	rendering sync.Mutex // one reader renders, and the others wait for its document
}

// keyName tells the certified keys of a set apart.
type keyName struct {
	kind pki.Kind
	kid  string
}

// put adds a key. A certificate for a key that has one of the same kind takes
// its place.
func (s *keySet) put(e entry) {
	s.document.Store(nil)
	if former := s.find(e.key.Kind, e.key.KeyID); former != nil {
		*former = e
		return
	}
	s.entries = append(s.entries, e)
	if s.places == nil {
		s.index()
	} else {
		s.places[keyName{e.key.Kind, e.key.KeyID}] = len(s.entries) - 1
	}
}

// take removes every key of that kid. A key that was certified under several
// kinds goes with all of them.
func (s *keySet) take(kid string) {
	had := len(s.entries)
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return e.key.KeyID == kid })
	if len(s.entries) < had {
		s.document.Store(nil)
		s.index()
	}
}

// index notes where the keys are, if they are many.
func (s *keySet) index() {
	s.places = nil
	if len(s.entries) < large {
		return
	}
	s.places = make(map[keyName]int, len(s.entries))
	for i, e := range s.entries {
		s.places[keyName{e.key.Kind, e.key.KeyID}] = i
	}
}

// find the key of that kind and kid; nil when there is none. Verbatim keys have
// no kind and are never found, as there may be several of a kid.
func (s *keySet) find(kind pki.Kind, kid string) *entry {
	if kind == "" {
		return nil
	}
	if s.places != nil {
		if i, there := s.places[keyName{kind, kid}]; there {
			return &s.entries[i]
		}
		return nil
	}
	for i := range s.entries {
		if k := s.entries[i].key; k.KeyID == kid && k.Kind == kind {
			return &s.entries[i]
		}
	}
	return nil
}

// of returns every key of that kid.
func (s *keySet) of(kid string) []entry {
	var found []entry
	for _, e := range s.entries {
		if e.key.KeyID == kid {
			found = append(found, e)
		}
	}
	return found
}

// render returns the document, which nobody changes any more. The caller holds
// mu for reading, so that no key comes or goes meanwhile.
func (s *keySet) render(pick func(*Key) bool) []byte {
	if pick != nil {
		return renderSet(s.entries, pick)
	}
	all := func(*Key) bool { return true }
	if len(s.entries) < large {
		return renderSet(s.entries, all)
	}
	if document := s.document.Load(); document != nil {
		return *document
	}
	s.rendering.Lock()
	defer s.rendering.Unlock()
	if document := s.document.Load(); document != nil {
		return *document
	}
	document := renderSet(s.entries, all)
	s.document.Store(&document)
	return document
}

// renderSet writes the JWKs as they are: one that was published verbatim may
// say a member twice. An owner without keys publishes an empty set and no 404.
func renderSet(entries []entry, pick func(*Key) bool) []byte {
	var out bytes.Buffer
	size := 0
	for _, e := range entries {
		if pick(e.key) {
			size += len(e.key.JWK) + len(",")
		}
	}
	out.Grow(size + len(`{"keys":[]}`))
	out.WriteString(`{"keys":[`)
	for _, e := range entries {
		if !pick(e.key) {
			continue
		}
		if out.Bytes()[out.Len()-1] != '[' {
			out.WriteByte(',')
		}
		out.WriteString(e.key.JWK)
	}
	out.WriteString(`]}`)
	return out.Bytes()
}
