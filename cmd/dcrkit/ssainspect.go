package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/inspect"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// ssaInspectCommand opens no connection unless it is to verify, so it can be used on a
// statement in production.
func ssaInspectCommand() *cobra.Command {
	var name string
	var verify bool
	var keys keySource
	cmd := &cobra.Command{
		Use:   "inspect [FILE]",
		Short: "Show a registration request or software statement and where it leaves the profile",
		Long: `Inspect decodes a JWT from a file or the standard input: its header, its claims
and, inside a registration request, the software statement. It lists where they
leave the profile's form. With --verify it also checks the signature of the
software statement with the keys of a directory.

It exits with 0 also when there are deviations: it tells, it does not judge. A
signature that does not verify is exit code 1.`,
		Example: `  dcrkit ssa inspect ssa.jwt
  dcrkit ssa inspect --verify --directory https://127.0.0.1:8443 --directory-ca directory-ca.pem ssa.jwt
  dcrkit ssa inspect --verify --jwks openbanking.jwks ssa.jwt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := profile.Load(name)
			if err != nil {
				return usage(fmt.Errorf("profile: %w", err))
			}
			raw, err := readInput(cmd.InOrStdin(), args)
			if err != nil {
				return usage(err)
			}
			found, err := inspect.Token(string(bytes.TrimSpace(raw)), p)
			if err != nil {
				return usage(err)
			}
			if err := showInspection(cmd.OutOrStdout(), found); err != nil || !verify {
				return err
			}
			return keys.verify(cmd.Context(), cmd.OutOrStdout(), string(raw))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&verify, "verify", false, "check the signature of the software statement")
	f.StringVar(&keys.directory, "directory", "", "URL of the directory whose keys sign statements (with --verify)")
	f.StringVar(&keys.directoryCA, "directory-ca", "", "PEM file with its CA")
	f.StringVar(&keys.jwks, "jwks", "", "file with the key set instead (with --verify)")
	cmd.Flags().StringVar(&name, "profile", "obie-3.2", "profile: "+strings.Join(profile.Names(), ", "))
	return cmd
}

// keySource is where the keys come from that a signature is checked with.
type keySource struct{ directory, directoryCA, jwks string }

// verify prints whose signature it is. One that does not fit is a failure, and keys that
// cannot be had are trouble of the environment.
func (k keySource) verify(ctx context.Context, out io.Writer, token string) error {
	set, err := k.read(ctx)
	if err != nil {
		return err
	}
	v, err := inspect.Verify(token, set)
	if err != nil {
		return coded(exitFailed, fmt.Errorf("signature of the software statement: %w", err))
	}
	_, err = fmt.Fprintf(out, "\nsignature of the software statement: verified (%s, key %s)\n", v.Algorithm, v.KeyID)
	return err
}

func (k keySource) read(ctx context.Context) ([]byte, error) {
	if (k.directory == "") == (k.jwks == "") {
		return nil, usage(errors.New("verify: expected either --directory or --jwks, for the keys"))
	}
	if k.jwks != "" {
		set, err := os.ReadFile(k.jwks)
		if err != nil {
			return nil, usage(fmt.Errorf("jwks: %w", err))
		}
		return set, nil
	}
	if err := absolute("directory", k.directory); err != nil {
		return nil, usage(err)
	}
	roots, err := readRoots("directory-ca", k.directoryCA)
	if err != nil {
		return nil, usage(err)
	}
	network := tpp.NewNetwork(tpp.NetworkConfig{Roots: roots})
	defer network.Close()
	e := tpp.NewDirectory(k.directory, network).KeySetExchange(ctx)
	if !e.OK() {
		return nil, environment(fmt.Errorf("directory: expected its key set at %s, got %s", k.directory, outcome(e)))
	}
	return e.Body, nil
}

// outcome says in a few words what came instead of an answer.
func outcome(e *tpp.Exchange) string {
	if e.Answered() {
		return fmt.Sprintf("status %d", e.Status)
	}
	return fmt.Sprintf("%s: %v (is --directory-ca right?)", e.Outcome, e.Err)
}

// readInput reads a file, or the standard input for none or "-".
// What goes beyond 1 MiB of the standard input is not read: a pipe need not end.
func readInput(in io.Reader, args []string) ([]byte, error) {
	const most = 1 << 20
	if len(args) == 0 || args[0] == "-" {
		return io.ReadAll(io.LimitReader(in, most))
	}
	return os.ReadFile(args[0])
}

// showInspection prints header and claims of each part as they were found, indented but
// neither sorted nor redacted, and the deviations behind them.
func showInspection(out io.Writer, found inspect.Result) error {
	for _, part := range found.Parts {
		fmt.Fprintf(out, "%s\n", strings.ToUpper(part.Title[:1])+part.Title[1:])
		for _, section := range []struct {
			title string
			value json.RawMessage
		}{{"header", part.Header}, {"claims", part.Claims}} {
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, section.value, "  ", "  "); err != nil {
				return err
			}
			fmt.Fprintf(out, "  %s %s\n", section.title, pretty.String())
		}
		fmt.Fprintln(out)
	}
	if len(found.Deviations) == 0 {
		_, err := fmt.Fprintf(out, "no deviation from %s\n", found.Profile)
		return err
	}
	fmt.Fprintf(out, "%d deviations from %s:\n", len(found.Deviations), found.Profile)
	for _, d := range found.Deviations {
		fmt.Fprintf(out, "  %s\n", d)
	}
	return nil
}
