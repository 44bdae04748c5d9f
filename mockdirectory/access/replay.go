package access

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Limits of what is remembered of assertions. An assertion lives an hour at
// most; at fifty bytes each the whole takes some megabytes.
const (
	mostAssertions = 500_000
	sweepEvery     = time.Minute
)

// seen remembers which assertions have been used (RFC 7523, section 3, item 7).
// It keeps hashes, so that a long jti takes no more room than a short one.
type seen struct {
	mu    sync.Mutex
	most  int
	until map[[sha256.Size / 2]byte]time.Time
	swept time.Time
}

// newSeen remembers so many at most.
func newSeen(most int) *seen {
	return &seen{most: most, until: map[[sha256.Size / 2]byte]time.Time{}}
}

// use notes an assertion and refuses it the second time. When no more can be
// remembered it refuses all: to forget one would let it pass again.
func (s *seen) use(issuer, jti string, expires, now time.Time) error {
	sum := sha256.Sum256([]byte(issuer + "\x00" + jti))
	key := [sha256.Size / 2]byte(sum[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	// The clock of a directory can be set back, too.
	if now.Sub(s.swept).Abs() >= sweepEvery {
		s.swept = now
		for k, until := range s.until {
			if until.Before(now) {
				delete(s.until, k)
			}
		}
	}
	if _, used := s.until[key]; used {
		return refuse(invalidClient, "client_assertion: jti %s has been used before", shown(jti))
	}
	if len(s.until) >= s.most {
		return &problem.Problem{
			Status: http.StatusServiceUnavailable, Code: "temporarily_unavailable",
			Text: "too many assertions are in force: try again later",
		}
	}
	s.until[key] = expires
	return nil
}
