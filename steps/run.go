package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cucumber/godog"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// Plan is everything that a run needs.
type Plan struct {
	Profile   *profile.Profile
	Rules     *rulebook.Book
	Catalogue *Catalogue
	Checks    []*Entry // what to run, from Catalogue.Select

	Target    *tpp.Target
	Network   *tpp.Network
	Enroller  tpp.Enroller
	Roster    *tpp.Roster    // nil where nobody can be asked for other identities
	Directory *tpp.Directory // nil without a directory
	Journal   *tpp.Journal
	Canary    *tpp.Canary

	InitialAccessToken string // where the target wants one to register

	Jobs     int           // scenarios at a time; 1 when less
	Timeout  time.Duration // of one check
	Seed     int64         // orders the checks
	Now      func() time.Time
	Rand     io.Reader
	Redactor *reports.Redactor
	Progress reports.Progress

	Report reports.Run // header of the result: tool, profile, target
}

// cleanUpTime is how long the clean-up of one check may take after its end or
// after an interrupt.
const cleanUpTime = 10 * time.Second

// runner is a run under way.
type runner struct {
	Plan
	response oracle.Schema
	failure  oracle.Schema
	chosen   map[*Entry]bool

	mu        sync.Mutex
	checks    []reports.Check
	leftovers []reports.Leftover
	stopped   string // why nothing more is sent
}

// Run drives the plan's checks and returns what came out, also when the
// context ends early: then the checks that did not run are errors with that
// reason. An error is returned only for a plan that cannot be run at all.
func Run(ctx context.Context, p Plan) (*reports.Run, error) {
	r, err := newRunner(p)
	if err != nil {
		return nil, err
	}
	run := r.Report
	run.Schema, run.Started, run.Seed = reports.Schema, r.Now().UTC(), r.Seed
	r.Progress.Start(len(r.Checks))
	defer r.Progress.Stop()

	if r.sanity(ctx, "first") {
		if err := r.scenarios(ctx); err != nil {
			return nil, err
		}
		if ctx.Err() == nil {
			r.sanity(ctx, "last")
		}
	}
	if ctx.Err() != nil {
		r.stopped = EndedBy(ctx)
	}
	r.accountForTheRest()
	run.Checks, run.Leftovers, run.Reason = r.checks, r.leftovers, r.stopped
	run.Finish(r.Now().UTC())
	return &run, nil
}

// EndedBy says why the context of a run ended: by its own limit, which says so, or from
// outside.
func EndedBy(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.Cause(ctx).Error()
	}
	return "the run was interrupted"
}

// newRunner prepares what all checks share. The only error is a profile whose
// schemas do not compile.
func newRunner(p Plan) (*runner, error) {
	r := &runner{Plan: p, chosen: map[*Entry]bool{}}
	for _, e := range p.Checks {
		r.chosen[e] = true
	}
	r.Jobs = max(r.Jobs, 1)
	var err error
	if r.response, err = schema(p.Profile, p.Profile.Schemas.Response); err != nil {
		return nil, err
	}
	r.failure, err = schema(p.Profile, p.Profile.Schemas.Error)
	return r, err
}

func schema(p *profile.Profile, name string) (oracle.Schema, error) {
	raw, err := p.Schema(name)
	if err != nil {
		return oracle.Schema{}, err
	}
	return oracle.CompileSchema(name, raw)
}

// scenarios runs the chosen checks through godog, which parses, matches steps
// and runs scenarios in parallel. Selecting, counting and reporting are ours:
// godog counts a skipped scenario as passed and a filter that matches nothing
// as success.
func (r *runner) scenarios(ctx context.Context) error {
	sources := map[string]bool{}
	for e := range r.chosen {
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
		ScenarioInitializer: r.initialise,
		Options: &godog.Options{
			Format: "progress", Output: io.Discard, FS: r.Catalogue.fsys, Paths: paths,
			Concurrency: r.Jobs, Strict: true, DefaultContext: ctx, Randomize: r.Seed, NoColors: true,
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
func (r *runner) initialise(sc *godog.ScenarioContext) {
	sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
		e := r.Catalogue.byName[p.Uri+"\n"+p.Name]
		if !r.chosen[e] {
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

// record takes a finished check.
func (r *runner) record(c reports.Check, left []reports.Leftover) {
	r.mu.Lock()
	r.checks = append(r.checks, c)
	r.leftovers = append(r.leftovers, left...)
	r.mu.Unlock()
	r.Progress.Done(c)
}

// client speaks to the target for one TPP and hands every exchange to record.
// All clients of a run write to one journal, from which leftovers can be
// deleted later.
func (r *runner) client(t *tpp.TPP, record func(*tpp.Exchange)) *tpp.Client {
	return tpp.NewClient(tpp.ClientConfig{
		Target: r.Target, Network: r.Network, Profile: r.Profile, Journal: r.Journal,
		Now: r.Now, Rand: r.Rand, InitialAccessToken: r.InitialAccessToken, Record: record,
	}, t)
}

// metadataOf returns what a draft asks for, without the claims that belong to
// its envelope.
func metadataOf(d *registration.Draft) jose.Object {
	out := d.Request.Claims.Clone()
	for _, name := range []string{"iss", "iat", "exp", "aud", "jti", "nbf"} {
		out.Remove(name)
	}
	return out
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, strings.TrimSuffix(word, "s"))
}
