package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/aspsp"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps"
)

// The sound server passes everything that its profile asks: nothing fails,
// nothing warns, nothing is left behind but what RFC 7592 makes unavoidable.
func TestSoundServerPasses(t *testing.T) {
	t.Parallel()
	for _, name := range profile.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := runSuite(t, name, steps.Selection{})
			require.Empty(t, notPassed(run))
			require.Equal(t, reports.Passed, run.Verdict, run.Reason)
			require.GreaterOrEqual(t, run.Totals.Passed, 100)
		})
	}
}

// notPassed lists the checks that are neither passed nor skipped.
func notPassed(run *reports.Run) []string {
	var out []string
	for _, c := range run.Checks {
		if c.Verdict != reports.Passed && c.Verdict != reports.Skipped {
			out = append(out, string(c.Verdict)+" "+c.ID+": "+c.Reason)
		}
	}
	return out
}

// defects are rules of the reference server from every area that it upholds;
// switched off one at a time, exactly their own checks notice, and those of rules
// that the server keeps by the same comparison.
var defects = strings.Fields(`
	TLS-05 TLS-12 TLS-19 HTP-07
	HDR-03 HDR-04 HDR-09 HDR-25 HDR-29 SIG-02 SIG-13 SIG-23
	CLM-01 CLM-13 CLM-26 SSG-05 SSG-09 SSC-01 SSC-23
	MET-07 MET-16 MET-30 RSP-12 RSP-13
	TOK-08 GET-12 GET-13 PUT-11 PUT-22 DEL-11
`)

// directoryDefects are of rules about the directory. They are looked for among the
// checks of trust alone: some make every answer slow, which would be felt in all of them.
var directoryDefects = strings.Fields(`
	TLS-09 TLS-10 DIR-03 DIR-05 DIR-06 DIR-07 DIR-08 DIR-09 DIR-10 DIR-11 DIR-12 DIR-13 DIR-14 DIR-15 DIR-17 DIR-19 DIR-20
	SSG-21 SSG-22
`)

// trustAreas hold the checks in which a server looks at the directory.
var trustAreas = steps.Selection{Rules: []string{"DIR-*", "SSG-*", "SSC-*", "SIG-*", "TLS-*"}}

// withDefect runs checks against a server with one rule switched off, in a lab of its own,
// and returns the rules whose checks noticed, and what became errors.
func withDefect(t *testing.T, rule string, chosen steps.Selection) (noticed, errors []string) {
	t.Helper()
	run := runSuite(t, "obie-3.3", chosen, rule)
	for _, c := range run.Checks {
		switch c.Verdict {
		case reports.Failed, reports.Warning:
			if !slices.Contains(noticed, c.Rule) {
				noticed = append(noticed, c.Rule)
			}
		case reports.Error:
			errors = append(errors, c.ID+": "+c.Reason)
		}
	}
	return noticed, errors
}

// sampled is how many defects of each list are tried with the race detector. All of
// them are without it: make defects.
const sampled = 4

func TestDefectsAreNoticed(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed of the sample: %d", seed)
	pick := rand.New(rand.NewPCG(seed, 0))
	look := func(rules []string, among steps.Selection) {
		if underRace {
			rules = slices.Clone(rules)
			pick.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
			rules = rules[:sampled]
		}
		for _, rule := range rules {
			t.Run(rule, func(t *testing.T) {
				noticed, errors := withDefect(t, rule, among)
				require.Contains(t, noticed, rule)
				require.Subset(t, append(aspsp.Upholds(rule), rule), noticed)
				require.Empty(t, errors)
			})
		}
	}
	look(defects, steps.Selection{})
	look(directoryDefects, trustAreas)
}
