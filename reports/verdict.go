package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Verdict is the outcome of a step, a check or a run. Verdicts are ordered:
// skipped < passed < warning < failed < error, and a parent takes the maximum of
// its children. The zero value stands below skipped, so it can start a fold.
type Verdict string

// The verdicts, from the weakest to the strongest.
const (
	// Skipped: not tried; the reason says why.
	Skipped Verdict = "skipped"
	// Passed: tried, and the target did what the rule asks.
	Passed Verdict = "passed"
	// Warning: the target missed a SHOULD.
	Warning Verdict = "warning"
	// Failed: the target missed a MUST.
	Failed Verdict = "failed"
	// Error: the tool or its surroundings broke; nothing is known about the target.
	Error Verdict = "error"
)

// ascending lists the verdicts by rank.
var ascending = [...]Verdict{Skipped, Passed, Warning, Failed, Error}

// rank is 0 for the zero value. A word we do not know ranks above error: a
// writer must not make it look better than trouble.
func (v Verdict) rank() int {
	if v == "" {
		return 0
	}
	if i := slices.Index(ascending[:], v); i >= 0 {
		return i + 1
	}
	return len(ascending) + 1
}

// Max returns the stronger of v and o.
func (v Verdict) Max(o Verdict) Verdict {
	if o.rank() > v.rank() {
		return o
	}
	return v
}

// count adds one check with verdict v.
func (t *Totals) count(v Verdict) {
	t.Total++
	switch v {
	case Passed:
		t.Passed++
	case Warning:
		t.Warning++
	case Failed:
		t.Failed++
	case Skipped:
		t.Skipped++
	default:
		t.Error++
	}
}

// of returns the number of checks with verdict v.
func (t Totals) of(v Verdict) int {
	switch v {
	case Passed:
		return t.Passed
	case Warning:
		return t.Warning
	case Failed:
		return t.Failed
	case Skipped:
		return t.Skipped
	default:
		return t.Error
	}
}

const (
	reasonNothingSelected = "nothing was judged: no check was selected"
	reasonAllSkipped      = "nothing was judged: every selected check was skipped"
	reasonNoVerdict       = "the check ended without a verdict"
)

// Finish closes the run at now: it sorts the checks by ID (they finish in any
// order), computes the totals and takes the strongest verdict.
//
// Two outcomes are raised to an error. A run in which nothing was judged is one,
// since a typo in a selection must not turn a build green; and so is a run whose
// Reason was set because it ended early. A check without a known verdict counts
// as an error for the same reason. Finish may be called again.
func (r *Run) Finish(now time.Time) {
	r.Schema = Schema
	r.Finished = now
	slices.SortStableFunc(r.Checks, func(a, b Check) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(r.Leftovers, func(a, b Leftover) int {
		return cmp.Or(strings.Compare(a.RegistrationEndpoint, b.RegistrationEndpoint), strings.Compare(a.ClientID, b.ClientID))
	})
	r.Totals = Totals{}
	r.Verdict = ""
	for i := range r.Checks {
		c := &r.Checks[i]
		if !slices.Contains(ascending[:], c.Verdict) {
			c.Verdict = Error
			c.Reason = cmp.Or(c.Reason, reasonNoVerdict)
		}
		r.Totals.count(c.Verdict)
		r.Verdict = r.Verdict.Max(c.Verdict)
	}
	if r.Reason == "" && r.Totals.Total == r.Totals.Skipped {
		r.Reason = reasonNothingSelected
		if r.Totals.Total > 0 {
			r.Reason = reasonAllSkipped
		}
	}
	if r.Reason != "" {
		r.Verdict = r.Verdict.Max(Error)
	}
}

// elapsed is the wall time of the run; a run that failed before it had a start took none.
func (r Run) elapsed() time.Duration {
	if r.Started.IsZero() {
		return 0
	}
	return r.Finished.Sub(r.Started)
}

// ExitCode maps the verdict of a finished run to the exit code of the process:
// 0 passed or warning, 1 failed, 3 error or no verdict at all.
func (r Run) ExitCode() int {
	switch r.Verdict {
	case Passed, Warning:
		return 0
	case Failed:
		return 1
	default:
		return 3
	}
}
