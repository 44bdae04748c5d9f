package steps

import (
	"bytes"
	"context"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

func (w *world) isAccepted(context.Context) error { return oracle.Registered(w.last) }

func (w *world) acceptedExactly(ctx context.Context) error {
	if err := w.isAccepted(ctx); err != nil {
		return err
	}
	return w.redirectsExact(ctx)
}

// eachIsAccepted is said after steps that judge every answer as it comes.
func (w *world) eachIsAccepted(context.Context) error { return oracle.Registered(w.last) }

func (w *world) accepts() (ignored bool) { return w.run.Profile.Accepts(w.rule).Ignored }

func (w *world) isRefused(context.Context) error {
	if err := w.noFetch(); err != nil {
		return err
	}
	if w.last.OK() && w.accepts() {
		return w.noEffect()
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

func (w *world) isNoServerError(context.Context) error { return oracle.NoServerError(w.last) }

func (w *world) hasNoEffect(context.Context) error {
	if w.last.OK() {
		return w.noEffect()
	}
	return w.anyRefusal()
}

func (w *world) acceptedWithoutEffect(context.Context) error {
	if err := oracle.Registered(w.last); err != nil {
		return err
	}
	return w.noEffect()
}

// anyRefusal judges a refusal where the rule prescribes none: no server error,
// and nothing of a client.
func (w *world) anyRefusal() error {
	if err := oracle.NoServerError(w.last); err != nil {
		return err
	}
	return oracle.NamesNoClient(w.last)
}

// noEffect makes sure that a success took none of the values that the draft
// has and its twin has not.
func (w *world) noEffect() error {
	if err := oracle.Registered(w.last); err != nil {
		return err
	}
	for _, trace := range []string{"evil.example", "dcrkit-chosen"} {
		if err := oracle.WithoutTrace(w.last, trace); err != nil {
			return err
		}
	}
	twin, sent := w.twin, metadataOf(w.sent)
	if twin == nil {
		twin = metadataOf(w.main.draft)
	}
	for _, m := range twin {
		// What was left out has a default, which the answer shows (RFC 7591,
		// section 3.2.1), unless the server does not show the member at all.
		if v, there := sent.Get(m.Name); (!there || string(v) == "null") && w.showed(m.Name) {
			if err := oracle.Shows(w.last, m.Name); err != nil {
				return err
			}
		}
	}
	for _, m := range sent {
		if m.Name == "software_statement" || string(m.Value) == "null" || w.names(m) {
			continue
		}
		if honest, ok := twin.Get(m.Name); ok && bytes.Equal(honest, m.Value) {
			continue
		}
		if err := oracle.NotTaken(w.last, m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

// showed tells whether the answer to the twin had the member.
func (w *world) showed(name string) bool {
	obj, err := w.main.answer.JSON()
	if err != nil {
		return false
	}
	_, ok := obj.Get(name)
	return ok
}

// names tells whether a member of an update only names the client itself.
func (w *world) names(m jose.Member) bool {
	return m.Name == "client_id" && w.main.client != nil && bytes.Equal(m.Value, jose.Raw(w.main.client.ClientID))
}

func (w *world) hasNothingForeign(context.Context) error {
	if w.last.OK() {
		return oracle.WithoutTrace(w.last, "evil.example")
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

func (w *world) hasNoFetch(context.Context) error {
	if err := w.noFetch(); err != nil {
		return err
	}
	if w.last.OK() {
		if w.accepts() {
			return nil
		}
		return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
	}
	return w.anyRefusal()
}

func (w *world) scopeNotGranted(_ context.Context, scope string) error {
	if w.last.OK() {
		return oracle.ScopeLacks(w.last, scope)
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

// nothingRegistered allows any answer but a success: a closed port, a
// redirect, an error.
func (w *world) nothingRegistered(context.Context) error {
	if w.last.OK() {
		return &oracle.Finding{Expected: "nothing registered over plain HTTP", Got: fmt.Sprintf("status %d", w.last.Status)}
	}
	return nil
}

func (w *world) fetchedNothing(context.Context) error { return w.noFetch() }

// noFetch makes sure that the server did not follow a URL to the canary.
func (w *world) noFetch() error {
	if w.trap == nil {
		return nil
	}
	if hits := w.trap.Hits(); len(hits) > 0 {
		return &oracle.Finding{Expected: "no request to a URL that the registration names", Got: "a request to " + hits[0]}
	}
	return nil
}

func (w *world) atMostOne(context.Context) error {
	if n := len(w.registered); n > 1 {
		return &oracle.Finding{Expected: "one client", Got: plural(n, "client") + " for one request"}
	}
	if len(w.registered) == 0 {
		return &controlError{fmt.Errorf("none of the copies was accepted: %w", oracle.Registered(w.last))}
	}
	return nil
}
