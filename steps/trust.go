package steps

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// trust are the steps in which the directory does something: it publishes,
// rotates, or is looked at itself.
func trust() []Step {
	return []Step{
		{`a TPP whose software has published a (second signing) key`, (*world).publishedNamed},
		{`a TPP whose software has published an (RSA key of 1024 bits)`, (*world).publishedNamed},
		{`a TPP whose software has published a (key on the curve P-384)`, (*world).publishedNamed},
		{`a TPP whose software has published a key with "(use|alg)" set to "([^"]*)"`, (*world).publishedWith},
		{`the same registration is sent under the second key's kid`, (*world).sentUnderSecondKid},
		{`the same registration is sent signed by that key(?: as "([^"]*)")?`, (*world).sentSignedByPublished},
		{`the software publishes a new signing key and registers with it`, (*world).registersWithNewKey},
		{`the software publishes a new signing key and the client asks for an access token with it`, (*world).tokenWithNewKey},
		{`the directory publishes a new signing key and the TPP registers with a statement under it`, (*world).registersUnderNewKey},
		{`the directory publishes a new signing key between two statements`, (*world).registersUnderBothKeys},
		{`both statements are accepted`, (*world).bothAccepted},
		{`the directory's key set is read`, (*world).readsDirectoryKeys},
		{`its keys name their use, their algorithm's key and their certificate`, (*world).coherentKeys},
	}
}

// publish adds a key to the software's key set at the directory. members go
// into the JWK as they are, also where they contradict the key. The kid is
// its thumbprint (RFC 7638), so nothing published before is replaced.
func (w *world) publish(ctx context.Context, private crypto.Signer, alg string, members map[string]string) (jose.Key, error) {
	if w.run.Directory == nil {
		return jose.Key{}, fmt.Errorf("publish a key: %w", tpp.ErrNoDirectory)
	}
	a, err := w.theTPP(ctx)
	if err != nil {
		return jose.Key{}, err
	}
	kid, err := jose.Thumbprint(private.Public())
	if err != nil {
		return jose.Key{}, err
	}
	jwk, err := jose.PublicJWK(private.Public(), kid, "sig")
	if err != nil {
		return jose.Key{}, err
	}
	for name, value := range members {
		jwk.Set(name, value)
	}
	if err := w.run.Directory.PublishJWK(ctx, a.tpp.OrganisationID, a.tpp.SoftwareID, jwk.Bytes()); err != nil {
		return jose.Key{}, err
	}
	return jose.Key{Private: private, ID: kid, Alg: alg}, nil
}

// publishedNamed keeps the key as the story's spare one. The weak ones are
// below RFC 7518, section 3.3 for RSA, and off the one curve of ES256
// (section 3.4). They are genuinely published, so that only their kind can be
// refused.
func (w *world) publishedNamed(ctx context.Context, what string) error {
	var private crypto.Signer
	var err error
	alg := "ES256"
	switch what {
	case "RSA key of 1024 bits":
		private, err = rsa.GenerateKey(rand.Reader, 1024)
		alg = "PS256"
	case "key on the curve P-384":
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return err
	}
	w.spare, err = w.publish(ctx, private, alg, nil)
	return err
}

// publishedWith publishes a sound P-256 key whose use or alg forbids it for
// this signature (RFC 7517, sections 4.2 and 4.4).
func (w *world) publishedWith(ctx context.Context, member, value string) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	w.spare, err = w.publish(ctx, private, "ES256", map[string]string{member: value})
	return err
}

// sentUnderSecondKid signs with the usual key and names another published
// one. A server that tries all keys in turn lets a kid mean nothing (RFC
// 7515, section 4.1.4).
func (w *world) sentUnderSecondKid(ctx context.Context) error {
	return w.sentWith(ctx, func(d *registration.Draft) { d.Request.Header.Set("kid", w.spare.ID) })
}

// sentSignedByPublished signs with the spare key under its own kid. as puts
// another alg into the header than the one that signed.
func (w *world) sentSignedByPublished(ctx context.Context, as string) error {
	return w.sentWith(ctx, func(d *registration.Draft) {
		d.Request.Header.Set("kid", w.spare.ID)
		d.Request.Header.Set("alg", w.spare.Alg)
		d.Request.Sign = w.spare.Signer()
		if as != "" {
			d.Request.Header.Set("alg", as)
		}
	})
}

// sentWith sends the twin again with a change that only this story makes.
func (w *world) sentWith(ctx context.Context, change func(*registration.Draft)) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	change(d)
	_, err = w.register(ctx, w.main, "malformed", d)
	return err
}

// newKey publishes a second honest signing key and returns the same TPP with it.
func (w *world) newKey(ctx context.Context) (*actor, error) {
	if err := w.publishedNamed(ctx, "second signing"); err != nil {
		return nil, err
	}
	renewed := *w.main.tpp
	renewed.Key = w.spare
	return w.act(&renewed), nil
}

// registersWithNewKey uses a kid that the server cannot have in its cache: it
// has to fetch the set again (OpenID Connect Core, section 10.1.1).
func (w *world) registersWithNewKey(ctx context.Context) error {
	a, err := w.newKey(ctx)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	_, err = w.register(ctx, a, "with a new key", d)
	return err
}

// tokenWithNewKey asks as the registered client, whose
// token_endpoint_auth_signing_alg stays what it was.
func (w *world) tokenWithNewKey(ctx context.Context) error {
	if w.main.client.AuthMethod != "private_key_jwt" {
		return &skip{"the client does not authenticate by private_key_jwt"}
	}
	if w.run.Roster == nil {
		return fmt.Errorf("publish a key: %w", tpp.ErrNoDirectory)
	}
	private, err := w.run.Roster.FreshKey(ctx)
	if err != nil {
		return err
	}
	key, err := w.publish(ctx, private, w.main.tpp.Key.Alg, nil)
	if err != nil {
		return err
	}
	renewed := *w.main.tpp
	renewed.Key = key
	a := w.act(&renewed)
	w.last, _ = a.Token(ctx, w.main.client, tpp.TokenOptions{Label: "with a new key"})
	return nil
}

// underNewKey is an honest registration whose statement the directory signed
// with a key that it has only just published.
func (w *world) underNewKey(ctx context.Context) (*registration.Draft, error) {
	kid, err := w.newDirectoryKey(ctx)
	if err != nil {
		return nil, err
	}
	return change{kid: kid}.draft(ctx, w, w.main)
}

// registersUnderNewKey is honest all through, so a refusal means that the
// server did not look at the directory's key set again.
func (w *world) registersUnderNewKey(ctx context.Context) error {
	d, err := w.underNewKey(ctx)
	if err != nil {
		return err
	}
	_, err = w.register(ctx, w.main, "new key's statement", d)
	return err
}

// registersUnderBothKeys sends the new key's statement first. The old one
// then has to pass although the server has just refreshed its keys: both are
// published while their use overlaps (OpenID Connect Core, section 10.1.1).
func (w *world) registersUnderBothKeys(ctx context.Context) error {
	before, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	if err := w.registersUnderNewKey(ctx); err != nil {
		return err
	}
	_, err = w.register(ctx, w.main, "old key's statement", before)
	return err
}

// bothAccepted judges the last two answers of the story.
func (w *world) bothAccepted(context.Context) error {
	for _, x := range []*tpp.Exchange{w.prior, w.last} {
		if err := oracle.Registered(x); err != nil {
			return err
		}
	}
	return nil
}

// readsDirectoryKeys fetches from the directory and not through the target.
func (w *world) readsDirectoryKeys(ctx context.Context) error {
	if w.run.Directory == nil {
		return fmt.Errorf("read the directory's key set: %w", tpp.ErrNoDirectory)
	}
	w.last = w.run.Directory.KeySetExchange(ctx)
	w.note(w.last)
	return nil
}

// coherentKeys judges the directory, not the target: what it finds is trouble
// of the environment.
func (w *world) coherentKeys(context.Context) error {
	if err := oracle.Keys(w.last, true); err != nil {
		// Not wrapped: a finding about the directory must not weigh as one about the target.
		return errors.New("trouble with the directory's key set: " + err.Error())
	}
	return nil
}
