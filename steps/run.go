package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

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

	Management   *tpp.Management // nil where the directory cannot be made to misbehave
	NoManagement error           // why, when it is known

	InitialAccessToken string // where the target wants one to register

	Jobs     int           // scenarios at a time; 1 when less
	Timeout  time.Duration // of one check, without what it waits for the target
	MaxWait  time.Duration // how long a check waits until the target notices a change in the directory; 0: not at all
	Waiting  func(check, what string)
	Seed     int64 // orders the checks
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
	r := &runner{Plan: p}
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
	return tpp.NewClient(r.clientConfig(record), t)
}

// clientAfresh is the same with a handshake for each request.
func (r *runner) clientAfresh(t *tpp.TPP, record func(*tpp.Exchange)) *tpp.Client {
	cfg := r.clientConfig(record)
	cfg.FreshConnections = true
	return tpp.NewClient(cfg, t)
}

func (r *runner) clientConfig(record func(*tpp.Exchange)) tpp.ClientConfig {
	return tpp.ClientConfig{
		Target: r.Target, Network: r.Network, Profile: r.Profile, Journal: r.Journal,
		Now: r.Now, Rand: r.Rand, InitialAccessToken: r.InitialAccessToken, Record: record,
	}
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
