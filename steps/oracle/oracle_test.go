package oracle

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// answer makes an exchange; headers come as "Name: value" lines.
func answer(status int, body string, headers ...string) *tpp.Exchange {
	h := http.Header{"Content-Type": {"application/json"}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
		if value == "" {
			h.Del(name)
		}
	}
	return &tpp.Exchange{Outcome: tpp.Answered, Status: status, Body: []byte(body), Header: h}
}

func outcome(o tpp.Outcome) *tpp.Exchange {
	return &tpp.Exchange{Outcome: o, Err: errors.New("cause")}
}

func obieErrors(t *testing.T) Schema {
	t.Helper()
	s, err := CompileSchema("error.json", []byte(`{"type":"object","required":["error"],"properties":{"error":{"enum":["invalid_redirect_uri","invalid_client_metadata","invalid_software_statement","unapproved_software_statement"]}}}`))
	require.NoError(t, err)
	return s
}

// want says how a judgement ends: "" is no finding, "minor" one that only
// warns, "trouble" none about the target at all, anything else a part of the
// finding's text.
func want(t *testing.T, expected string, err error) {
	t.Helper()
	var f *Finding
	var trouble *Trouble
	switch expected {
	case "":
		require.NoError(t, err)
	case "trouble":
		require.ErrorAs(t, err, &trouble)
		require.False(t, errors.As(err, &f))
	case "minor":
		require.ErrorAs(t, err, &f)
		require.True(t, f.Minor, f.Error())
	default:
		require.ErrorAs(t, err, &f)
		require.False(t, f.Minor)
		require.ErrorContains(t, err, expected)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	big := outcome(tpp.Broken)
	big.Request = tpp.Request{Body: make([]byte, 100<<10), Headers: []registration.Header{{Name: "A", Value: "b"}}}
	good := `{"error":"invalid_client_metadata"}`
	tests := []struct {
		name   string
		x      *tpp.Exchange
		accept rulebook.Accept
		want   string
	}{
		{"right", answer(400, good), rulebook.Accept{}, ""},
		{"an empty 400 to everything", answer(400, ""), rulebook.Accept{}, "expected a JSON object"},
		{"an empty 400 without a media type", answer(400, "", "Content-Type: "), rulebook.Accept{}, "Content-Type"},
		{"a 400 in HTML", answer(400, "<html>", "Content-Type: text/html"), rulebook.Accept{}, "Content-Type"},
		{"no code", answer(400, `{"message":"no"}`), rulebook.Accept{}, "error code"},
		{"a code of no standard", answer(400, `{"error":"nope"}`), rulebook.Accept{}, "schema"},
		{"another code than the clause names", answer(400, good), rulebook.Accept{Errors: []string{"invalid_redirect_uri"}}, "minor"},
		{"success", answer(201, `{"client_id":"x"}`), rulebook.Accept{}, "success with status 201"},
		{"success without a body", answer(201, `{}`), rulebook.Accept{}, "success with status 201"},
		{"server error", answer(500, good), rulebook.Accept{}, "status 500"},
		{"another status", answer(403, ""), rulebook.Accept{}, "status 403"},
		{"an accepted status needs no body", answer(415, "", "Content-Type: "), rulebook.Accept{Status: []int{400, 415}}, ""},
		{"a client in a refusal", answer(400, `{"error":"invalid_client_metadata","client_id":"x"}`), rulebook.Accept{}, "no client"},
		{"refused in TLS where that counts", outcome(tpp.RefusedByTLS), rulebook.Accept{TLS: true}, ""},
		{"refused in TLS where it does not", outcome(tpp.RefusedByTLS), rulebook.Accept{}, "TLS handshake"},
		{"hangs", outcome(tpp.TimedOut), rulebook.Accept{}, "within the time limit"},
		{"breaks off", outcome(tpp.Broken), rulebook.Accept{}, "broken"},
		{"breaks off an oversize request", big, rulebook.Accept{}, ""},
		{"is not there", outcome(tpp.Unreachable), rulebook.Accept{}, "trouble"},
		{"is not sent", outcome(tpp.NotSent), rulebook.Accept{}, "trouble"},
		{"is not trusted", outcome(tpp.Untrusted), rulebook.Accept{}, "trouble"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want(t, tt.want, Refused(tt.x, tt.accept, obieErrors(t)))
		})
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		x    *tpp.Exchange
		want string
	}{
		{"right", answer(401, `{"error":"invalid_client"}`), ""},
		{"a token", answer(200, `{"access_token":"x"}`), "no access token"},
		{"a token in a refusal", answer(400, `{"error":"invalid_client","access_token":"x"}`), "no access token"},
		{"empty", answer(401, ""), "JSON object"},
		{"no code", answer(401, "{}"), "error code"},
		{"another code", answer(400, `{"error":"oops"}`), "minor"},
		{"server error", answer(500, "{}"), "status 500"},
		{"is not there", outcome(tpp.Unreachable), "trouble"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want(t, tt.want, TokenRefused(tt.x, rulebook.Accept{}))
		})
	}
}

func TestUnauthorised(t *testing.T) {
	t.Parallel()
	want(t, "", Unauthorised(answer(401, "", "Content-Type: "), false, 401))
	want(t, "no client", Unauthorised(answer(401, `{"client_id":"x"}`), false, 401))
	want(t, "status 404", Unauthorised(answer(404, ""), false, 401))
	want(t, "", Unauthorised(outcome(tpp.RefusedByTLS), true, 401))
	want(t, "TLS handshake", Unauthorised(outcome(tpp.RefusedByTLS), false, 401))
}

func TestRegistered(t *testing.T) {
	t.Parallel()
	want(t, "", Registered(answer(201, `{"client_id":"x"}`)))
	want(t, "", Registered(answer(200, `{"client_id":"x"}`)))
	want(t, "client_id", Registered(answer(201, `{}`)))
	want(t, "client_id", Registered(answer(201, `{"client_id":7}`)))
	want(t, "JSON object", Registered(answer(201, `[]`)))
	want(t, "status 400 invalid_redirect_uri (no)", Registered(answer(400, `{"error":"invalid_redirect_uri","error_description":"no"}`)))
}

func TestForm(t *testing.T) {
	t.Parallel()
	ok := answer(200, `{"client_id":"x"}`, "Cache-Control: private, no-store")
	want(t, "", JSON(ok))
	want(t, "", JSON(answer(200, "{}", "Content-Type: application/json; charset=utf-8")))
	want(t, "", NotCached(ok))
	want(t, "no-store", NotCached(answer(200, "{}", "Cache-Control: no-cache")))
	want(t, "", OneObject(ok))
	want(t, "null", OneObject(answer(200, "null")))
	want(t, "behind it", OneObject(answer(200, "{}{}")))
	want(t, "byte order mark", OneObject(answer(200, "\xef\xbb\xbf{}")))
	want(t, "UTF-8", OneObject(answer(200, "{\"a\":\"\xff\"}")))
	want(t, "twice", NoDuplicates(answer(200, `{"a":1,"a":2}`)))
	want(t, "", NoDuplicates(ok))
	want(t, "no redirect", NoRedirect(answer(302, "", "Location: /login")))
	want(t, "no body", Empty(answer(204, "x")))
	want(t, "", SaysHowToAuthenticate(answer(401, "", "WWW-Authenticate: Bearer realm=x")))
	want(t, "Bearer", SaysHowToAuthenticate(answer(401, "")))
	want(t, "inside", NoInsides(answer(400, `{"error":"x","error_description":"at java.lang.Thread"}`)))
	want(t, "Allow", MethodRefused(answer(405, ""), 405))
	want(t, "", MethodRefused(answer(405, "", "Allow: POST"), 405))
	want(t, "", NoServerError(answer(400, "")))
	want(t, "status 503", NoServerError(answer(503, "")))
	want(t, "at most 500", Description(answer(400, `{"error_description":"`+strings.Repeat("x", 501)+`"}`)))
	want(t, "characters of RFC 6749", Description(answer(400, `{"error_description":"é"}`)))
}

func TestContent(t *testing.T) {
	t.Parallel()
	request := jose.Object{{Name: "iss", Value: jose.Raw("s")}, {Name: "redirect_uris", Value: jose.Raw([]string{"https://a"})}, {Name: "scope", Value: jose.Raw("openid")}}
	want(t, "", ReturnsAll(answer(201, `{"redirect_uris":[],"scope":""}`), request))
	want(t, "scope", ReturnsAll(answer(201, `{"redirect_uris":[]}`), request))
	want(t, "", SameStrings(answer(201, `{"redirect_uris":["b","a"]}`), "redirect_uris", []string{"a", "b"}))
	want(t, "redirect_uris", SameStrings(answer(201, `{"redirect_uris":["a","b","c"]}`), "redirect_uris", []string{"a", "b"}))
	want(t, "payments", ScopeWithin(answer(201, `{"scope":"openid payments"}`), "openid"))
	want(t, "", ScopeWithin(answer(201, `{"scope":"openid"}`), "openid payments"))
	want(t, "payments", ScopeLacks(answer(201, `{"scope":["openid","payments"]}`), "payments"))
	now := time.Unix(1_700_000_000, 0)
	want(t, "", IssuedNow(answer(201, `{"client_id_issued_at":1700000060}`), now))
	want(t, "seconds", IssuedNow(answer(201, `{"client_id_issued_at":1700000000000}`), now))
	want(t, "integer", IssuedNow(answer(201, `{"client_id_issued_at":"1700000000"}`), now))
	want(t, "only one", ManagementTogether(answer(201, `{"registration_access_token":"x"}`)))
	want(t, "https", ClientURI(answer(201, `{"registration_client_uri":"http://a/b"}`)))
	want(t, "", Shows(answer(201, `{"scope":"openid"}`), "scope"))
	want(t, "default", Shows(answer(201, `{"scope":null}`), "scope"))
	want(t, "registered", NotTaken(answer(201, `{"contacts":["b","a"]}`), "contacts", []byte(`["a","b"]`)))
	want(t, "", NotTaken(answer(201, `{"contacts":[]}`), "contacts", []byte(`["a"]`)))
	want(t, "evil", WithoutTrace(answer(201, `{"redirect_uris":["https://evil.example"]}`), "evil.example"))
	want(t, "", WithoutTrace(answer(201, `{"software_statement":"evil.example"}`), "evil.example"))
	want(t, "scope", Unchanged(answer(201, `{"scope":"a","client_secret":"x"}`), answer(200, `{"scope":"b","client_secret":"y"}`)))
	want(t, "", Unchanged(answer(201, `{"scope":"a","registration_access_token":"x"}`), answer(200, `{"scope":"a","registration_access_token":"y"}`)))
}

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	want(t, "", Distinct([]string{"a", "b"}))
	want(t, "twice", Distinct([]string{"a", "b", "a"}))
	want(t, "none for one", Distinct([]string{"a", ""}))
	want(t, "guess", NotSequential([]string{"client-0001", "client-0002"}))
	want(t, "", NotSequential([]string{"x8f3", "q1zz"}))
	want(t, "128 bits", Entropy([]string{"0123456789", "9876543210"}))
	want(t, "", Entropy([]string{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", "_-9876543210ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba"}))
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	m := jose.Object{{Name: "issuer", Value: jose.Raw("https://as.example/t")}, {Name: "list", Value: jose.Raw([]string{"a", "b"})}, {Name: "yes", Value: jose.Raw(true)}}
	want(t, "", IssuerFits(m, "https://as.example/t/.well-known/openid-configuration"))
	want(t, "", IssuerFits(m, "https://as.example/.well-known/oauth-authorization-server/t"))
	want(t, "issuer", IssuerFits(m, "https://other.example/t/.well-known/openid-configuration"))
	want(t, "https registration_endpoint", EndpointHTTPS(m, "registration_endpoint"))
	want(t, "", OnlyFrom(m, "list", []string{"a", "b", "c"}))
	want(t, `"b"`, OnlyFrom(m, "list", []string{"a"}))
	want(t, "", Contains(m, "list", []string{"b"}))
	want(t, "with c", Contains(m, "list", []string{"c"}))
	want(t, "", IsTrue(m, "yes"))
	want(t, "true", IsTrue(m, "no"))
}

func TestKeys(t *testing.T) {
	t.Parallel()
	key, err := jose.NewECKey()
	require.NoError(t, err)
	jwk, err := jose.PublicJWK(key.Public(), "a", "sig")
	require.NoError(t, err)
	set := func(edit func(*jose.Object)) *tpp.Exchange {
		k := jwk.Clone()
		edit(&k)
		return answer(200, string(jose.Set(k)))
	}
	want(t, "", Keys(set(func(*jose.Object) {}), false))
	want(t, "x5c", Keys(set(func(*jose.Object) {}), true))
	want(t, "private member", Keys(set(func(o *jose.Object) { o.Set("d", "x") }), false))
	want(t, "a use", Keys(set(func(o *jose.Object) { o.Remove("use") }), false))
	want(t, "can be read", Keys(set(func(o *jose.Object) { o.Set("x", "AAAA") }), false))
	want(t, "none", Keys(answer(200, `{"keys":[]}`), false))
	want(t, "twice", Keys(answer(200, string(jose.Set(jwk, jwk))), false))
}
