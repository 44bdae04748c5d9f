package steps

import (
	"context"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// update is a fresh honest update of an actor in the shape of this story.
func (w *world) update(ctx context.Context, a *actor) (*registration.Draft, error) {
	d, err := a.UpdateDraft(ctx, a.client)
	if err != nil {
		return nil, fmt.Errorf("make an honest update: %w", err)
	}
	w.shape(d)
	return d, nil
}

// acceptedUpdate is the control of a refused update.
func (w *world) acceptedUpdate(ctx context.Context) error {
	if err := w.send(ctx, w.main, "updates", tpp.Manage{Label: "twin of the update"}); err != nil {
		return err
	}
	if err := oracle.Status(w.last, 200); err != nil {
		return &controlError{err}
	}
	return nil
}

// updatesWith sends an update with a change.
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

// sendUpdate sends an update that is made already.
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

func (w *world) updatesToOneRedirect(ctx context.Context) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set("redirect_uris", d.Request.Claims.Strings("redirect_uris")[:1])
		return nil
	}, tpp.Manage{})
}

func (w *world) updatesToScope(ctx context.Context, scope string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set("scope", scope)
		return nil
	}, tpp.Manage{})
}

func (w *world) updatesWithout(ctx context.Context, name string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Remove(name)
		return nil
	}, tpp.Manage{})
}

func (w *world) updatesAsNobody(ctx context.Context, name string) error {
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Request.Claims.Set(name, "dcrkit-nobody")
		return nil
	}, tpp.Manage{})
}

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

func (w *world) updatesWithRegistration(ctx context.Context) error {
	body := w.main.answer.Request.Body
	return w.updatesWith(ctx, w.main, func(d *registration.Draft) error {
		d.Envelope.Rewrite = append(d.Envelope.Rewrite, func([]byte) []byte { return body })
		return nil
	}, tpp.Manage{})
}
