package reports

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// hiddenNames are the names whose values are credentials wherever they stand, in
// the form normalise gives them.
var hiddenNames = setOfNames(
	"accesstoken", "apikey", "authorization", "clientassertion", "clientsecret",
	"codeverifier", "cookie", "cookies", "devicecode", "idtoken", "initialaccesstoken",
	"passphrase", "password", "privatekey", "privatekeypem", "proxyauthorization",
	"refreshtoken", "registrationaccesstoken", "setcookie",
)

// longestHidden is the length of the longest of hiddenNames, with an "x" in front.
const longestHidden = len("xregistrationaccesstoken")

// hiddenParams are hidden only when spelt exactly like this, and only as a
// parameter or member: "code" is an authorization code, while "Code" is the
// machine-readable reason in an OBIE error body and must stay readable.
var hiddenParams = []string{"assertion", "code", "token"}

// hiddenMembers are hidden only as JSON members: the private members of a JWK
// (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1) and the signature of a JWS in JSON
// serialisation (RFC 7515 section 7.2).
var hiddenMembers = []string{"d", "dp", "dq", "k", "oth", "p", "q", "qi", "signature"}

// longestScheme is the length of the longest of schemes.
const longestScheme = len("negotiate")

// schemes are the authentication schemes that may stay visible in front of a
// redacted credential.
var schemes = []string{"basic", "bearer", "digest", "dpop", "mac", "negotiate"}

func setOfNames(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		set[n] = true
	}
	return set
}

// normalise makes "Client-Secret", "client_secret" and "clientSecret" the same.
func normalise(name string) string {
	return wordJoints.Replace(strings.ToLower(strings.TrimSpace(name)))
}

var wordJoints = strings.NewReplacer("_", "", "-", "")

// hiddenHeader is asked for every member of every body, so it normalises ASCII by
// itself, without allocating, and gives up once a name is too long to be hidden.
func hiddenHeader(name string) bool {
	var buf [longestHidden]byte
	n := buf[:0]
	for _, c := range []byte(strings.TrimSpace(name)) {
		switch {
		case c == '_' || c == '-':
			continue
		case c >= utf8.RuneSelf:
			folded := normalise(name)
			return hiddenNames[folded] || hiddenNames[strings.TrimPrefix(folded, "x")]
		case len(n) == len(buf):
			return false
		}
		n = append(n, lower(c))
	}
	return hiddenNames[string(n)] || len(n) > 0 && n[0] == 'x' && hiddenNames[string(n[1:])]
}

func hiddenParam(name string) bool {
	return hiddenHeader(name) || slices.Contains(hiddenParams, name)
}

func hiddenMember(name string) bool {
	return hiddenParam(name) || slices.Contains(hiddenMembers, name)
}

func knownScheme(s string) bool { return slices.Contains(schemes, strings.ToLower(s)) }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
