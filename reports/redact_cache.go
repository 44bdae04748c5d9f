package reports

import (
	"strings"
	"sync"
)

const (
	// cacheBytes bounds what a cache keeps; a full cache starts anew.
	cacheBytes = 1 << 20
	// cacheFrom is the length of segment from which a look-up is cheaper than the work.
	cacheFrom = 64
)

// scrubbed is what became of one base64url segment of a token.
type scrubbed struct {
	decoded string // what it says
	clean   string // what of that may be shown
	encoded string // clean, as a segment again

	// What the work took: bytes off the budget, and layers below its own depth.
	cost, height int
}

// segmentCache keeps segments that were scrubbed to the end. The same segment is
// met several times: in the text and again among its tokens, in a twin and again
// in its malformed sibling. An answer is only good for the secrets that were known
// when it was made; version tells them apart.
type segmentCache struct {
	mu      sync.Mutex
	version uint64
	size    int
	kept    map[string]scrubbed
}

func (c *segmentCache) get(version uint64, encoded string) (scrubbed, bool) {
	if len(encoded) < cacheFrom {
		return scrubbed{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if version != c.version {
		return scrubbed{}, false
	}
	s, ok := c.kept[encoded]
	return s, ok
}

func (c *segmentCache) put(version uint64, encoded string, s scrubbed) {
	size := len(encoded) + len(s.decoded) + len(s.clean) + len(s.encoded)
	if len(encoded) < cacheFrom || size > cacheBytes/4 {
		return
	}
	key := strings.Clone(encoded) // a slice would keep the whole body alive
	if s.encoded == encoded {
		s.encoded = key
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if version < c.version {
		return
	}
	if version > c.version || c.kept == nil || c.size+size > cacheBytes {
		c.version, c.size, c.kept = version, 0, map[string]scrubbed{}
	}
	c.kept[key] = s
	c.size += size
}
