package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/mockdirectory"
)

// ssaCommand has what concerns software statements (RFC 7591, section 2.3). None of it
// needs a target.
func ssaCommand() *cobra.Command {
	return group("ssa", "Issue, malform and inspect software statements", ssaIssueCommand(), ssaMalformCommand(), ssaInspectCommand())
}

// ssaSource is where a software statement comes from.
// It is a directory that runs elsewhere, or one that ends with the command. Nobody can
// fetch the keys for a statement of the latter: it is for reading, not for registering.
type ssaSource struct {
	directory, directoryCA, canary string
	roles, redirects               []string
}

// flags are those that issue and malform share. --canary makes sense for malform only.
func (s *ssaSource) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.directory, "directory", "", "URL of a running 'dcrkit directory serve' (default: one for this statement only)")
	f.StringVar(&s.directoryCA, "directory-ca", "", "PEM file with its CA")
	f.StringSliceVar(&s.roles, "role", []string{"AISP", "PISP", "CBPII"}, "role of the software; may come several times")
	f.StringSliceVar(&s.redirects, "redirect-uri", nil, "redirect URI of the software; may come several times")
}

// issue enrols a software and obtains its statement, malformed by name if asked.
// The name is "" for an honest one. Each call enrols a software of its own. The result is
// a compact JWS for the dialect obie-3.3, whatever profile it is inspected with later.
func (s *ssaSource) issue(ctx context.Context, name string) (string, error) {
	p, err := profile.Load("obie-3.3")
	if err != nil {
		return "", internal(err)
	}
	if err := s.validate(p); err != nil {
		return "", usage(err)
	}
	roots, err := readRoots("directory-ca", s.directoryCA)
	if err != nil {
		return "", usage(err)
	}
	keys := pki.NewKeyPool(2)
	defer keys.Close()
	base := s.directory
	if base == "" {
		d, err := mockdirectory.Start(ctx, mockdirectory.Config{Keys: keys})
		if err != nil {
			return "", environment(err)
		}
		defer d.Close()
		base, roots = d.URL(), d.Roots()
	}
	network := tpp.NewNetwork(tpp.NetworkConfig{Roots: roots})
	defer network.Close()
	t, err := tpp.NewRoster(tpp.NewDirectory(base, network), keys, p).Enrol(ctx, tpp.Wish{Roles: s.roles, RedirectURIs: s.redirects})
	if err != nil {
		return "", environment(fmt.Errorf("directory: %w", err))
	}
	token, err := t.StatementWith(ctx, tpp.AssertionQuery{Malformation: name, Canary: s.canary})
	if err != nil {
		return "", environment(fmt.Errorf("directory: %w", err))
	}
	return token, nil
}

// validate takes the known roles from the profile's scopes, each of which names the role
// that permits it, and refuses a CA that would go unused.
func (s *ssaSource) validate(p *profile.Profile) error {
	known := slices.Sorted(maps.Values(p.Dialect.Scopes))
	known = slices.DeleteFunc(slices.Compact(known), func(role string) bool { return role == "" })
	for _, role := range s.roles {
		if !slices.Contains(known, role) {
			return fmt.Errorf("role: expected %s, got %q", strings.Join(known, ", "), role)
		}
	}
	if s.directory != "" {
		return absolute("directory", s.directory)
	}
	if s.directoryCA != "" {
		return errors.New("directory-ca: names the CA of a --directory; name that as well")
	}
	return nil
}

// ssaIssueCommand prints the token alone, on one line: it is made for pipes.
func ssaIssueCommand() *cobra.Command {
	var s ssaSource
	cmd := &cobra.Command{
		Use:     "issue",
		Short:   "Have a directory issue a software statement and print it",
		Example: "  dcrkit ssa issue --role AISP | dcrkit ssa inspect",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, err := s.issue(cmd.Context(), "")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			return err
		},
	}
	s.flags(cmd)
	return cmd
}

// ssaMalformCommand prints a token as well. Names of changes to the request are refused,
// as there is no request here.
func ssaMalformCommand() *cobra.Command {
	var s ssaSource
	var list bool
	cmd := &cobra.Command{
		Use:   "malform NAME",
		Short: "Print a software statement with one malformation",
		Example: `  dcrkit ssa malform --list
  dcrkit ssa malform statement-alg-none
  dcrkit ssa malform statement-jku-rogue --canary https://canary.example`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listMalformations(cmd.OutOrStdout())
			}
			if len(args) == 0 {
				return usage(errors.New("expected the name of a malformation; --list shows them"))
			}
			m, err := malformation.ByName(args[0])
			if err != nil {
				return usage(err)
			}
			if !m.OfStatement() {
				return usage(fmt.Errorf("%s changes the %s of a registration, not its software statement; --list shows those that do", m.Name, m.Part))
			}
			token, err := s.issue(cmd.Context(), m.Name)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
			return err
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "list every malformation")
	cmd.Flags().StringVar(&s.canary, "canary", "", "base URL for malformations that lead a server to a URL")
	s.flags(cmd)
	return cmd
}

// listMalformations prints name, rule, part and summary of all, also of those that only a
// run can make: the names stand in reports and features.
func listMalformations(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, m := range malformation.All() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, m.Rule, m.Part, m.Summary)
	}
	return w.Flush()
}
