package mockdirectory

import (
	"bytes"
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
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// testKeys serves every test; TestMain closes it before it looks for leaks.
var testKeys = pki.NewKeyPool(4)

type closingPool struct{ m *testing.M }

func (c closingPool) Run() int {
	defer testKeys.Close()
	return c.m.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(closingPool{m}) }

// client calls one directory the way a TPP does.
type client struct {
	t    testing.TB
	base string
	http *http.Client
}

func startDirectory(t testing.TB, cfg Config) (*Server, *client) {
	t.Helper()
	cfg.Keys = testKeys
	s, err := Start(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, newClient(t, s)
}

func newClient(t testing.TB, s *Server) *client {
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 16,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{t: t, base: s.URL(), http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// in is the same client for a subtest.
func (c *client) in(t testing.TB) *client { return &client{t, c.base, c.http} }

// do returns status and body; path may be a whole URL.
func (c *client) do(method, path string, body []byte) (*http.Response, []byte) {
	c.t.Helper()
	if path[0] == '/' {
		path = c.base + path
	}
	req, err := http.NewRequestWithContext(context.Background(), method, path, bytes.NewReader(body))
	require.NoError(c.t, err)
	res, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	return res, got
}

// must calls and wants this status.
func (c *client) must(status int, method, path string, body []byte) []byte {
	c.t.Helper()
	res, got := c.do(method, path, body)
	require.Equal(c.t, status, res.StatusCode, "%s %s: %s", method, path, got)
	return got
}

// refused wants a JSON refusal and returns its description.
func (c *client) refused(status int, method, path string, body []byte) string {
	c.t.Helper()
	res, got := c.do(method, path, body)
	require.Equal(c.t, status, res.StatusCode, "%s %s: %s", method, path, got)
	require.Equal(c.t, "application/json", res.Header.Get("Content-Type"))
	var p struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}
	require.NoError(c.t, json.Unmarshal(got, &p))
	require.NotEmpty(c.t, p.Code)
	return p.Description
}

func (c *client) enrol(body string) (org string) {
	c.t.Helper()
	var got registry.Organisation
	require.NoError(c.t, json.Unmarshal(c.must(201, "POST", "/v2.1/organisation", []byte(body)), &got))
	return got.ID
}

// enrolSoftware returns the path of the software below its organisation.
func (c *client) enrolSoftware(org, body string) (path, id string) {
	c.t.Helper()
	var got registry.Software
	require.NoError(c.t, json.Unmarshal(c.must(201, "POST", "/v2.1/organisation/"+org+"/software-statement", []byte(body)), &got))
	return "/v2.1/organisation/" + org + "/software-statement/" + got.ID, got.ID
}

// certify asks for a certificate and returns its kid and chain.
func (c *client) certify(path string, key crypto.Signer) (kid string, chain []*x509.Certificate) {
	c.t.Helper()
	var got desk.Issued
	require.NoError(c.t, json.Unmarshal(c.must(201, "POST", path, newCSR(c.t, key, nil)), &got))
	return got.KeyID, parseChain(c.t, []byte(got.PEM))
}

func (c *client) keySet(path string) (jose.KeySet, []jose.Object) {
	c.t.Helper()
	res, body := c.do("GET", path, nil)
	require.Equal(c.t, 200, res.StatusCode, "%s", body)
	require.Equal(c.t, "application/jwk-set+json", res.Header.Get("Content-Type"))
	set, err := jose.ParseKeySet(body)
	require.NoError(c.t, err)
	var doc struct{ Keys []json.RawMessage }
	require.NoError(c.t, json.Unmarshal(body, &doc))
	var objs []jose.Object
	for _, raw := range doc.Keys {
		obj, err := jose.ParseObject(raw)
		require.NoError(c.t, err)
		objs = append(objs, obj)
	}
	return set, objs
}

// kids lists a key set's kids.
func (c *client) kids(path string) []string {
	c.t.Helper()
	_, objs := c.keySet(path)
	kids := []string{}
	for _, o := range objs {
		kids = append(kids, o.String("kid"))
	}
	return kids
}

func newCSR(t testing.TB, key crypto.Signer, hosts []string) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: hosts}, key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

func newECKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func parseChain(t testing.TB, data []byte) []*x509.Certificate {
	t.Helper()
	var chain []*x509.Certificate
	for len(bytes.TrimSpace(data)) > 0 {
		var block *pem.Block
		block, data = pem.Decode(data)
		require.NotNil(t, block)
		cert, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		chain = append(chain, cert)
	}
	return chain
}

const plainSoftware = `{"ClientName":"Budgets","RedirectUri":["https://tpp.example/cb"]}`
