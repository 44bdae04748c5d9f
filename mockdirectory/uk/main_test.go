package uk

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// testKeys serves every test; TestMain closes it before it looks for leaks.
var testKeys = pki.NewKeyPool(4)

type closingPool struct{ m *testing.M }

func (c closingPool) Run() int {
	defer testKeys.Close()
	return c.m.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(closingPool{m}) }

// directory is the API over HTTPS, as members and banks reach it.
type directory struct {
	t     testing.TB
	base  string
	desk  *desk.Desk
	guard *access.Guard
	ahead *atomic.Int64 // of the clock, in nanoseconds
}

func newDirectory(t testing.TB, requireToken bool) *directory {
	t.Helper()
	d := &directory{t: t, ahead: new(atomic.Int64)}
	start := time.Now().Truncate(time.Second)
	now := func() time.Time { return start.Add(time.Duration(d.ahead.Load())) }
	server := httptest.NewUnstartedServer(nil)
	d.base = "https://" + server.Listener.Addr().String()
	members, err := registry.Open(store.Memory{}, now)
	require.NoError(t, err)
	anchors, err := trust.Open(context.Background(), trust.Config{
		Keys: testKeys, Store: store.Memory{}, Registry: members, Now: now, BaseURL: d.base, PKIURL: "http://pki.example",
	})
	require.NoError(t, err)
	d.desk = &desk.Desk{Base: d.base, Issuer: "OpenBanking Ltd", Now: now, Registry: members, Trust: anchors}
	d.guard = access.New(access.Config{Desk: d.desk, Require: requireToken})
	server.Config.Handler = rest.Handler(Routes(Config{Desk: d.desk, Guard: d.guard}), slog.New(slog.DiscardHandler))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	key := newECKey(t)
	leaf, err := anchors.Authority().IssueServer([]string{"127.0.0.1"}, key.Public())
	require.NoError(t, err)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw, anchors.Authority().Issuing().Raw}, PrivateKey: key}},
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
	private := newECKey(d.t)
	issued := d.certify(m, pki.OBTransport, private)
	block, _ := pem.Decode([]byte(issued.PEM))
	m.transport, m.transportID, m.pem = &tls.Certificate{Certificate: [][]byte{block.Bytes}, PrivateKey: private}, issued.KeyID, issued.PEM
	signing := newECKey(d.t)
	m.key = jose.Key{Private: signing, ID: d.certify(m, pki.OBSigning, signing).KeyID, Alg: "ES256"}
	return m
}

func (d *directory) certify(m member, kind pki.Kind, private crypto.Signer) desk.Issued {
	d.t.Helper()
	issued, err := d.desk.CertifySoftware(context.Background(), m.org.ID, m.soft.ID, desk.CertificateRequest{Kind: kind, CSR: []byte(newCSR(d.t, private))})
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

func newECKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func newCSR(t testing.TB, key crypto.Signer, hosts ...string) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: hosts}, key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func unmarshal(t testing.TB, a answer, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.body, into), "%s", a.body)
}
