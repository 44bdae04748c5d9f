package steps

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"

	"github.com/cucumber/godog"
)

// The tags that say how a check is to be run.
const (
	waits = "@waits" // the target needs time to notice a change in the directory
	alone = "@alone" // it disturbs the whole directory
)

// scenarios runs the chosen checks. Those that mostly wait go beside the
// others and take nobody's turn, unless one at a time was asked for. Those that
// disturb the whole directory come last, one at a time.
func (r *runner) scenarios(ctx context.Context) error {
	var busy, waiting, lonely []*Entry
	for _, e := range r.Checks {
		switch {
		case slices.Contains(e.Tags, alone):
			lonely = append(lonely, e)
		case slices.Contains(e.Tags, waits) && r.Jobs > 1:
			waiting = append(waiting, e)
		default:
			busy = append(busy, e)
		}
	}
	err := together(2, func(i int) error {
		return r.suite(ctx, [][]*Entry{busy, waiting}[i], r.Jobs)
	})
	if err != nil {
		return err
	}
	return r.suite(ctx, lonely, 1)
}

// suite runs some of the chosen checks through godog, which parses, matches
// steps and runs scenarios in parallel. Selecting, counting and reporting are
// ours: godog counts a skipped scenario as passed and a filter that matches
// nothing as success.
func (r *runner) suite(ctx context.Context, checks []*Entry, jobs int) error {
	if len(checks) == 0 {
		return nil
	}
	chosen, sources := map[*Entry]bool{}, map[string]bool{}
	for _, e := range checks {
		chosen[e] = true
		sources[e.uri] = true
	}
	paths := make([]string, 0, len(sources))
	for uri := range sources {
		paths = append(paths, uri)
	}
	slices.Sort(paths)
	order := rand.New(rand.NewPCG(uint64(r.Seed), 0))
	order.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })

	suite := godog.TestSuite{
		Name:                "dcrkit",
		ScenarioInitializer: func(sc *godog.ScenarioContext) { r.initialise(sc, chosen) },
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, FS: r.Catalogue.fsys, Paths: paths,
			Concurrency: jobs, Strict: true, DefaultContext: ctx, Randomize: r.Seed, NoColors: true,
		},
	}
	// The exit code says passed or failed by godog's count, which is not ours;
	// only "could not run" matters.
	if code := suite.Run(); code > 1 {
		return errors.New("the feature files could not be run")
	}
	return nil
}

type worldKey struct{}

// worldOf is nil in scenarios that were not chosen, as godog runs their hooks
// too.
func worldOf(ctx context.Context) *world {
	w, _ := ctx.Value(worldKey{}).(*world)
	return w
}

// initialise hangs the run into one scenario. godog calls it for each anew,
// and from several goroutines at a time.
func (r *runner) initialise(sc *godog.ScenarioContext, chosen map[*Entry]bool) {
	sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
		e := r.Catalogue.byName[p.Uri+"\n"+p.Name]
		if !chosen[e] {
			return ctx, godog.ErrSkip
		}
		w := r.newWorld(e, p)
		ctx = context.WithValue(ctx, worldKey{}, w)
		if reason := w.begin(ctx); reason != "" {
			return ctx, godog.ErrSkip
		}
		return ctx, nil
	})
	sc.StepContext().Before(func(ctx context.Context, _ *godog.Step) (context.Context, error) {
		if ctx.Err() != nil {
			return ctx, errors.New(EndedBy(ctx)) // no step begins after an interrupt
		}
		return ctx, nil
	})
	sc.StepContext().After(func(ctx context.Context, st *godog.Step, status godog.StepResultStatus, err error) (context.Context, error) {
		if w := worldOf(ctx); w != nil {
			w.afterStep(st, status, err)
		}
		return ctx, nil
	})
	sc.After(func(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
		if w := worldOf(ctx); w != nil {
			w.end(ctx, err)
		}
		return ctx, nil
	})
	for _, s := range compiled() {
		s.bind(sc)
	}
}
