package oracle

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
)

// EndpointHTTPS makes sure that a metadata member is an absolute https URL
// (RFC 8414, section 2).
func EndpointHTTPS(metadata jose.Object, name string) error {
	raw := metadata.String(name)
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" || u.Host == "" {
		return finding("an https "+name, "%q", raw)
	}
	return nil
}

// IssuerFits makes sure that the issuer is the URL under which its metadata
// was found (RFC 8414, section 3.3): the well-known part taken out. One slash
// at its end is forgiven.
func IssuerFits(metadata jose.Object, found string) error {
	issuer := metadata.String("issuer")
	u, err := url.Parse(found)
	if err != nil {
		return finding("an issuer", "%v", err)
	}
	for _, suffix := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		// OpenID Connect appends the well-known part, RFC 8414 puts it before the path.
		appended := strings.TrimSuffix(found, suffix)
		inserted := u.Scheme + "://" + u.Host + strings.TrimPrefix(u.Path, suffix)
		if issuer == appended || issuer == inserted || issuer == appended+"/" {
			return nil
		}
	}
	return finding("the issuer under which the metadata was found, "+found, "%q", issuer)
}

// OnlyFrom makes sure that a list in the metadata holds only permitted
// values. An absent list says nothing. It names the first value that is not
// permitted, as one is enough to negotiate badly.
func OnlyFrom(metadata jose.Object, name string, permitted []string) error {
	for _, v := range metadata.Strings(name) {
		if !slices.Contains(permitted, v) {
			return finding(name+" out of "+strings.Join(permitted, ", "), "%q", v)
		}
	}
	return nil
}

// Contains makes sure that a list in the metadata holds these values. An
// absent list holds none of them; a caller to whom that says nothing asks
// before.
func Contains(metadata jose.Object, name string, values []string) error {
	have := metadata.Strings(name)
	for _, v := range values {
		if !slices.Contains(have, v) {
			return finding(name+" with "+v, "%v", have)
		}
	}
	return nil
}

// IsTrue makes sure that a metadata member is the boolean true. The string
// "true" is not it: a client that reads the member as a boolean fails on it.
func IsTrue(metadata jose.Object, name string) error {
	raw, _ := metadata.Get(name)
	var v bool
	if err := json.Unmarshal(raw, &v); err != nil || !v {
		return finding(name+" true", "%s", excerpt(raw))
	}
	return nil
}
