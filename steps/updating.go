package steps

import (
	"context"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// update is a fresh honest update of an actor in the shape of this story. It
// is a whole registration, since an update replaces everything (RFC 7592,
// section 2.2).
func (w *world) update(ctx context.Context, a *actor) (*registration.Draft, error) {
	d, err := a.UpdateDraft(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("make an honest update: %w", err)
	}
	w.shape(d)
	return d, nil
}

// acceptedUpdate is the control of a refused update. The answer also becomes
// what the client is compared with afterwards: it has changed the client, so
// the registration no longer describes it.
func (w *world) acceptedUpdate(ctx context.Context) error {
	if err := w.send(ctx, w.main, "updates", tpp.Manage{Label: "twin of the update"}); err != nil {
		return err
	}
	if err := oracle.Status(w.last, 200); err != nil {
		return &controlError{err}
	}
	return nil
}

// updatesWith sends an update with a change. The metadata before the change
// are kept for steps that ask whether it had an effect.
func (w *world) updatesWith(ctx context.Context, a *actor, change func(*registration.Draft) error, m tpp.Manage) error {
	d, err := w.update(ctx, a)
	if err != nil {
		return err
	}
	w.twin = metadataOf(d)
	if err := change(d); err != nil {
		return err
	}
	return w.sendUpdate(ctx, a, d, m)
}

// sendUpdate sends an update that is made already. The credential is noted
// for a later "with the same access token", unless the story has one already.
func (w *world) sendUpdate(ctx context.Context, a *actor, d *registration.Draft, m tpp.Manage) error {
	w.sent = d
	if w.credential == nil {
		credential, err := a.Credential(ctx, a.client)
		if err != nil {
			return err
		}
		w.credential = &credential
	}
	x, err := a.Update(ctx, a.client, d, m)
	if err != nil {
		return err
	}
	w.heard(x)
	return nil
}

// updatesMalformed changes an update as a registration is changed: RFC 7592,
// section 2.2 holds it to the same rules. Where the malformation took the
// certificate away, the call shows none.
func (w *world) updatesMalformed(ctx context.Context, name string) error {
	m, err := malformation.ByName(name)
	if err != nil {
		return err
	}
	d, err := w.update(ctx, w.main)
	if err != nil {
		return err
	}
	w.twin = metadataOf(d)
	if err := w.malform(ctx, d, name); err != nil {
		return err
	}
	return w.sendUpdate(ctx, w.main, d, tpp.Manage{
		Label: "malformed update", NoCertificate: m.Part == malformation.Transport && d.Certificate == nil,
	})
}

// updatesToOneRedirect shortens the list, which an update that merges would
// not do.
func (w *world) updatesToOneRedirect(ctx context.Context) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set("redirect_uris", d.Request.Claims.Strings("redirect_uris")[:1])
		return nil
	}, tpp.Manage{})
}

// updatesToScope is the way round the check at registration: first modest,
// then more.
func (w *world) updatesToScope(ctx context.Context, scope string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set("scope", scope)
		return nil
	}, tpp.Manage{})
}

// updatesWithout leaves a member out and does not send null; both ask for its
// removal (RFC 7592, section 2.2).
func (w *world) updatesWithout(ctx context.Context, name string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Remove(name)
		return nil
	}, tpp.Manage{})
}

// updatesAsNobody sends a client_id or client_secret that is not the
// client's. If sent, each must be the current one (RFC 7592, section 2.2).
func (w *world) updatesAsNobody(ctx context.Context, name string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set(name, "dcrkit-nobody")
		return nil
	}, tpp.Manage{})
}

// updatesWithServerMember sends a member that only the server may set, which
// RFC 7592, section 2.2 forbids in an update. It is skipped where the server
// did not issue that member: then it is unknown metadata and may be ignored.
func (w *world) updatesWithServerMember(ctx context.Context, name string) error {
	if _, ok := w.main.client.Metadata.Get(name); !ok {
		return &skip{"the answer to the registration has no " + name}
	}
	// Not the server's own value: a server that ignores the member could not be
	// told from one that takes it.
	var value any = "https://dcrkit.example/chosen"
	if name == "client_id_issued_at" {
		value = 1
	}
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set(name, value)
		return nil
	}, tpp.Manage{})
}

// updatesTwice sends one draft twice, with the same jti. The first has to
// succeed, or the second was refused for another reason than its repetition.
func (w *world) updatesTwice(ctx context.Context) error {
	d, err := w.update(ctx, w.main)
	if err != nil {
		return err
	}
	w.sent = d
	for i := range 2 {
		x, err := w.main.Update(ctx, w.main.client, d, tpp.Manage{})
		if err != nil {
			return err
		}
		w.heard(x)
		if i == 0 && !x.OK() {
			return &controlError{oracle.Status(x, 200)}
		}
	}
	return nil
}

// updatesWithRegistration sends bytes that were signed for another purpose.
// Method and URL are not signed, so only the jti tells (RFC 7519, section
// 4.1.7).
func (w *world) updatesWithRegistration(ctx context.Context) error {
	body := w.main.answer.Request.Body
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Envelope.Rewrite = append(d.Envelope.Rewrite, func([]byte) []byte { return body })
		return nil
	}, tpp.Manage{})
}
