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

	"github.com/spf13/cobra"
)

// Exit codes, as the README documents them.
const (
	exitPassed      = 0
	exitFailed      = 1
	exitUsage       = 2
	exitEnvironment = 3
	exitInternal    = 5
	exitInterrupted = 130
)

// exit is an error that knows its exit code.
type exit struct {
	code int
	err  error // nil when everything has been said
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}
func (e *exit) Unwrap() error { return e.err }

func usage(err error) error       { return &exit{exitUsage, err} }
func environment(err error) error { return &exit{exitEnvironment, err} }

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run executes one command line and returns its exit code. The first
// interrupt ends the work in an orderly way, the second at once.
func run(args []string, in io.Reader, out, errs io.Writer) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(errs, "dcrkit: internal error: %v\n%s", p, debug.Stack())
			code = exitInternal
		}
	}()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

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
		return usage(fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath()))
	})
	root.AddCommand(runCommand(), directoryCommand(), aspspCommand(), ssaCommand(), rulesCommand(), explainCommand(), cleanupCommand(), versionCommand())
	return root
}
