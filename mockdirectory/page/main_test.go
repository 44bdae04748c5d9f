package page_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/australia"
	"github.com/dcrkit/dcrkit/mockdirectory/brazil"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/page"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
	"github.com/dcrkit/dcrkit/mockdirectory/uk"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// testKeys serves every test; TestMain closes it before it looks for leaks.
var testKeys = pki.NewKeyPool(4)

var quiet = slog.New(slog.DiscardHandler)

type closingPool struct{ m *testing.M }

func (c closingPool) Run() int {
	defer testKeys.Close()
	return c.m.Run()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(closingPool{m}) }

// house is a directory with its page: a public side over HTTPS and a management port over HTTP.
type house struct {
	t       testing.TB
	desk    *desk.Desk
	panel   *knob.Panel
	fetches *watch.List
	public  *httptest.Server
	manage  *httptest.Server
	http    *http.Client // of the management port; follows no redirect
	closing chan struct{}
	turned  atomic.Int32
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, closing: make(chan struct{})}
	now := time.Now
	classes := slices.Concat(uk.Classes, trust.Classes)
	h.panel = knob.New(knob.Options{Endpoints: classes})
	t.Cleanup(h.panel.Close)
	h.fetches = watch.New(now)
	members, err := registry.Open(store.Memory{}, now)
	require.NoError(t, err)
	h.public = httptest.NewUnstartedServer(nil)
	base := "https://" + h.public.Listener.Addr().String()
	tr, err := trust.Open(context.Background(), trust.Config{
		Keys: testKeys, Store: store.Memory{}, Registry: members, Panel: h.panel, Now: now, BaseURL: base, PKIURL: "http://pki.example",
	})
	require.NoError(t, err)
	h.desk = &desk.Desk{Base: base, Issuer: "OpenBanking Ltd", Now: now, Registry: members, Trust: tr}

	guard := access.New(access.Config{Desk: h.desk})
	routes := slices.Concat(uk.Routes(uk.Config{Desk: h.desk}), brazil.Routes(h.desk, guard), australia.Routes(h.desk, guard))
	h.public.Config.Handler = rest.Handler(routes, quiet, h.fetches.Wrap, h.panel.Wrap)
	h.public.TLS = &tls.Config{Certificates: []tls.Certificate{h.certificate()}, MinVersion: tls.VersionTLS12}
	h.public.StartTLS()
	t.Cleanup(h.public.Close)

	mux := http.NewServeMux()
	shown := page.New(page.Config{
		Desk: h.desk, Panel: h.panel, Fetches: h.fetches, Keys: testKeys, PKIURL: "http://pki.example", Classes: classes,
		Addresses: []page.Address{{Name: "Discovery", URL: base + "/.well-known/openid-configuration", Note: "of the token endpoint"}},
		Closing:   h.closing, Turned: func() { h.turned.Add(1) },
	})
	mux.Handle("/{$}", shown)
	mux.Handle(page.Root, shown)
	mux.Handle("/knobs/", http.StripPrefix("/knobs", h.panel.Handler()))
	mux.Handle("/", rest.Handler(routes, quiet))
	h.manage = httptest.NewServer(http.NewCrossOriginProtection().Handler(mux))
	t.Cleanup(h.manage.Close)
	h.http = &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(h.http.CloseIdleConnections)
	return h
}

// certificate is of the directory's own CA, as commands expect it.
func (h *house) certificate() tls.Certificate {
	h.t.Helper()
	key := newKey(h.t)
	a := h.desk.Trust.Authority()
	leaf, err := a.IssueServer([]string{"127.0.0.1"}, key.Public())
	require.NoError(h.t, err)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw, a.Issuing().Raw}, PrivateKey: key}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func newCSR(t testing.TB, hosts ...string) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: hosts}, newKey(t))
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

// member enrols an organisation with a software.
func (h *house) member() (org registry.Organisation, soft registry.Software) {
	h.t.Helper()
	org, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Budgets Ltd"})
	require.NoError(h.t, err)
	soft, err = h.desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "Budgets", RedirectURI: []string{"https://tpp.example/cb"}})
	require.NoError(h.t, err)
	return org, soft
}

func organisationPath(org registry.Organisation) string { return "/ui/organisations/" + org.ID }

func softwarePath(soft registry.Software) string {
	return "/ui/organisations/" + soft.OrganisationID + "/software/" + soft.ID
}

// get wants this status and returns the page.
func (h *house) get(status int, path string) string {
	h.t.Helper()
	res, err := h.http.Get(h.manage.URL + path)
	require.NoError(h.t, err)
	return h.body(status, res)
}

// post sends a form and returns the answer's head and page.
func (h *house) post(status int, path string, form url.Values) (*http.Response, string) {
	h.t.Helper()
	res, err := h.http.PostForm(h.manage.URL+path, form)
	require.NoError(h.t, err)
	return res, h.body(status, res)
}

func (h *house) body(status int, res *http.Response) string {
	h.t.Helper()
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(h.t, err)
	require.Equal(h.t, status, res.StatusCode, "%s %s: %s", res.Request.Method, res.Request.URL, notice(string(body)))
	return string(body)
}

// notice is what a page says first of what went wrong.
func notice(page string) string {
	_, rest, _ := strings.Cut(page, `class="notice`)
	text, _, _ := strings.Cut(rest, "</div>")
	return text[:min(len(text), 400)]
}

// done sends a form that is accepted, and returns the page that it leads to.
func (h *house) done(path string, form url.Values) (location, shown string) {
	h.t.Helper()
	res, _ := h.post(http.StatusSeeOther, path, form)
	location = res.Header.Get("Location")
	shown = h.get(http.StatusOK, location)
	require.Contains(h.t, shown, `role="status"`, "the page says what was done")
	return location, shown
}

// fetch has the directory asked for a path, by somebody who says that they are agent.
func (h *house) fetch(path, agent string) {
	h.t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: h.desk.Trust.Authority().Pool(), MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, h.public.URL, nil)
	require.NoError(h.t, err)
	req.URL.Path = path
	req.Header.Set("User-Agent", agent)
	_, before := h.fetches.Since(0, 0)
	res, err := (&http.Client{Transport: transport}).Do(req)
	require.NoError(h.t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(h.t, err)
	require.NoError(h.t, res.Body.Close())
	// An answer is noted when it is out, which its reader may be ahead of.
	require.Eventually(h.t, func() bool {
		_, now := h.fetches.Since(0, 0)
		return now > before
	}, 5*time.Second, time.Millisecond)
}

func decode64(t testing.TB, text string) []byte {
	t.Helper()
	out, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return out
}

// pair wants key and certificate of one file to belong together.
func pair(t testing.TB, bundle []byte) {
	t.Helper()
	_, err := tls.X509KeyPair(bundle, bundle)
	require.NoError(t, err)
}
