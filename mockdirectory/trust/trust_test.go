package trust

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

var (
	testKeys = pki.NewKeyPool(4)
	discard  = slog.New(slog.DiscardHandler)
)

func TestMain(m *testing.M) {
	defer testKeys.Close()
	m.Run()
}

// kept is a store whose rows outlive the Trust that saved them.
type kept struct {
	rows map[string][]store.Row
	err  error // of the next saves
}

func (k *kept) Save(rows ...store.Row) error {
	if k.err != nil {
		return k.err
	}
	for _, row := range rows {
		table := k.rows[row.Table]
		at := len(table)
		for i := range table {
			if table[i].ID == row.ID {
				at = i
			}
		}
		if at == len(table) {
			table = append(table, row)
		}
		table[at] = row
		k.rows[row.Table] = table
	}
	return nil
}

func (k *kept) Load(table string, each func(string, []byte) error) error {
	for _, row := range k.rows[table] {
		text, err := json.Marshal(row.Value)
		if err != nil {
			return err
		}
		if err := each(row.ID, text); err != nil {
			return err
		}
	}
	return nil
}

func (k *kept) Close() error { return nil }

// house is a Trust with what stands around it.
type house struct {
	t        *testing.T
	now      time.Time
	store    *kept
	registry *registry.Registry
	panel    *knob.Panel
	trust    *Trust
	org      registry.Organisation
	key      *ecdsa.PrivateKey
}

func newHouse(t *testing.T, delays Delays) *house {
	t.Helper()
	h := &house{t: t, now: time.Now().Truncate(time.Second), store: &kept{rows: map[string][]store.Row{}}}
	h.open(delays)
	var err error
	h.org, err = h.registry.AddOrganisation(registry.Enrolment{OrganisationName: "A"})
	require.NoError(t, err)
	h.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return h
}

func (h *house) open(delays Delays) {
	h.t.Helper()
	var err error
	h.registry, err = registry.Open(h.store, h.clock)
	require.NoError(h.t, err)
	h.panel = knob.New(knob.Options{Now: h.clock, Endpoints: Classes})
	h.trust, err = Open(h.t.Context(), Config{
		Keys: testKeys, Store: h.store, Registry: h.registry, Panel: h.panel, Now: h.clock,
		BaseURL: "https://directory.example", PKIURL: "http://pki.example", Delays: delays,
	})
	require.NoError(h.t, err)
}

func (h *house) clock() time.Time { return h.now }

// issue makes a transport certificate and notes it, as the desk does.
func (h *house) issue(issuer string) (leaf *x509.Certificate, above []*x509.Certificate) {
	h.t.Helper()
	a, above, err := h.trust.Issuer(h.t.Context(), issuer)
	require.NoError(h.t, err)
	leaf, err = a.Issue(pki.OBTransport, pki.Subject{OrganisationID: h.org.ID, SoftwareID: "software"}, h.key.Public())
	require.NoError(h.t, err)
	if issuer == CrossSigned || issuer == "" {
		issuer = FirstIssuing
	}
	require.NoError(h.t, h.registry.AddCertificate(registry.Certificate{
		Serial: registry.NormalSerial(leaf.SerialNumber.Text(16)), Issuer: issuer, Kind: pki.OBTransport, OrganisationID: h.org.ID, Owner: h.org.ID,
	}))
	return leaf, above
}

func (h *house) revoke(leaf *x509.Certificate, in ...string) {
	h.t.Helper()
	require.NoError(h.t, h.registry.RevokeCertificate(h.org.ID, leaf.SerialNumber.Text(16), registry.Revocation{Reason: "keyCompromise", In: in}))
}

// crl fetches and checks a list as a relying party does.
func (h *house) crl(path string, issuer *x509.Certificate) (*x509.RevocationList, error) {
	h.t.Helper()
	w := httptest.NewRecorder()
	rest.Handler(h.trust.ListRoutes(), discard).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	require.Equal(h.t, 200, w.Code, w.Body.String())
	require.Equal(h.t, "application/pkix-crl", w.Header().Get("Content-Type"))
	list, err := x509.ParseRevocationList(w.Body.Bytes())
	if err != nil {
		return nil, err
	}
	return list, list.CheckSignatureFrom(issuer)
}

// ask queries the responder and checks its answer as a relying party does.
func (h *house) ask(method string, leaf, issuer *x509.Certificate) (*ocsp.Response, error) {
	h.t.Helper()
	query, err := ocsp.CreateRequest(leaf, issuer, &ocsp.RequestOptions{Hash: crypto.SHA256})
	require.NoError(h.t, err)
	r := httptest.NewRequest(http.MethodPost, "/ocsp", bytes.NewReader(query))
	if method == http.MethodGet {
		r = httptest.NewRequest(http.MethodGet, "/ocsp/"+strings.ReplaceAll(base64.StdEncoding.EncodeToString(query), "+", "%2B"), nil)
	}
	w := httptest.NewRecorder()
	h.trust.OCSP().ServeHTTP(w, r)
	require.Equal(h.t, 200, w.Code)
	return ocsp.ParseResponseForCert(w.Body.Bytes(), leaf, issuer)
}

func TestRevocationShowsWhereItIsTo(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		in        []string
		crl, ocsp bool
	}{
		{"everywhere", nil, true, true},
		{"CRL only", []string{registry.InCRL}, true, false},
		{"OCSP only", []string{registry.InOCSP}, false, true},
	}
	h := newHouse(t, Delays{})
	issuer := h.trust.Authority().Issuing()
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			leaf, _ := h.issue("")
			answer, err := h.ask(http.MethodGet, leaf, issuer)
			require.NoError(t, err)
			require.Equal(t, ocsp.Good, answer.Status)
			require.False(t, h.listedIn(t, leaf), "not before it is revoked")

			h.revoke(leaf, in.in...)
			answer, err = h.ask(http.MethodPost, leaf, issuer)
			require.NoError(t, err)
			require.Equal(t, in.ocsp, answer.Status == ocsp.Revoked)
			if in.ocsp {
				require.Equal(t, ocsp.KeyCompromise, answer.RevocationReason)
				require.WithinDuration(t, h.now, answer.RevokedAt, time.Second)
			}
			require.Equal(t, in.crl, h.listedIn(t, leaf))
		})
	}
}

func (h *house) listedIn(t *testing.T, leaf *x509.Certificate) bool {
	t.Helper()
	list, err := h.crl("/issuingca.crl", h.trust.Authority().Issuing())
	require.NoError(t, err)
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(leaf.SerialNumber) == 0 {
			require.Equal(t, 1, e.ReasonCode)
			return true
		}
	}
	return false
}

// The delays of the real directory, by the clock that is injected.
func TestRevocationIsDelayed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, DocumentedDelays)
	leaf, _ := h.issue("")
	h.revoke(leaf)
	issuer := h.trust.Authority().Issuing()
	for _, in := range []struct {
		after     time.Duration
		crl, ocsp bool
	}{{0, false, false}, {29 * time.Second, false, false}, {30 * time.Second, true, false}, {5*time.Minute - time.Second, true, false}, {5 * time.Minute, true, true}} {
		begin := h.now
		h.now = begin.Add(in.after)
		require.Equal(t, in.crl, h.listedIn(t, leaf), "%s", in.after)
		answer, err := h.ask(http.MethodPost, leaf, issuer)
		require.NoError(t, err)
		require.Equal(t, in.ocsp, answer.Status == ocsp.Revoked, "%s", in.after)
		h.now = begin
	}
}

func TestListsAreKeptAndRenewed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	issuer := h.trust.Authority().Issuing()
	first, err := h.crl("/issuingca.crl", issuer)
	require.NoError(t, err)
	require.Equal(t, 72*time.Hour, first.NextUpdate.Sub(first.ThisUpdate))
	again, err := h.crl("/issuingca.crl", issuer)
	require.NoError(t, err)
	require.Equal(t, first.Raw, again.Raw, "a fetch makes no new list")
	h.now = h.now.Add(crlEvery)
	later, err := h.crl("/issuingca.crl", issuer)
	require.NoError(t, err)
	require.Equal(t, 1, later.Number.Cmp(first.Number))
	leaf, _ := h.issue("")
	h.revoke(leaf)
	revoked, err := h.crl("/issuingca.crl", issuer)
	require.NoError(t, err)
	require.Equal(t, 1, revoked.Number.Cmp(later.Number), "what is revoked in the same instant makes a new number")
}

func TestOCSPKnobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	issuer := h.trust.Authority().Issuing()
	leaf, _ := h.issue("")
	other, _ := h.issue("")
	cases := []struct {
		value  string
		status int
		fails  string
	}{
		{"good", ocsp.Good, ""},
		{"revoked", ocsp.Revoked, ""},
		{"unknown", ocsp.Unknown, ""},
		{"stale", ocsp.Good, ""},
		{"try-later", 0, "try later"},
		{"unauthorized", 0, "unauthorized"},
		{"malformed", 0, "asn1"},
		{"wrong-signer", 0, "signature"},
	}
	for _, in := range cases {
		t.Run(in.value, func(t *testing.T) {
			made, err := h.panel.Set(knob.Setting{Knob: "ocsp", Value: in.value, Serial: leaf.SerialNumber.Text(16)})
			require.NoError(t, err)
			defer h.panel.Remove(made.ID)
			answer, err := h.ask(http.MethodPost, leaf, issuer)
			if in.fails != "" {
				require.ErrorContains(t, err, in.fails)
			} else {
				require.NoError(t, err)
				require.Equal(t, in.status, answer.Status)
				require.Equal(t, in.value == "stale", answer.NextUpdate.Before(h.now))
			}
			undisturbed, err := h.ask(http.MethodPost, other, issuer)
			require.NoError(t, err)
			require.Equal(t, ocsp.Good, undisturbed.Status)
		})
	}
	answer, err := h.ask(http.MethodPost, leaf, issuer)
	require.NoError(t, err)
	require.Equal(t, ocsp.Good, answer.Status, "a knob that is turned back leaves nothing behind")
}

func TestCRLKnobs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	issuer := h.trust.Authority().Issuing()
	leaf, _ := h.issue("")
	h.revoke(leaf)
	for value, check := range map[string]func(*x509.RevocationList, error){
		"stale": func(list *x509.RevocationList, err error) {
			require.NoError(t, err)
			require.True(t, list.NextUpdate.Before(h.now))
		},
		"missing-revoked": func(list *x509.RevocationList, err error) {
			require.NoError(t, err)
			require.Empty(t, list.RevokedCertificateEntries)
		},
		"wrong-signer": func(_ *x509.RevocationList, err error) { require.ErrorContains(t, err, "verification") },
		"malformed":    func(_ *x509.RevocationList, err error) { require.ErrorContains(t, err, "malformed") },
	} {
		made, err := h.panel.Set(knob.Setting{Knob: "crl", Value: value})
		require.NoError(t, err)
		list, err := h.crl("/issuingca.crl", issuer)
		check(list, err)
		h.panel.Remove(made.ID)
	}
	require.True(t, h.listedIn(t, leaf))
}

func TestHostileQueries(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	stranger := newHouse(t, Delays{})
	leaf, _ := stranger.issue("")
	_, err := h.ask(http.MethodPost, leaf, stranger.trust.Authority().Issuing())
	require.ErrorContains(t, err, "unauthorized", "another directory's certificate")

	own, _ := h.issue("")
	forged := *own
	forged.SerialNumber = leaf.SerialNumber
	query, err := ocsp.CreateRequest(&forged, h.trust.Authority().Issuing(), nil)
	require.NoError(t, err)
	for name, r := range map[string]*http.Request{
		"nothing":      httptest.NewRequest(http.MethodPost, "/ocsp", nil),
		"garbage":      httptest.NewRequest(http.MethodPost, "/ocsp", strings.NewReader("hello")),
		"too much":     httptest.NewRequest(http.MethodPost, "/ocsp", io.LimitReader(rand.Reader, 1<<20)),
		"no path":      httptest.NewRequest(http.MethodGet, "/ocsp", nil),
		"no base64":    httptest.NewRequest(http.MethodGet, "/ocsp/%00%00", nil),
		"half a query": httptest.NewRequest(http.MethodPost, "/ocsp", bytes.NewReader(query[:len(query)/2])),
	} {
		w := httptest.NewRecorder()
		h.trust.OCSP().ServeHTTP(w, r)
		_, err := ocsp.ParseResponse(w.Body.Bytes(), nil)
		require.ErrorContains(t, err, "malformed", name)
	}
	w := httptest.NewRecorder()
	h.trust.OCSP().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ocsp", bytes.NewReader(query)))
	answer, err := ocsp.ParseResponse(w.Body.Bytes(), h.trust.Authority().Issuing())
	require.NoError(t, err)
	require.Equal(t, ocsp.Unknown, answer.Status, "a serial that was never issued")

	w = httptest.NewRecorder()
	h.trust.OCSP().ServeHTTP(w, httptest.NewRequest(http.MethodDelete, "/ocsp", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	for _, path := range []string{"/other.crl", "/cross-signed.crl", "/rootca-g2.crl", "/%2e%2e.crl", "/.crl"} {
		w := httptest.NewRecorder()
		rest.Handler(h.trust.ListRoutes(), discard).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, 404, w.Code, path)
	}
}

func TestIssuingCAIsRevokedAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	slug, err := h.trust.AddIssuing(t.Context())
	require.NoError(t, err)
	require.Equal(t, "issuingca-2", slug)
	leaf, above := h.issue(slug)
	require.NoError(t, h.verify(leaf, above))
	require.Equal(t, []string{"http://pki.example/issuingca-2.crl"}, leaf.CRLDistributionPoints)
	require.Equal(t, []string{"http://pki.example/rootca.crl"}, above[0].CRLDistributionPoints)

	root := h.trust.Authority().Root()
	list, err := h.crl("/rootca.crl", root)
	require.NoError(t, err)
	require.Empty(t, list.RevokedCertificateEntries)
	require.NoError(t, h.trust.RevokeIssuing(slug))
	list, err = h.crl("/rootca.crl", root)
	require.NoError(t, err)
	require.Len(t, list.RevokedCertificateEntries, 1)
	require.Zero(t, list.RevokedCertificateEntries[0].SerialNumber.Cmp(above[0].SerialNumber))
	answer, err := h.ask(http.MethodPost, above[0], root)
	require.NoError(t, err)
	require.Equal(t, ocsp.Revoked, answer.Status)
	answer, err = h.ask(http.MethodPost, h.trust.Authority().Issuing(), root)
	require.NoError(t, err)
	require.Equal(t, ocsp.Good, answer.Status)

	require.ErrorContains(t, h.trust.RevokeIssuing(slug), "was revoked")
	require.ErrorContains(t, h.trust.RevokeIssuing("issuingca"), "is not revoked")
	require.ErrorContains(t, h.trust.RevokeIssuing("issuingca-9"), "issuingca-2")
	_, _, err = h.trust.Issuer(t.Context(), "issuingca-9")
	require.ErrorContains(t, err, "cross-signed")
}

func (h *house) verify(leaf *x509.Certificate, above []*x509.Certificate, roots ...*x509.Certificate) error {
	o := x509.VerifyOptions{Roots: h.trust.Authority().Pool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if roots != nil {
		o.Roots = x509.NewCertPool()
	}
	for _, r := range roots {
		o.Roots.AddCert(r)
	}
	for _, c := range above {
		o.Intermediates.AddCert(c)
	}
	_, err := leaf.Verify(o)
	return err
}

// Revoked ones make room: a directory that lives long goes on.
func TestIssuingCAsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	h.trust.mu.Lock()
	for range mostAuthorities - 2 {
		h.trust.authorities = append(h.trust.authorities, newIssuingCA("other", h.trust.authorities[0].authority, nil))
	}
	h.trust.mu.Unlock()
	last, err := h.trust.AddIssuing(t.Context())
	require.NoError(t, err)
	_, err = h.trust.AddIssuing(t.Context())
	require.ErrorContains(t, err, "at most 50")
	require.NoError(t, h.trust.RevokeIssuing(last))
	next, err := h.trust.AddIssuing(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, last, next)
}

// The chain leads to either root, and to neither when the way is cut.
func TestCrossSignedChain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	leaf, above := h.issue(CrossSigned)
	require.Len(t, above, 2)
	require.NoError(t, h.verify(leaf, above))
	require.NoError(t, h.verify(leaf, above, h.trust.crossRoot.Certificate()))
	require.Error(t, h.verify(leaf, above[1:], h.trust.crossRoot.Certificate()))
	_, err := h.crl("/rootca-g2.crl", h.trust.crossRoot.Certificate())
	require.NoError(t, err)
	for _, path := range []string{"/rootca.crt", "/issuingca.crt", "/rootca-g2.crt", "/cross-signed.crt"} {
		w := httptest.NewRecorder()
		rest.Handler(h.trust.Routes(), discard).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, 200, w.Code, path)
		_, err := x509.ParseCertificate(w.Body.Bytes())
		require.NoError(t, err, path)
	}
}

// What cannot be stored is not there: nobody gets a certificate of a CA that is
// gone after a restart.
func TestACAThatCannotBeStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	full := errors.New("the disk is full")
	h.store.err = full
	_, err := h.trust.AddIssuing(t.Context())
	require.ErrorIs(t, err, full)
	require.Len(t, h.trust.Authorities(), 1)
	for range 2 {
		_, _, err = h.trust.Issuer(t.Context(), CrossSigned)
		require.ErrorIs(t, err, full)
	}
	_, err = h.trust.Signing().Add(t.Context())
	require.ErrorIs(t, err, full)
	require.Len(t, h.trust.Signing().States(), 1)

	h.store.err = nil
	slug, err := h.trust.AddIssuing(t.Context())
	require.NoError(t, err)
	_, crossed := h.issue(CrossSigned)
	h.open(Delays{})
	require.Len(t, h.trust.Authorities(), 2)
	_, _, err = h.trust.Issuer(t.Context(), slug)
	require.NoError(t, err)
	require.Equal(t, "OpenBanking Pre-Production Root CA G2", crossed[0].Issuer.CommonName)
}

// What a restart finds: the same CAs, revoked or not, and the same keys.
func TestRestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Delays{})
	slug, err := h.trust.AddIssuing(t.Context())
	require.NoError(t, err)
	leaf, above := h.issue(slug)
	_, crossed := h.issue(CrossSigned)
	require.NoError(t, h.trust.RevokeIssuing(slug))
	first := h.trust.Signing().States()[0].KeyID
	added, err := h.trust.Signing().Add(t.Context())
	require.NoError(t, err)
	rotated, err := h.trust.Signing().Rotate(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.trust.Signing().Withdraw(added))
	states, document, authorities := h.trust.Signing().States(), h.trust.Signing().Document(), h.trust.Authorities()

	h.open(Delays{})
	require.Equal(t, states, h.trust.Signing().States())
	require.Equal(t, string(document), string(h.trust.Signing().Document()))
	require.Equal(t, authorities, h.trust.Authorities())
	require.NoError(t, h.verify(leaf, above))
	_, again := h.issue(CrossSigned)
	require.Equal(t, crossed[1].Raw, again[1].Raw)
	list, err := h.crl("/rootca.crl", h.trust.Authority().Root())
	require.NoError(t, err)
	require.Len(t, list.RevokedCertificateEntries, 1)
	key, err := h.trust.Signing().Signer("")
	require.NoError(t, err)
	require.Equal(t, rotated, key.Key.ID)
	require.Contains(t, string(document), first)
	require.NotContains(t, string(document), added)
	_, err = h.trust.Signing().Signer(added)
	require.NoError(t, err, "a withdrawn key still signs for who asks: a thief's")
	require.NoError(t, h.trust.Signing().Reinstate(added))
	require.Contains(t, string(h.trust.Signing().Document()), added)
	require.ErrorContains(t, h.trust.Signing().Withdraw(rotated), "rotate first")
	require.ErrorContains(t, h.trust.Signing().Withdraw("other"), "no key")
}
