package access

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// Limits of a client assertion. An hour is what the JWT libraries of clients
// set when nobody tells them otherwise.
const (
	assertionLifetime = time.Hour
	clockSkew         = time.Minute
	maxAssertion      = 16 << 10
	maxJTI            = 256
)

// algorithms that may sign an assertion. Clients of the UK directory sign with
// RS256; FAPI 1.0 Advanced section 8.6 would leave it out.
var algorithms = []string{"PS256", "RS256", "ES256"}

// assertion is a private_key_jwt (RFC 7523) that was found to be sound.
type assertion struct {
	software registry.Software
	scope    string // empty when it says none
	jti      string
	expires  time.Time
}

// fault is invalid_client for the assertion.
func fault(format string, args ...any) error {
	return refuse(invalidClient, "client_assertion: "+format, args...)
}

// readAssertion judges an assertion except for whether it has been used before.
// Its key is looked up in the registry: nothing is fetched.
func (g *Guard) readAssertion(text string) (assertion, error) {
	// What costs nothing comes first: a signature is verified for software that is
	// enrolled, with a key that it has.
	if len(text) > maxAssertion {
		return assertion{}, fault("expected at most %d characters, got %d", maxAssertion, len(text))
	}
	token, err := jose.Inspect(text)
	if err != nil || strings.ContainsAny(text, " \t\r\n") {
		return assertion{}, fault("expected a compact JWS without white space")
	}
	if name := repeated(token); name != "" {
		return assertion{}, fault("the member %s is there twice", shown(name))
	}
	alg, err := readHeader(token.Header)
	if err != nil {
		return assertion{}, err
	}
	soft, err := g.issuer(token.Claims)
	if err != nil {
		return assertion{}, err
	}
	if err := g.verify(soft, token.Header.String("kid"), alg, text); err != nil {
		return assertion{}, err
	}
	a := assertion{software: soft, scope: token.Claims.String("scope"), jti: token.Claims.String("jti")}
	if raw, there := token.Claims.Get("scope"); there && a.scope == "" && string(raw) != `""` {
		return assertion{}, fault("scope: expected a string")
	}
	if a.jti == "" || len(a.jti) > maxJTI {
		return assertion{}, fault("jti: expected 1 to %d characters", maxJTI)
	}
	if !slices.Contains(audiences(token.Claims), g.tokenURL()) {
		return assertion{}, fault("aud: expected %s, got %s", g.tokenURL(), shown(strings.Join(audiences(token.Claims), " ")))
	}
	a.expires, err = g.readTimes(token.Claims)
	return a, err
}

// repeated is a member that header or claims hold twice. Readers differ in which
// of the two they take (RFC 7515 and RFC 7519, section 4 of each), so neither is.
func repeated(token jose.Token) string {
	if name := token.Header.Duplicate(); name != "" {
		return name
	}
	return token.Claims.Duplicate()
}

// readHeader refuses every extension that must be understood (RFC 7515, section
// 4.1.11), since none is.
func readHeader(header jose.Object) (alg string, err error) {
	alg = header.String("alg")
	if !slices.Contains(algorithms, alg) {
		return "", fault("alg: expected %s, got %s", strings.Join(algorithms, " or "), shown(alg))
	}
	for _, name := range []string{"crit", "b64"} {
		if _, there := header.Get(name); there {
			return "", fault("%s: no extension is understood", name)
		}
	}
	if header.String("kid") == "" {
		return "", fault("kid: expected the id of a key of the software")
	}
	return alg, nil
}

// issuer finds the software that the assertion speaks for, by the id it has in
// the UK.
func (g *Guard) issuer(claims jose.Object) (registry.Software, error) {
	iss, sub := claims.String("iss"), claims.String("sub")
	if iss == "" || iss != sub {
		return registry.Software{}, fault("iss and sub: expected the id of one software statement in both, got %s and %s", shown(iss), shown(sub))
	}
	soft, org, err := g.desk.Registry.SoftwareByID(sub)
	if err != nil || soft.ID != sub {
		return registry.Software{}, fault("sub: no software is enrolled as %s", shown(sub))
	}
	if _, _, err := g.desk.Acting(org.ID, soft.ID); err != nil {
		return registry.Software{}, fault("sub: %s", problem.Of(err).Text)
	}
	return soft, nil
}

// verify tries the keys of that kid that the software publishes for signing. A
// key for TLS signs nothing else (RFC 7517, section 4.2).
func (g *Guard) verify(soft registry.Software, kid, alg, text string) error {
	keys, err := g.desk.Registry.Keys(soft.OrganisationID, soft.ID)
	if err != nil {
		return err
	}
	// A set may hold a kid twice: one key for its certificate, one verbatim.
	known := false
	for _, k := range keys {
		if k.KeyID != kid || k.Revoked != nil {
			continue
		}
		known = true
		key, err := jose.ParsePublicKey([]byte(k.JWK))
		if err != nil || key.Use != "" && key.Use != "sig" || key.Alg != "" && key.Alg != alg || !strong(alg, key.Bits()) {
			continue
		}
		if _, err := key.Verify(alg, text); err == nil {
			return nil
		}
	}
	if !known {
		return fault("kid: the software publishes no key %s", shown(kid))
	}
	return fault("the signature does not verify with a signing key %s as %s", shown(kid), alg)
}

// strong holds a key to the sizes of RFC 7518 sections 3.3 to 3.5. A set may
// hold others, which were published verbatim.
func strong(alg string, bits int) bool {
	if alg == "ES256" {
		return bits == 256
	}
	return bits >= 2048
}

// audiences reads aud, which is one string or a list (RFC 7519, section 4.1.3).
func audiences(claims jose.Object) []string {
	if one := claims.String("aud"); one != "" {
		return []string{one}
	}
	return claims.Strings("aud")
}

// readTimes wants an end that is near, and neither a beginning nor a time of
// issue ahead (RFC 7523, section 3, items 4 to 6).
func (g *Guard) readTimes(claims jose.Object) (expires time.Time, err error) {
	now := g.desk.Now()
	for _, name := range []string{"nbf", "iat"} {
		raw, there := claims.Get(name)
		if !there {
			continue
		}
		at, ok := date(raw)
		if !ok || at.After(now.Add(clockSkew)) {
			return expires, fault("%s: expected a time in seconds that is not ahead, got %s", name, shown(string(raw)))
		}
	}
	raw, _ := claims.Get("exp")
	expires, ok := date(raw)
	if !ok {
		return expires, fault("exp: expected a time in seconds, got %s", shown(string(raw)))
	}
	if !expires.After(now.Add(-clockSkew)) {
		return expires, fault("exp: the assertion ended at %s", expires.UTC().Format(time.RFC3339))
	}
	if expires.After(now.Add(assertionLifetime + clockSkew)) {
		return expires, fault("exp: expected at most %s from now, got %s", assertionLifetime, expires.UTC().Format(time.RFC3339))
	}
	// The memory of used assertions must outlast the leeway.
	return expires.Add(clockSkew), nil
}

// date reads a NumericDate (RFC 7519, section 2), which may have a fraction.
func date(raw json.RawMessage) (time.Time, bool) {
	var seconds *float64
	if json.Unmarshal(raw, &seconds) != nil || seconds == nil || math.Abs(*seconds) > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(*seconds), 0), true
}
