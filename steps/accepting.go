package steps

import (
	"bytes"
	"context"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// isAccepted asks for a registered client: 201 or a tolerable 200, with a
// client_id (RFC 7591, section 3.2.1). That it should be 201 exactly is a
// rule of its own, so that a lenient server fails once and not everywhere.
func (w *world) isAccepted(context.Context) error { return oracle.Registered(w.last) }

// acceptedExactly is for redirect URIs that look odd and are legal. A server
// that normalises one breaks the plain string comparison at the authorisation
// endpoint (RFC 6749, section 3.1.2.3).
func (w *world) acceptedExactly(ctx context.Context) error {
	if err := w.isAccepted(ctx); err != nil {
		return err
	}
	return w.redirectsExact(ctx)
}

// eachIsAccepted is said after steps that judge every answer as it comes.
func (w *world) eachIsAccepted(context.Context) error { return oracle.Registered(w.last) }

// accepts tells whether the rule lets a success pass that left the bad value
// out or replaced it, as RFC 7591, section 3.2.1 permits for most metadata.
func (w *world) accepts() (ignored bool) { return w.run.Profile.Accepts(w.rule).Ignored }

// isRefused looks at the canary first: a fetch for a request that is then
// refused is still a forged request from the server's network. After that it
// wants a refusal in the form of RFC 7591, section 3.2.2 or, where the rule
// allows it, a success without the bad value.
func (w *world) isRefused(context.Context) error {
	if err := w.noFetch(); err != nil {
		return err
	}
	if w.last.OK() && w.accepts() {
		return w.noEffect()
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

// isNoServerError is for input on which the clauses leave the decision open.
// A 5xx says that the server made none (RFC 9110, section 15.6).
func (w *world) isNoServerError(context.Context) error { return oracle.NoServerError(w.last) }

// hasNoEffect is for values that a server may refuse or ignore but must not
// store, such as a client_id of the caller's choice (RFC 7591, section
// 3.2.1).
func (w *world) hasNoEffect(context.Context) error {
	if w.last.OK() {
		return w.noEffect()
	}
	return w.anyRefusal()
}

// acceptedWithoutEffect is for members that the server does not know: they
// must be ignored, and refusing them is wrong too (RFC 7591, section 2).
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
// has and its twin has not. It looks three times: for the marks that
// malformations leave in what they make up, for the defaults of members that
// were left out, and for each value that was sent. What an answer shows is
// taken for registered (RFC 7591, section 3.2.1).
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

// hasNothingForeign is for requests that give two values for one thing. Which
// of them the server reads is open (RFC 8259, section 4); that it reads one
// for the check and stores the other is not.
func (w *world) hasNothingForeign(context.Context) error {
	if w.last.OK() {
		return oracle.WithoutTrace(w.last, "evil.example")
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

// hasNoFetch is for requests that name a URL which the server has no reason
// to trust (RFC 8725, section 3.10). The decision on the request is free;
// only where the rule does not permit a success does one fail the check.
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

// scopeNotGranted takes a narrower grant for as good as a refusal: the server
// may replace the scope that a client asks for (RFC 7591, section 3.2.1; RFC
// 6749, section 3.3).
func (w *world) scopeNotGranted(_ context.Context, scope string) error {
	if w.last.OK() {
		return oracle.ScopeLacks(w.last, scope)
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

// nothingRegistered allows any answer but a success: a closed port, a
// redirect, an error. RFC 7591, section 5 asks for TLS and does not say how
// its absence is to be refused.
func (w *world) nothingRegistered(context.Context) error {
	if w.last.OK() {
		return &oracle.Finding{Expected: "nothing registered over plain HTTP", Got: fmt.Sprintf("status %d", w.last.Status)}
	}
	return nil
}

// fetchedNothing asks only the canary; what the server answered is for other
// steps.
func (w *world) fetchedNothing(context.Context) error { return w.noFetch() }

// noFetch makes sure that the server did not follow a URL to the canary. The
// URLs of a trap are the story's own, so fetches for a scenario beside it are
// not counted. No trap means that no URL was handed out.
func (w *world) noFetch() error {
	if w.trap == nil {
		return nil
	}
	if hits := w.trap.Hits(); len(hits) > 0 {
		return &oracle.Finding{Expected: "no request to a URL that the registration names", Got: "a request to " + hits[0]}
	}
	return nil
}

// atMostOne counts the clients that a race has left. None at all is a failed
// control: a server that refuses every copy has shown nothing of how it
// treats a second one.
func (w *world) atMostOne(context.Context) error {
	if n := len(w.registered); n > 1 {
		return &oracle.Finding{Expected: "one client", Got: plural(n, "client") + " for one request"}
	}
	if len(w.registered) == 0 {
		return &controlError{fmt.Errorf("none of the copies was accepted: %w", oracle.Registered(w.last))}
	}
	return nil
}
