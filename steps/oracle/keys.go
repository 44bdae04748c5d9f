package oracle

import (
	"encoding/json"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// Keys judges a published JWK Set: no private members, RSA of at least 2048
// bits, distinct kids, and a use (RFC 7517; FAPI 1.0 Advanced, section 8.6).
// certified asks in addition for a chain in x5c whose first certificate is
// the key's own (RFC 7517, section 4.7), as the keys of a directory have it.
// The first key that fails is the one that the Finding names.
func Keys(x *tpp.Exchange, certified bool) error {
	if err := Status(x, 200); err != nil {
		return err
	}
	var doc struct {
		Raw []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(x.Body, &doc); err != nil {
		return finding("a JWK Set", "%v", err)
	}
	if len(doc.Raw) == 0 {
		return finding("a JWK Set with keys", "none")
	}
	var kids []string
	for _, raw := range doc.Raw {
		obj, err := jose.ParseObject(raw)
		if err != nil {
			return finding("JWKs", "%v", err)
		}
		if err := publishedKey(obj, certified); err != nil {
			return err
		}
		kids = append(kids, obj.String("kid"))
	}
	return Distinct(kids)
}

// publishedKey looks for private members first (RFC 7518, sections 6.2.2,
// 6.3.2 and 6.4.1): a leaked key is worse than a weak one. "k" is there
// because a symmetric key is all private.
func publishedKey(jwk jose.Object, certified bool) error {
	kid := jwk.String("kid")
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
		if _, ok := jwk.Get(private); ok {
			return finding("public keys only", "the private member %q in key %q", private, kid)
		}
	}
	if jwk.String("use") == "" {
		return finding("a use for every key", "none for %q", kid)
	}
	key, err := jose.ParsePublicKey(jwk.Bytes())
	if err != nil {
		return finding("keys that can be read", "%v", err)
	}
	if jwk.String("kty") == "RSA" && key.Bits() < 2048 {
		return finding("RSA keys of at least 2048 bits", "%d for %q", key.Bits(), kid)
	}
	if !certified {
		return nil
	}
	if len(key.Chain) == 0 {
		return finding("a certificate chain in x5c for every key", "none for %q", kid)
	}
	pub, err := key.Raw()
	if err != nil {
		return finding("keys that can be read", "%v", err)
	}
	a, err := jose.Thumbprint(pub)
	if err != nil {
		return finding("keys that can be read", "%v", err)
	}
	if b, err := jose.Thumbprint(key.Chain[0].PublicKey); err != nil || a != b {
		return finding("the certificate of the key in x5c", "another key's for %q", kid)
	}
	return nil
}
