package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/aspsp"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/mockdirectory"
)

// aspspCommand groups the reference server: one that keeps every rule of a profile or,
// with --off, breaks chosen ones. It is a target like any other.
func aspspCommand() *cobra.Command {
	return group("aspsp", "The reference DCR server", aspspServeCommand())
}

// aspspConfig is filled by the flags of 'dcrkit aspsp serve'. The embedded Config goes to
// the server as it is; the rest names files and URLs that have to be read first.
type aspspConfig struct {
	aspsp.Config
	profile, directory, directoryCA string
	cert, key, caOut                string
	verbose, listOff                bool
}

// aspspServeCommand reads flags only. The environment and dcrkit.yaml are for
// 'dcrkit run'.
func aspspServeCommand() *cobra.Command {
	var c aspspConfig
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference DCR server of a profile",
		Long: `Serve starts the reference server. It trusts the directory that --directory
names and obtains its TLS certificate from that directory's CA, unless --cert and
--key name one. Without --directory a directory is started beside it.`,
		Example: `  dcrkit aspsp serve --profile obie-3.3 --directory https://127.0.0.1:8443 --directory-ca directory-ca.pem
  dcrkit aspsp serve --profile rfc7591 --off RSP-03`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&c.profile, "profile", "obie-3.3", "profile: "+strings.Join(profile.Names(), ", "))
	f.StringVar(&c.Addr, "addr", "127.0.0.1:9443", "address to listen on")
	f.StringVar(&c.PublicURL, "public-url", "", "URL under which others reach it (default: https and the address)")
	f.StringVar(&c.directory, "directory", "", "URL of a running 'dcrkit directory serve' (default: one beside this server)")
	f.StringVar(&c.directoryCA, "directory-ca", "", "PEM file with that directory's CA")
	f.StringVar(&c.cert, "cert", "", "PEM file with the listener's certificate chain")
	f.StringVar(&c.key, "key", "", "PEM file with its private key")
	f.StringVar(&c.caOut, "ca-out", "directory-ca.pem", "file for the CA of a directory that is started beside")
	f.StringVar(&c.InitialAccessToken, "initial-access-token", "", "bearer token that a registration must bring")
	f.StringSliceVar(&c.Off, "off", nil, "rules to switch off, each a deliberate defect; see --list-off")
	f.BoolVar(&c.listOff, "list-off", false, "list the rules that can be switched off")
	f.BoolVar(&c.verbose, "verbose", false, "log every request")
	return cmd
}

// serve refuses what was mistyped before anything listens, then blocks until the first
// interrupt. A port in use belongs to the key addr and to the environment (exit code 3).
// Its last line is a command that tests this very server.
func (c *aspspConfig) serve(cmd *cobra.Command) error {
	p, err := profile.Load(c.profile)
	if err != nil {
		return usage(fmt.Errorf("profile: %w", err))
	}
	c.Profile = p
	if c.listOff {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(aspsp.Rules(p), "\n"))
		return err
	}
	if err := validateOff(p, c.Off); err != nil {
		return usage(err)
	}
	if c.directory != "" {
		if err := absolute("directory", c.directory); err != nil {
			return usage(err)
		}
	}
	if (c.cert == "") != (c.key == "") {
		return usage(errors.New("cert, key: expected both or neither"))
	}
	if c.cert != "" {
		if c.Certificate, err = tls.LoadX509KeyPair(c.cert, c.key); err != nil {
			return usage(fmt.Errorf("cert, key: %s and %s: %w", c.cert, c.key, err))
		}
	}
	c.Log = logger(cmd.ErrOrStderr(), c.verbose)
	roots, stop, err := c.trustAnchor(cmd.Context())
	if err != nil {
		return err
	}
	defer stop()
	s, audience, err := startServer(cmd.Context(), c.Config, c.directory, roots)
	if op := (*net.OpError)(nil); errors.As(err, &op) && op.Op == "listen" {
		return environment(fmt.Errorf("addr: %w", err))
	}
	if err != nil {
		return environment(err)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "target     %s\ndiscovery  %s\ndirectory  %s\n", s.URL(), s.Discovery(), c.directory)
	if audience != "" {
		fmt.Fprintf(out, "audience   %s\n", audience)
	}
	fmt.Fprintf(out, "test it    %s\n", c.command(s, audience))
	<-cmd.Context().Done()
	return environment(s.Close())
}

// trustAnchor finds the directory, or starts one.
// The function that it returns stops a directory that it started and leaves a named one
// alone. A started one writes its CA to --ca-out, because a run in another process has
// to trust it too, and its URL into c, for the command that is printed.
func (c *aspspConfig) trustAnchor(ctx context.Context) (*x509.CertPool, func(), error) {
	if c.directory != "" {
		roots, err := readRoots("directory-ca", c.directoryCA)
		if err != nil {
			return nil, nil, usage(err)
		}
		return roots, func() {}, nil
	}
	d, err := mockdirectory.Start(ctx, mockdirectory.Config{Log: c.Log})
	if err != nil {
		return nil, nil, environment(fmt.Errorf("start a directory: %w", err))
	}
	if err := writeCA(c.caOut, d.RootPEM()); err != nil {
		return nil, nil, environment(errors.Join(err, d.Close()))
	}
	c.directory, c.directoryCA = d.URL(), c.caOut
	return d.Roots(), func() { _ = d.Close() }, nil
}

// command is what a person types to test this server.
// It has --ca only where the directory's CA signed the listener's certificate; who
// brought one with --cert knows its issuer. --directory is there for profiles with
// software statements, as 'dcrkit run' refuses it in the others.
func (c *aspspConfig) command(s *aspsp.Server, audience string) string {
	words := []string{"dcrkit run --profile", c.profile, "--target", s.URL()}
	if c.cert == "" {
		words = append(words, "--ca", c.directoryCA)
	}
	if c.Profile.Dialect.Statement {
		words = append(words, "--directory", c.directory, "--directory-ca", c.directoryCA)
	}
	if audience != "" {
		words = append(words, "--audience", audience)
	}
	return strings.Join(words, " ")
}
