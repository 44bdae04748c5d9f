package knob

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newRequest(method, path, body string) *http.Request {
	return httptest.NewRequest(method, path, strings.NewReader(body))
}

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func http2(s *httptest.Server) { s.EnableHTTP2 = true }

// hasty gives the server deadlines that every hold here outlasts.
func hasty(s *httptest.Server) {
	s.Config.ReadTimeout, s.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
}

func TestHoldsOutlastServerDeadlines(t *testing.T) {
	t.Parallel()
	for name, tune := range map[string][]func(*httptest.Server){"plain": nil, "deadlines": {hasty}, "http2": {http2}, "http2 deadlines": {http2, hasty}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, Options{}, tune...)
			for _, s := range []string{`{"knob":"latency","value":"400ms"}`, `{"knob":"slow-body","value":"400ms"}`} {
				b.set(s)
				begin := time.Now()
				_, body := b.get("/directory-jwks/x")
				require.Equal(t, trueSet, body)
				require.GreaterOrEqual(t, time.Since(begin), 390*time.Millisecond)
				require.Equal(t, 1, b.hits())
				b.panel.Clear()
			}
		})
	}
}

// The head and the first bytes are there long before the last ones.
func TestSlowBodyTrickles(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.set(`{"knob":"slow-body","value":"1s"}`)
	_, r := b.raw("GET /directory-jwks/x HTTP/1.1\r\nHost: d\r\n\r\n")
	begin := time.Now()
	res, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, int64(len(trueSet)), res.ContentLength)
	first := make([]byte, 1)
	_, err = io.ReadFull(res.Body, first)
	require.NoError(t, err)
	early := time.Since(begin)
	rest, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, trueSet, string(first)+string(rest))
	require.Less(t, early, time.Since(begin)/2)
}

func TestDrop(t *testing.T) {
	t.Parallel()
	for name, tune := range map[string][]func(*httptest.Server){"http1": nil, "http2": {http2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, Options{}, tune...)
			b.set(`{"knob":"drop","times":1}`)
			_, _, err := b.do("POST", "/enrolment/x")
			require.Error(t, err)
			res, _ := b.get("/enrolment/x")
			require.Equal(t, 201, res.StatusCode, "only once")
		})
	}
	b := start(t, Options{})
	b.set(`{"knob":"drop"}`)
	_, r := b.raw("GET /directory-jwks/x HTTP/1.1\r\nHost: d\r\n\r\n")
	_, err := r.ReadByte()
	require.ErrorIs(t, err, io.EOF)
	h := b.panel.Wrap("status", http.NotFoundHandler())
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { h.ServeHTTP(newRecorder(), newRequest("GET", "/", "")) })
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	for name, tune := range map[string][]func(*httptest.Server){"http1": nil, "http2": {http2}} {
		for value, want := range map[string]int{"": len(trueSet) / 2, "half": len(trueSet) / 2, "0": 0, "10": 10} {
			t.Run(name+"/"+value, func(t *testing.T) {
				t.Parallel()
				b := start(t, Options{}, tune...)
				b.set(`{"knob":"truncate","value":"` + value + `"}`)
				res, body, err := b.do("GET", "/directory-jwks/x")
				require.Error(t, err)
				require.NotNil(t, res)
				require.Equal(t, int64(len(trueSet)), res.ContentLength)
				require.Equal(t, trueSet[:want], body)
				_, _, err = b.do("HEAD", "/directory-jwks/x")
				require.NoError(t, err)
				_, _ = b.get("/health/x")
				require.Equal(t, 1, b.hits(), "where there is no body, none is cut")
			})
		}
	}
	b := start(t, Options{})
	b.set(fmt.Sprintf(`{"knob":"truncate","value":"%d"}`, len(trueSet)))
	_, body := b.get("/directory-jwks/x")
	require.Equal(t, trueSet, body)
	require.Zero(t, b.hits())
}

func TestTruncateAfterTrickling(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	b.set(`{"knob":"truncate","value":"20"}`)
	b.set(`{"knob":"slow-body","value":"200ms"}`)
	begin := time.Now()
	_, body, err := b.do("GET", "/directory-jwks/x")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, trueSet[:20], body)
	require.GreaterOrEqual(t, time.Since(begin), 190*time.Millisecond)
}

func TestHalfOpenEndsWithItsDuration(t *testing.T) {
	t.Parallel()
	for name, tune := range map[string]func(*httptest.Server){"http1": func(*httptest.Server) {}, "deadlines": hasty, "http2": http2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, Options{}, tune)
			b.set(`{"knob":"half-open","value":"500ms","times":2}`)
			begin := time.Now()
			_, _, err := b.do("POST", "/enrolment/x")
			require.Error(t, err)
			require.GreaterOrEqual(t, time.Since(begin), 490*time.Millisecond)
			req, err := http.NewRequest("POST", b.url+"/enrolment/x", struct{ io.Reader }{strings.NewReader(strings.Repeat("a", 100_000))})
			require.NoError(t, err)
			_, err = b.http.Do(req)
			require.Error(t, err)
			res, _ := b.get("/enrolment/x")
			require.Equal(t, 201, res.StatusCode)
		})
	}
}

// held waits until the knob has acted on that many requests.
func held(t *testing.T, p *Panel, knob string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		hits := 0
		for _, s := range p.List() {
			if s.Knob == knob {
				hits += s.Hits
			}
		}
		return hits == n
	}, 10*time.Second, time.Millisecond)
}

// A client that goes away, with its body read and in the middle of it, ends the
// handler; so does Close. The duration is far longer than the test may take.
func TestHoldsEndWithClientAndPanel(t *testing.T) {
	t.Parallel()
	for _, knob := range []string{"half-open", "latency", "slow-body"} {
		for name, request := range map[string]string{
			"without body": "GET /directory-jwks/x HTTP/1.1\r\nHost: d\r\n\r\n",
			"with body":    "POST /directory-jwks/x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc",
			"body missing": "POST /directory-jwks/x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\na",
		} {
			for _, end := range []string{"client", "panel"} {
				if knob != "half-open" && name != "without body" && end == "client" {
					continue // net/http cannot notice while the endpoint has the body to read yet
				}
				if knob == "slow-body" && name == "body missing" {
					continue // net/http waits for the body before it sends the head of an answer
				}
				t.Run(knob+"/"+name+"/"+end, func(t *testing.T) {
					t.Parallel()
					p := newPanel(t, Options{})
					ended := make(chan struct{})
					wrapped := p.Wrap("directory-jwks", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, trueSet) }))
					s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						defer close(ended)
						wrapped.ServeHTTP(w, r)
					}))
					t.Cleanup(s.Close)
					t.Cleanup(p.Close)
					b := &bench{t: t, panel: p, url: s.URL}
					b.set(`{"knob":"` + knob + `","value":"60s"}`)
					conn, r := b.raw(request)
					held(t, p, knob, 1)
					if end == "client" {
						require.NoError(t, conn.Close())
					} else {
						p.Close()
						_, err := io.ReadAll(r)
						require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
					}
					select {
					case <-ended:
					case <-time.After(20 * time.Second):
						t.Fatal("the handler is held still")
					}
				})
			}
		}
	}
}

// Without a server around it a hold has no deadlines to move.
func TestLatencyWithoutServer(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{})
	_, err := p.Set(Setting{Knob: "latency", Value: "20ms"})
	require.NoError(t, err)
	begin, rec := time.Now(), newRecorder()
	p.Wrap("token", http.NotFoundHandler()).ServeHTTP(rec, newRequest("GET", "/", ""))
	require.Equal(t, 404, rec.Code)
	require.GreaterOrEqual(t, time.Since(begin), 20*time.Millisecond)
}

// The endpoint still gets its request's body after a delay that outlasts the
// server's patience for it.
func TestLatencyKeepsTheBody(t *testing.T) {
	t.Parallel()
	for name, tune := range map[string]func(*httptest.Server){"http1": hasty, "http2": func(s *httptest.Server) { http2(s); hasty(s) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPanel(t, Options{})
			_, err := p.Set(Setting{Knob: "latency", Value: "400ms"})
			require.NoError(t, err)
			s := httptest.NewUnstartedServer(p.Wrap("enrolment", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, err := io.Copy(io.Discard, r.Body)
				_, _ = fmt.Fprint(w, n, err)
			})))
			tune(s)
			if s.EnableHTTP2 {
				s.StartTLS()
			} else {
				s.Start()
			}
			t.Cleanup(s.Close)
			res, err := s.Client().Post(s.URL, "text/plain", strings.NewReader(strings.Repeat("a", 3_000_000)))
			require.NoError(t, err)
			defer res.Body.Close()
			got, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.Equal(t, "3000000 <nil>", string(got))
		})
	}
}
