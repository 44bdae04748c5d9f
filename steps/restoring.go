package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
)

// restore has something put back at the end of the story, whatever becomes of
// it. The function that it returns does so earlier, and then only once.
func (w *world) restore(what string, back func(context.Context) error) func(context.Context) error {
	done := false
	once := func(ctx context.Context) error {
		if done {
			return nil
		}
		if err := back(ctx); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		done = true
		return nil
	}
	w.undo = append(w.undo, once)
	return once
}

// putBack undoes what the story did to the directory, the last first. A
// directory that stays as it is spoils other checks, so that is an error.
func (w *world) putBack(ctx context.Context) {
	var errs []error
	for i := len(w.undo) - 1; i >= 0; i-- {
		if err := w.undo[i](ctx); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		w.check.Verdict = reports.Error
		w.check.Reason = w.run.Redactor.Text("the directory could not be put back: " + err.Error())
	}
}

// deleteAll deletes an actor's clients. After a change of the directory the
// target may need a moment before it lets them go.
func (w *world) deleteAll(ctx context.Context, a *actor) []tpp.Leftover {
	until := w.run.Now().Add(w.run.MaxWait)
	for {
		left := a.DeleteAll(ctx)
		named := false
		for _, l := range left {
			named = named || l.ClientID != ""
		}
		if !named || len(w.undo) == 0 || ctx.Err() != nil || w.run.Now().After(until) {
			return left
		}
		rest(ctx, 100*time.Millisecond)
	}
}
