package access

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

func TestTokenIsIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	got := w.send(w.attempt(w.member, "TPPManage ASPSPReadAccess"))
	require.Equal(t, http.StatusOK, got.status, "%s", got.Description)
	require.Equal(t, "Bearer", got.TokenType)
	require.Equal(t, 600, got.ExpiresIn)
	require.Equal(t, "TPPManage ASPSPReadAccess", got.Scope)
	require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, got.AccessToken)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Equal(t, "no-cache", got.header.Get("Pragma"))
	require.NotEqual(t, got.AccessToken, w.token(w.member, "TPPManage"))
}

func TestTokenForEveryAlgorithm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	rsa, err := facetest.Keys.RSA(t.Context())
	require.NoError(t, err)
	_, rsaKey := w.certifyKey(w.member, pki.OBSigning, "", rsa)
	for _, alg := range algorithms {
		m := w.member
		if alg != "ES256" {
			m.key = rsaKey
			m.key.Alg = alg
		}
		got := w.send(w.attempt(m, "TPPManage"))
		require.Equal(t, http.StatusOK, got.status, "%s: %s", alg, got.Description)
	}
}

// What may be said in more than one way is taken in each.
func TestTokenVariants(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	cases := []struct {
		name   string
		change func(*attempt)
	}{
		{"audience in a list", func(a *attempt) {
			a.draft.Claims.Set("aud", []string{"https://other.example", base + TokenPath})
		}},
		{"scope in both", func(a *attempt) { a.draft.Claims.Set("scope", "ASPSPReadAccess  TPPManage") }},
		{"scope in the assertion alone", func(a *attempt) {
			a.form.Del("scope")
			a.draft.Claims.Set("scope", "TPPManage ASPSPReadAccess")
		}},
		{"no client_id", func(a *attempt) { a.form.Del("client_id") }},
		{"parameter that nobody knows", func(a *attempt) { a.form.Set("resource", "x") }},
		{"no iat", func(a *attempt) { a.draft.Claims.Remove("iat") }},
		{"not before, a little ahead", func(a *attempt) { a.draft.Claims.Set("nbf", w.desk.Now().Add(clockSkew/2).Unix()) }},
		{"an end a moment ago", func(a *attempt) { a.draft.Claims.Set("exp", w.desk.Now().Add(-clockSkew/2).Unix()) }},
		{"an end in an hour", func(a *attempt) { a.draft.Claims.Set("exp", w.desk.Now().Add(time.Hour).Unix()) }},
		{"an end with a fraction", func(a *attempt) { a.draft.Claims.Set("exp", float64(w.desk.Now().Unix())+30.5) }},
		{"no typ", func(a *attempt) { a.draft.Header.Remove("typ") }},
		{"media type with a parameter", func(a *attempt) { a.contentType += "; charset=utf-8" }},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			a := w.attempt(w.member, "TPPManage ASPSPReadAccess")
			in.change(a)
			got := w.send(a)
			require.Equal(t, http.StatusOK, got.status, "%s", got.Description)
		})
	}
}

// RFC 6749 sections 5.2 and 4.1.2.1: what a description may hold.
var plain = regexp.MustCompile(`^[\x20\x21\x23-\x5B\x5D-\x7E]+$`)

func TestTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	other := w.enrol("AISP")
	bank := w.enrol("ASPSP")
	_, transportKey := w.certify(w.member, pki.OBTransport, "")
	signingLeaf, _ := w.certify(w.member, pki.OBSigning, "")
	wrongLeaf, _ := w.certify(w.member, pki.OBTransport, string(pki.Expired))
	revokedLeaf, revokedKey := w.certify(w.member, pki.OBTransport, "")
	require.NoError(t, w.desk.Registry.RevokeKey(w.org.ID, revokedKey.ID, registry.Revocation{}))
	serialLeaf, _ := w.certify(w.member, pki.OBTransport, "")
	require.NoError(t, w.desk.Registry.RevokeCertificate(w.org.ID, serialLeaf.SerialNumber.Text(16), registry.Revocation{}))
	hiddenLeaf, hiddenKey := w.certify(w.member, pki.OBTransport, "")
	require.NoError(t, w.desk.Registry.RevokeKey(w.org.ID, hiddenKey.ID, registry.Revocation{In: []string{registry.InJWKS}}))
	_, goneKey := w.certify(w.member, pki.OBSigning, "")
	require.NoError(t, w.desk.Registry.RevokeKey(w.org.ID, goneKey.ID, registry.Revocation{}))
	forger := facetest.NewKey(t)
	cloned, err := pki.CloneForeign(w.leaf, forger.Public(), facetest.NewKey(t))
	require.NoError(t, err)
	orgLeaf, _ := w.certify(other, pki.OBWAC, "")

	claim := func(name string, value any) func(*attempt) {
		return func(a *attempt) { a.draft.Claims.Set(name, value) }
	}
	field := func(name string, values ...string) func(*attempt) {
		return func(a *attempt) { a.form[name] = values }
	}
	key := func(k jose.Key) func(*attempt) {
		return func(a *attempt) { a.draft = jose.NewDraft(k, a.draft.Claims) }
	}
	now := w.desk.Now()
	cases := []struct {
		name   string
		change func(*attempt)
		code   string
		want   string // part of the description
	}{
		{"no grant type", field("grant_type"), invalidRequest, "grant_type"},
		{"another grant type", field("grant_type", "authorization_code"), unsupportedGrant, "authorization_code"},
		{"another grant type, quoted", field("grant_type", `"a\é`), unsupportedGrant, "'?a??'"},
		{"no assertion type", field("client_assertion_type"), invalidRequest, "client_assertion_type"},
		{"another assertion type", field("client_assertion_type", "saml"), invalidRequest, "client_assertion_type"},
		{"no assertion", field("client_assertion", ""), invalidClient, "client_assertion"},
		{"neither assertion nor type", func(a *attempt) { a.body = "grant_type=client_credentials&scope=TPPManage" }, invalidClient, "client_assertion"},
		{"parameter twice", field("scope", "TPPManage", "TPPManage"), invalidRequest, "scope"},
		{"secret beside the assertion", field("client_secret", "x"), invalidRequest, "one way"},
		{"Basic beside the assertion", func(a *attempt) { a.basic = true }, invalidRequest, "one way"},
		{"JSON", func(a *attempt) { a.contentType = "application/json" }, invalidRequest, "Content-Type"},
		{"no media type", func(a *attempt) { a.contentType = "" }, invalidRequest, "Content-Type"},
		{"parameters in the query", func(a *attempt) { a.query = "?scope=TPPManage" }, invalidRequest, "query"},
		{"no form", func(a *attempt) { a.body = "%zz" }, invalidRequest, "body"},
		{"large body", func(a *attempt) { a.body = strings.Repeat("a", rest.MaxBody+1) }, "request_too_large", "body"},
		{"another client_id", field("client_id", other.soft.ID), invalidClient, "client_id"},

		{"large assertion", field("client_assertion", strings.Repeat("a", maxAssertion+1)), invalidClient, "at most"},
		{"assertion that is none", field("client_assertion", "a.b"), invalidClient, "compact"},
		{"assertion with a blank", func(a *attempt) { a.draft.Finish = append(a.draft.Finish, func(s string) string { return s + "\n" }) }, invalidClient, "compact"},
		{"unsigned", func(a *attempt) { a.draft.Header.Set("alg", "none"); a.draft.Sign = jose.Fixed(nil) }, invalidClient, "alg"},
		{"symmetric", func(a *attempt) {
			a.draft.Header.Set("alg", "HS256")
			a.draft.Sign = jose.SignHMAC("HS256", []byte("secret"))
		}, invalidClient, "alg"},
		{"alg in small letters", func(a *attempt) { a.draft.Header.Set("alg", "es256") }, invalidClient, "alg"},
		{"alg of another key type", func(a *attempt) { a.draft.Header.Set("alg", "PS256") }, invalidClient, "signature"},
		{"critical extension", func(a *attempt) { a.draft.Header.Set("crit", []string{"exp"}) }, invalidClient, "crit"},
		{"b64", func(a *attempt) { a.draft.Header.Set("b64", true) }, invalidClient, "b64"},
		{"no kid", func(a *attempt) { a.draft.Header.Remove("kid") }, invalidClient, "kid"},
		{"unknown kid", func(a *attempt) { a.draft.Header.Set("kid", "x") }, invalidClient, "kid"},
		{"kid of another member", key(other.key), invalidClient, "kid"},
		{"revoked key", key(goneKey), invalidClient, "kid"},
		{"key for transport", key(transportKey), invalidClient, "signature"},
		{"forged", func(a *attempt) { a.draft.Sign = jose.SignWith("ES256", forger) }, invalidClient, "signature"},
		{"header member twice", func(a *attempt) { a.draft.Header.Append("alg", "ES256") }, invalidClient, "twice"},
		{"claim twice", func(a *attempt) { a.draft.Claims.Append("sub", other.soft.ID) }, invalidClient, "twice"},
		{"no iss", func(a *attempt) { a.draft.Claims.Remove("iss") }, invalidClient, "iss"},
		{"another sub", claim("sub", other.soft.ID), invalidClient, "sub"},
		{"unknown software", func(a *attempt) {
			a.draft.Claims.Set("iss", "nobody")
			a.draft.Claims.Set("sub", "nobody")
		}, invalidClient, "nobody"},
		{"software by its UUID", func(a *attempt) {
			a.draft.Claims.Set("iss", w.soft.UUID)
			a.draft.Claims.Set("sub", w.soft.UUID)
		}, invalidClient, "sub"},
		{"another audience", claim("aud", base), invalidClient, "aud"},
		{"audience of other type", claim("aud", 1), invalidClient, "aud"},
		{"no audience", func(a *attempt) { a.draft.Claims.Remove("aud") }, invalidClient, "aud"},
		{"no exp", func(a *attempt) { a.draft.Claims.Remove("exp") }, invalidClient, "exp"},
		{"null exp", claim("exp", nil), invalidClient, "exp"},
		{"exp in quotes", claim("exp", "1"), invalidClient, "exp"},
		{"exp beyond numbers", claim("exp", json.RawMessage("1e300")), invalidClient, "exp"},
		{"ended", claim("exp", now.Add(-2*clockSkew).Unix()), invalidClient, "ended"},
		{"ends too late", claim("exp", now.Add(2*time.Hour).Unix()), invalidClient, "at most"},
		{"issued ahead", claim("iat", now.Add(time.Hour).Unix()), invalidClient, "iat"},
		{"not before an hour from now", claim("nbf", now.Add(time.Hour).Unix()), invalidClient, "nbf"},
		{"no jti", func(a *attempt) { a.draft.Claims.Remove("jti") }, invalidClient, "jti"},
		{"long jti", claim("jti", strings.Repeat("a", maxJTI+1)), invalidClient, "jti"},
		{"scope that is a list", claim("scope", []string{"TPPManage"}), invalidClient, "scope"},

		{"no certificate", func(a *attempt) { a.leaf = nil }, invalidClient, "client certificate"},
		{"certificate of another member", func(a *attempt) { a.leaf = other.leaf }, invalidClient, "belongs"},
		{"certificate of another organisation", func(a *attempt) { a.leaf = orgLeaf }, invalidClient, "belongs"},
		{"certificate for signing", func(a *attempt) { a.leaf = signingLeaf }, invalidClient, "transport"},
		{"certificate made wrong", func(a *attempt) { a.leaf = wrongLeaf }, invalidClient, "wrong"},
		{"revoked certificate", func(a *attempt) { a.leaf = revokedLeaf }, invalidClient, "revoked"},
		{"certificate revoked by serial", func(a *attempt) { a.leaf = serialLeaf }, invalidClient, "revoked"},
		{"certificate whose key is revoked", func(a *attempt) { a.leaf = hiddenLeaf }, invalidClient, "revoked"},
		{"copy of the certificate by another CA", func(a *attempt) { a.leaf = cloned }, invalidClient, "not issued"},
		{"the CA's certificate", func(a *attempt) { a.leaf = w.desk.Trust.Authority().Issuing() }, invalidClient, "not issued"},

		{"no scope", field("scope"), invalidScope, "scope"},
		{"unknown scope", field("scope", "TPPManage openid"), invalidScope, "openid"},
		{"scope of the other side", field("scope", "ASPSPManage"), invalidScope, "ASPSPManage"},
		{"scope that differs from the assertion's", claim("scope", "TPPReadAccess"), invalidScope, "TPPReadAccess"},
		{"less than in the assertion", claim("scope", "TPPManage TPPReadAccess"), invalidScope, "TPPReadAccess"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			a := w.attempt(w.member, "TPPManage")
			in.change(a)
			got := w.send(a)
			want := map[string]int{invalidClient: 401, "request_too_large": 413}[in.code]
			if want == 0 {
				want = 400
			}
			require.Equal(t, want, got.status, "%s", got.Description)
			require.Equal(t, in.code, got.Code, "%s", got.Description)
			require.Contains(t, got.Description, in.want)
			require.Regexp(t, plain, got.Description)
			require.Empty(t, got.AccessToken)
			require.Equal(t, "no-store", got.header.Get("Cache-Control"))
		})
	}
	require.Equal(t, http.StatusOK, w.send(w.attempt(w.member, "TPPManage")).status, "the twin of them all")
	require.Equal(t, http.StatusOK, w.send(w.attempt(bank, "ASPSPManage TPPReadAll")).status)
	require.Equal(t, invalidScope, w.send(w.attempt(bank, "TPPManage")).Code)
}

// The organisation's own certificate serves all its software, and its OBSeal key
// signs once it is shared with the software.
func TestTokenByCertificatesOfTheOrganisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	leaf, _ := w.certify(w.member, pki.OBWAC, "")
	_, seal := w.certify(w.member, pki.OBSeal, "")
	m := w.member
	m.leaf, m.key = leaf, seal
	require.Contains(t, w.send(w.attempt(m, "TPPManage")).Description, "kid")
	require.NoError(t, w.desk.Registry.Associate(w.org.ID, w.soft.ID, pki.OBSeal, seal.ID))
	require.Equal(t, http.StatusOK, w.send(w.attempt(m, "TPPManage")).status)
}

func TestTokenNeedsActiveMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	for _, status := range []string{registry.Suspended, registry.Revoked, registry.Withdrawn} {
		require.NoError(t, w.desk.Registry.SetOrganisationStatus(w.org.ID, status))
		got := w.send(w.attempt(w.member, "TPPManage"))
		require.Equal(t, invalidClient, got.Code)
		require.Contains(t, got.Description, status)
	}
	require.NoError(t, w.desk.Registry.SetOrganisationStatus(w.org.ID, registry.Active))
	for _, status := range []string{registry.Inactive, registry.Removed} {
		require.NoError(t, w.desk.Registry.SetSoftwareStatus(w.org.ID, w.soft.ID, status))
		require.Contains(t, w.send(w.attempt(w.member, "TPPManage")).Description, status)
	}
	require.NoError(t, w.desk.Registry.SetSoftwareStatus(w.org.ID, w.soft.ID, registry.Active))
	require.Equal(t, http.StatusOK, w.send(w.attempt(w.member, "TPPManage")).status)
}

func TestTokenNeedsACertificateInForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	require.Equal(t, http.StatusOK, w.send(w.attempt(w.member, "TPPManage")).status)
	w.clock.Later(2 * 365 * 24 * time.Hour)
	require.Contains(t, w.send(w.attempt(w.member, "TPPManage")).Description, "not in force")
}

// A member whose certificate comes from a CA that was revoked is out, DIR-17 of
// the catalogue.
func TestTokenNeedsACAThatIsTrusted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	slug, err := w.desk.Trust.AddIssuing(t.Context())
	require.NoError(t, err)
	issued := w.desk.Registry.Certificate(w.leaf.SerialNumber.Text(16))
	require.False(t, Revoked(w.desk, issued))
	below := *issued
	below.Issuer = slug
	require.False(t, Revoked(w.desk, &below))
	require.NoError(t, w.desk.Trust.RevokeIssuing(slug))
	require.True(t, Revoked(w.desk, &below))
	require.False(t, Revoked(w.desk, issued))
}

func TestAssertionIsUsedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	first := w.attempt(w.member, "TPPManage")
	require.Equal(t, http.StatusOK, w.send(first).status)
	again := w.send(first)
	require.Equal(t, invalidClient, again.Code)
	require.Contains(t, again.Description, "used before")

	same := w.attempt(w.member, "TPPManage")
	same.draft.Claims.Set("jti", first.draft.Claims.String("jti"))
	require.Contains(t, w.send(same).Description, "used before", "another assertion of the same id")

	other := w.enrol("AISP")
	theirs := w.attempt(other, "TPPManage")
	theirs.draft.Claims.Set("jti", first.draft.Claims.String("jti"))
	require.Equal(t, http.StatusOK, w.send(theirs).status, "ids are the issuer's own")
}

// An assertion that is still good by the leeway is remembered for as long.
func TestReplayMemoryOutlastsTheLeeway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	first := w.attempt(w.member, "TPPManage")
	require.Equal(t, http.StatusOK, w.send(first).status)
	for range 8 {
		w.clock.Later(15 * time.Second)
		require.Equal(t, invalidClient, w.send(first).Code)
		w.send(w.attempt(w.member, "TPPManage"))
	}
	w.clock.Later(time.Minute)
	require.Contains(t, w.send(first).Description, "ended")
}

func TestReplayMemoryIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSeen(3)
	for _, jti := range []string{"a", "b", "c"} {
		require.NoError(t, s.use("x", jti, now.Add(time.Minute), now))
	}
	require.ErrorContains(t, s.use("x", "d", now.Add(time.Minute), now), "too many")
	require.ErrorContains(t, s.use("x", "a", now.Add(time.Minute), now), "used before")
	later := now.Add(2 * time.Minute)
	require.NoError(t, s.use("x", "d", later.Add(time.Minute), later))
	require.Len(t, s.until, 1)
}

func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store := newTokens(rand.Reader, 3)
	var all []string
	for range 5 {
		token, err := store.issue(Grant{SoftwareID: "x"}, now)
		require.NoError(t, err)
		all = append(all, token)
	}
	require.Len(t, store.grants, 3)
	for i, token := range all {
		_, ok := store.find(token, now)
		require.Equal(t, i >= 2, ok)
	}
	_, err := store.issue(Grant{}, now.Add(tokenLifetime))
	require.NoError(t, err)
	require.Len(t, store.grants, 1)
	require.Len(t, store.order, 1)
}

// Random bytes that run out are the directory's own trouble.
func TestTokenWithoutRandomness(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.guard = New(Config{Desk: w.desk, Random: strings.NewReader("short")})
	require.Equal(t, http.StatusInternalServerError, w.send(w.attempt(w.member, "TPPManage")).status)
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	answer := httptest.NewRecorder()
	w.handler(w.guard).ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/.well-known/openid-configuration", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &doc))
	require.Equal(t, base, doc["issuer"])
	require.Equal(t, base+TokenPath, doc["token_endpoint"])
	require.Equal(t, base+"/keystore/openbanking.jwks", doc["jwks_uri"])
	require.Equal(t, true, doc["tls_client_certificate_bound_access_tokens"])
	require.Equal(t, []any{"client_credentials"}, doc["grant_types_supported"])
	require.Len(t, doc["scopes_supported"], len(grants))
	for _, scope := range Scopes {
		require.Contains(t, grants, scope)
	}
}

// Whatever comes as an assertion is refused as such, and never ends in an error
// of the directory.
func FuzzAssertion(f *testing.F) {
	w := newWorld(f, true)
	token, err := jose.NewDraft(w.key, w.claims(w.member)).Seal()
	require.NoError(f, err)
	for _, seed := range []string{token, token + ".", "..", "e30.e30.", url.QueryEscape(token), "eyJhbGciOiJFUzI1NiJ9.e30.AA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := w.guard.readAssertion(text)
		if text == token {
			require.NoError(t, err)
			return
		}
		require.Error(t, err)
		require.Equal(t, http.StatusUnauthorized, status(err))
		require.Regexp(t, plain, err.Error())
	})
}

func BenchmarkToken(b *testing.B) {
	w := newWorld(b, true)
	for b.Loop() {
		w.token(w.member, "TPPManage")
	}
}
