package knob

import "time"

// Scope is where a room stands when it asks.
type Scope struct {
	Endpoint string
	Path     string
	Serial   string // hex
}

// Ask tells a room whether a knob that it has to follow is turned, and to what.
// The setting has a hit, so a room asks once for each answer it gives. Knobs that
// act in Wrap are never reported.
func (p *Panel) Ask(knobName string, s Scope) (value string, ok bool) {
	if p.asked.Load() == nil {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.options.Now()
	p.sweep(now)
	list := p.asked.Load()
	if list == nil {
		return "", false
	}
	for _, t := range *list {
		if t.setting.Knob == knobName && t.covers(s) && t.draw(now) {
			t.setting.Hits++
			return t.setting.Value, true
		}
	}
	return "", false
}

// Clock is base under the clock knob, the newest setting of which counts. Reading
// it has no hits and takes no lock.
func (p *Panel) Clock(base func() time.Time) func() time.Time {
	return func() time.Time {
		list := p.asked.Load()
		if list == nil {
			return base()
		}
		for _, t := range *list {
			if t.knob().Kind == Clock && !t.expired(p.options.Now()) {
				return base().Add(t.value.duration)
			}
		}
		return base()
	}
}
