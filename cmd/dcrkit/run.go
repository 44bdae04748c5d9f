package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps"
)

// runConfig is everything that 'dcrkit run' can be told.
// The fields are what the user said; drive puts the addresses of the embedded lab into
// those that were left empty.
type runConfig struct {
	target, profile, ca    string
	directory, directoryCA string
	audience               string
	initialAccessToken     string
	clientCert, clientKey  string
	selection              steps.Selection
	list                   bool
	out                    string
	jobs                   int
	timeout, checkTimeout  time.Duration
	requestTimeout         time.Duration
	maxWait                time.Duration
	seed                   int64
	off                    []string
	noColor                bool
}

// runCommand asks whether a seed was given after the settings are applied, so that one
// from the environment or the file counts, and 0 is a seed too. A new one stays below
// 2^32, short enough to be typed again.
func runCommand() *cobra.Command {
	var c runConfig
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Test a DCR server",
		Long: `Run drives a DCR server through the checks of a profile and writes report.json,
junit.xml and report.html. Without --target it starts a directory and a
reference server in this process and tests those.

Every flag can also stand in a YAML file (--config, or dcrkit.yaml in the
working directory) under its name, or in the environment as DCRKIT_ and its name
in capitals. The command line wins over the environment, and that over the file.`,
		Example: `  dcrkit run
  dcrkit run --profile rfc7591 --target https://as.example --ca as-ca.pem
  dcrkit run --rule 'SSG-*' --level MUST
  dcrkit run --tags '@PUT or @DEL' --list`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := applySettings(cmd.Flags(), os.Environ()); err != nil {
				return usage(err)
			}
			if !cmd.Flags().Changed("seed") {
				c.seed = time.Now().UnixNano() & 0xffffffff
			}
			return c.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.String("config", "", "YAML file with the settings below (default dcrkit.yaml, if it is there)")
	f.StringVar(&c.target, "target", "", "server to test: its issuer or the URL of its metadata (default: the embedded reference server)")
	f.StringVar(&c.profile, "profile", "obie-3.3", "profile: "+strings.Join(profile.Names(), ", "))
	f.StringVar(&c.ca, "ca", "", "PEM file with the CA of the target's certificate (default: the system's)")
	f.StringVar(&c.directory, "directory", "", "URL of a running 'dcrkit directory serve' (default: an embedded one)")
	f.StringVar(&c.directoryCA, "directory-ca", "", "PEM file with the directory's CA")
	f.StringVar(&c.audience, "audience", "", "aud of signed requests: the target's organisation id at the directory (default: its issuer)")
	f.StringVar(&c.initialAccessToken, "initial-access-token", "", "bearer token that the target wants for a registration")
	f.StringVar(&c.clientCert, "client-cert", "", "PEM file with the client certificate, in profiles without a directory")
	f.StringVar(&c.clientKey, "client-key", "", "PEM file with its private key")
	f.StringVar(&c.selection.Tags, "tags", "", "Cucumber tag expression: '@SSG and not @SSG-20'")
	f.StringSliceVar(&c.selection.Rules, "rule", nil, "rule id or pattern: 'SSG-*'; may come several times")
	f.StringSliceVar(&c.selection.Levels, "level", nil, "MUST or SHOULD; may come several times")
	f.BoolVar(&c.list, "list", false, "list the selected checks and send nothing")
	f.StringVar(&c.out, "out", "dcrkit-report", "folder for the reports")
	// A scenario waits for the network most of its time.
	f.IntVar(&c.jobs, "jobs", 2*runtime.NumCPU(), "scenarios at a time; as many again that wait for the target, unless it is 1")
	f.DurationVar(&c.timeout, "timeout", 30*time.Minute, "longest time for the whole run")
	f.DurationVar(&c.checkTimeout, "check-timeout", time.Minute, "longest time for one check")
	f.DurationVar(&c.requestTimeout, "request-timeout", 10*time.Second, "longest time for one request")
	f.DurationVar(&c.maxWait, "max-wait", 0, "longest time that a check waits until the target notices a change in the directory; without it such checks are skipped (the embedded server needs "+embeddedWait.String()+", which is set)")
	f.Int64Var(&c.seed, "seed", 0, "orders the checks, 0 or more (default: a new one, printed)")
	f.StringSliceVar(&c.off, "off", nil, "rules of the embedded reference server to switch off, to see a check fail")
	f.BoolVar(&c.noColor, "no-color", os.Getenv("NO_COLOR") != "", "plain text")
	return cmd
}

// run looks at everything that can be wrong without a socket before it opens one. --list
// comes before validate: it sends nothing, so it needs no target. The reports are written
// for an interrupted run as well. A run that exceeds --timeout is not interrupted; its
// missing checks are errors.
//
// The error is nil when everything passed. It has a code and no text when the reports say
// what is wrong, else a code and a text.
func (c *runConfig) run(ctx context.Context, out, errs io.Writer) error {
	p, err := profile.Load(c.profile)
	if err != nil {
		return usage(fmt.Errorf("profile: %w%s", err, suggestion(c.profile, profile.Names())))
	}
	book, catalogue, err := loadCatalogue()
	if err != nil {
		return err
	}
	checks, err := selectChecks(catalogue, c.selection, book, p)
	if err != nil {
		return usage(err)
	}
	if c.list {
		return listChecks(out, checks, book, p)
	}
	if err := c.validate(p); err != nil {
		return usage(err)
	}
	// ctx itself ends by an interrupt only, which is how the two are told apart below.
	limited, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("the run took longer than --timeout %s", c.timeout))
	defer cancel()

	plan := steps.Plan{
		Profile: p, Rules: book, Catalogue: catalogue, Checks: checks,
		Jobs: c.jobs, Timeout: c.checkTimeout, MaxWait: c.maxWait, Seed: c.seed, Now: time.Now, Rand: rand.Reader,
		InitialAccessToken: c.initialAccessToken,
		Redactor:           reports.NewRedactor(nonEmpty(c.initialAccessToken, os.Getenv(directoryToken))...),
		Report: reports.Run{
			Tool: reports.Tool{Name: "dcrkit", Version: version()}, ID: newRunID(), Profile: p.Name,
			Target:    reports.Target{Discovery: c.target, Embedded: c.target == ""},
			Selection: c.selection.String(),
		},
	}
	// Report and progress go to different streams, and either may be a file.
	colour := !c.noColor && isTerminal(out)
	tty := isTerminal(errs)
	errs = &oneAtATime{out: errs}
	plan.Progress = reports.NewProgress(errs, tty, !c.noColor && tty)
	wipe := ""
	if tty {
		wipe = "\r\x1b[K" // the progress bar is drawn again after the line
	}
	plan.Waiting = func(check, what string) {
		fmt.Fprintf(errs, "%s%s waits for the target to notice: %s\n", wipe, check, what)
	}
	result, err := c.drive(limited, plan, errs)
	if err != nil {
		return internal(err)
	}
	if err := reports.WriteFile(c.out, *result); err != nil {
		return environment(fmt.Errorf("out: %w", err))
	}
	if err := reports.WriteTerminal(out, *result, reports.TerminalOptions{Color: colour, Width: width(out), ReportDir: c.out}); err != nil {
		return environment(err)
	}
	if ctx.Err() != nil {
		return interrupted(result)
	}
	if code := result.ExitCode(); code != exitPassed {
		return &exit{code: code}
	}
	return nil
}

// interrupted says what the interrupt left at the target.
// The exit code is 130 whatever the verdict is, so that a script does not take half a run
// for a whole one.
func interrupted(result *reports.Run) error {
	said := "interrupted; every client that was registered is deleted"
	if n := len(result.Leftovers); n > 0 {
		said = fmt.Sprintf("interrupted; %s may have left a client, see the leftovers", registrations(n))
	}
	return &exit{exitInterrupted, errors.New(said)}
}

// drive prepares target, directory and identities and runs the plan. Trouble
// on the way there ends in a report too: every check an error with the reason.
// What an earlier run left is told to errs.
//
// An error is left for what is wrong on this machine: a PEM file that cannot be read, a
// server that cannot be started, an --out that cannot be written. The journal is opened
// before the first registration, as what is not in it cannot be cleaned up.
func (c *runConfig) drive(ctx context.Context, plan steps.Plan, errs io.Writer) (*reports.Run, error) {
	roots, err := readRoots("ca", c.ca)
	if err != nil {
		return nil, usage(err)
	}
	directoryRoots, err := readRoots("directory-ca", c.directoryCA)
	if err != nil {
		return nil, usage(err)
	}
	transport, err := c.clientCertificate()
	if err != nil {
		return nil, usage(err)
	}
	var keys *pki.KeyPool
	if c.target == "" {
		// The lab outlives an interrupt: the clean-up still needs it.
		l, err := startLab(context.WithoutCancel(ctx), plan.Profile, c.off, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, environment(err)
		}
		defer l.Close()
		c.target, roots, c.audience = l.server.Discovery(), l.directory.Roots(), l.audience
		c.directory, directoryRoots = l.directory.URL(), l.directory.Roots()
		keys = l.keys
		plan.MaxWait = max(c.maxWait, embeddedWait)
	}
	plan.Network = tpp.NewNetwork(tpp.NetworkConfig{Roots: roots, Timeout: c.requestTimeout})
	defer plan.Network.Close()
	// A target that does not answer is a result, with reports and exit code 3: a build that
	// waits for junit.xml must find one.
	if plan.Target, err = tpp.Discover(ctx, plan.Network, c.target); err != nil {
		return notRun(ctx, plan, targetTrouble(err)), nil
	}
	if c.audience != "" {
		plan.Target.Audience = c.audience
	}
	plan.Report.Target.Discovery, plan.Report.Target.Issuer = plan.Target.Discovery, plan.Target.Issuer
	plan.Report.Target.RegistrationEndpoint = plan.Target.RegistrationEndpoint

	if keys == nil {
		keys = pki.NewKeyPool(keysAhead)
		defer keys.Close()
	}
	// Without software statements there is nobody to enrol with: the client makes its own key
	// and brings a certificate if it has one.
	if plan.Profile.Dialect.Statement {
		network := tpp.NewNetwork(tpp.NetworkConfig{Roots: directoryRoots, Timeout: c.requestTimeout})
		defer network.Close()
		plan.Directory = tpp.NewDirectory(c.directory, network)
		if err := plan.Directory.Health(ctx); err != nil {
			return notRun(ctx, plan, fmt.Errorf("--directory: %s does not answer: %w; start one with 'dcrkit directory serve' and name its CA with --directory-ca", c.directory, err)), nil
		}
		plan.Report.Directory = c.directory
		plan.Management, plan.NoManagement = plan.Directory.Management(ctx, os.Getenv(directoryToken))
		plan.Roster = tpp.NewRoster(plan.Directory, keys, plan.Profile)
		plan.Enroller = plan.Roster
	} else {
		standalone := tpp.NewStandalone(plan.Profile)
		standalone.Transport = transport
		plan.Enroller = standalone
	}
	// Like the lab, the canary stays until the clean-up is over.
	if plan.Canary, err = tpp.StartCanary(context.WithoutCancel(ctx)); err != nil {
		return nil, environment(fmt.Errorf("start the canary: %w", err))
	}
	defer plan.Canary.Close()
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return nil, environment(fmt.Errorf("out: %w", err))
	}
	if plan.Journal, err = tpp.OpenJournal(filepath.Join(c.out, "journal.jsonl")); err != nil {
		return nil, environment(fmt.Errorf("out: %w", err))
	}
	if n := len(plan.Journal.Leftovers()); n > 0 {
		fmt.Fprintf(errs, "%s holds what an earlier run left (%d); 'dcrkit cleanup' tries again\n", plan.Journal.Path(), n)
	}
	result, err := steps.Run(ctx, plan)
	if closing := plan.Journal.Close(); closing != nil && err == nil {
		err = environment(fmt.Errorf("out: %w", closing))
	}
	return result, err
}

// notRun is the result when the preparation failed, or was not let finish.
// An interrupt or the --timeout is then the reason; the error of the call that it broke
// off would mislead.
func notRun(ctx context.Context, plan steps.Plan, why error) *reports.Run {
	if ctx.Err() != nil {
		why = errors.New(steps.EndedBy(ctx))
	}
	return steps.NotRun(plan, why)
}

// oneAtATime keeps lines apart that several goroutines write.
type oneAtATime struct {
	mu  sync.Mutex
	out io.Writer
}

// Write writes as the writer below does.
func (w *oneAtATime) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(b)
}

// newRunID is the start in UTC to the millisecond, so ids sort by time as text.
func newRunID() string { return time.Now().UTC().Format("20060102T150405.000Z") }

// nonEmpty keeps "" from the redactor, where it is no secret.
func nonEmpty(values ...string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
