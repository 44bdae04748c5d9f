package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// revocations are the steps in which a certificate, an authority or a key loses
// its worth.
func revocations() []Step {
	return []Step{
		{`a second client certificate for the same key, with which the server accepts it too`, (*world).secondCertificate},
		{`a second client certificate of another authority, with which the server accepts it too`, (*world).certificateElsewhere},
		{`a client certificate for the same key that OCSP reports as (revoked|unknown)`, (*world).reportedCertificate},
		{`the directory puts that certificate on its revocation list`, (*world).listsCertificate},
		{`the directory revokes that authority`, (*world).revokesAuthority},
		{`the same registration is sent with that certificate`, (*world).sentWithCertificate},
		{`the same registration is sent with a client certificate of (another authority|an authority that two roots have signed)`, (*world).sentUnderAuthority},
		{`the server comes to refuse a registration with that certificate`, (*world).certificateRefused},
		{`a registration with the first certificate is accepted`, (*world).stillAccepted},

		{`a second client certificate for the same key, over which the client (reads|updates|gets a token)`, (*world).callsOverSecond},
		{`the directory revokes that certificate`, (*world).revokesCertificate},
		{`the server comes to refuse that call`, (*world).callRefused},
		{`the same call over the first certificate is accepted`, (*world).callOverFirst},

		{`a second signing certificate of its software, with whose key the client obtains an access token`, (*world).secondSigningKey},
		{`the directory revokes that key`, (*world).revokesKey},
		{`the server comes to refuse a token request with that key`, (*world).keyRefused},
		{`the client obtains an access token with the first key`, (*world).firstKeyServes},

		{`a statement under a new key of the directory, which the server accepts`, (*world).statementUnderNewKey},
		{`the directory withdraws that key`, (*world).withdrawsKey},
		{`the directory publishes that key again`, (*world).reinstatesKey},
		{`the server comes to refuse a registration with (that statement|a fresh statement under that key)`, (*world).statementRefused},
		{`the server comes to accept a registration with that statement`, (*world).statementAccepted},
		{`a registration with a statement under the other key is accepted`, (*world).stillAccepted},
		{`the directory publishes a new signing key and the client updates itself with a statement under it`, (*world).updatesUnderNewKey},
		{`that update is accepted`, (*world).updateAccepted},
	}
}

// newCertificate makes the second certificate that the story speaks of, and who
// uses it: the same TPP on connections of its own.
func (w *world) newCertificate(ctx context.Context) (err error) {
	if _, err = w.directory("a second client certificate"); err != nil {
		return err
	}
	w.other = w.afresh(w.main.tpp)
	w.change.certificate, err = w.run.Roster.SecondCertificate(ctx, w.main.tpp, w.change.authority)
	return err
}

// secondCertificate is the twin of the one that will be revoked: subject, key
// and issuer are the same before and after, and the same as the first one's.
func (w *world) secondCertificate(ctx context.Context) error {
	if err := w.newCertificate(ctx); err != nil {
		return err
	}
	return w.comesToAccept(ctx, "a second certificate is accepted", w.registersWithIt)
}

// registersWithIt registers with what the story has changed, over a connection
// of its own.
func (w *world) registersWithIt(ctx context.Context) error {
	return w.tries(ctx, w.other, "with the second certificate", w.change)
}

// certificateElsewhere has it issued by an authority made for this story, which
// can be revoked without harm to others.
func (w *world) certificateElsewhere(ctx context.Context) error {
	if err := w.newAuthority(ctx); err != nil {
		return err
	}
	return w.secondCertificate(ctx)
}

// newAuthority has the directory found one for this story. Nobody is to trust
// it for longer.
func (w *world) newAuthority(ctx context.Context) error {
	d, err := w.directory("another authority")
	if err != nil {
		return err
	}
	slug, err := d.AddAuthority(ctx)
	if failure := (*tpp.DirectoryError)(nil); errors.As(err, &failure) && failure.Status == http.StatusConflict {
		return &skip{"the directory takes no more issuing authorities: " + failure.Description}
	}
	if err != nil {
		return err
	}
	w.change.authority = slug
	w.change.distrust = w.restore("revoke the authority", func(ctx context.Context) error { return d.RevokeAuthority(ctx, slug) })
	return nil
}

// reportedCertificate is one that the server has not seen yet, so that no
// earlier answer of the responder can be in its way (RFC 6960, section 2.2).
// The revocation list does not name it: only who asks the responder can know.
func (w *world) reportedCertificate(ctx context.Context, status string) error {
	d, err := w.directory("a certificate that is " + status)
	if err != nil {
		return err
	}
	if err := w.newCertificate(ctx); err != nil {
		return err
	}
	if status == "revoked" {
		return d.RevokeSerial(ctx, w.main.tpp.OrganisationID, w.change.certificate, tpp.InOCSP)
	}
	return w.turn(ctx, tpp.Knob{Name: "ocsp", Value: status, Serial: tpp.Serial(w.change.certificate)})
}

// listsCertificate leaves the responder saying that the certificate is good:
// only who reads the list can know (RFC 5280, section 5).
func (w *world) listsCertificate(ctx context.Context) error {
	return w.run.Directory.RevokeSerial(ctx, w.main.tpp.OrganisationID, w.change.certificate, tpp.InCRL)
}

func (w *world) revokesAuthority(ctx context.Context) error { return w.change.distrust(ctx) }

// sentWithCertificate sends once and keeps what comes of it.
func (w *world) sentWithCertificate(ctx context.Context) error {
	d, err := w.change.draft(ctx, w, w.other)
	if err != nil {
		return err
	}
	_, err = w.register(ctx, w.other, "with that certificate", d)
	return err
}

func (w *world) sentUnderAuthority(ctx context.Context, which string) error {
	w.change.authority = tpp.CrossSigned
	if which == "another authority" {
		if err := w.newAuthority(ctx); err != nil {
			return err
		}
	}
	if err := w.newCertificate(ctx); err != nil {
		return err
	}
	return w.sentWithCertificate(ctx)
}

func (w *world) certificateRefused(ctx context.Context) error {
	return w.comesToRefuse(ctx, "a client certificate is worth nothing any more", w.registersWithIt)
}

// callsOverSecond makes a second actor: the same TPP with the second
// certificate, and so with access tokens that are bound to it (RFC 8705,
// section 3). Its client is the one that the first has registered.
func (w *world) callsOverSecond(ctx context.Context, call string) error {
	if need := map[string]string{"reads": "read", "updates": "update", "gets a token": "token-endpoint"}[call]; !w.run.Profile.Has(need) {
		return &skip{"profile " + w.run.Profile.Name + " has no " + need}
	}
	w.change.call = call
	if err := w.newCertificate(ctx); err != nil {
		return err
	}
	second := *w.main.tpp
	second.Transport = w.change.certificate
	w.other = w.afresh(&second)
	w.other.client = w.main.client
	return w.control(ctx, w.callOver(w.other))
}

// control is a call that has to succeed before or after one that must not.
func (w *world) control(ctx context.Context, call func(context.Context) error) error {
	err := w.comesTo(ctx, "an honest call is answered", call, func(context.Context) error { return oracle.Status(w.last, 200) })
	var found *oracle.Finding
	if errors.As(err, &found) {
		return &controlError{err}
	}
	return err
}

// callOver does what the story is about as an actor. A credential that cannot
// be had is the answer of the token endpoint.
func (w *world) callOver(a *actor) func(context.Context) error {
	return func(ctx context.Context) error {
		if w.change.call == "gets a token" {
			x, _ := a.Token(ctx, a.client, tpp.TokenOptions{Label: w.change.call})
			w.heard(x)
			return nil
		}
		err := w.send(ctx, a, w.change.call, tpp.Manage{})
		var refused *tpp.CredentialError
		if errors.As(err, &refused) && refused.Exchange.Answered() {
			w.heard(refused.Exchange)
			return nil
		}
		return err
	}
}

// revokesCertificate revokes it wherever a revocation can show but in the key
// sets: the first certificate has the same key.
func (w *world) revokesCertificate(ctx context.Context) error {
	return w.run.Directory.RevokeSerial(ctx, w.main.tpp.OrganisationID, w.change.certificate)
}

// callRefused takes the status of either endpoint: a call fails where its token
// is asked for, too.
func (w *world) callRefused(ctx context.Context) error {
	return w.comesTo(ctx, "the certificate of a call is revoked", w.callOver(w.other), func(context.Context) error {
		if w.last.Request.URL == w.run.Target.TokenEndpoint {
			return oracle.TokenRefused(w.last, w.run.Profile.Accepts(w.rule))
		}
		return oracle.Unauthorised(w.last, true, w.accepted(400, 401, 403)...)
	})
}

func (w *world) callOverFirst(ctx context.Context) error { return w.control(ctx, w.callOver(w.main)) }

// secondSigningKey gives the software a key that nothing else hangs on.
func (w *world) secondSigningKey(ctx context.Context) error {
	if w.main.client.AuthMethod != "private_key_jwt" {
		return &skip{"the client does not authenticate by private_key_jwt"}
	}
	if _, err := w.directory("a second signing key"); err != nil {
		return err
	}
	second, err := w.run.Roster.SecondKey(ctx, w.main.tpp)
	if err != nil {
		return err
	}
	w.other = w.act(second)
	w.other.client, w.change.call = w.main.client, "gets a token"
	return w.control(ctx, w.callOver(w.other))
}

func (w *world) revokesKey(ctx context.Context) error {
	return w.run.Directory.RevokeCertificate(ctx, w.main.tpp.OrganisationID, w.other.tpp.Key.ID)
}

func (w *world) keyRefused(ctx context.Context) error {
	return w.comesTo(ctx, "a key of the software is revoked", w.callOver(w.other), w.tokenRefused)
}

func (w *world) firstKeyServes(ctx context.Context) error { return w.control(ctx, w.callOver(w.main)) }

// statementUnderNewKey keeps the statement, so that later lines can tell what
// becomes of this very one.
func (w *world) statementUnderNewKey(ctx context.Context) (err error) {
	if w.change.kid, err = w.newDirectoryKey(ctx); err != nil {
		return err
	}
	if w.change.statement, err = w.main.tpp.StatementWith(ctx, tpp.AssertionQuery{KeyID: w.change.kid}); err != nil {
		return err
	}
	return w.statementAccepted(ctx)
}

func (w *world) statementAccepted(ctx context.Context) error {
	return w.comesToAccept(ctx, "the directory has published a key", w.registersWithStatement)
}

func (w *world) registersWithStatement(ctx context.Context) error {
	return w.tries(ctx, w.main, "with that statement", w.change)
}

func (w *world) withdrawsKey(ctx context.Context) error {
	return w.run.Directory.WithdrawKey(ctx, w.change.kid)
}

func (w *world) reinstatesKey(ctx context.Context) error {
	return w.run.Directory.ReinstateKey(ctx, w.change.kid)
}

// statementRefused asks for a fresh statement each time where the key counts as
// stolen: the directory signs with a withdrawn key for whoever asks, as a thief
// would.
func (w *world) statementRefused(ctx context.Context, which string) error {
	if which != "that statement" {
		w.change.statement = ""
	}
	return w.comesToRefuse(ctx, "the directory has withdrawn a key", w.registersWithStatement)
}

// updatesUnderNewKey brings the second statement where it belongs: to the client
// that the first one made (RFC 7592, section 2.2).
func (w *world) updatesUnderNewKey(ctx context.Context) error {
	if !w.run.Profile.Has("update") {
		return &skip{"the client cannot be updated in profile " + w.run.Profile.Name}
	}
	kid, err := w.newDirectoryKey(ctx)
	if err != nil {
		return err
	}
	statement, err := w.main.tpp.StatementWith(ctx, tpp.AssertionQuery{KeyID: kid})
	if err != nil {
		return fmt.Errorf("a second statement: %w", err)
	}
	d, err := w.update(ctx, w.main)
	if err != nil {
		return err
	}
	d.Request.Claims.Set("software_statement", statement)
	return w.sendUpdate(ctx, w.main, d, tpp.Manage{Label: "a later statement under a new key"})
}

func (w *world) updateAccepted(context.Context) error { return oracle.Status(w.last, 200) }
