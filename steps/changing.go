package steps

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// change is what a story has changed in the directory, as far as its next
// lines speak of it as "that".
type change struct {
	certificate *tls.Certificate            // beside the TPP's own
	authority   string                      // that issued it; the ordinary one when empty
	distrust    func(context.Context) error // revokes that authority
	kid         string                      // of a directory key
	statement   string                      // under that key; a fresh one each time when empty
	call        string                      // what a client does
	scope, role string
	knob        string                        // that one is turned
	back        []func(context.Context) error // takes back the knobs that are turned
}

// draft is an honest registration with the certificate and the statement of
// the story, where it has them.
func (c change) draft(ctx context.Context, w *world, a *actor) (*registration.Draft, error) {
	statement := c.statement
	if statement == "" {
		var err error
		if statement, err = a.tpp.StatementWith(ctx, tpp.AssertionQuery{KeyID: c.kid}); err != nil {
			return nil, err
		}
	}
	d, err := a.DraftWith(statement)
	if err != nil {
		return nil, err
	}
	w.shape(d)
	if c.certificate != nil {
		d.Certificate = c.certificate
	}
	return d, nil
}

// afresh lets the same TPP take part on connections of its own, one for each
// request: many servers judge a certificate in the handshake and no later.
func (w *world) afresh(t *tpp.TPP) *actor {
	a := &actor{Client: w.run.clientAfresh(t, w.note), tpp: t}
	w.mu.Lock()
	w.actors = append(w.actors, a)
	w.mu.Unlock()
	return a
}

// directory is the one of the run, or the reason to skip the story.
func (w *world) directory(what string) (*tpp.Directory, error) {
	if w.run.Directory == nil || w.run.Roster == nil {
		return nil, fmt.Errorf("%s: %w", what, tpp.ErrNoDirectory)
	}
	return w.run.Directory, nil
}

// newDirectoryKey has the directory publish one more key and withdraws it at
// the end, so that the key set of a long-lived directory stays small.
func (w *world) newDirectoryKey(ctx context.Context) (kid string, err error) {
	d, err := w.directory("a new key of the directory")
	if err != nil {
		return "", err
	}
	if kid, err = d.AddKey(ctx); err != nil {
		return "", err
	}
	w.restore("withdraw the directory key", func(ctx context.Context) error { return d.WithdrawKey(ctx, kid) })
	return kid, nil
}

// stillAccepted is the control after a refusal: everything but the thing that
// was changed is still good.
func (w *world) stillAccepted(ctx context.Context) error {
	return w.comesToAccept(ctx, "a plain registration is accepted", func(ctx context.Context) error {
		return w.tries(ctx, w.main, "control", change{})
	})
}

// plainAccepted is the same where it is what the rule asks for.
func (w *world) plainAccepted(ctx context.Context) error {
	if err := w.tries(ctx, w.main, "registration", change{}); err != nil {
		return err
	}
	return w.isAccepted(ctx)
}
