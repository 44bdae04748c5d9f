package reports

import (
	"slices"
	"strings"
	"sync"
)

// minSecret is the length in bytes below which a value is not hidden by value.
const minSecret = 4

// secrets finds known values in a text in one pass, however many are known: a run
// collects a few for every registration. They are keyed by their first four bytes.
type secrets struct {
	mu     sync.RWMutex
	prefix map[string][]string
}

func (k *secrets) add(secret string) {
	if len(secret) < minSecret {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.prefix == nil {
		k.prefix = map[string][]string{}
	}
	p := secret[:minSecret]
	if slices.Contains(k.prefix[p], secret) {
		return
	}
	// Longest first: of two secrets that start alike, the longer one must win.
	list := append(slices.Clone(k.prefix[p]), secret)
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	k.prefix[p] = list
}

// span is a half-open range of bytes.
type span struct{ from, to int }

// hide replaces every known value in s, also where it is written with escapes.
func (k *secrets) hide(s string) string {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.prefix) == 0 {
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

// find returns where known values stand, in offsets of the text behind the view.
func (k *secrets) find(v view) []span {
	var found []span
	for i := 0; i+minSecret <= len(v.text); i++ {
		for _, secret := range k.prefix[v.text[i:i+minSecret]] {
			if strings.HasPrefix(v.text[i:], secret) {
				found = append(found, span{v.offset(i), v.offset(i + len(secret))})
				break
			}
		}
	}
	return found
}
