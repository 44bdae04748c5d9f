package reports

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// minSecret is the length in bytes below which a value is not hidden by value.
const minSecret = 4

// secrets finds known values in a text in one pass, however many are known: a run
// collects a few for every registration. They are keyed by their first four bytes,
// and below that by length, since tokens of one server start alike ("eyJh") but
// have one or two lengths.
type secrets struct {
	version atomic.Uint64 // grows with every new secret
	mu      sync.RWMutex
	starts  map[uint32][]sameLength
	// maybe has a bit for every start, so that nearly every byte of a text is
	// passed without a look into the map.
	maybe [1 << 11]uint32
}

// sameLength are the known values of one length with the same start.
type sameLength struct {
	length int
	values map[string]bool
}

func (k *secrets) add(secret string) {
	if len(secret) < minSecret {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.starts == nil {
		k.starts = map[uint32][]sameLength{}
	}
	start := startOf(secret, 0)
	list := k.starts[start]
	i := slices.IndexFunc(list, func(l sameLength) bool { return l.length == len(secret) })
	if i < 0 {
		// Longest first: of two secrets that start alike, the longer one must win.
		i = 0
		for i < len(list) && list[i].length > len(secret) {
			i++
		}
		list = slices.Insert(list, i, sameLength{len(secret), map[string]bool{}})
		k.starts[start] = list
	}
	if list[i].values[secret] {
		return
	}
	list[i].values[secret] = true
	word, bit := filterBit(start)
	k.maybe[word] |= bit
	k.version.Add(1)
}

// startOf packs the four bytes at s[i].
func startOf(s string, i int) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
}

// filterBit spreads starts over the filter by multiplicative hashing.
func filterBit(start uint32) (word, bit uint32) {
	h := start * 0x9E3779B1 >> 16
	return h >> 5, 1 << (h & 31)
}

// span is a half-open range of bytes.
type span struct{ from, to int }

// hide replaces every known value in s, also where it is written with escapes.
func (k *secrets) hide(s string) string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.starts) == 0 {
		return s
	}
	var found []span
	for _, v := range views(s) {
		found = append(found, k.find(v)...)
	}
	if len(found) == 0 {
		return s
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	end := 0
	for i, f := range found {
		if i == 0 || f.from >= end {
			b.WriteString(s[end:f.from])
			b.WriteString(Replacement)
		}
		end = max(end, f.to)
	}
	b.WriteString(s[end:])
	return b.String()
}

// find returns where known values stand, in offsets of the source of the view.
func (k *secrets) find(v view) []span {
	var found []span
	for i := 0; i+minSecret <= len(v.text); i++ {
		start := startOf(v.text, i)
		if word, bit := filterBit(start); k.maybe[word]&bit == 0 {
			continue
		}
		for _, l := range k.starts[start] {
			if i+l.length <= len(v.text) && l.values[v.text[i:i+l.length]] {
				found = append(found, span{i, i + l.length})
				break
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	if at := v.offsets(); at != nil {
		for i, f := range found {
			found[i] = span{at[f.from], at[f.to]}
		}
	}
	return found
}
