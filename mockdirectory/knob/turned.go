package knob

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// turned is a setting at work. Hits, pending and chance belong to the panel's
// lock; the rest is never changed.
type turned struct {
	setting Setting
	value   amount
	at      int // place in the table
	pending int // answers that are being made and may yet count
	chance  *rand.Rand
}

// newTurned seeds chance with what the setting says rather than with its id:
// after a Clear the same settings have the same hits once more.
func newTurned(s Setting, value amount, seed uint64) *turned {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q %q %q %q %q %v", s.Knob, s.Value, s.Endpoint, s.Path, s.Serial, s.Share)
	return &turned{setting: s, value: value, at: find(s.Knob), chance: rand.New(rand.NewPCG(seed, h.Sum64()))}
}

func (t *turned) knob() *knob { return &table[t.at] }

// over tells whether the setting has come to its end.
func (t *turned) over(now time.Time) bool {
	return t.expired(now) || t.setting.Times > 0 && t.setting.Hits >= t.setting.Times
}

func (t *turned) expired(now time.Time) bool {
	return !t.setting.Until.IsZero() && !now.Before(t.setting.Until)
}

// covers tells whether a request is in the setting's scope.
//
// A setting without an endpoint spares the one by which others see whether the
// directory lives: they would start it anew, and the setting would be gone.
func (t *turned) covers(s Scope) bool {
	return t.knob().acts(s.Endpoint) &&
		(t.setting.Endpoint == s.Endpoint || t.setting.Endpoint == "" && s.Endpoint != spared) &&
		coversPath(t.setting.Path, s.Path) &&
		(t.setting.Serial == "" || t.setting.Serial == plainSerial(s.Serial))
}

// spared acts only where it is named.
const spared = "health"

func coversPath(pattern, path string) bool {
	if beginning, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(path, beginning)
	}
	return pattern == "" || pattern == path
}

// draw decides whether the setting acts on this request of its scope. A certain
// one draws no number.
func (t *turned) draw(now time.Time) bool {
	if t.expired(now) || t.setting.Times > 0 && t.setting.Hits+t.pending >= t.setting.Times {
		return false
	}
	return t.setting.Share >= 1 || t.chance.Float64() < t.setting.Share
}
