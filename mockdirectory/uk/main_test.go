package uk

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

func TestMain(m *testing.M) {
	for _, media := range []string{mediaSCIM, mediaJWKSet, mediaJWK, mediaSoftware, mediaSoftwareList} {
		openapi3filter.RegisterBodyDecoder(media, openapi3filter.JSONBodyDecoder)
	}
	facetest.Main(m, mediaPEM, "application/jws+json")
}

// directory is the API over HTTPS, as members and banks reach it.
type directory struct {
	t     testing.TB
	base  string
	desk  *desk.Desk
	guard *access.Guard
	clock *facetest.Clock
}

func newDirectory(t testing.TB, requireToken bool) *directory {
	t.Helper()
	d := &directory{t: t, clock: facetest.NewClock()}
	server := httptest.NewUnstartedServer(nil)
	d.base = "https://" + server.Listener.Addr().String()
	d.desk = facetest.Open(t, d.base, d.clock.Now)
	d.guard = access.New(access.Config{Desk: d.desk, Require: requireToken})
	server.Config.Handler = rest.Handler(Routes(Config{Desk: d.desk, Guard: d.guard}), slog.New(slog.DiscardHandler))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	key, authority := facetest.NewKey(t), d.desk.Trust.Authority()
	leaf, err := authority.IssueServer([]string{"127.0.0.1"}, key.Public())
	require.NoError(t, err)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw, authority.Issuing().Raw}, PrivateKey: key}},
		ClientAuth:   tls.RequestClientCert, MinVersion: tls.VersionTLS12,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return d
}

// caller calls with a client certificate and an access token, or without.
type caller struct {
	*directory
	http  *http.Client
	token string
}

func (d *directory) caller(certificate *tls.Certificate) *caller {
	config := &tls.Config{RootCAs: d.desk.Trust.Authority().Pool(), MinVersion: tls.VersionTLS12}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	transport := &http.Transport{TLSClientConfig: config}
	d.t.Cleanup(transport.CloseIdleConnections)
	return &caller{directory: d, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// in is the same caller for a subtest.
func (c *caller) in(t testing.TB) *caller {
	d, next := *c.directory, *c
	d.t, next.directory = t, &d
	return &next
}

// call is one request; headers are pairs.
type call struct {
	method, path string
	body         string
	headers      []string
	chunked      bool
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *caller) request(in call) *http.Request {
	c.t.Helper()
	var body io.Reader = strings.NewReader(in.body)
	if in.chunked {
		body = struct{ io.Reader }{body}
	}
	r, err := http.NewRequestWithContext(context.Background(), in.method, c.base+in.path, body)
	require.NoError(c.t, err)
	for i := 0; i+1 < len(in.headers); i += 2 {
		r.Header.Add(in.headers[i], in.headers[i+1])
	}
	if c.token != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return r
}

func (c *caller) do(in call) answer {
	c.t.Helper()
	res, err := c.http.Do(c.request(in))
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return answer{res.StatusCode, res.Header, body}
}

// must wants a status, and decodes the body if into is not nil.
func (c *caller) must(status int, in call, into any) answer {
	c.t.Helper()
	got := c.do(in)
	require.Equal(c.t, status, got.status, "%s %s: %s", in.method, in.path, got.body)
	if into != nil {
		require.NoError(c.t, json.Unmarshal(got.body, into), "%s", got.body)
	}
	return got
}

// get wants 200 and decodes the body.
func (c *caller) get(path string, into any) answer {
	c.t.Helper()
	return c.must(http.StatusOK, call{method: "GET", path: path}, into)
}

// reason is what a refusal says, in either form.
func (a answer) reason(t testing.TB) string {
	t.Helper()
	var p struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
		Detail      string `json:"detail"`
	}
	require.NoError(t, json.Unmarshal(a.body, &p), "%s", a.body)
	require.NotEqual(t, p.Description == "", p.Detail == "", "%s", a.body)
	return p.Description + p.Detail
}

// member is software with its two keys.
type member struct {
	org         registry.Organisation
	soft        registry.Software
	transport   *tls.Certificate
	transportID string
	key         jose.Key
	pem         string // of the transport certificate, with its issuer
}

func (d *directory) enrol(roles ...string) member {
	d.t.Helper()
	org, err := d.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Budgets Ltd", AuthorityID: "FCAGBR", RegistrationID: "123456", Roles: roles})
	require.NoError(d.t, err)
	return d.addSoftware(org)
}

func (d *directory) addSoftware(org registry.Organisation) member {
	d.t.Helper()
	soft, err := d.desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "Budgets", RedirectURI: []string{"https://tpp.example/cb"}})
	require.NoError(d.t, err)
	m := member{org: org, soft: soft}
	private := facetest.NewKey(d.t)
	issued := d.certify(m, pki.OBTransport, private)
	block, _ := pem.Decode([]byte(issued.PEM))
	m.transport, m.transportID, m.pem = &tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: private}, issued.KeyID, issued.PEM
	signing := facetest.NewKey(d.t)
	m.key = jose.Key{Private: signing, ID: d.certify(m, pki.OBSigning, signing).KeyID, Alg: "ES256"}
	return m
}

func (d *directory) certify(m member, kind pki.Kind, private crypto.Signer) desk.Issued {
	d.t.Helper()
	issued, err := d.desk.CertifySoftware(context.Background(), m.org.ID, m.soft.ID, desk.CertificateRequest{Kind: kind, CSR: []byte(facetest.NewCSR(d.t, private))})
	require.NoError(d.t, err)
	return issued
}

// as calls for a member, with a token of its own if there are scopes.
func (d *directory) as(m member, scopes string) *caller {
	d.t.Helper()
	c := d.caller(m.transport)
	if scopes == "" {
		return c
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	c.must(http.StatusOK, d.tokenCall(m, scopes), &answer)
	c.token = answer.Token
	return c
}

func (d *directory) tokenCall(m member, scopes string) call {
	d.t.Helper()
	var jti [12]byte
	rand.Read(jti[:])
	claims := jose.Object{
		{Name: "iss", Value: jose.Raw(m.soft.ID)}, {Name: "sub", Value: jose.Raw(m.soft.ID)}, {Name: "aud", Value: jose.Raw(d.base + access.TokenPath)},
		{Name: "exp", Value: jose.Raw(d.desk.Now().Add(time.Minute).Unix())}, {Name: "jti", Value: jose.Raw(jose.Encode(jti[:]))},
		{Name: "scope", Value: jose.Raw(scopes)},
	}
	assertion, err := jose.NewDraft(m.key, claims).Seal()
	require.NoError(d.t, err)
	return call{method: "POST", path: access.TokenPath, headers: form, body: url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "grant_type": {"client_credentials"},
		"client_id": {m.soft.ID}, "client_assertion": {assertion}, "scope": {scopes},
	}.Encode()}
}

// Content types of requests.
var (
	asJSON = []string{"Content-Type", mediaJSON}
	asPEM  = []string{"Content-Type", mediaPEM}
	form   = []string{"Content-Type", "application/x-www-form-urlencoded"}
)

func unmarshal(t testing.TB, a answer, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.body, into), "%s", a.body)
}
