package steps

import (
	"errors"

	"github.com/cucumber/godog"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// conclude turns the error of a story into its verdict.
func (w *world) conclude(err error) {
	verdict, reason, expected, got := w.judge(err)
	redact := w.run.Redactor.Text
	w.check.Verdict = verdict
	w.check.Reason, w.check.Expected, w.check.Got = redact(reason), redact(expected), redact(got)
	w.check.Started = w.started
	w.check.Duration = reports.Duration(w.run.Now().Sub(w.started))
	w.check.Exchanges = w.evidence(verdict)
}

// judge is the one place where what happened becomes a verdict: a finding
// weighs as the rule does, what the run lacks is a skip, and everything else
// is trouble of the tool or its environment and never the target's fault.
func (w *world) judge(err error) (v reports.Verdict, reason, expected, got string) {
	var found *oracle.Finding
	var skipped *skip
	switch {
	case err == nil:
		return reports.Passed, "", "", ""
	case errors.As(err, &found):
		v = reports.Failed
		if w.level != rulebook.Must || found.Minor {
			v = reports.Warning
		}
		return v, found.Error(), found.Expected, found.Got
	case errors.As(err, &skipped):
		return reports.Skipped, skipped.reason, "", ""
	case errors.Is(err, malformation.ErrUnavailable), errors.Is(err, tpp.ErrNoDirectory), errors.Is(err, tpp.ErrNoManagement):
		return reports.Skipped, err.Error(), "", ""
	case errors.Is(err, godog.ErrUndefined):
		return reports.Error, "a step of the scenario is not in the vocabulary", "", ""
	}
	return reports.Error, err.Error(), "", ""
}
