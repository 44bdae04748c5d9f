package trust

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Certified is what an honest key is published from.
type Certified struct {
	Public crypto.PublicKey
	KeyID  string
	Use    string // sig, enc, or tls: the UK directory's own, which RFC 7517 section 4.2 does not register
	Leaf   *x509.Certificate
	X5U    string
}

// CertifiedJWK renders the JWK with the members that the UK directory writes.
// x5c has the whole chain up to the root, in base64 with padding and not
// base64url (RFC 7517 section 4.7).
func CertifiedJWK(a *pki.Authority, c Certified) ([]byte, error) {
	jwk, err := jose.PublicJWK(c.Public, c.KeyID, c.Use)
	if err != nil {
		return nil, err
	}
	var chain []string
	for _, cert := range []*x509.Certificate{c.Leaf, a.Issuing(), a.Root()} {
		chain = append(chain, base64.StdEncoding.EncodeToString(cert.Raw))
	}
	jwk.Set("x5c", chain)
	jwk.Set("x5t", pki.X5T(c.Leaf))
	jwk.Set("x5t#S256", pki.X5TS256(c.Leaf))
	jwk.Set("x5u", c.X5U)
	return jwk.Bytes(), nil
}
