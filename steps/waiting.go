package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// untimely returns why a story that needs time cannot be told, or "".
func (w *world) untimely() string {
	if w.run.MaxWait > 0 || !slices.Contains(w.entry.Tags, waits) {
		return ""
	}
	return "needs time: the target has to notice a change in the directory; --max-wait says how long that may take"
}

// mostWaits is how often a story waits for the target.
const mostWaits = 3

// patience is how long the story may take as a whole.
func (w *world) patience() time.Duration { return w.run.Timeout + mostWaits*w.run.MaxWait }

// The pace of asking again. It slows down, so that a target that takes minutes
// is not asked a thousand times.
const (
	firstPace = 30 * time.Millisecond
	worstPace = 10 * time.Second
	silence   = time.Second // what takes longer is told
)

// comesTo repeats an attempt until its answer is as it should be, or until
// --max-wait is over: then the last answer is what is judged. Only a finding
// of some weight is worth another attempt. Of the attempts, the first and the
// last stay as evidence.
func (w *world) comesTo(ctx context.Context, what string, attempt, judge func(context.Context) error) error {
	begun, pace, told := w.run.Now(), firstPace, false
	slowest := min(max(w.run.MaxWait/20, firstPace), worstPace)
	first := 0 // exchanges up to the end of the first attempt
	for n := 0; ; n++ {
		if n > 1 {
			w.forgetAfter(first)
		}
		if err := attempt(ctx); err != nil {
			return err
		}
		err := judge(ctx)
		var found *oracle.Finding
		waited := w.run.Now().Sub(begun)
		switch {
		case !errors.As(err, &found) || found.Minor || ctx.Err() != nil || w.run.MaxWait == 0:
			return err
		case waited >= w.run.MaxWait:
			return &oracle.Finding{Expected: found.Expected, Got: fmt.Sprintf("%s, still after %s", found.Got, w.run.MaxWait)}
		}
		if n == 0 {
			first = w.noted()
		}
		if !told && waited+pace > silence && w.run.Waiting != nil {
			told = true
			w.run.Waiting(w.check.ID, what)
		}
		rest(ctx, min(pace, w.run.MaxWait-waited))
		pace = min(pace*3/2, slowest)
	}
}

// rest ends early when the story does.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (w *world) noted() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.exchanges)
}

func (w *world) forgetAfter(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exchanges = w.exchanges[:n]
}

// comesToRefuse waits for a registration to be refused.
func (w *world) comesToRefuse(ctx context.Context, what string, attempt func(context.Context) error) error {
	return w.comesTo(ctx, what, attempt, w.isRefused)
}

// comesToAccept waits for a registration to be accepted that proves the worth
// of a refusal, so that it is no finding when it is not. A run that gives no
// time cannot tell a target that is slow to notice from one that is wrong.
func (w *world) comesToAccept(ctx context.Context, what string, attempt func(context.Context) error) error {
	err := w.comesTo(ctx, what, attempt, w.isAccepted)
	var found *oracle.Finding
	switch {
	case !errors.As(err, &found):
		return err
	case w.run.MaxWait == 0:
		return &skip{fmt.Sprintf("the target did not notice at once: %s; --max-wait gives it time", what)}
	}
	return &controlError{fmt.Errorf("waited %s for the target to notice: %s: %w", w.run.MaxWait, what, err)}
}

// tries registers and takes the client back at once where it was accepted: many
// attempts must not leave many clients to each other.
func (w *world) tries(ctx context.Context, a *actor, label string, change change) error {
	d, err := change.draft(ctx, w, a)
	if err != nil {
		return err
	}
	made, err := w.register(ctx, a, label, d)
	if err != nil || made == nil {
		return err
	}
	// Whatever this says, the clean-up looks after the client.
	_, _ = a.Delete(ctx, made, tpp.Manage{Label: "take back"})
	return nil
}
