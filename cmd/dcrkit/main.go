// Command dcrkit drives OAuth 2.0 / Open Banking Dynamic Client Registration
// endpoints and says where they leave their specification.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes, as the README documents them.
// 130 is 128 and the number of SIGINT, as shells count. Warnings do not change the code.
const (
	exitPassed      = 0
	exitFailed      = 1
	exitUsage       = 2
	exitEnvironment = 3
	exitInternal    = 5
	exitInterrupted = 130
)

// secondInterrupt is how long after the first interrupt another one counts:
// timeout(1) and some shells deliver one twice.
const secondInterrupt = time.Second

// exit is an error that knows its exit code.
type exit struct {
	code int
	err  error // nil when everything has been said
}

// Error is never empty, for the benefit of a wrapper that prints it.
func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}
func (e *exit) Unwrap() error { return e.err }

// These tell who can act: the user at the command line, whoever runs target, directory
// and machine, or the authors of dcrkit.
func usage(err error) error       { return coded(exitUsage, err) }
func environment(err error) error { return coded(exitEnvironment, err) }
func internal(err error) error    { return coded(exitInternal, err) }

// coded gives an error its exit code, unless it is nil or has one.
// The code given first stays, as the place nearest to the mistake knows best whose it
// is. With nil passing through, a function can end in return environment(err).
func coded(code int, err error) error {
	if e := (*exit)(nil); err == nil || errors.As(err, &e) {
		return err
	}
	return &exit{code, err}
}

// memoryLimit is where the collector starts to work harder, in bytes. A run
// keeps its evidence until the reports are written and makes much that is
// short-lived; CI machines are small.
// It is a soft limit: a large run goes beyond it rather than fail.
const memoryLimit = 104 << 20

// main leaves a limit alone that the user has set in GOMEMLIMIT, which the Go runtime
// reads by itself.
func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit code. The first
// interrupt ends the work in an orderly way, the second at once.
// An error without a code comes from the parsing of the command line, so it counts as
// usage. A panic becomes exit code 5 with its stack on errs.
func run(args []string, in io.Reader, out, errs io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(errs, "dcrkit: internal error: %v\n%s", p, debug.Stack())
			code = exitInternal
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After stop a signal has its usual effect again and ends the process.
	context.AfterFunc(ctx, func() { time.AfterFunc(secondInterrupt, stop) })

	cmd := rootCommand()
	cmd.SetArgs(args)
	cmd.SetIn(in)
	cmd.SetOut(out)
	cmd.SetErr(errs)
	err := cmd.ExecuteContext(ctx)
	var e *exit
	switch {
	case err == nil:
		return exitPassed
	case errors.As(err, &e):
		if e.err != nil {
			fmt.Fprintf(errs, "dcrkit: %v\n", e.err)
		}
		return e.code
	}
	fmt.Fprintf(errs, "dcrkit: %v\n", err)
	return exitUsage
}

// rootCommand is made anew for each command line, because cobra keeps what flags were
// given in the command itself. Its own printing is off: run prints every error, once.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dcrkit",
		Short: "Conformance and load tests for Dynamic Client Registration endpoints",
		Long: `dcrkit drives a Dynamic Client Registration endpoint through the whole life of
a client, with valid and malformed software statements, and reports where it
leaves RFC 7591, RFC 7592 or the profile of its ecosystem.

Without arguments 'dcrkit run' tests an embedded reference server.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		hint := ""
		if unknown := (*pflag.NotExistError)(nil); errors.As(err, &unknown) {
			hint = nearest(cmd.Flags(), unknown.GetSpecifiedName())
		}
		return usage(fmt.Errorf("%w%s; see '%s --help'", err, hint, cmd.CommandPath()))
	})
	root.AddCommand(runCommand(), directoryCommand(), aspspCommand(), ssaCommand(), rulesCommand(), explainCommand(), cleanupCommand(), versionCommand())
	return root
}

// group is a command that only holds others. Without one it shows its help; a
// mistyped one is an error, which cobra tells for the root only.
func group(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return usage(fmt.Errorf("unknown command %q for %q%s", args[0], cmd.CommandPath(), suggestion(args[0], names)))
		},
	}
	cmd.AddCommand(subs...)
	return cmd
}

// one wants exactly one argument, and says what it is.
// ExactArgs of cobra could only count them.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(fmt.Errorf("expected %s, got %d arguments; see '%s --help'", what, len(args), cmd.CommandPath()))
		}
		return nil
	}
}
