package steps

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// context is what a malformation may draw on in this story. What this run
// does not have stays nil, and a malformation that needs it is skipped. The
// trap is set once, so that all URLs of a story lead to the same one.
func (w *world) context(ctx context.Context) malformation.Context {
	c := malformation.Context{Now: w.run.Now(), Key: w.main.tpp.Key}
	c.Keys = func(name malformation.KeyName) (jose.Key, error) { return w.key(ctx, name) }
	if w.run.Canary != nil {
		if w.trap == nil {
			w.trap = w.run.Canary.Trap()
		}
		c.Canary = strings.TrimSuffix(w.trap.URL(""), "/")
	}
	if w.run.Roster == nil {
		return c
	}
	c.Certificates = func(name malformation.CertificateName) (*tls.Certificate, error) {
		return w.run.Roster.Certificate(ctx, w.main.tpp, string(name))
	}
	c.ForeignStatement = func() (string, error) {
		t, err := w.run.Roster.Foreign(ctx, w.main.tpp)
		if err != nil {
			return "", err
		}
		return t.Statement(ctx, "")
	}
	c.DirectoryKey = func() (jose.PublicKey, error) { return w.directoryKey(ctx) }
	return c
}

// key finds a key that is not the honest signer's. Without a directory only a
// rogue key can be made: each of the others is defined by where it is
// published.
func (w *world) key(ctx context.Context, name malformation.KeyName) (jose.Key, error) {
	t := w.main.tpp
	if w.run.Roster == nil {
		if name == malformation.RogueKey {
			return tpp.RogueKey(t)
		}
		return jose.Key{}, fmt.Errorf("the key %s: %w", name, malformation.ErrUnavailable)
	}
	switch name {
	case malformation.RogueKey:
		return w.run.Roster.RogueKey(ctx, t)
	case malformation.ForeignKey:
		other, err := w.run.Roster.Foreign(ctx, t)
		if err != nil {
			return jose.Key{}, err
		}
		return other.Key, nil
	case malformation.TransportKey:
		return t.TransportKey, nil
	case malformation.OrganisationKey:
		return w.run.Roster.OrganisationKey(ctx, t)
	case malformation.RevokedKey:
		return w.run.Roster.RevokedKey(ctx, t)
	}
	return jose.Key{}, fmt.Errorf("the key %s: %w", name, malformation.ErrUnavailable)
}

// directoryKey is the key under which the directory signs now. It is found by
// the kid of a genuine statement, as the set may hold older keys.
// Malformations use the public key as an HMAC secret (RFC 8725, section 2.1).
func (w *world) directoryKey(ctx context.Context) (jose.PublicKey, error) {
	statement, err := w.main.tpp.Statement(ctx, "")
	if err != nil {
		return jose.PublicKey{}, err
	}
	token, err := jose.Inspect(statement)
	if err != nil {
		return jose.PublicKey{}, err
	}
	set, err := w.run.Directory.Keys(ctx)
	if err != nil {
		return jose.PublicKey{}, err
	}
	keys := set.Find(token.Header.String("kid"))
	if len(keys) == 0 {
		return jose.PublicKey{}, fmt.Errorf("the directory does not publish the key %q of its own statement", token.Header.String("kid"))
	}
	return keys[0], nil
}
