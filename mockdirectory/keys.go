package mockdirectory

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Where key sets and certificates are published. The owner is the software's
// id, or the organisation's once more.
func jwksURL(base, org, owner string) string { return base + "/" + org + "/" + owner + ".jwks" }
func revokedURL(base, org, owner string) string {
	return base + "/" + org + "/revoked/" + owner + ".jwks"
}
func pemURL(base, org, owner, kid string) string {
	return base + "/" + org + "/" + owner + "/" + kid + ".pem"
}

// publishedKey is one member of a key set. It is never changed, so several
// sets may hold it.
type publishedKey struct {
	kid  string
	kind pki.Kind        // empty for a JWK published verbatim
	jwk  json.RawMessage // as it stands in the set
	pem  []byte          // leaf, then issuing CA; nil for a JWK published verbatim
}

// keySet is a JWK Set with its document, which is rendered when a key comes or
// goes and not when somebody asks.
type keySet struct {
	keys     []*publishedKey
	document []byte
}

// newKeySet has a document from the start: an owner without keys publishes an
// empty set and not a 404.
func newKeySet() keySet { return keySet{document: renderSet(nil)} }

// put adds a key. A certificate for a key that has one of the same kind takes its place.
func (s *keySet) put(k *publishedKey) {
	if old := s.find(k.kind, k.kid); old != nil && k.kind != "" {
		s.keys[slices.Index(s.keys, old)] = k
	} else {
		s.keys = append(s.keys, k)
	}
	s.document = renderSet(s.keys)
}

// take removes and returns every key of that kid. A key that was certified
// under several kinds goes with all of them.
func (s *keySet) take(kid string) []*publishedKey {
	var taken []*publishedKey
	s.keys = slices.DeleteFunc(s.keys, func(k *publishedKey) bool {
		if k.kid == kid {
			taken = append(taken, k)
		}
		return k.kid == kid
	})
	if taken != nil {
		s.document = renderSet(s.keys)
	}
	return taken
}

// find returns the key of that kind and kid, or nil.
func (s *keySet) find(kind pki.Kind, kid string) *publishedKey {
	for _, k := range s.keys {
		if k.kind == kind && k.kid == kid {
			return k
		}
	}
	return nil
}

// renderSet writes the JWKs as they are: one that was published verbatim may
// say a member twice. The slice is always a new one, so a document that was
// handed out stays as it was.
func renderSet(keys []*publishedKey) []byte {
	var out bytes.Buffer
	out.WriteString(`{"keys":[`)
	for i, k := range keys {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(k.jwk)
	}
	out.WriteString(`]}`)
	return out.Bytes()
}

// certifiedKey is what an honest key is published from.
type certifiedKey struct {
	public crypto.PublicKey
	kid    string
	kind   pki.Kind
	leaf   *x509.Certificate
	x5u    string
}

// publish renders the JWK with the members that the UK directory writes; `tls`
// is its own value of use, which RFC 7517 section 4.2 does not register. x5c
// has the whole chain up to the root, in base64 with padding and not base64url
// (RFC 7517 section 4.7).
func (c certifiedKey) publish(authority *pki.Authority) (*publishedKey, error) {
	use := "sig"
	if c.kind.Transport() {
		use = "tls"
	}
	jwk, err := jose.PublicJWK(c.public, c.kid, use)
	if err != nil {
		return nil, err
	}
	var chain []string
	for _, cert := range []*x509.Certificate{c.leaf, authority.Issuing(), authority.Root()} {
		chain = append(chain, base64.StdEncoding.EncodeToString(cert.Raw))
	}
	jwk.Set("x5c", chain)
	jwk.Set("x5t", pki.X5T(c.leaf))
	jwk.Set("x5t#S256", pki.X5TS256(c.leaf))
	jwk.Set("x5u", c.x5u)
	return &publishedKey{kid: c.kid, kind: c.kind, jwk: jwk.Bytes(), pem: chainPEM(c.leaf, authority.Issuing())}, nil
}
