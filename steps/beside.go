package steps

import (
	"context"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// beside is what became of two registrations of which one had to wait for the
// directory.
type beside struct {
	fetched       bool // the target asked for the key set that hangs
	overtook      bool // the second one was answered before the first
	first, second *tpp.Exchange
}

// registersBeside tries again with more time where the second one was late: on
// a busy machine that need not be the target's doing. A target that lets all
// wait for one is late every time.
func (w *world) registersBeside(ctx context.Context) error {
	hold := w.hang()
	for {
		b, err := w.hangs(ctx, hold)
		if err != nil {
			return err
		}
		w.beside = b
		if b.overtook || !b.fetched || hold >= 5*time.Second {
			return nil
		}
		hold *= 4
	}
}

// hangs has the key set of new software hang while that software registers. As
// soon as the target asks for it, new software of another organisation
// registers too.
func (w *world) hangs(ctx context.Context, hold time.Duration) (*beside, error) {
	if _, err := w.directory("two more TPPs"); err != nil {
		return nil, err
	}
	slow, err := w.stranger(ctx, true)
	if err != nil {
		return nil, err
	}
	quick, err := w.stranger(ctx, false)
	if err != nil {
		return nil, err
	}
	var drafts [2]*registration.Draft
	for i, a := range []*actor{slow, quick} {
		if drafts[i], err = w.honest(ctx, a); err != nil {
			return nil, err
		}
	}
	id, err := w.turned(ctx, tpp.Knob{
		Name: "half-open", Value: hold.String(), Endpoint: "software-jwks", Path: tpp.SoftwareKeysPath(slow.tpp.OrganisationID, slow.tpp.SoftwareID),
	})
	if err != nil {
		return nil, err
	}
	b := &beside{}
	ended := make(chan error, 1)
	go func() {
		var err error
		b.first, _, err = slow.Register(ctx, "while its key set hangs", drafts[0])
		ended <- err
	}()
	var meanwhile bool // the second one was sent while the first one waited
	if b.fetched, err = w.asked(ctx, id, ended); err == nil && b.fetched {
		meanwhile = len(ended) == 0
		b.second, _, err = quick.Register(ctx, "meanwhile", drafts[1])
		b.overtook = meanwhile && len(ended) == 0
	}
	if first := <-ended; err == nil {
		err = first
	}
	if err != nil {
		return nil, err
	}
	// A target that gives up before the host does holds nobody up for long.
	b.overtook = b.overtook || b.fetched && !meanwhile && b.first.Timing.Total < hold
	return b, w.asItWas(ctx)
}

// asked waits until a knob has acted, or until the request is over that was to
// make it act.
func (w *world) asked(ctx context.Context, id string, ended <-chan error) (bool, error) {
	for {
		over := len(ended) > 0
		hits, err := w.run.Management.Hits(ctx, id)
		if err != nil || hits > 0 || over || ctx.Err() != nil {
			return hits > 0, err
		}
		rest(ctx, 5*time.Millisecond)
	}
}

// besideAccepted lets the first registration end in any way but in silence.
func (w *world) besideAccepted(context.Context) error {
	b := w.beside
	if !b.fetched {
		return &skip{"the target registered the software without a look at its key set"}
	}
	w.prior, w.last = b.first, b.second
	if err := oracle.Answered(b.first); err != nil {
		return err
	}
	if err := oracle.Registered(b.second); err != nil {
		return err
	}
	if !b.overtook {
		return &oracle.Finding{Expected: "a registration answered while another one waits for the directory", Got: "an answer only after that one had ended"}
	}
	return nil
}
