package reports

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const canary = "CANARY-7Kq2/vX+9=zz"

func segment(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// jws makes a compact token with a signature that is recognisable in a report.
func jws(header, claims string) string {
	return segment(header) + "." + segment(claims) + "." + signatureCanary
}

const signatureCanary = "c2lnbmF0dXJlLW9mLWNhbmFyeQ"

func TestBodyHidesByName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, contentType, in, want string }{
		{"json", "application/json", `{"client_id":"a","client_secret":"hunter22"}`, `{"client_id":"a","client_secret":"[redacted]"}`},
		{"json keeps format, order and duplicates", "application/json", "{ \"b\" : 1.0,\n \"b\":2, \"password\" : 12345 }", "{ \"b\" : 1.0,\n \"b\":2, \"password\" : \"[redacted]\" }"},
		{"json in another case", "application/json", `{"clientSecret":"x","Registration-Access-Token":"y"}`, `{"clientSecret":"[redacted]","Registration-Access-Token":"[redacted]"}`},
		{"escaped member name", "application/json", `{"client\u005fsecret":"x"}`, `{"client\u005fsecret":"[redacted]"}`},
		{"absent secrets stay visible", "application/json", `{"client_secret":null,"password":""}`, `{"client_secret":null,"password":""}`},
		{"object value", "application/json", `{"private_key":{"a":["}"]},"x":1}`, `{"private_key":"[redacted]","x":1}`},
		{"jwk", "application/json", `{"kty":"RSA","n":"n","e":"AQAB","d":"1","p":"2","q":"3","dp":"4","dq":"5","qi":"6","k":"7"}`,
			`{"kty":"RSA","n":"n","e":"AQAB","d":"[redacted]","p":"[redacted]","q":"[redacted]","dp":"[redacted]","dq":"[redacted]","qi":"[redacted]","k":"[redacted]"}`},
		{"truncated value", "application/json", `{"a":1,"client_secret":"hunt`, `{"a":1,"client_secret":"[redacted]"`},
		{"truncated object", "application/json", `{"private_key":{"a":[1,2`, `{"private_key":"[redacted]"`},
		{"not an authorization code", "application/json", `{"Code":"400 BadRequest","error_code":"E1"}`, `{"Code":"400 BadRequest","error_code":"E1"}`},
		{"authorization code", "application/json", `{"code":"abc"}`, `{"code":"[redacted]"}`},
		{"metadata that sounds like a secret", "application/json", `{"client_secret_expires_at":0,"token_endpoint_auth_method":"client_secret_basic","grant_types":["password","refresh_token"]}`,
			`{"client_secret_expires_at":0,"token_endpoint_auth_method":"client_secret_basic","grant_types":["password","refresh_token"]}`},
		{"json in a json string", "application/json", `{"m":"sent {\"client_secret\":\"hunter22\"}"}`, `{"m":"sent {\"client_secret\":\"[redacted]\"}"}`},
		{"stray quote before", "text/plain", `5" of {"client_secret":"hunter22","d":"s3cr3t"}`, `5" of {"client_secret":"[redacted]","d":"[redacted]"}`},
		{"broken json", "application/json", `{client_secret: 'hunter22', a: 1}`, `{client_secret: '[redacted]', a: 1}`},
		{"form", "application/x-www-form-urlencoded; charset=utf-8", "grant_type=client_credentials&client_secret=a b\"c&scope=openid", "grant_type=client_credentials&client_secret=[redacted]&scope=openid"},
		{"form with an escaped name", "application/x-www-form-urlencoded", "client%5Fsecret=abc", "client%5Fsecret=[redacted]"},
		{"form in a form", "application/x-www-form-urlencoded", "u=https%3A%2F%2Fh%2F%3Fpassword%3Dabc%26a%3Db", "u=https%3A%2F%2Fh%2F%3Fpassword%3D[redacted]%26a%3Db"},
		{"json called a form", "application/x-www-form-urlencoded", `{"client_secret":"a&b=c"}`, `{"client_secret":"[redacted]"}`},
		{"xml", "text/xml", "<r><ns:client_secret a='b'>hunter22</ns:client_secret></r>", "<r><ns:client_secret a='b'>[redacted]</ns:client_secret></r>"},
		{"header dump", "text/plain", "Host: a\r\nAuthorization: Bearer abc\r\nCookie: a=b; c=d\r\nX: y", "Host: a\r\nAuthorization: Bearer [redacted]\r\nCookie: [redacted]\r\nX: y"},
		{"bearer in prose", "text/plain", "sent Bearer mF_9.B5f-4.1JqM to it; Bearer authentication is required", "sent Bearer [redacted] to it; Bearer authentication is required"},
		{"challenge", "text/plain", `Bearer error="invalid_token"`, `Bearer error="invalid_token"`},
		{"pem", "text/plain", "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"},
		{"pem cut off", "text/plain", "a\n-----BEGIN PRIVATE KEY-----\nMIIE", "a\n[redacted]"},
		{"pem in json", "application/json", `{"pem":"-----BEGIN PRIVATE KEY-----\nMIIE","b":2}`, `{"pem":"[redacted]","b":2}`},
		{"certificate", "text/plain", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"},
	}
	r := NewRedactor()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := r.Body(tt.contentType, tt.in)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want, r.Body(tt.contentType, got), "a second pass must change nothing")
		})
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want string }{
		{"Authorization", "Bearer abc", "Bearer [redacted]"},
		{"authorization", "opaque", "[redacted]"},
		{"Proxy-Authorization", "Basic YTpi", "Basic [redacted]"},
		{"Authorization", "MySecret tail", "[redacted]"},
		{"Set-Cookie", "sid=1; Secure", "[redacted]"},
		{"X-Api-Key", "k", "[redacted]"},
		{"WWW-Authenticate", `Bearer realm="r", error="invalid_token"`, `Bearer realm="r", error="invalid_token"`},
		{"Location", "https://h/register/1?access_token=abc#x", "https://h/register/1?access_token=[redacted]#x"},
		{"x-jws-signature", segment(`{"alg":"PS256"}`) + "..c2ln", segment(`{"alg":"PS256"}`) + "..[redacted-4-chars]"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, NewRedactor().Header(tt.name, tt.value), "%s: %s", tt.name, tt.value)
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"https://h:1/register", "https://h:1/register"},
		{"https://u:pw@h/register?x=1", "https://[redacted]@h/register?x=1"},
		{"https://h/cb?code=a'b c&state=s#access_token=t", "https://h/cb?code=[redacted]&state=s#access_token=[redacted]"},
		{"https://h/reg/" + url.PathEscape(canary), "https://h/reg/[redacted]"},
		{"%zz?code", "%zz?code"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, NewRedactor(canary).URL(tt.in))
	}
}

func TestKnownValuesInEveryEncoding(t *testing.T) {
	t.Parallel()
	escaped, err := json.Marshal(canary)
	require.NoError(t, err)
	everyByte := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(canary) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	tests := map[string]string{
		"plain":               canary,
		"query":               url.QueryEscape(canary),
		"path":                url.PathEscape(canary),
		"lower hex":           strings.ToLower(url.QueryEscape("/")) + canary + strings.ReplaceAll(canary, "/", "%2f"),
		"percent, every byte": everyByte("%%%02x"),
		"json":                string(escaped),
		"json slash":          strings.ReplaceAll(canary, "/", `\/`),
		"json, every byte":    `{"a":"` + everyByte(`\u%04X`) + `"}`,
		"html":                strings.NewReplacer("+", "&#43;", "/", "&#x2F;", "=", "&#61;").Replace(canary),
		"form in json":        `{"u":"a=` + url.QueryEscape(canary) + `"}`,
		"claims":              jws(`{"alg":"PS256"}`, `{"x":"`+canary+`"}`),
		"broken claims":       segment(`{"alg":"none"}`) + "." + segment(`{"x":"`+canary),
		"nested claims":       jws(`{"alg":"PS256"}`, `{"software_statement":"`+jws(`{"alg":"PS256"}`, `{"x":"`+canary+`"}`)+`"}`),
	}
	r := NewRedactor("other", canary, "")
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := r.Text(in)
			requireNoCanary(t, got)
			require.Contains(t, everyDecoding(got), Replacement)
		})
	}
}

// everyDecoding undoes each encoding a canary could hide in, base64url included.
func everyDecoding(s string) string {
	var b strings.Builder
	for _, v := range views(s) {
		b.WriteString(v.text + "\n")
	}
	eachCompact(s, func(c compact, raw string) string {
		if claims := decodeSegment(c.claims); len(claims) < len(s) {
			b.WriteString(everyDecoding(claims))
		}
		return raw
	})
	return b.String()
}

func requireNoCanary(t *testing.T, got string) {
	t.Helper()
	require.NotContains(t, everyDecoding(got), canary)
	require.NotContains(t, everyDecoding(got), signatureCanary)
}

func TestSignatureIsReplacedAndClaimsStay(t *testing.T) {
	t.Parallel()
	header, claims := segment(`{"alg":"PS256"}`), segment(`{"iss":"a"}`)
	tests := []struct{ name, in, want string }{
		{"plain", header + "." + claims + ".c2ln", header + "." + claims + ".[redacted-4-chars]"},
		{"in json", `{"jwt":"` + header + "." + claims + `.c2ln"}`, `{"jwt":"` + header + "." + claims + `.[redacted-4-chars]"}`},
		{"padded", header + "==." + claims + "=.c2ln==", header + "==." + claims + "=.[redacted-6-chars]"},
		{"glued to a name", "key=" + header + "." + claims + ".c2ln", "key=" + header + "." + claims + ".[redacted-4-chars]"},
		{"four parts", header + "." + claims + ".c2ln.x", header + "." + claims + ".[redacted-6-chars]"},
		{"header is not JSON", "Z2FyYmFnZQ." + claims + ".c2ln", "Z2FyYmFnZQ." + claims + ".[redacted-4-chars]"},
		{"behind a host name", "www.example." + header + "." + claims + ".c2ln", "www.example." + header + "." + claims + ".[redacted-4-chars]"},
		{"no signature", header + "." + claims + ".", header + "." + claims + "."},
		{"two parts", header + "." + claims, header + "." + claims},
		{"empty header", "e30.e30.c2ln", "e30.e30.[redacted-4-chars]"},
		{"version number", "1.2.3 and www.example.com", "1.2.3 and www.example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, NewRedactor().Text(tt.in))
			require.Equal(t, tt.want, NewRedactor().Text(tt.want), "a second pass must change nothing")
		})
	}
}

func TestLongestKnownValueWins(t *testing.T) {
	t.Parallel()
	r := NewRedactor("secret", "secret-and-more", "more-than")
	require.Equal(t, "[redacted]!", r.Text("secret-and-more!"))
	require.Equal(t, "[redacted]!", r.Text("secret-and-more-than!"), "overlapping values are one hole")
	require.Equal(t, "abc stays", NewRedactor("abc").Text("abc stays"), "too short to be hidden by value")
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			secret := fmt.Sprintf("secret-number-%d", i)
			r.Add(secret)
			require.Equal(t, "a [redacted]", r.Text("a "+secret))
		})
	}
	wg.Wait()
}

func FuzzRedactor(f *testing.F) {
	f.Add("", "", uint16(9999), uint8(0))
	f.Add(`5" of `, `"}`, uint16(40), uint8(1))
	f.Add(`{"a":"\`, `&client_secret=`, uint16(70), uint8(2))
	f.Add("authorization: x\n", "\xff%2", uint16(100), uint8(3))
	f.Add("eyJ.", ".e30", uint16(200), uint8(4))
	f.Add("\"d\":", "", uint16(200), uint8(5))
	f.Add(`"password":"`, "%", uint16(200), uint8(5))
	f.Fuzz(func(t *testing.T, before, after string, cutAt uint16, shape uint8) {
		if strings.Contains(everyDecoding(before+after), "CANARY") {
			t.Skip("the surroundings hold a canary of their own")
		}
		// Known values vanish wherever they stand; nameless ones because of where
		// they stand, even if the surroundings are garbage and the end is missing.
		known := NewRedactor(canary)
		nameless := NewRedactor()
		shapes := []struct {
			redactor *Redactor
			doc      string
		}{
			{known, canary},
			{known, `{"x":"` + url.QueryEscape(canary) + `"}`},
			{known, jws(`{"alg":"PS256"}`, `{"x":"`+canary+`"}`)},
			{nameless, "\n" + `{"client_secret":"` + canary + `"}`},
			{nameless, "\n" + `{"registration_access_token": "` + canary + `", "a": [1]}`},
			{nameless, "\n-----BEGIN PRIVATE KEY-----\n" + canary + "\n-----END PRIVATE KEY-----"},
			{nameless, " " + jws(`{"alg":"PS256"}`, `{"iss":"a"}`)},
		}
		s := shapes[int(shape)%len(shapes)]
		doc := s.doc[:min(len(s.doc), int(cutAt))]
		in := before + doc + after
		for _, got := range []string{s.redactor.Text(in), s.redactor.Body("application/json", in), s.redactor.URL(in), s.redactor.Header("X-Echo", in)} {
			requireNoCanary(t, got)
		}
		for _, token := range s.redactor.DecodeTokens("body", in) {
			requireNoCanary(t, string(token.Header)+string(token.Claims)+token.Where+token.Signature)
			require.True(t, json.Valid(token.Header) && json.Valid(token.Claims))
		}
	})
}
