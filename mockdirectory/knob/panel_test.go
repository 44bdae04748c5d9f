package knob

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pattern is which of n requests are refused.
func pattern(t *testing.T, p *Panel, n int) (hits string) {
	t.Helper()
	h := p.Wrap("token", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }))
	for range n {
		rec := newRecorder()
		h.ServeHTTP(rec, newRequest("GET", "/", ""))
		if rec.Code == 503 {
			hits += "x"
		} else {
			require.Equal(t, 200, rec.Code)
			hits += "."
		}
	}
	return hits
}

func TestChanceFollowsTheSeed(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		p := newPanel(t, Options{Seed: seed})
		_, err := p.Set(Setting{Knob: "outage", Share: 0.3})
		require.NoError(t, err)
		first := pattern(t, p, 200)
		p.Clear()
		_, err = p.Set(Setting{Knob: "outage", Share: 0.3})
		require.NoError(t, err)
		require.Equal(t, first, pattern(t, p, 200), "the same after a Clear")
		return first
	}
	got := run(7)
	require.Equal(t, got, run(7))
	require.NotEqual(t, got, run(8))
	require.InDelta(t, 60, len(got)-len(dots(got)), 25)
}

func dots(s string) (out string) {
	for _, c := range s {
		if c == '.' {
			out += "."
		}
	}
	return out
}

func TestEnds(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	p := newPanel(t, Options{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	set := func(s Setting) string {
		got, err := p.Set(s)
		require.NoError(t, err)
		return got.ID
	}
	set(Setting{Knob: "outage", Times: 3})
	require.Equal(t, "xxx...", pattern(t, p, 6))
	require.Empty(t, p.List())
	require.Nil(t, p.answering.Load(), "asking is cheap again")

	set(Setting{Knob: "outage", For: 10 * time.Second})
	now.Store(9)
	require.Equal(t, "x", pattern(t, p, 1))
	now.Store(10)
	require.Equal(t, ".", pattern(t, p, 1))
	require.Nil(t, p.answering.Load())

	id := set(Setting{Knob: "outage", Until: time.Unix(20, 0)})
	require.Len(t, p.List(), 1)
	now.Store(20)
	require.Empty(t, p.List())
	require.False(t, p.Remove(id), "it is over")
	require.Zero(t, p.Clear())

	id = set(Setting{Knob: "outage"})
	require.True(t, p.Remove(id))
	require.False(t, p.Remove(id))
	require.Equal(t, ".", pattern(t, p, 1))
	set(Setting{Knob: "outage"})
	set(Setting{Knob: "clock"})
	require.Equal(t, 2, p.Clear())
	require.Equal(t, ".", pattern(t, p, 1))
}

func TestScope(t *testing.T) {
	t.Parallel()
	tests := []struct {
		set          Setting
		endpoint, at string
		want         bool
	}{
		{Setting{Knob: "outage"}, "token", "/a", true},
		{Setting{Knob: "outage", Endpoint: "token"}, "token", "/a", true},
		{Setting{Knob: "outage", Endpoint: "token"}, "scim", "/a", false},
		{Setting{Knob: "outage", Path: "/a"}, "token", "/a", true},
		{Setting{Knob: "outage", Path: "/a"}, "token", "/a/b", false},
		{Setting{Knob: "outage", Path: "/a/*"}, "token", "/a/b", true},
		{Setting{Knob: "outage", Path: "/a/*"}, "token", "/a", false},
		{Setting{Knob: "outage", Path: "/*"}, "token", "/a", true},
		{Setting{Knob: "outage", Endpoint: "token", Path: "/b"}, "token", "/a", false},
	}
	for _, tt := range tests {
		p := newPanel(t, Options{})
		_, err := p.Set(tt.set)
		require.NoError(t, err)
		rec := newRecorder()
		p.Wrap(tt.endpoint, http.NotFoundHandler()).ServeHTTP(rec, newRequest("GET", tt.at, ""))
		require.Equal(t, tt.want, rec.Code == 503, "%+v", tt)
		require.Equal(t, tt.want, p.List()[0].Hits == 1)
	}
}

// The newest setting of a knob that can act does, and the older one again after it.
func TestNewestCounts(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.set(`{"knob":"content-type","value":"old/er"}`)
	b.set(`{"knob":"content-type","value":"new/er","times":1}`)
	b.set(`{"knob":"content-type","value":"else/where","endpoint":"token"}`)
	for _, want := range []string{"new/er", "old/er", "old/er"} {
		res, _ := b.get("/directory-jwks/x")
		require.Equal(t, want, res.Header.Get("Content-Type"))
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{})
	for range maxSettings {
		_, err := p.Set(Setting{Knob: "outage", Times: 1})
		require.NoError(t, err)
	}
	_, err := p.Set(Setting{Knob: "drop"})
	require.ErrorIs(t, err, ErrFull)
	require.EqualError(t, err, "settings: expected at most 100 at once; remove one first")
	require.Equal(t, "x", pattern(t, p, 1))
	_, err = p.Set(Setting{Knob: "drop"})
	require.NoError(t, err, "a spent one makes room")
	p.Close()
	p.Close()
	require.Empty(t, p.List())
	_, err = p.Set(Setting{Knob: "drop"})
	require.ErrorIs(t, err, ErrClosed)
	require.Equal(t, "..", pattern(t, p, 2))
}

// No more answers than asked for are spoilt, however many come at once, and none
// is lost on requests that it cannot spoil.
func TestTimesUnderLoad(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{})
	_, err := p.Set(Setting{Knob: "missing-kid", Times: 10})
	require.NoError(t, err)
	set := p.Wrap("directory-jwks", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, trueSet)
	}))
	var spoilt atomic.Int64
	ask := func(n int) {
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				set.ServeHTTP(newRecorder(), newRequest("GET", "/none", ""))
				rec := newRecorder()
				set.ServeHTTP(rec, newRequest("GET", "/", ""))
				if rec.Body.String() != trueSet {
					spoilt.Add(1)
				}
			})
		}
		all.Wait()
	}
	ask(100)
	require.LessOrEqual(t, spoilt.Load(), int64(10))
	for range 10 {
		ask(1)
	}
	require.Equal(t, int64(10), spoilt.Load())
	require.Empty(t, p.List())
}

// A handler that panics, and a client that has gone before its turn, give back.
func TestHitsAreGivenBack(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{})
	_, err := p.Set(Setting{Knob: "not-json", Times: 1})
	require.NoError(t, err)
	h := p.Wrap("token", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	require.Panics(t, func() { h.ServeHTTP(newRecorder(), newRequest("GET", "/", "")) })
	require.Zero(t, p.List()[0].Hits)

	// While an answer is in the making its hit is taken, and free again after it.
	depth := 0
	h = p.Wrap("token", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if depth++; depth == 1 {
			rec := newRecorder()
			h.ServeHTTP(rec, r)
			require.Equal(t, "inner", rec.Body.String())
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, "inner")
	}))
	h.ServeHTTP(newRecorder(), newRequest("GET", "/", ""))
	require.Equal(t, 2, depth)
	require.Zero(t, p.List()[0].Hits)
	h = p.Wrap("token", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "true") }))
	rec := newRecorder()
	h.ServeHTTP(rec, newRequest("GET", "/", ""))
	require.Equal(t, page, rec.Body.String())
	require.Empty(t, p.List())
}

func TestAsk(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{})
	ask := func(knob string, s Scope) string {
		v, ok := p.Ask(knob, s)
		require.Equal(t, ok, v != "")
		return v
	}
	ocsp := Scope{Endpoint: "ocsp", Path: "/ocsp", Serial: "00AB"}
	require.Empty(t, ask("ocsp", ocsp))
	for _, s := range []Setting{{Knob: "outage"}, {Knob: "ocsp", Value: "stale"}, {Knob: "ocsp", Value: "revoked", Serial: "ab", Times: 1}, {Knob: "crl", Value: "malformed"}} {
		_, err := p.Set(s)
		require.NoError(t, err)
	}
	require.Equal(t, "stale", ask("ocsp", Scope{Endpoint: "ocsp", Serial: "ac"}))
	require.Equal(t, "revoked", ask("ocsp", ocsp))
	require.Equal(t, "stale", ask("ocsp", ocsp))
	require.Equal(t, "malformed", ask("crl", Scope{Endpoint: "crl"}))
	require.Empty(t, ask("crl", Scope{Endpoint: "ocsp"}))
	require.Empty(t, ask("outage", ocsp))
	require.Empty(t, ask("nonsense", ocsp))
	require.Equal(t, []int{0, 2, 1}, []int{p.List()[0].Hits, p.List()[1].Hits, p.List()[2].Hits})
}

func TestClock(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	p := newPanel(t, Options{Now: func() time.Time { return now }})
	base := time.Unix(5000, 0)
	clock := p.Clock(func() time.Time { return base })
	require.Equal(t, base, clock())
	_, err := p.Set(Setting{Knob: "clock", Value: "-10m"})
	require.NoError(t, err)
	require.Equal(t, base.Add(-10*time.Minute), clock())
	_, err = p.Set(Setting{Knob: "clock", Value: "24h", For: time.Second})
	require.NoError(t, err)
	_, err = p.Set(Setting{Knob: "ocsp"})
	require.NoError(t, err)
	require.Equal(t, base.Add(24*time.Hour), clock())
	now = now.Add(time.Second)
	require.Equal(t, base.Add(-10*time.Minute), clock())
	require.Equal(t, 3, p.Clear()+1)
	require.Equal(t, base, clock())
}

func TestDecoysFollowTheSeedAndAreMadeOnce(t *testing.T) {
	t.Parallel()
	one, same, other := &decoys{seed: 1}, &decoys{seed: 1}, &decoys{seed: 2}
	short := string(one.first(3))
	require.Equal(t, short, string(same.first(10))[:len(short)])
	require.Equal(t, short, string(same.first(3)))
	require.Equal(t, string(same.first(10)), string(one.first(10)), "made in two goes or in one")
	require.NotEqual(t, short, string(other.first(3)))
	require.Same(t, &one.first(10)[0], &one.first(2)[0])
}
