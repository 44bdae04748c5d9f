package reports

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDecodeTokens(t *testing.T) {
	t.Parallel()
	statement := jws(`{"alg":"PS256","kid":"dir"}`, `{"software_id":"s1","jwks":{"keys":[{"kty":"RSA","d":"priv"}]}}`)
	request := jws(`{"alg":"PS256","kid":"tpp"}`, `{"iss":"s1","software_statement":"`+statement+`"}`)
	signature := "redacted, 26 characters"
	outer := func(where string) Token {
		return Token{where, raw(`{"alg":"PS256","kid":"tpp"}`), raw(`{"iss":"s1","software_statement":"` +
			strings.Replace(reencode(statement), signatureCanary, "[redacted-26-chars]", 1) + `"}`), signature}
	}
	inner := func(where string) Token {
		return Token{where, raw(`{"alg":"PS256","kid":"dir"}`), raw(`{"software_id":"s1","jwks":{"keys":[{"kty":"RSA","d":"[redacted]"}]}}`), signature}
	}
	tests := []struct {
		name, in string
		want     []Token
	}{
		{"nothing", `{"client_id":"a"}`, nil},
		{"request object", request, []Token{outer("body"), inner("body > software_statement")}},
		{"json member", `{"software_statement":"` + statement + `"}`, []Token{inner("body > software_statement")}},
		{"array", `["` + statement + `"]`, []Token{inner("body[0]")}},
		{"form", "grant_type=x&client_assertion=" + url.QueryEscape(request), []Token{outer("body > client_assertion"), inner("body > client_assertion > software_statement")}},
		{"twice", statement + " " + statement, []Token{inner("body")}},
		{"not JSON", "Z2FyYg." + segment(`{"a":`) + ".", []Token{{"body", raw(`"garb"`), raw(`"{\"a\":"`), "empty"}}},
		{"two parts", "e30.e30", []Token{{"body", raw(`{}`), raw(`{}`), "none: the token has two parts"}}},
		{"five parts", "e30.e30.YQ.YQ.YQ", []Token{{"body", raw(`{}`), raw(`{}`), "redacted, 8 characters in 3 parts"}}},
		{"shadowed duplicate", `{"a":"e30.e30.YQ","a":"b"}`, []Token{{"body", raw(`{}`), raw(`{}`), "redacted, 2 characters"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, texts(tt.want), texts(NewRedactor().DecodeTokens("body", tt.in)))
		})
	}
}

func TestDecodeTokensIsBounded(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 3 * maxTokens {
		many.WriteString(jws("{}", `{"n":`+strings.Repeat("1", i+1)+"}") + " ")
	}
	require.Len(t, NewRedactor().DecodeTokens("body", many.String()), maxTokens)
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// reencode renders a statement as it stands in redacted claims: the private
// member of its key set is hidden there too.
func reencode(statement string) string {
	parts := strings.Split(statement, ".")
	parts[1] = segment(strings.Replace(decodeSegment(parts[1]), "priv", Replacement, 1))
	return strings.Join(parts, ".")
}

// texts makes a difference between two token lists readable.
func texts(tokens []Token) []string {
	var out []string
	for _, t := range tokens {
		out = append(out, t.Where, string(t.Header), string(t.Claims), t.Signature)
	}
	return out
}
