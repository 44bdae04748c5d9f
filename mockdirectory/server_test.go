package mockdirectory

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

func TestDirectoriesShareNothing(t *testing.T) {
	t.Parallel()
	one, c1 := startDirectory(t, Config{})
	two, c2 := startDirectory(t, Config{})
	require.NotEqual(t, one.URL(), two.URL())
	org := c1.enrol(`{"OrganisationName":"A"}`)
	c1.must(200, "GET", "/"+org+"/"+org+".jwks", nil)
	c2.refused(404, "GET", "/"+org+"/"+org+".jwks", nil)

	soft, _ := c1.enrolSoftware(org, plainSoftware)
	token := string(c1.must(200, "GET", soft+"/software-statement-assertion", nil))
	set, _ := c2.keySet("/keystore/openbanking.jwks")
	require.Len(t, set.Keys(), 1)
	_, err := set.Keys()[0].Verify("PS256", token)
	require.Error(t, err)

	_, err = c1.http.Get(two.URL() + "/healthz")
	require.ErrorContains(t, err, "certificate", "the roots of one do not vouch for the other")
}

func TestConcurrentEnrolments(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	shared := c.enrol(`{"OrganisationName":"Shared"}`)
	seal, _ := c.certify("/v2.1/organisation/"+shared+"/certificate/obseal", newECKey(t))
	const workers, rounds = 8, 5
	var mu sync.Mutex
	ids := map[string]bool{}
	t.Run("all", func(t *testing.T) {
		t.Run("rotation", func(t *testing.T) {
			t.Parallel()
			c.in(t).must(200, "POST", "/keystore/rotate", nil)
		})
		for range workers {
			t.Run("worker", func(t *testing.T) {
				t.Parallel()
				c := c.in(t)
				for range rounds {
					own := c.enrol(`{"OrganisationName":"A"}`)
					soft, id := c.enrolSoftware(shared, plainSoftware)
					c.must(204, "PUT", soft+"/certificate/obseal/"+seal, nil)
					c.certify("/v2.1/organisation/"+own+"/certificate/obwac", newECKey(t))
					require.Equal(t, []string{seal}, c.kids("/"+shared+"/"+id+".jwks"))
					verified(t, c, string(c.must(200, "GET", soft+"/software-statement-assertion", nil)))
					mu.Lock()
					ids[own], ids[id] = true, true
					mu.Unlock()
				}
			})
		}
	})
	require.Len(t, ids, 2*workers*rounds)
	c.must(204, "DELETE", "/v2.1/organisation/"+shared+"/certificate/kid/"+seal, nil)
	for id := range ids {
		if len(id) == 22 {
			require.Empty(t, c.kids("/"+shared+"/"+id+".jwks"))
		}
	}
}

func TestPublicURL(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{PublicURL: "https://directory.example:8443/ob/", Keys: testKeys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.Equal(t, "https://directory.example:8443/ob", s.URL())
	shown, err := s.public.http.TLSConfig.GetCertificate(nil)
	require.NoError(t, err)
	leaf := shown.Leaf
	for _, host := range []string{"directory.example", "localhost", "127.0.0.1"} {
		require.NoError(t, leaf.VerifyHostname(host))
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	cases := []struct {
		name string
		ctx  context.Context
		cfg  Config
		want string
	}{
		{"plain http", t.Context(), Config{PublicURL: "http://a.example"}, "https"},
		{"no host", t.Context(), Config{PublicURL: "https://"}, "https"},
		{"no URL", t.Context(), Config{PublicURL: "https://[::1"}, "public URL"},
		{"query", t.Context(), Config{PublicURL: "https://a.example?x=1"}, "query"},
		{"every address", t.Context(), Config{Addr: "0.0.0.0:0"}, "public URL"},
		{"no address", t.Context(), Config{Addr: "127.0.0.1"}, "port"},
		{"cancelled", cancelled, Config{}, "cancel"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			in.cfg.Keys = testKeys
			_, err := Start(in.ctx, in.cfg)
			require.ErrorContains(t, err, in.want)
		})
	}
}

// The zero Config will do, and Close ends all that Start began (the leak check
// of TestMain looks).
func TestZeroConfig(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Config{})
	require.NoError(t, err)
	c := newClient(t, s)
	c.must(200, "GET", "/healthz", nil)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err = c.http.Get(s.URL() + "/healthz")
	require.Error(t, err)
}

// Close waits for a request under way, though not for ever.
func TestCloseIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the five seconds that Close waits")
	}
	t.Parallel()
	s, err := Start(t.Context(), Config{Keys: testKeys})
	require.NoError(t, err)
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: s.Roots()}}
	conn, err := dialer.DialContext(t.Context(), "tcp", s.URL()[len("https://"):])
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "POST /v2.1/organisation HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	// The interim answer tells that the endpoint has begun to read.
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue")
	start := time.Now()
	require.ErrorContains(t, s.Close(), "still under way")
	require.Less(t, time.Since(start), closeTimeout+2*time.Second)
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := startDirectory(t, Config{})
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
	_, err := dialer.DialContext(t.Context(), "tcp", s.URL()[len("https://"):])
	require.ErrorContains(t, err, "protocol version")
}

func TestAccessLogHasNoBodies(t *testing.T) {
	t.Parallel()
	var out lockedBuffer
	s, err := Start(t.Context(), Config{Keys: testKeys, Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	require.NoError(t, err)
	c := newClient(t, s)
	c.enrol(`{"OrganisationName":"Confidential"}`)
	c.refused(400, "POST", "/v2.1/organisation", []byte(`{"Confidential":1}`))
	require.NoError(t, s.Close())
	require.Contains(t, out.String(), "class=enrolment method=POST path=/v2.1/organisation status=201")
	require.Contains(t, out.String(), "status=400")
	require.NotContains(t, out.String(), "Confidential")
}

// The directory's own trouble is told without its details: here, a key pool
// that somebody closed.
func TestInternalTroubleIsNotTold(t *testing.T) {
	t.Parallel()
	keys := pki.NewKeyPool(1)
	s, err := Start(t.Context(), Config{Keys: keys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	keys.Close()
	require.NotContains(t, newClient(t, s).refused(http.StatusInternalServerError, "POST", "/keystore/rotate", nil), "pool")
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
