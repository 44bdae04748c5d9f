package knob

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var endpoints = []string{
	"directory-jwks", "organisation-jwks", "software-jwks", "revoked-jwks", "certificate", "assertion", "enrolment",
	"token", "oidc", "scim", "participants", "status", "crl", "ocsp", "issuer", "health", "tls",
}

// trueSet is an honest key set, with a member beside its keys.
const trueSet = `{"keys":[{"kty":"RSA","kid":"a","use":"sig","alg":"PS256","n":"AQAB","e":"AQAB","x5c":["TUlJ","QUJD"]},` +
	`{"kty":"EC","kid":"b","use":"sig","alg":"ES256","crv":"P-256","x":"AA","y":"AA"}],"extra":true}`

// bench is a directory of one endpoint class for each body, at /{class}.
type bench struct {
	t     testing.TB
	panel *Panel
	url   string
	http  *http.Client
}

type answerer struct {
	mediaType, body string
	status          int
}

var answers = map[string]answerer{
	"directory-jwks":    {"application/jwk-set+json", trueSet, 200},
	"software-jwks":     {"application/jwk-set+json", `{"keys":[]}`, 200},
	"organisation-jwks": {"application/jwk-set+json", `{"error":"not_found"}`, 404},
	"revoked-jwks":      {"application/jwk-set+json", `{"keys":[{"kty":"EC"}, 1]}`, 200},
	"oidc":              {"application/json", `{"issuer":"https://d.example"}`, 200},
	"participants":      {"application/json", `[{"id":1}]`, 200},
	"scim":              {"application/scim+json", `{"Resources":[{"id":"1"}],"totalResults":1,"itemsPerPage":1}`, 200},
	"health":            {"", "", 204},
	"enrolment":         {"application/json", `{"id":"x"}`, 201},
}

func newPanel(t testing.TB, o Options) *Panel {
	t.Helper()
	if o.Endpoints == nil {
		o.Endpoints = endpoints
	}
	p := New(o)
	t.Cleanup(p.Close)
	return p
}

func start(t testing.TB, o Options, tune ...func(*httptest.Server)) *bench {
	t.Helper()
	p := newPanel(t, o)
	mux := http.NewServeMux()
	for class, a := range answers {
		mux.Handle("/"+class+"/", p.Wrap(class, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if a.mediaType != "" {
				w.Header().Set("Content-Type", a.mediaType)
				w.Header().Set("ETag", `"true"`)
			}
			w.WriteHeader(a.status)
			if r.Method != http.MethodHead {
				_, _ = io.WriteString(w, a.body)
			}
		})))
	}
	s := httptest.NewUnstartedServer(mux)
	for _, f := range tune {
		f(s)
	}
	if s.EnableHTTP2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	t.Cleanup(p.Close) // before the server, which waits for its handlers
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bench{t: t, panel: p, url: s.URL, http: client}
}

func (b *bench) set(text string) Setting {
	b.t.Helper()
	s, err := ParseSetting([]byte(text))
	require.NoError(b.t, err)
	s, err = b.panel.Set(s)
	require.NoError(b.t, err)
	return s
}

// do returns the answer with what could be read of its body, and the error.
func (b *bench) do(method, path string) (*http.Response, string, error) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, b.url+path, nil)
	require.NoError(b.t, err)
	res, err := b.http.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

func (b *bench) get(path string) (*http.Response, string) {
	b.t.Helper()
	res, body, err := b.do("GET", path)
	require.NoError(b.t, err)
	return res, body
}

// hits are those of the one setting there is.
func (b *bench) hits() int {
	b.t.Helper()
	list := b.panel.List()
	require.Len(b.t, list, 1)
	return list[0].Hits
}

// raw speaks to the server without an HTTP client and returns the connection.
func (b *bench) raw(text string) (net.Conn, *bufio.Reader) {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.url[len("http://"):])
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = conn.Close() })
	require.NoError(b.t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, text)
	require.NoError(b.t, err)
	return conn, bufio.NewReader(conn)
}
