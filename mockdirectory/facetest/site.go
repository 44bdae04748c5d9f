package facetest

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Site is a directory of OpenShared behind the real handler of an API, without
// a network.
type Site struct {
	T       testing.TB
	Desk    *desk.Desk
	handler http.Handler
}

// NewSite serves the routes that an API has for a desk.
func NewSite(t testing.TB, routes func(*desk.Desk) []rest.Route) Site {
	t.Helper()
	d := OpenShared(t)
	return Site{t, d, rest.Handler(routes(d), slog.New(slog.DiscardHandler))}
}

// In is the same site for a subtest.
func (s Site) In(t testing.TB) Site { return Site{t, s.Desk, s.handler} }

// Call is a request with what it has to be answered with.
type Call struct {
	Method, Path string // the path may be a URL below Base
	Header       map[string]string
	Body         string
	Status       int // zero takes any
}

// Answer is a response that was read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (c Call) request() *http.Request {
	r := httptest.NewRequest(c.Method, strings.TrimPrefix(c.Path, Base), strings.NewReader(c.Body))
	for name, value := range c.Header {
		r.Header.Set(name, value)
	}
	return r
}

// Do sends a call and wants its status.
func (s Site) Do(c Call) Answer {
	s.T.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, c.request())
	got := w.Result()
	if c.Status != 0 {
		require.Equal(s.T, c.Status, got.StatusCode, "%s %s: %s", c.Method, c.Path, w.Body)
	}
	return Answer{got.StatusCode, got.Header, w.Body.Bytes()}
}

// JSON sends a call and reads what is answered.
func (s Site) JSON(c Call, into any) Answer {
	s.T.Helper()
	got := s.Do(c)
	require.NoError(s.T, json.Unmarshal(got.Body, into), "%s", got.Body)
	return got
}

// Verified checks a statement against the key set that the directory publishes
// and returns it.
func (s Site) Verified(token string, set []byte) jose.Token {
	s.T.Helper()
	parsed, err := jose.Inspect(token)
	require.NoError(s.T, err)
	require.Equal(s.T, "PS256", parsed.Header.String("alg"))
	require.Equal(s.T, "JWT", parsed.Header.String("typ"))
	published, err := jose.ParseKeySet(set)
	require.NoError(s.T, err)
	keys := published.Find(parsed.Header.String("kid"))
	require.Len(s.T, keys, 1)
	_, err = keys[0].Verify("PS256", token)
	require.NoError(s.T, err)
	return parsed
}
