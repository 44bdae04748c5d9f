package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps"
)

// silent is a Progress that shows nothing.
type silent struct{}

func (silent) Start(int)          {}
func (silent) Done(reports.Check) {}
func (silent) Stop()              {}

// runSuite runs the selected checks of a profile against a reference server
// with some rules switched off, all in this process.
func runSuite(tb testing.TB, name string, s steps.Selection, off ...string) *reports.Run {
	tb.Helper()
	p, err := profile.Load(name)
	require.NoError(tb, err)
	l, err := startLab(context.Background(), p, off, slog.New(slog.DiscardHandler))
	require.NoError(tb, err)
	defer func() { require.NoError(tb, l.Close()) }()
	return runLab(tb, l, p, s)
}

// runLab runs the selected checks against a lab that is up.
func runLab(tb testing.TB, l *lab, p *profile.Profile, s steps.Selection) *reports.Run {
	tb.Helper()
	ctx := context.Background()
	book, catalogue, err := loadCatalogue()
	require.NoError(tb, err)
	checks, err := catalogue.Select(s, book, p)
	require.NoError(tb, err)

	network := tpp.NewNetwork(tpp.NetworkConfig{Roots: l.directory.Roots()})
	defer network.Close()
	target, err := tpp.Discover(ctx, network, l.server.Discovery())
	require.NoError(tb, err)
	if l.audience != "" {
		target.Audience = l.audience
	}
	canary, err := tpp.StartCanary(ctx)
	require.NoError(tb, err)
	defer canary.Close()
	journal, err := tpp.OpenJournal(filepath.Join(tb.TempDir(), "journal.jsonl"))
	require.NoError(tb, err)
	plan := steps.Plan{
		Profile: p, Rules: book, Catalogue: catalogue, Checks: checks,
		Target: target, Network: network, Journal: journal, Canary: canary,
		Jobs: 4, Timeout: time.Minute, MaxWait: embeddedWait, Seed: 1, Now: time.Now, Rand: rand.Reader,
		Redactor: reports.NewRedactor(), Progress: silent{},
		Report: reports.Run{Profile: p.Name},
	}
	if p.Dialect.Statement {
		plan.Directory = tpp.NewDirectory(l.directory.URL(), network)
		plan.Management, err = plan.Directory.Management(ctx, "")
		require.NoError(tb, err)
		plan.Roster = tpp.NewRoster(plan.Directory, l.keys, p)
		plan.Enroller = plan.Roster
	} else {
		plan.Enroller = tpp.NewStandalone(p)
	}
	run, err := steps.Run(ctx, plan)
	require.NoError(tb, err)
	require.NoError(tb, journal.Close())
	return run
}

// BenchmarkSuite is all checks of obie-3.3, directory and server included.
func BenchmarkSuite(b *testing.B) {
	for b.Loop() {
		run := runSuite(b, "obie-3.3", steps.Selection{})
		b.ReportMetric(float64(run.Totals.Passed), "passed")
	}
}
