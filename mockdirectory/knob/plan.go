package knob

// plan is what acts on one request, in the order of the table. It is made when
// the request comes in, because hits are to follow from the order of requests
// and not from how long each of them takes.
type plan struct {
	panel *Panel
	acts  []*turned // those that have neither acted nor been given back yet
}

// plan draws for a request and reserves a hit of each setting that is to act.
func (p *Panel) plan(s Scope) plan {
	out := plan{panel: p}
	if list := p.answering.Load(); list == nil || !anyCovers(*list, s) {
		return out
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.options.Now()
	p.sweep(now)
	list := p.answering.Load()
	if list == nil {
		return out
	}
	drawn := -1
	for _, t := range *list {
		if t.at == drawn || !t.covers(s) || !t.draw(now) {
			continue
		}
		t.pending++
		out.acts = append(out.acts, t)
		if t.knob().terminal {
			break
		}
		drawn = t.at
	}
	return out
}

// anyCovers spares requests out of every scope the panel's lock.
func anyCovers(list []*turned, s Scope) bool {
	for _, t := range list {
		if t.covers(s) {
			return true
		}
	}
	return false
}

// changes tells whether the endpoint's answer has to be held back and changed.
func (pl *plan) changes() bool {
	for _, t := range pl.acts {
		if t.knob().change != nil {
			return true
		}
	}
	return false
}

// settle takes the next setting off the plan: it has a hit, or has it back.
func (pl *plan) settle(applied bool) {
	t := pl.acts[0]
	pl.acts = pl.acts[1:]
	pl.panel.mu.Lock()
	defer pl.panel.mu.Unlock()
	t.pending--
	if applied {
		t.setting.Hits++
	}
}

// giveBack settles what was not come to, since the client has gone for instance.
func (pl *plan) giveBack() {
	for len(pl.acts) > 0 {
		pl.settle(false)
	}
}
