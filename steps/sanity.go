package steps

import (
	"context"
	"errors"
	"fmt"

	messages "github.com/cucumber/messages/go/v21"

	"github.com/dcrkit/dcrkit/reports"
)

// sanity registers an honest client before the first check and after the last.
// A target that refuses it, or died on the way, must not collect passes.
func (r *runner) sanity(ctx context.Context, when string) bool {
	e := &Entry{
		ID: "sanity/" + when, Rule: "RSP-01", Feature: "Sanity",
		Sentence: "accepts an honest registration " + map[string]string{"first": "before anything else is sent", "last": "after everything was sent"}[when],
		name:     "sanity", uri: when,
	}
	w := r.newWorld(e, &messages.Pickle{})
	ctx = context.WithValue(ctx, worldKey{}, w)
	w.started = r.Now().UTC()
	deadline, stop := patient(ctx, r.Timeout)
	defer stop()
	err := w.acceptedRegistration(deadline)
	if control := (*controlError)(nil); errors.As(err, &control) {
		err = control.cause // here the honest registration is itself what is judged
	}
	w.conclude(err)
	left := w.cleanUp(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leftovers = append(r.leftovers, left...)
	if err == nil {
		return true // the sanity registration is a control, not a check: it counts only when it fails
	}
	r.stopped = fmt.Sprintf("the honest registration %s: %s", map[string]string{"first": "at the start failed", "last": "at the end failed"}[when], w.check.Reason) + r.hint(w.last)
	if remarks := r.remarks(); remarks != "" {
		r.stopped += "; " + remarks
	}
	r.checks = append(r.checks, w.check)
	return false
}

// accountForTheRest gives every chosen check that did not run a verdict.
func (r *runner) accountForTheRest() {
	done := map[string]bool{}
	for _, c := range r.checks {
		done[c.ID] = true
	}
	for _, e := range r.Checks {
		if done[e.ID] {
			continue
		}
		w := r.newWorld(e, &messages.Pickle{})
		if reason := w.notAsked(); reason != "" {
			w.check.Verdict, w.check.Reason = reports.Skipped, reason
		} else {
			w.check.Verdict, w.check.Reason = reports.Error, "not run: "+r.stopped
		}
		r.checks = append(r.checks, w.check)
	}
}

// NotRun is the result of a plan whose preparation failed: every check is an
// error with that reason.
func NotRun(p Plan, why error) *reports.Run {
	r := &runner{Plan: p, stopped: p.Redactor.Text(why.Error())}
	run := p.Report
	run.Schema, run.Started, run.Seed = reports.Schema, p.Now().UTC(), p.Seed
	r.accountForTheRest()
	run.Checks, run.Reason = r.checks, r.stopped
	run.Finish(p.Now().UTC())
	return &run
}
