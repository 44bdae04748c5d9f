package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// tokenPart is one part of a token, decoded as far as it can be.
type tokenPart struct{ Name, Text string }

// takeApart shows what a token says. It judges nothing and takes malformed ones, which a parser of
// the JOSE kind rightly refuses: line breaks and padding are overlooked, the JSON serialisations are
// opened, and what cannot be read is said to be so.
func takeApart(token string) []tokenPart {
	var serialised struct {
		Payload, Protected string
		Signatures         []struct{ Protected string }
	}
	if json.Unmarshal([]byte(token), &serialised) == nil {
		if len(serialised.Signatures) > 0 {
			serialised.Protected = serialised.Signatures[0].Protected
		}
		return []tokenPart{{"Serialisation", indent([]byte(token))}, decoded("Header", serialised.Protected), decoded("Claims", serialised.Payload)}
	}
	parts := strings.Split(strings.Join(strings.Fields(token), ""), ".")
	switch len(parts) {
	case 5:
		return []tokenPart{decoded("Header", parts[0]), {"Claims", "encrypted: a JWE has no readable claims (RFC 7516, section 3.1)"}}
	case 2, 3:
		return []tokenPart{decoded("Header", parts[0]), decoded("Claims", parts[1])}
	}
	return []tokenPart{{"Text", "neither a compact token nor a JSON serialisation"}}
}

// decoded reads a part in base64url. A nested token is shown as it is.
func decoded(name, part string) tokenPart {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		return tokenPart{name, "not base64url: " + part}
	}
	return tokenPart{name, indent(raw)}
}

// indent keeps the order of the members and those that are there twice.
func indent(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return b.String()
}
