package reports

import (
	"slices"
	"strings"
)

// hiddenNames are the names whose values are credentials wherever they stand, in
// the form normalise gives them.
var hiddenNames = []string{
	"accesstoken", "apikey", "authorization", "clientassertion", "clientsecret",
	"codeverifier", "cookie", "cookies", "devicecode", "idtoken", "initialaccesstoken",
	"passphrase", "password", "privatekey", "privatekeypem", "proxyauthorization",
	"refreshtoken", "registrationaccesstoken", "setcookie",
}

// hiddenParams are hidden only when spelt exactly like this, and only as a
// parameter or member: "code" is an authorization code, while "Code" is the
// machine-readable reason in an OBIE error body and must stay readable.
var hiddenParams = []string{"assertion", "code", "token"}

// hiddenMembers are hidden only as JSON members: the private members of a JWK
// (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1) and the signature of a JWS in JSON
// serialisation (RFC 7515 section 7.2).
var hiddenMembers = []string{"d", "dp", "dq", "k", "oth", "p", "q", "qi", "signature"}

// schemes are the authentication schemes that may stay visible in front of a
// redacted credential.
var schemes = []string{"basic", "bearer", "digest", "dpop", "mac", "negotiate"}

// normalise makes "Client-Secret", "client_secret" and "clientSecret" the same.
func normalise(name string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(name)))
}

func hiddenHeader(name string) bool {
	n := normalise(name)
	return slices.Contains(hiddenNames, n) || slices.Contains(hiddenNames, strings.TrimPrefix(n, "x"))
}

func hiddenParam(name string) bool {
	return hiddenHeader(name) || slices.Contains(hiddenParams, name)
}

func hiddenMember(name string) bool {
	return hiddenParam(name) || slices.Contains(hiddenMembers, name)
}

func knownScheme(s string) bool { return slices.Contains(schemes, strings.ToLower(s)) }
