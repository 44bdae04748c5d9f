package oracle

import (
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// SecretExpires makes sure that client_secret_expires_at stands beside a
// client_secret (RFC 7591, section 3.2.1). 0 says that it never does, so only
// presence counts. Callers ask after registering for a method that needs a
// secret; without one there is nothing to authenticate with.
func SecretExpires(x *tpp.Exchange) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if _, ok := obj.Get("client_secret"); !ok {
		return finding("a client_secret for a method that needs one", "none")
	}
	if _, ok := obj.Get("client_secret_expires_at"); !ok {
		return finding("client_secret_expires_at beside client_secret", "none")
	}
	return nil
}

// ManagementTogether makes sure that registration_access_token and
// registration_client_uri come both or not at all (RFC 7592, section 3). One
// without the other is of no use: a token for an unknown URL, or a URL that
// nobody may call.
func ManagementTogether(x *tpp.Exchange) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	token, uri := obj.String("registration_access_token"), obj.String("registration_client_uri")
	if (token == "") != (uri == "") {
		return finding("registration_access_token and registration_client_uri together", "only one of them")
	}
	return nil
}

// Distinct makes sure that no two of the identifiers are equal.
func Distinct(ids []string) error {
	seen := map[string]bool{}
	for _, id := range ids {
		if id == "" {
			return finding("a client_id for every registration", "none for one")
		}
		if seen[id] {
			return finding("different client_ids", "%q twice", id)
		}
		seen[id] = true
	}
	return nil
}

// NotSequential makes sure that the identifiers are no counter: no two in a row
// have the same length and differ in their last character only.
func NotSequential(ids []string) error {
	for i := 1; i < len(ids); i++ {
		a, b := ids[i-1], ids[i]
		if len(a) == len(b) && len(a) > 1 && a[:len(a)-1] == b[:len(b)-1] {
			return finding("identifiers that nobody can guess", "%q after %q", b, a)
		}
	}
	return nil
}

// Entropy makes sure that a secret is long enough for 128 bits and that its
// characters vary (RFC 6749, section 10.10). It is an estimate from outside:
// the alphabet is what occurs in all of them together. A small sample makes
// it too low, which is why it takes many secrets at once; constant parts make
// it too high. It finds short secrets, not bad generators. Equal secrets are
// a finding whatever their length.
func Entropy(secrets []string) error {
	alphabet := map[rune]bool{}
	shortest := -1
	for _, s := range secrets {
		if shortest < 0 || len(s) < shortest {
			shortest = len(s)
		}
		for _, r := range s {
			alphabet[r] = true
		}
	}
	bits := 0.0
	for n := len(alphabet); n > 1; n /= 2 {
		bits++
	}
	if total := bits * float64(shortest); total < 128 {
		return finding("secrets of at least 128 bits", "%.0f bits: %d characters out of %d", total, shortest, len(alphabet))
	}
	return Distinct(secrets)
}
