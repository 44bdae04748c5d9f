package reports

import (
	"fmt"
	"strings"
	"testing"
)

// benchRequest is a registration request as OBIE's dialect sends it, about 5 kB: a
// JWS whose claims carry the software statement, which is a JWS again.
func benchRequest(n int) string {
	signature := strings.Repeat("c2lnbmF0dXJl", 29)[:342]
	statement := segment(`{"alg":"PS256","kid":"mZk1a0XQyq-directory-signing","typ":"JWT"}`) + "." + segment(fmt.Sprintf(`{
 "iss":"OpenBanking Ltd","iat":1760000000,"jti":"id12685106756%06d","software_environment":"sandbox","software_mode":"Test",
 "software_id":"65d1f27c-4aea-4549-9c21-60e495a7a86f","software_client_id":"65d1f27c-4aea-4549-9c21-60e495a7a86f",
 "software_client_name":"Amazon Prime Movies","software_client_description":"Amazon Prime Movies is a moving experience",
 "software_version":2.2,"software_client_uri":"https://prime.amazon.example","software_redirect_uris":["https://prime.amazon.example/cb","https://prime.amazon.co.uk.example/cb"],
 "software_roles":["PISP","AISP","CBPII"],"organisation_competent_authority_claims":{"authority_id":"FMA","registration_id":"111111","status":"Active",
 "authorisations":[{"member_state":"GBR","roles":["PISP","AISP"]},{"member_state":"ROI","roles":["PISP"]}]},
 "software_logo_uri":"https://prime.amazon.example/logo.png","org_status":"Active","org_id":"Amazon TPPID","org_name":"OpenBanking TPP Test Organisation",
 "org_contacts":[{"name":"contact name","email":"contact@contact.example","phone":"+447890130558","type":"technical"}],
 "org_jwks_endpoint":"https://jwks.openbanking.example/org_id/org_id.jwks","org_jwks_revoked_endpoint":"https://jwks.openbanking.example/org_id/revoked/org_id.jwks",
 "software_jwks_endpoint":"https://jwks.openbanking.example/org_id/software_id.jwks","software_jwks_revoked_endpoint":"https://jwks.openbanking.example/org_id/revoked/software_id.jwks",
 "software_policy_uri":"https://tpp.example/policy.html","software_tos_uri":"https://tpp.example/tos.html","software_on_behalf_of_org":null}`, n)) + "." + signature
	return segment(`{"alg":"PS256","kid":"transport-and-signing-0001","typ":"JOSE"}`) + "." + segment(fmt.Sprintf(
		`{"iss":"65d1f27c-4aea-4549-9c21-60e495a7a86f","iat":1760000000,"exp":1760003600,"aud":"https://aspsp.example/register","jti":"%032d",`+
			`"redirect_uris":["https://prime.amazon.example/cb"],"token_endpoint_auth_method":"private_key_jwt","grant_types":["authorization_code","refresh_token","client_credentials"],`+
			`"response_types":["code id_token"],"software_id":"65d1f27c-4aea-4549-9c21-60e495a7a86f","scope":"openid accounts payments","application_type":"web",`+
			`"id_token_signed_response_alg":"PS256","request_object_signing_alg":"PS256","software_statement":"%s"}`, n, statement)) + "." + signature
}

// benchRequests are distinct: a run signs every request anew, so that a cache must
// not make the benchmark look better than the run.
func benchRequests() []string {
	requests := make([]string, 4096)
	for i := range requests {
		requests[i] = benchRequest(i)
	}
	return requests
}

// benchRedactor knows as many secrets as a long run collects.
func benchRedactor() *Redactor {
	r := NewRedactor()
	for i := range 500 {
		r.Add(fmt.Sprintf("%08x-issued-secret", i*7919))
	}
	return r
}

func BenchmarkRedactRequest(b *testing.B) {
	requests, r := benchRequests(), benchRedactor()
	b.SetBytes(int64(len(requests[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Body("application/jwt", requests[i%len(requests)])
	}
}

func BenchmarkDecodeTokens(b *testing.B) {
	requests, r := benchRequests(), benchRedactor()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.DecodeTokens("request body", requests[i%len(requests)])
	}
}

// BenchmarkEvidence is what one exchange asks for: the text and then the tokens.
func BenchmarkEvidence(b *testing.B) {
	requests, r := benchRequests(), benchRedactor()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		body := requests[i%len(requests)]
		r.Body("application/jwt", body)
		r.DecodeTokens("request body", body)
	}
}

func BenchmarkRedactHeader(b *testing.B) {
	headers := []struct{ name, value string }{
		{"Content-Type", "application/json; charset=utf-8"},
		{"Authorization", "Bearer mF_9.B5f-4.1JqM"},
		{"Date", "Tue, 14 Oct 2025 08:12:31 GMT"},
		{"X-Fapi-Interaction-Id", "93bac548-d2de-4546-b106-880a5018460d"},
		{"Location", "https://aspsp.example/register/93bac548?tenant=a"},
	}
	r := benchRedactor()
	for _, h := range headers {
		b.Run(h.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Header(h.name, h.value)
			}
		})
	}
}

// BenchmarkRedactHostile feeds 64 KiB of what each scanner likes least.
func BenchmarkRedactHostile(b *testing.B) {
	r := benchRedactor()
	for _, h := range hostileTexts(64 << 10) {
		b.Run(h.name, func(b *testing.B) {
			b.SetBytes(int64(len(h.text)))
			for b.Loop() {
				r.Body("application/json", h.text)
				r.DecodeTokens("body", h.text)
			}
		})
	}
}

type hostileText struct{ name, text string }

func hostileTexts(size int) []hostileText {
	nested := `{"a":"b"}`
	for len(nested) < size*3/4 {
		nested = jws(`{}`, `{"a":"`+nested+`"}`)
	}
	escaped := `"x"`
	for len(escaped) < size*4/5 {
		escaped = `{"a":` + quoteJSON(escaped) + `}`
	}
	all := []hostileText{{"nested tokens", nested[:min(len(nested), size)]}, {"nested strings", escaped[:min(len(escaped), size)]}}
	for _, unit := range []string{
		`"`, `\`, `\"`, `{`, `{"a":`, `[`, `-`, "-----BEGIN ", "-----BEGIN PRIVATE KEY-----\" ", `e`, `.`, `eyJ.`, `e30.e30. `, `=`, `a=`, `a=%`, `a=b+&`,
		`:`, `password `, `password:`, "cookie:\n", `password:\\"`, `<`, `<cookie `, `<a:cookie>x`, ` `, `bearer `, `basic abcdefghijkl `, `://`, `://a@`, `://a`, `%25`, `%`, `&`, `&#1;`, `\u0041`, "issu", "0000",
	} {
		all = append(all, hostileText{fmt.Sprintf("%.12q", unit), strings.Repeat(unit, size/len(unit))})
	}
	return all
}
