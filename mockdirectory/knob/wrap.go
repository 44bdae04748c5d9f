package knob

import (
	"bytes"
	"maps"
	"net/http"
)

// Wrap puts the knobs in front of an endpoint of that class. While none is turned
// it costs one atomic load. Paths of settings are compared with the path that the
// returned handler is called with. A knob ends a connection by taking it over, or
// with http.ErrAbortHandler where it cannot be; writers around this one need the
// Unwrap of http.ResponseController for bodies that trickle or break off.
func (p *Panel) Wrap(endpoint string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.answering.Load() == nil {
			next.ServeHTTP(w, r)
			return
		}
		pl := p.plan(Scope{Endpoint: endpoint, Path: r.URL.Path})
		defer pl.giveBack()
		p.misbehave(&exchange{panel: p, w: w, r: r}, &pl, next)
	})
}

// misbehave carries out a plan. It lets the endpoint write for itself when
// nothing is to be changed in its answer.
func (p *Panel) misbehave(e *exchange, pl *plan, next http.Handler) {
	for len(pl.acts) > 0 && pl.acts[0].knob().before != nil {
		t := pl.acts[0]
		pl.settle(true)
		if t.knob().before(e, t.value) {
			return
		}
	}
	if !pl.changes() {
		next.ServeHTTP(e.w, e.r)
		return
	}
	a := e.answer(next)
	for len(pl.acts) > 0 {
		t := pl.acts[0]
		pl.settle(t.knob().change(a, t.value))
	}
	e.send(a)
}

// answer lets the endpoint answer into memory. It asks for the whole thing, as
// there must be a body to change: HEAD becomes GET, from which it differs by the
// body alone (RFC 9110, section 9.3.2), and nothing is conditional, partial or
// compressed.
func (e *exchange) answer(next http.Handler) *answer {
	r := e.r.Clone(e.r.Context())
	if r.Method == http.MethodHead {
		r.Method = http.MethodGet
	}
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "If-Range", "Range", "Accept-Encoding"} {
		r.Header.Del(name)
	}
	rec := &recorder{header: e.w.Header().Clone()}
	if rec.header == nil {
		rec.header = http.Header{}
	}
	next.ServeHTTP(rec, r)
	rec.WriteHeader(http.StatusOK)
	return &answer{
		panel: e.panel, head: e.r.Method == http.MethodHead,
		status: rec.status, header: rec.sent, body: newBody(rec.body.Bytes()), sendAll: true,
	}
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

// Header is what the endpoint fills in.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader takes the first status that is final; the informational ones are
// not worth holding back an answer for.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status, r.sent = status, maps.Clone(r.header)
	}
}

// Write never fails.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
