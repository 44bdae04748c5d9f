package knob

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what a Panel is made with.
type Options struct {
	// Now is the time that settings end by; nil means time.Now. It must not be a
	// clock of Panel.Clock: a setting of the clock knob would move its own end.
	Now func() time.Time
	// Seed is what chance and decoy keys come from.
	Seed uint64
	// Sign makes a JWT of a JWK Set. Without it the knob signed-set is refused.
	Sign func(payload []byte) (string, error)
	// Endpoints are the classes that settings may name and Wrap is called with.
	Endpoints []string
}

// Panel holds settings and makes the directory follow them. It is safe for
// concurrent use. Close ends it.
type Panel struct {
	options Options
	decoys  decoys

	// Both are nil while there is no such setting, so that asking costs no more
	// than the load. What they point to is never changed.
	answering atomic.Pointer[[]*turned]
	asked     atomic.Pointer[[]*turned]

	closed  chan struct{}
	closing sync.Once

	mu       sync.Mutex
	settings []*turned // in the order they were set
	last     int       // the number in the last id
}

// New makes a panel without settings.
func New(o Options) *Panel {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Endpoints = slices.Clone(o.Endpoints)
	return &Panel{options: o, decoys: decoys{seed: o.Seed}, closed: make(chan struct{})}
}

// Set turns a knob and returns the setting as it is held. The error of a setting
// that cannot be names the member; ErrFull and ErrClosed are the others.
func (p *Panel) Set(s Setting) (Setting, error) {
	s, value, err := s.check()
	if err == nil {
		err = p.accept(s)
	}
	if err != nil {
		return Setting{}, err
	}
	if s.Knob == "huge" {
		// Here and not in the first answer, which would be late for a reason of its own.
		p.decoys.first(value.number)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.options.Now().UTC()
	if s.Until, err = s.end(now); err != nil {
		return Setting{}, err
	}
	if p.isClosed() {
		return Setting{}, ErrClosed
	}
	p.sweep(now)
	if len(p.settings) >= maxSettings {
		return Setting{}, ErrFull
	}
	p.last++
	s.ID, s.For, s.Created, s.Hits = "knob-"+strconv.Itoa(p.last), 0, now, 0
	p.settings = append(p.settings, newTurned(s, value, p.options.Seed))
	p.publish()
	return s, nil
}

// accept holds a setting to what this panel knows and can.
func (p *Panel) accept(s Setting) error {
	if s.Endpoint != "" && !slices.Contains(p.options.Endpoints, s.Endpoint) {
		return invalid("endpoint", "unknown endpoint %q, %s", clip(s.Endpoint), suggest(s.Endpoint, p.options.Endpoints))
	}
	if s.Knob == "signed-set" && p.options.Sign == nil {
		return invalid("knob", "signed-set: this directory has no key to sign key sets with")
	}
	return nil
}

// end is the time at which a setting ends, or zero.
func (s Setting) end(now time.Time) (time.Time, error) {
	if s.For != 0 {
		return now.Add(s.For), nil
	}
	if s.Until.IsZero() {
		return s.Until, nil
	}
	if !s.Until.After(now) || s.Until.After(now.Add(maxFor)) {
		return s.Until, invalid("until", "expected a time after %s and at most %v later, got %s",
			now.Format(time.RFC3339), maxFor, s.Until.Format(time.RFC3339))
	}
	return s.Until.UTC(), nil
}

// List returns the settings that still act, in the order they were set.
func (p *Panel) List() []Setting {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(p.options.Now())
	list := make([]Setting, len(p.settings))
	for i, t := range p.settings {
		list[i] = t.setting
	}
	return list
}

// Remove takes a setting back. It reports whether there was one: a setting that
// has come to its end is there no more. Requests it already acts on keep it.
func (p *Panel) Remove(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(p.options.Now())
	return p.drop(func(t *turned) bool { return t.setting.ID == id }) > 0
}

// Clear takes every setting back and returns how many there were.
func (p *Panel) Clear() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(p.options.Now())
	return p.drop(func(*turned) bool { return true })
}

// Close clears the panel for good and ends every request that a knob holds; their
// connections are dropped. A server calls it before it waits for its handlers.
func (p *Panel) Close() {
	p.closing.Do(func() { close(p.closed) })
	p.Clear()
}

func (p *Panel) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// sweep drops what is over. The caller holds the lock.
func (p *Panel) sweep(now time.Time) {
	p.drop(func(t *turned) bool { return t.over(now) })
}

// drop takes out what matches and returns how many. The caller holds the lock.
func (p *Panel) drop(match func(*turned) bool) int {
	before := len(p.settings)
	p.settings = slices.DeleteFunc(p.settings, match)
	if len(p.settings) != before {
		p.publish()
	}
	return before - len(p.settings)
}

// publish makes the settings known to requests, sorted as they are gone through:
// by the order of the table, and the newest of a knob first.
func (p *Panel) publish() {
	sorted := slices.Clone(p.settings)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b *turned) int { return a.at - b.at })
	var answering, asked []*turned
	for _, t := range sorted {
		if k := t.knob(); k.before != nil || k.change != nil {
			answering = append(answering, t)
		} else {
			asked = append(asked, t)
		}
	}
	store := func(at *atomic.Pointer[[]*turned], list []*turned) {
		if list == nil {
			at.Store(nil)
		} else {
			at.Store(&list)
		}
	}
	store(&p.answering, answering)
	store(&p.asked, asked)
}
