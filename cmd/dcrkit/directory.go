package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/mockdirectory"
	"github.com/dcrkit/dcrkit/mockdirectory/seed"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// directoryCommand groups the mock directory and the knobs by which it misbehaves.
func directoryCommand() *cobra.Command {
	return group("directory", "The mock Open Banking directory", directoryServeCommand(), knobCommand())
}

// directoryConfig is filled by the flags of 'dcrkit directory serve'. The embedded Config
// goes to the directory as it is; the rest names files that have to be read first.
type directoryConfig struct {
	mockdirectory.Config
	data, seedFile, cert, key, caOut string
	documentedDelays, verbose        bool
}

// directoryServeCommand serves the directory in a process of its own, for targets that
// are to trust it and for runs with --directory.
func directoryServeCommand() *cobra.Command {
	var c directoryConfig
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a mock directory with its own certificate authority",
		Long: `Serve starts a directory that enrols organisations and software statements,
issues certificates with CRL and OCSP, publishes keys and signs software
statements. It listens three times: the API (HTTPS), what certificates point to
(HTTP), and the management port with the page, the knobs and the metrics.

Everything is kept in memory, or in SQLite below --data. It trusts everybody who
can reach it, unless --require-token is given: keep it in a test network. Beyond
the loopback the management port wants a token, in DCRKIT_DIRECTORY_TOKEN.`,
		Example: `  dcrkit directory serve
  dcrkit directory serve --data ./directory --seed-file organisations.yaml
  DCRKIT_DIRECTORY_TOKEN=... dcrkit directory serve --addr 0.0.0.0:8443 --public-url https://directory.test:8443 \
    --pki-addr 0.0.0.0:8442 --pki-url http://directory.test:8442 --management-addr 0.0.0.0:8444`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.serve(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&c.Addr, "addr", "127.0.0.1:8443", "address of the API")
	f.StringVar(&c.PublicURL, "public-url", "", "URL under which others reach the API (default: https and the address)")
	f.StringVar(&c.PKIAddr, "pki-addr", "127.0.0.1:8442", "address of CRL, OCSP and CA certificates, over plain HTTP")
	f.StringVar(&c.PKIURL, "pki-url", "", "URL of it that certificates point to (default: http and the address)")
	f.StringVar(&c.ManagementAddr, "management-addr", "127.0.0.1:8444", "address of the page, the knobs and the metrics")
	f.StringVar(&c.data, "data", "", "folder to keep everything in, private keys included (default: in memory)")
	f.StringVar(&c.seedFile, "seed-file", "", "YAML file with organisations to enrol at the start")
	f.StringVar(&c.cert, "cert", "", "PEM file with the API's certificate chain (default: one of the directory's CA)")
	f.StringVar(&c.key, "key", "", "PEM file with its private key")
	f.StringVar(&c.caOut, "ca-out", "directory-ca.pem", "file for the CA certificate that others must trust")
	f.StringVar(&c.Issuer, "issuer", "OpenBanking Ltd", "iss of the software statements")
	f.BoolVar(&c.RequireToken, "require-token", false, "turn away members without an access token of the directory")
	f.BoolVar(&c.documentedDelays, "documented-delays", false, "let revocations show as late as the UK directory's may: OCSP after 5m, CRL after 30s")
	f.DurationVar(&c.Delays.OCSP, "ocsp-delay", 0, "time until OCSP shows a revocation")
	f.DurationVar(&c.Delays.CRL, "crl-delay", 0, "time until the CRL shows a revocation")
	f.Uint64Var(&c.Seed, "seed", 1, "seed of the knobs that act by chance")
	f.BoolVar(&c.verbose, "verbose", false, "log every request")
	return cmd
}

// serve refuses what was mistyped before anything listens, then blocks until the first
// interrupt.
func (c *directoryConfig) serve(cmd *cobra.Command) error {
	if err := c.validate(); err != nil {
		return usage(err)
	}
	var err error
	c.ManagementToken = os.Getenv("DCRKIT_DIRECTORY_TOKEN")
	c.Log = logger(cmd.ErrOrStderr(), c.verbose)
	if c.data != "" {
		if c.Store, err = store.Open(c.data); err != nil {
			return environment(fmt.Errorf("data: %w", err))
		}
	}
	s, err := mockdirectory.Start(cmd.Context(), c.Config)
	if refused, ok := errors.AsType[*seed.Refused](err); ok {
		return usage(fmt.Errorf("seed-file: %s: %w", c.seedFile, refused))
	}
	if err != nil {
		return environment(err)
	}
	defer s.Close()
	if err := writeCA(c.caOut, s.RootPEM()); err != nil {
		return environment(err)
	}
	c.announce(cmd.OutOrStdout(), s)
	<-cmd.Context().Done()
	return environment(s.Close())
}

// announce says what a target has to be told to trust this directory. The issuer, the last
// line, is that of its software statements.
func (c *directoryConfig) announce(w io.Writer, s *mockdirectory.Server) {
	kept := "in memory: it ends with this process"
	if c.data != "" {
		kept = c.data
	}
	for _, line := range [][2]string{
		{"directory", s.URL()},
		{"page", s.ManagementURL() + "/"},
		{"ca", c.caOut},
		{"keys", s.URL() + "/keystore/openbanking.jwks"},
		{"pki", s.PKIURL()},
		{"data", kept},
		{"issuer", c.Issuer},
	} {
		fmt.Fprintf(w, "%-10s %s\n", line[0], line[1])
	}
}

// validate reads the files that the flags name.
func (c *directoryConfig) validate() error {
	if (c.cert == "") != (c.key == "") {
		return errors.New("cert, key: expected both or neither")
	}
	if c.cert != "" {
		pair, err := tls.LoadX509KeyPair(c.cert, c.key)
		if err != nil {
			return fmt.Errorf("cert, key: %s and %s: %w", c.cert, c.key, err)
		}
		c.Certificate = &pair
	}
	for name, value := range map[string]string{"public-url": c.PublicURL, "pki-url": c.PKIURL} {
		if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "") {
			return fmt.Errorf("%s: expected a URL, got %q", name, value)
		}
	}
	if c.Delays.OCSP < 0 || c.Delays.CRL < 0 {
		return fmt.Errorf("ocsp-delay, crl-delay: expected no negative time, got %s and %s", c.Delays.OCSP, c.Delays.CRL)
	}
	if c.documentedDelays {
		c.Delays = trust.DocumentedDelays
	}
	if c.seedFile == "" {
		return nil
	}
	text, err := os.ReadFile(c.seedFile)
	if err != nil {
		return fmt.Errorf("seed-file: %w", err)
	}
	if c.Enrol, err = seed.Parse(text); err != nil {
		return fmt.Errorf("seed-file: %s: %w", c.seedFile, err)
	}
	return nil
}

// writeCA leaves the CA certificate where the other side can pick it up.
// It holds no private key, hence a mode that lets others read it.
func writeCA(path string, pem []byte) error {
	if err := os.WriteFile(path, pem, 0o644); err != nil {
		return fmt.Errorf("ca-out: %w", err)
	}
	return nil
}

// logger writes warnings and errors, and every request with verbose. Callers give it the
// standard error, so that the lines on the standard output stay readable for scripts.
func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
