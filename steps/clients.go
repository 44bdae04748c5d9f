package steps

import (
	"context"
	"errors"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// clients are the steps about what became of the clients of a story.
func clients() []Step {
	return []Step{
		{`the client is unchanged`, (*world).unchanged},
		{`the client is gone`, (*world).clientGone},
		{`every client_id is different`, (*world).distinctIDs},
		{`the client identifiers are not in sequence`, (*world).unguessableIDs},
		{`the secrets and tokens carry at least 128 bits`, (*world).strongSecrets},
		{`two registered clients whose different keys have the same kid`, (*world).twoClientsOneKid},
		{`each asks for an access token`, (*world).eachAsksForToken},
		{`both obtain one`, (*world).bothObtained},
		{`neither obtains one with the other's key`, (*world).neitherWithOthersKey},
	}
}

// unchanged reads the main client with a credential of its own and compares
// with the answer to its registration: what both show must be the same.
func (w *world) unchanged(ctx context.Context) error {
	if !w.run.Profile.Has("read") {
		return &skip{"the client cannot be read in profile " + w.run.Profile.Name}
	}
	kept := w.last
	defer func() { w.last = kept }()
	var x *tpp.Exchange
	// A refused request may have cost the client its access token (OBIE DCR):
	// the second try comes with a new one.
	for range 2 {
		var err error
		x, err = w.main.Read(ctx, w.main.client, tpp.Manage{Label: "read back"})
		var lost *tpp.CredentialError
		if errors.As(err, &lost) && lost.Exchange.Answered() {
			return &oracle.Finding{Expected: "the client to be there and unchanged", Got: "no access token for it any more: " + err.Error()}
		}
		if err != nil {
			return err
		}
		if x.Status != 401 {
			break
		}
	}
	if err := oracle.Status(x, 200); err != nil {
		return err
	}
	return oracle.Unchanged(w.baseline(), x)
}

// baseline is the answer that shows the client as it should be: the last
// honest update that was accepted, or else the registration.
func (w *world) baseline() *tpp.Exchange {
	for i := len(w.exchanges) - 1; i >= 0; i-- {
		if x := w.exchanges[i]; x.Label == "twin of the update" && x.OK() {
			return x
		}
	}
	return w.main.answer
}

// clientGone reads with the access token that was kept from before the
// deletion. 401 is the answer, not 404: the credential has died with its
// client (RFC 7592, sections 2.1 and 2.3).
func (w *world) clientGone(ctx context.Context) error {
	x, err := w.main.Read(ctx, w.main.client, tpp.Manage{Credential: w.credential})
	if err != nil {
		return err
	}
	return oracle.Unauthorised(x, false, 401)
}

// ids are the client_ids of every registration of the story, in order.
func (w *world) ids() []string {
	out := make([]string, len(w.registered))
	for i, r := range w.registered {
		out[i] = r.ClientID
	}
	return out
}

// distinctIDs compares all client_ids of the story (RFC 7591, section 3.2.1).
// With fewer than two the scenario is at fault, so that is no finding.
func (w *world) distinctIDs(context.Context) error {
	if len(w.registered) < 2 {
		return fmt.Errorf("expected at least 2 registrations to compare, got %d", len(w.registered))
	}
	return oracle.Distinct(w.ids())
}

// unguessableIDs looks for a counter. A client_id is no secret (RFC 6749,
// section 2.2), but one that can be counted gives away how many there are and
// what the next will be.
func (w *world) unguessableIDs(context.Context) error { return oracle.NotSequential(w.ids()) }

// strongSecrets puts client secrets and registration access tokens together:
// RFC 6749, section 10.10 allows a guess to succeed with a probability of
// 2^-128 at most.
func (w *world) strongSecrets(context.Context) error {
	var secrets []string
	for _, r := range w.registered {
		for _, s := range []string{r.AccessToken, r.ClientSecret} {
			if s != "" {
				secrets = append(secrets, s)
			}
		}
	}
	if secrets == nil {
		return &skip{"the registrations brought no secret and no registration access token"}
	}
	return oracle.Entropy(secrets)
}

// twoClientsOneKid registers two clients that both call their key by the same
// name (RFC 7517, section 4.5: a kid is unique within one set only).
func (w *world) twoClientsOneKid(ctx context.Context) error {
	if !w.run.Profile.Has("jwks-by-value") {
		return &skip{"profile " + w.run.Profile.Name + " has no keys by value"}
	}
	for _, to := range []**actor{&w.main, &w.other} {
		t, err := w.run.Enroller.Enrol(ctx, w.wish)
		if err != nil {
			return err
		}
		named := *t
		named.Key.ID = "dcrkit-same-kid"
		jwk, err := jose.PublicJWK(named.Key.Public(), named.Key.ID, "sig")
		if err != nil {
			return err
		}
		jwk.Set("alg", named.Key.Alg)
		named.JWKS = jose.Set(jwk)
		*to = w.act(&named)
		if err := w.registerHonestly(ctx, *to); err != nil {
			return err
		}
	}
	return nil
}

// eachAsksForToken leaves both answers to the step that follows, a refusal
// included.
func (w *world) eachAsksForToken(ctx context.Context) error {
	w.prior, _ = w.main.Token(ctx, w.main.client, tpp.TokenOptions{})
	w.last, _ = w.other.Token(ctx, w.other.client, tpp.TokenOptions{})
	return nil
}

// bothObtained fails for a server that finds keys by kid alone: it verifies
// one of the two clients with the key of the other.
func (w *world) bothObtained(context.Context) error {
	for _, x := range []*tpp.Exchange{w.prior, w.last} {
		if err := oracle.Status(x, 200); err != nil {
			return err
		}
	}
	return nil
}

// neitherWithOthersKey sends the main client's assertion under its own kid,
// but signed by the other client's key, whose kid is the same (RFC 7523,
// section 3).
func (w *world) neitherWithOthersKey(ctx context.Context) error {
	signer := w.other.tpp.Key.Signer()
	x, _ := w.main.Token(ctx, w.main.client, tpp.TokenOptions{Label: "with the other's key", Assertion: func(d *jose.Draft) { d.Sign = signer }})
	return oracle.TokenRefused(x, w.run.Profile.Accepts(w.rule))
}
