package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cucumber/godog"
	messages "github.com/cucumber/messages/go/v21"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// actor is a TPP with what it registered in this scenario.
type actor struct {
	*tpp.Client
	tpp *tpp.TPP

	draft  *registration.Draft // what it registered with
	answer *tpp.Exchange       // the answer to it
	client *tpp.Registered     // what it is now
}

// world is one scenario under way. Its fields are the story's pronouns: "it"
// is main, "the answer" is last.
type world struct {
	run   *runner
	entry *Entry
	rule  rulebook.Rule
	level rulebook.Level

	wish    tpp.Wish
	compose []func(*registration.Draft) // what this story's honest registration has beyond the plain one

	main, other *actor
	actors      []*actor

	last, prior *tpp.Exchange
	sent        *registration.Draft // the registration or update sent last
	twin        jose.Object         // the metadata of sent before it was changed
	registered  []*tpp.Registered   // of the steps that register several times
	credential  *string             // an access token kept for later
	spare       jose.Key            // a second published key
	trap        *tpp.Trap
	change      change                        // of the directory, in stories about one
	undo        []func(context.Context) error // puts the directory back, last first
	beside      *beside

	mu        sync.Mutex
	exchanges []*tpp.Exchange

	started  time.Time
	stop     context.CancelFunc
	deadline context.Context
	check    reports.Check
}

// skip is the reason why a check cannot say anything here.
type skip struct{ reason string }

func (s *skip) Error() string { return s.reason }

// controlError is an honest registration that was not accepted: what follows
// from it proves nothing.
type controlError struct{ cause error }

func (e *controlError) Error() string {
	return "the honest twin was not accepted, so a refusal proves nothing: " + e.cause.Error()
}

// Unwrap hides the cause on purpose: a finding about the honest request must
// not become the finding of a check about a bad one.
func (e *controlError) Unwrap() error { return nil }

// newWorld fills in what is known before anything is sent. Until the story
// ends the check and all its steps are skipped, which is what remains of a
// story that never begins.
func (r *runner) newWorld(e *Entry, p *messages.Pickle) *world {
	rule, _ := r.Rules.Rule(e.Rule)
	level, _ := r.Profile.Level(rule)
	if e.Tags == nil {
		level = rulebook.Must // the sanity registration
	}
	w := &world{run: r, entry: e, rule: rule, level: level}
	w.check = reports.Check{
		ID: e.ID, Rule: e.Rule, Area: rule.Area(), Level: string(level), Scenario: e.Sentence, Feature: e.Feature,
		Location: e.Location, Obligation: rule.Obligation, Clauses: rule.Clauses, Fix: rule.Fix,
		Malformation: e.Malformation, Tags: e.Tags, Verdict: reports.Skipped,
	}
	if level == rulebook.NotAsked {
		w.check.Level = ""
	}
	for _, s := range p.Steps {
		w.check.Steps = append(w.check.Steps, reports.Step{Text: s.Text, Verdict: reports.Skipped})
	}
	return w
}

// notAsked returns why the profile does not ask the rule, or "".
func (w *world) notAsked() string {
	_, reason := w.run.Profile.Level(w.rule)
	return reason
}

// begin returns a reason not to run the scenario, which is then recorded.
func (w *world) begin(ctx context.Context) string {
	w.started = w.run.Now().UTC()
	reason := cmp.Or(w.notAsked(), w.untimely())
	if reason != "" {
		w.check.Reason = reason
		w.run.record(w.check, nil)
		return reason
	}
	if ctx.Err() != nil {
		return EndedBy(ctx) // accountForTheRest says so
	}
	w.deadline, w.stop = patient(ctx, w.patience())
	return ""
}

// patience is how long a step that is under way may go on after an interrupt.
// A registration whose answer is not waited for leaves a client that nobody
// can delete.
const patience = 3 * time.Second

// patient gives a story its time; an interrupt ends it a little later.
func patient(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	story, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	detach := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(patience, cancel)
		context.AfterFunc(story, func() { t.Stop() })
	})
	return story, func() { detach(); cancel() }
}

// afterStep notes how a line of the story went. Two lines of one story may
// have the same text, so the first that is still open is taken.
func (w *world) afterStep(st *godog.Step, status godog.StepResultStatus, err error) {
	verdict := reports.Skipped
	switch {
	case status == godog.StepPassed:
		verdict = reports.Passed
	case err != nil && status == godog.StepFailed:
		verdict, _, _, _ = w.judge(err)
	case status == godog.StepUndefined || status == godog.StepAmbiguous || status == godog.StepPending:
		verdict = reports.Error
	}
	for i := range w.check.Steps {
		if s := &w.check.Steps[i]; s.Text == st.Text && s.Verdict == reports.Skipped {
			s.Verdict = verdict
			return
		}
	}
}

// end concludes a scenario: verdict, clean-up, record. An error after an
// interrupt is put down to it, not to the target.
func (w *world) end(ctx context.Context, err error) {
	if w.stop == nil {
		return // never begun
	}
	w.stop()
	if ctx.Err() != nil && err != nil {
		err = errors.New(EndedBy(ctx))
	}
	w.concludeSafely(err)
	left := w.cleanUp(ctx)
	w.run.record(w.check, left)
}

// concludeSafely keeps the run and its clean-up going when rendering a hostile
// answer goes wrong: godog recovers panics of steps, not of hooks.
func (w *world) concludeSafely(err error) {
	defer func() {
		if p := recover(); p != nil {
			w.check.Verdict, w.check.Reason = reports.Error, fmt.Sprintf("internal error while the check was concluded: %v", p)
			w.check.Exchanges = nil
		}
	}()
	w.conclude(err)
}

// cleanUp puts the directory back and deletes every client that the scenario
// registered, on time of its own: an interrupt must not leave clients behind.
func (w *world) cleanUp(ctx context.Context) []reports.Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	w.putBack(ctx)
	var out []reports.Leftover
	for _, a := range w.actors {
		for _, l := range w.deleteAll(ctx, a) {
			out = append(out, reports.Leftover{
				ClientID: l.ClientID, RegistrationEndpoint: w.run.Target.RegistrationEndpoint,
				Reason: w.run.Redactor.Text(l.Reason), Journal: w.run.Journal.Path(),
			})
		}
	}
	return out
}

// enrol makes a TPP after the story's wishes and its client.
func (w *world) enrol(ctx context.Context, wish tpp.Wish) (*actor, error) {
	t, err := w.run.Enroller.Enrol(ctx, wish)
	if err != nil {
		return nil, fmt.Errorf("enrol a TPP: %w", err)
	}
	return w.act(t), nil
}

// act lets a TPP take part in the story.
func (w *world) act(t *tpp.TPP) *actor {
	a := &actor{Client: w.run.client(t, w.note), tpp: t}
	w.mu.Lock()
	w.actors = append(w.actors, a)
	w.mu.Unlock()
	return a
}

// note keeps an exchange as evidence. Every client of the story calls it,
// also from several goroutines.
func (w *world) note(x *tpp.Exchange) {
	w.learn(x)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exchanges = append(w.exchanges, x)
}

// heard makes an exchange "the answer". The one before it stays for steps
// that compare.
func (w *world) heard(x *tpp.Exchange) {
	w.prior, w.last = w.last, x
}

// theTPP returns the story's TPP, enrolled on first use.
func (w *world) theTPP(ctx context.Context) (*actor, error) {
	if w.main == nil {
		a, err := w.enrol(ctx, w.wish)
		if err != nil {
			return nil, err
		}
		w.main = a
	}
	return w.main, nil
}

// honest is a fresh honest registration of an actor in the shape of this story.
func (w *world) honest(ctx context.Context, a *actor) (*registration.Draft, error) {
	d, err := a.Draft(ctx)
	if err != nil {
		return nil, fmt.Errorf("make an honest registration: %w", err)
	}
	w.shape(d)
	return d, nil
}

// shape applies what the story asked of its registrations, in the order of
// its lines, so that every control carries it too.
func (w *world) shape(d *registration.Draft) {
	for _, change := range w.compose {
		change(d)
	}
}

// register sends a registration and makes its answer "the answer".
func (w *world) register(ctx context.Context, a *actor, label string, d *registration.Draft) (*tpp.Registered, error) {
	x, reg, err := a.Register(ctx, label, d)
	if err != nil {
		return nil, err
	}
	w.sent = d
	w.heard(x)
	if reg != nil {
		w.mu.Lock()
		w.registered = append(w.registered, reg)
		w.mu.Unlock()
	}
	return reg, nil
}

// registerHonestly registers an actor and keeps what it is now. A refusal is a
// controlError: the harness cannot go on from it.
func (w *world) registerHonestly(ctx context.Context, a *actor) error {
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	reg, err := w.register(ctx, a, "twin", d)
	if err != nil {
		return err
	}
	if err := oracle.Registered(w.last); err != nil {
		return &controlError{err}
	}
	if reg == nil {
		return &controlError{errors.New("the answer holds no client")}
	}
	a.draft, a.answer, a.client = d, w.last, reg
	return nil
}
