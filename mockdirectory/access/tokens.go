package access

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"
)

// Limits of access tokens. Since all live equally long, the oldest is the one
// that is given up when there are too many.
const (
	tokenLifetime = 10 * time.Minute
	mostTokens    = 100_000
)

// Grant is what an access token stands for.
type Grant struct {
	OrganisationID string
	SoftwareID     string
	Scopes         []string

	certificate string // x5t#S256 of RFC 8705 section 3.1
	expires     time.Time
}

// tokens are in force. They are opaque and kept as hashes: whoever reads the
// memory of the directory, or times a look-up, learns none.
type tokens struct {
	random io.Reader
	most   int

	mu     sync.Mutex
	grants map[[sha256.Size]byte]Grant
	order  [][sha256.Size]byte // as they were issued
}

// newTokens keeps so many at most.
func newTokens(random io.Reader, most int) *tokens {
	return &tokens{random: random, most: most, grants: map[[sha256.Size]byte]Grant{}}
}

// issue makes a token for a grant.
func (t *tokens) issue(g Grant, now time.Time) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(t.random, secret[:]); err != nil {
		return "", fmt.Errorf("access token: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	g.expires = now.Add(tokenLifetime)
	t.mu.Lock()
	defer t.mu.Unlock()
	// Those that have ended go first; they are the oldest, too.
	for len(t.order) > 0 && (len(t.order) >= t.most || !now.Before(t.grants[t.order[0]].expires)) {
		delete(t.grants, t.order[0])
		t.order = t.order[1:]
	}
	key := sha256.Sum256([]byte(token))
	t.grants[key] = g
	t.order = append(t.order, key)
	return token, nil
}

// find returns the grant of a token that is in force.
func (t *tokens) find(token string, now time.Time) (Grant, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.grants[sha256.Sum256([]byte(token))]
	return g, ok && now.Before(g.expires)
}
