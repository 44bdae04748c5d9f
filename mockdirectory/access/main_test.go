package access

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

func TestMain(m *testing.M) { facetest.Main(m) }

const base = facetest.Base

// world is a directory without a network, and one member of it.
type world struct {
	t     testing.TB
	clock *facetest.Clock
	desk  *desk.Desk
	guard *Guard

	member
}

// member is software with a transport certificate and a signing key.
type member struct {
	org  registry.Organisation
	soft registry.Software
	leaf *x509.Certificate
	key  jose.Key
}

func newWorld(t testing.TB, requireToken bool) *world {
	t.Helper()
	w := &world{t: t, clock: facetest.NewClock()}
	w.desk = facetest.Open(t, base, w.clock.Now)
	w.guard = New(Config{Desk: w.desk, Require: requireToken})
	w.member = w.enrol("AISP", "PISP")
	return w
}

// enrol makes a member with these roles.
func (w *world) enrol(roles ...string) member {
	w.t.Helper()
	org, err := w.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Budgets Ltd", Roles: roles})
	require.NoError(w.t, err)
	soft, err := w.desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "Budgets"})
	require.NoError(w.t, err)
	m := member{org: org, soft: soft}
	m.leaf, _ = w.certify(m, pki.OBTransport, "")
	_, m.key = w.certify(m, pki.OBSigning, "")
	return m
}

// certify issues a certificate for a new key of a member.
func (w *world) certify(m member, kind pki.Kind, wrong string) (*x509.Certificate, jose.Key) {
	w.t.Helper()
	return w.certifyKey(m, kind, wrong, facetest.NewKey(w.t))
}

func (w *world) certifyKey(m member, kind pki.Kind, wrong string, private crypto.Signer) (*x509.Certificate, jose.Key) {
	w.t.Helper()
	req := desk.CertificateRequest{Kind: kind, Wrong: wrong, CSR: []byte(facetest.NewCSR(w.t, private))}
	var issued desk.Issued
	var err error
	if kind == pki.OBWAC || kind == pki.OBSeal {
		issued, err = w.desk.CertifyOrganisation(w.t.Context(), m.org.ID, req)
	} else {
		issued, err = w.desk.CertifySoftware(w.t.Context(), m.org.ID, m.soft.ID, req)
	}
	require.NoError(w.t, err)
	block, _ := pem.Decode([]byte(issued.PEM))
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(w.t, err)
	return leaf, jose.Key{Private: private, ID: issued.KeyID, Alg: "ES256"}
}

// claims are those of a sound assertion.
func (w *world) claims(m member) jose.Object {
	var jti [12]byte
	rand.Read(jti[:])
	var claims jose.Object
	for _, c := range []jose.Member{
		{Name: "iss", Value: jose.Raw(m.soft.ID)}, {Name: "sub", Value: jose.Raw(m.soft.ID)}, {Name: "aud", Value: jose.Raw(base + TokenPath)},
		{Name: "iat", Value: jose.Raw(w.desk.Now().Unix())}, {Name: "exp", Value: jose.Raw(w.desk.Now().Add(time.Minute).Unix())},
		{Name: "jti", Value: jose.Raw(jose.Encode(jti[:]))},
	} {
		claims.Set(c.Name, c.Value)
	}
	return claims
}

// attempt is one request for a token, open for a change everywhere.
type attempt struct {
	draft       *jose.Draft
	form        url.Values
	body        string // in place of the form
	leaf        *x509.Certificate
	contentType string
	query       string
	basic       bool
}

func (w *world) attempt(m member, scope string) *attempt {
	return &attempt{
		draft: jose.NewDraft(m.key, w.claims(m)), leaf: m.leaf, contentType: "application/x-www-form-urlencoded",
		form: url.Values{
			"grant_type": {clientCredentials}, "client_assertion_type": {assertionType}, "client_id": {m.soft.ID}, "scope": {scope},
		},
	}
}

type reply struct {
	status int
	header http.Header
	tokenAnswer
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// send asks the token endpoint.
func (w *world) send(a *attempt) reply {
	w.t.Helper()
	if !a.form.Has("client_assertion") {
		token, err := a.draft.Seal()
		require.NoError(w.t, err)
		a.form.Set("client_assertion", token)
	}
	body := a.form.Encode()
	if a.body != "" {
		body = a.body
	}
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, TokenPath+a.query, strings.NewReader(body))
	r.Header.Set("Content-Type", a.contentType)
	if a.basic {
		r.SetBasicAuth("a", "b")
	}
	return w.call(r, a.leaf)
}

// call drives the handler over a connection with that client certificate.
func (w *world) call(r *http.Request, leaf *x509.Certificate) reply {
	w.t.Helper()
	if leaf != nil {
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}
	}
	answer := httptest.NewRecorder()
	w.handler(w.guard).ServeHTTP(answer, r)
	got := reply{status: answer.Code, header: answer.Header()}
	if answer.Body.Len() > 0 {
		require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &got), "%s", answer.Body)
	}
	return got
}

// handler has the token endpoint and one path for each kind of need.
func (w *world) handler(g *Guard) http.Handler {
	ok := func(w http.ResponseWriter, r *http.Request) error {
		caller, there := Caller(r.Context())
		return rest.WriteJSON(w, http.StatusOK, map[string]any{"there": there, "scope": strings.Join(caller.Scopes, " ")})
	}
	return rest.Handler([]rest.Route{
		{Pattern: TokenPath, Methods: rest.Methods{http.MethodPost: g.Token}},
		{Pattern: "/.well-known/openid-configuration", Methods: rest.Get(g.Discovery)},
		{Pattern: "/open", Methods: rest.Get(g.Protect(Nobody, ok))},
		{Pattern: "/product/{software}", Methods: rest.Get(g.Protect(Read.OfSoftware("software"), ok))},
		{Pattern: "/list", Methods: rest.Get(g.Protect(ReadBank, ok))},
		{Pattern: "/authorities", Methods: rest.Get(g.Protect(ReadAuthorities, ok))},
		{Pattern: "/member/{org}", Methods: rest.Methods{
			http.MethodGet: g.Protect(Read, ok), http.MethodPut: g.Protect(Manage, ok),
			http.MethodPost: g.Protect(Manage.Without("wrong"), ok), http.MethodDelete: g.Protect(Operate, ok),
		}},
		{Pattern: "/bank/{org}", Methods: rest.Methods{http.MethodPut: g.Protect(ManageBank, ok)}},
	}, slog.New(slog.DiscardHandler))
}

// token gets one for a member.
func (w *world) token(m member, scope string) string {
	w.t.Helper()
	got := w.send(w.attempt(m, scope))
	require.Equal(w.t, http.StatusOK, got.status, "%s", got.Description)
	return got.AccessToken
}
