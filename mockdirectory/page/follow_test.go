package page_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// follower reads the events of the list.
type follower struct {
	t     testing.TB
	body  *bufio.Scanner
	close func()
}

func (h *house) follow(path string, header ...string) (*follower, *http.Response) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.manage.URL+path, nil)
	require.NoError(h.t, err)
	if len(header) == 2 {
		req.Header.Set(header[0], header[1])
	}
	res, err := h.http.Do(req)
	require.NoError(h.t, err)
	f := &follower{h.t, bufio.NewScanner(res.Body), func() { cancel(); _ = res.Body.Close() }}
	h.t.Cleanup(f.close)
	return f, res
}

// next waits for an event. It has no event when the stream has ended.
func (f *follower) next() (event map[string]string, id string, ok bool) {
	f.t.Helper()
	for f.body.Scan() {
		if number, is := strings.CutPrefix(f.body.Text(), "id: "); is {
			id = number
		}
		if data, is := strings.CutPrefix(f.body.Text(), "data: "); is {
			require.NoError(f.t, json.Unmarshal([]byte(data), &event))
			return event, id, true
		}
	}
	return nil, "", false
}

func TestFetchesAreFollowedLive(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	keys := "/" + org.ID + "/" + soft.ID + ".jwks"
	h.fetch("/healthz", "before")
	f, res := h.follow("/ui/fetches/events?after=1")
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	h.fetch(keys, "<b>bank</b>")
	event, id, ok := f.next()
	require.True(t, ok)
	require.Equal(t, "2", id)
	require.Contains(t, event["rows"], keys)
	require.Contains(t, event["rows"], "&lt;b&gt;bank")
	require.NotContains(t, event["rows"], "before")
	require.Contains(t, event["keys"], "keys of Budgets")
	require.Contains(t, event["keys"], "fetched 1 time in 1 minute")
	require.Contains(t, event["text"], "1 new fetch. The last: GET "+keys+", 200")

	again, _ := h.follow("/ui/fetches/events?after=0", "Last-Event-ID", "1")
	event, _, ok = again.next()
	require.True(t, ok)
	require.NotContains(t, event["rows"], "before", "a browser that lost the connection goes on where it was")

	filtered, _ := h.follow("/ui/fetches/events?class=health&after=2")
	h.fetch(keys, "bank")
	h.fetch("/healthz", "probe")
	event, _, ok = filtered.next()
	require.True(t, ok)
	require.NotContains(t, event["rows"], keys)
	require.Contains(t, event["rows"], "probe")

	for range 10 {
		h.fetch(keys, "<b>bank</b>")
	}
	got := h.get(200, softwarePath(soft))
	require.Contains(t, got, "Fetched 11 times in 1 minute", "by that agent")
	require.Contains(t, got, "Fetched 1 time in 1 minute", "by the other")
	require.Contains(t, h.get(200, "/ui/fetches"), "fetched 11 times in 1 minute")
	require.NotContains(t, h.get(200, organisationPath(org)), "Fetched 11", "they are not the organisation's keys")
}

// A server's times for reading and writing are meant for requests that come to an end.
func TestFollowingOutlastsTheServersTimes(t *testing.T) {
	t.Parallel()
	h := open(t)
	const short = 100 * time.Millisecond
	impatient := httptest.NewUnstartedServer(h.manage.Config.Handler)
	impatient.Config.ReadTimeout, impatient.Config.WriteTimeout = short, short
	impatient.Start()
	t.Cleanup(impatient.Close)
	h.manage.Close()
	h.manage = impatient
	f, _ := h.follow("/ui/fetches/events")
	time.Sleep(3 * short)
	h.fetch("/healthz", "late")
	event, _, ok := f.next()
	require.True(t, ok)
	require.Contains(t, event["rows"], "late")
}

func TestFollowersAreBoundedAndEndWithTheServer(t *testing.T) {
	t.Parallel()
	h := open(t)
	var all []*follower
	for range 32 {
		f, res := h.follow("/ui/fetches/events")
		require.Equal(t, http.StatusOK, res.StatusCode)
		all = append(all, f)
	}
	_, res := h.follow("/ui/fetches/events")
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	all[0].close()
	require.Eventually(t, func() bool {
		f, res := h.follow("/ui/fetches/events")
		if res.StatusCode != http.StatusOK {
			return false
		}
		all[0] = f
		return true
	}, 10*time.Second, 20*time.Millisecond, "who leaves makes room")
	close(h.closing)
	for _, f := range all {
		_, _, ok := f.next()
		require.False(t, ok)
	}
}

func TestOlderFetches(t *testing.T) {
	t.Parallel()
	h := open(t)
	for range 103 {
		h.fetches.Wrap("health", http.NotFoundHandler()).ServeHTTP(discard{}, request("/healthz"))
	}
	h.fetches.Wrap("crl", http.NotFoundHandler()).ServeHTTP(discard{}, request("/x.crl"))
	got := h.get(200, "/ui/fetches?class=health")
	require.Equal(t, 101, strings.Count(got, "<tr"), "with the head")
	require.Contains(t, got, `href="/ui/fetches?before=4&amp;class=health"`)
	require.NotContains(t, got, "/x.crl")
	got = h.get(200, "/ui/fetches?before=4&class=health")
	require.Equal(t, 4, strings.Count(got, "<tr"))
	require.NotContains(t, got, "data-events", "an older page stands still")
}

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func request(path string) *http.Request {
	r, _ := http.NewRequest(http.MethodGet, path, nil)
	return r
}
