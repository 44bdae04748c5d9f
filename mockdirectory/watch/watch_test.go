package watch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func fetch(h http.Handler, path string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("User-Agent", strings.Repeat("a", 200))
	h.ServeHTTP(httptest.NewRecorder(), r)
}

func TestWhatIsNoted(t *testing.T) {
	t.Parallel()
	var observed []Fetch
	l := New(time.Now, func(f Fetch) { observed = append(observed, f) })
	h := l.Wrap("software-jwks", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/early":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		case "/body":
			_, _ = w.Write([]byte("hello"))
		case "/broken":
			panic(http.ErrAbortHandler)
		}
	}))
	fetch(h, "/silent?secret=1")
	fetch(h, "/early")
	fetch(h, "/body")
	require.Panics(t, func() { fetch(h, "/broken") }, "the server has to see that the connection is to be broken")
	got, last := l.Since(0, 10)
	require.Equal(t, int64(4), last)
	require.Equal(t, observed[0].Path, got[0].Path)
	for i, want := range []struct {
		path   string
		status int
		bytes  int64
	}{{"/silent", 200, 0}, {"/early", 418, 0}, {"/body", 200, 5}, {"/broken", 0, 0}} {
		require.Equal(t, want.path, got[i].Path, "without the query")
		require.Equal(t, want.status, got[i].Status)
		require.Equal(t, want.bytes, got[i].Bytes)
		require.Equal(t, int64(i+1), got[i].Number)
		require.Equal(t, "192.0.2.1", got[i].From)
		require.Len(t, got[i].Agent, 100)
		require.Equal(t, "software-jwks", got[i].Class)
	}
}

func TestOldFetchesMakeRoom(t *testing.T) {
	t.Parallel()
	l := New(time.Now)
	h := l.Wrap("", http.NotFoundHandler())
	for n := range kept + 50 {
		fetch(h, fmt.Sprintf("/%d", n+1))
	}
	all, last := l.Since(0, kept*2)
	require.Len(t, all, kept)
	require.Equal(t, int64(kept+50), last)
	require.Equal(t, "/51", all[0].Path)
	require.Equal(t, fmt.Sprintf("/%d", kept+50), all[kept-1].Path)
	some, _ := l.Since(last-3, 2)
	require.Len(t, some, 2, "the newest ones")
	require.Equal(t, last, some[1].Number)
	none, _ := l.Since(last, 10)
	require.Empty(t, none)
}

func TestFollowersAreWoken(t *testing.T) {
	t.Parallel()
	l := New(time.Now)
	h := l.Wrap("", http.NotFoundHandler())
	wake, stop := l.Follow()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { fetch(h, "/") })
	}
	all.Wait()
	select {
	case <-wake:
	case <-time.After(5 * time.Second):
		t.Fatal("nobody was woken")
	}
	got, last := l.Since(0, 100)
	require.Len(t, got, 20)
	stop()
	fetch(h, "/")
	select {
	case <-wake:
		t.Fatal("who stopped following is woken no more")
	default:
	}
	_, after := l.Since(0, 1)
	require.Equal(t, last+1, after)
}
