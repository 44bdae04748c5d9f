package mockdirectory

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// operator is a client of the management port.
func operator(t testing.TB, s *Server) *client {
	c := newClient(t, s)
	c.base = s.ManagementURL()
	return c
}

func (c *client) turn(body string) (id string) {
	c.t.Helper()
	var made struct{ ID string }
	require.NoError(c.t, json.Unmarshal(c.must(201, "POST", "/knobs/", []byte(body)), &made))
	return made.ID
}

// A knob acts on the public port alone: the operator can still see and mend.
func TestKnobsActOnThePublicPort(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	o := operator(t, s)
	soft, id := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	org := strings.Split(soft, "/")[3]
	own := "/" + org + "/" + id + ".jwks"

	knob := o.turn(`{"knob":"outage","value":"503","endpoint":"software-jwks","path":"` + own + `"}`)
	c.must(503, "GET", own, nil)
	c.must(200, "GET", "/"+org+"/"+org+".jwks", nil)
	c.must(200, "GET", soft+"/software-statement-assertion", nil)
	o.must(200, "GET", own, nil)
	o.must(204, "DELETE", "/knobs/"+knob, nil)
	c.must(200, "GET", own, nil)

	o.turn(`{"knob":"signed-set","endpoint":"directory-jwks"}`)
	res, body := c.do("GET", "/keystore/openbanking.jwks", nil)
	require.Equal(t, "application/jwk-set+jwt", res.Header.Get("Content-Type"))
	o.must(204, "DELETE", "/knobs/", nil)
	set, _ := c.keySet("/keystore/openbanking.jwks")
	_, err := set.Keys()[0].Verify("PS256", string(body))
	require.NoError(t, err, "the directory's own key has signed the set")
}

// The clock knob moves what the directory dates.
func TestClockKnob(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	soft, _ := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	issued := func() int64 {
		token, err := jose.Inspect(string(c.must(200, "GET", soft+"/software-statement-assertion", nil)))
		require.NoError(t, err)
		raw, _ := token.Claims.Get("iat")
		var iat int64
		require.NoError(t, json.Unmarshal(raw, &iat))
		return iat
	}
	before := issued()
	operator(t, s).turn(`{"knob":"clock","value":"-2h"}`)
	require.InDelta(t, before-7200, issued(), 10)
}

// A machine in the middle: the connections that clients keep are closed, so that
// they see it at once, and see the true certificate again afterwards.
func TestForeignCertificateKnob(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	o := operator(t, s)
	two := newClient(t, s)
	two.http.Transport.(*http.Transport).ForceAttemptHTTP2 = true
	for _, c := range []*client{c, two} {
		c.must(200, "GET", "/healthz", nil)
		id := o.turn(`{"knob":"foreign-certificate"}`)
		_, err := c.http.Get(c.base + "/healthz")
		require.ErrorContains(t, err, "certificate")
		o.must(204, "DELETE", "/knobs/"+id, nil)
		c.must(200, "GET", "/healthz", nil)
	}
}

// With --require-token every API holds its callers to a token, and only what
// servers under test look up stays open. The operator needs none.
func TestRequiredTokens(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{RequireToken: true})
	o := operator(t, s)
	const brazilian = `{"OrganisationName":"A","Roles":["DADOS"]}`
	org := o.enrol(`{"OrganisationName":"A"}`)
	for _, in := range []struct {
		method, path, body string
		member, operator   int
	}{
		{"GET", "/v2.1/organisation/" + org, "", 401, 200},
		{"POST", "/v2.1/organisation", `{"OrganisationName":"B"}`, 401, 201},
		{"POST", "/brazil/organisations", brazilian, 401, 201},
		{"GET", "/brazil/organisations", "", 401, 200},
		{"GET", "/brazil/participants", "", 200, 200},
		{"GET", "/brazil/keystore/openbanking.jwks", "", 200, 200},
		{"GET", "/cdr-register/v1/all/data-recipients/brands/x/software-products/y/ssa", "", 401, 400},
		{"GET", "/cdr-register/v1/jwks", "", 200, 200},
		{"GET", "/keystore/openbanking.jwks", "", 200, 200},
		{"GET", "/" + org + "/" + org + ".jwks", "", 200, 200},
		{"POST", "/keystore/rotate", "", 401, 200},
		{"GET", "/healthz", "", 200, 200},
	} {
		res, _ := c.do(in.method, in.path, []byte(in.body))
		require.Equal(t, in.member, res.StatusCode, "%s %s", in.method, in.path)
		res, _ = o.do(in.method, in.path, []byte(in.body))
		require.Equal(t, in.operator, res.StatusCode, "operator: %s %s", in.method, in.path)
	}
}

func TestWhoFetchedWhat(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	o := operator(t, s)
	c.must(200, "GET", "/keystore/openbanking.jwks", nil)
	c.refused(404, "GET", "/nowhere?secret=1", nil)
	var list struct {
		Fetches []watch.Fetch
		Last    int64
	}
	// An answer is noted when it is out, which its reader may be ahead of.
	require.Eventually(t, func() bool {
		require.NoError(t, json.Unmarshal(o.must(200, "GET", "/fetches", nil), &list))
		return list.Last >= 2
	}, 5*time.Second, 10*time.Millisecond)
	require.Len(t, list.Fetches, 2, "what the operator does is not among it")
	require.Equal(t, "directory-jwks", list.Fetches[0].Class)
	require.Equal(t, "TLS 1.3", list.Fetches[0].Transport)
	require.Equal(t, "/nowhere", list.Fetches[1].Path)
	require.Equal(t, 404, list.Fetches[1].Status)
	require.NoError(t, json.Unmarshal(o.must(200, "GET", "/fetches?after=2", nil), &list))
	require.Empty(t, list.Fetches)
	require.Contains(t, o.refused(400, "GET", "/fetches?after=-1", nil), "after")
	require.Contains(t, o.refused(400, "GET", "/fetches?before=1", nil), "before")

	metrics := string(o.must(200, "GET", "/metrics", nil))
	require.Contains(t, metrics, `dcrkit_directory_request_duration_seconds_count{class="directory-jwks",method="GET",status="200"} 1`)
	require.Contains(t, metrics, "dcrkit_directory_organisations 0")
}

func TestManagementOnTheLoopback(t *testing.T) {
	t.Parallel()
	s, _ := startDirectory(t, Config{})
	o := operator(t, s)
	for _, in := range []struct {
		name, method, path string
		header             http.Header
		host               string
		status             int
	}{
		{"plain", "GET", "/knobs/", nil, "", 200},
		{"localhost", "GET", "/knobs/", nil, "localhost:1", 200},
		{"a name that leads to 127.0.0.1", "GET", "/knobs/", nil, "evil.example", 403},
		{"a form of another site", "DELETE", "/knobs/", http.Header{"Sec-Fetch-Site": {"cross-site"}}, "", 403},
		{"an origin of another site", "DELETE", "/knobs/", http.Header{"Origin": {"https://evil.example"}}, "", 403},
		{"its own page", "DELETE", "/knobs/", http.Header{"Sec-Fetch-Site": {"same-origin"}}, "", 204},
	} {
		t.Run(in.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), in.method, o.base+in.path, nil)
			require.NoError(t, err)
			req.Header, req.Host = in.header, in.host
			res, err := o.http.Do(req)
			require.NoError(t, err)
			_ = res.Body.Close()
			require.Equal(t, in.status, res.StatusCode)
		})
	}
}

// Beyond the loopback there is HTTPS and a token.
func TestManagementBeyondTheLoopback(t *testing.T) {
	t.Parallel()
	const token = "a-token-of-sixteen-characters"
	_, err := Start(t.Context(), Config{Keys: testKeys, ManagementAddr: "0.0.0.0:0"})
	require.ErrorContains(t, err, "management token")
	_, err = Start(t.Context(), Config{Keys: testKeys, ManagementAddr: "0.0.0.0:0", ManagementToken: "short"})
	require.ErrorContains(t, err, "16 characters")

	s, _ := startDirectory(t, Config{ManagementAddr: "0.0.0.0:0", ManagementToken: token})
	u, err := url.Parse(s.ManagementURL())
	require.NoError(t, err)
	require.Equal(t, "https", u.Scheme)
	o := newClient(t, s)
	base := "https://127.0.0.1:" + u.Port()
	for _, in := range []struct {
		name   string
		set    func(*http.Request)
		status int
	}{
		{"nothing", func(*http.Request) {}, 401},
		{"another token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token+"x") }, 401},
		{"an empty token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		{"the token alone", func(r *http.Request) { r.Header.Set("Authorization", token) }, 401},
		{"Bearer", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 200},
		{"Basic", func(r *http.Request) { r.SetBasicAuth("anybody", token) }, 200},
		{"Basic with another", func(r *http.Request) { r.SetBasicAuth("anybody", "x") }, 401},
	} {
		t.Run(in.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), "GET", base+"/fetches", nil)
			require.NoError(t, err)
			in.set(req)
			res, err := o.http.Do(req)
			require.NoError(t, err)
			defer func() { _ = res.Body.Close() }()
			require.Equal(t, in.status, res.StatusCode)
			if in.status == 401 {
				require.Contains(t, res.Header.Get("WWW-Authenticate"), "Basic")
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NotContains(t, string(body), token)
			}
		})
	}
	_, err = tls.Dial("tcp", "127.0.0.1:"+u.Port(), &tls.Config{})
	require.Error(t, err)
}
