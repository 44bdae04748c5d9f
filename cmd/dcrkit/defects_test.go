package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

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
	TLS-09 TLS-10 DIR-03 DIR-05 DIR-06 DIR-07 DIR-08 DIR-09 DIR-10 DIR-11 DIR-13 DIR-14 DIR-15 DIR-17 DIR-19 DIR-20
	SSG-21 SSG-22
`)

// withDefect runs the whole suite against a server with one rule switched off
// and returns the rules whose checks noticed, and what became errors.
func withDefect(t *testing.T, l *lab, p *profile.Profile, rule string) (noticed, errors []string) {
	t.Helper()
	ctx := context.Background()
	server, audience, err := startServer(ctx, aspsp.Config{Profile: p, Off: []string{rule}, Freshness: embeddedFreshness, Log: slog.New(slog.DiscardHandler)}, l.directory.URL(), l.directory.Roots())
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	bent := &lab{directory: l.directory, server: server, keys: l.keys, audience: audience}
	run := runLab(t, bent, p, steps.Selection{})
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

func TestDefectsAreNoticed(t *testing.T) {
	p, err := profile.Load("obie-3.3")
	require.NoError(t, err)
	l, err := startLab(context.Background(), p, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for _, rule := range defects {
		t.Run(rule, func(t *testing.T) {
			noticed, errors := withDefect(t, l, p, rule)
			require.Contains(t, noticed, rule)
			require.Subset(t, append(aspsp.Upholds(rule), rule), noticed)
			require.Empty(t, errors)
		})
	}
}
