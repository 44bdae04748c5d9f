package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/mockdirectory"
)

// directoryCommand serves the mock directory in a process of its own, for targets that
// are to trust it and for runs with --directory. Only the CA certificate is written to
// disk: after a restart no earlier statement or certificate verifies.
func directoryCommand() *cobra.Command {
	var cfg mockdirectory.Config
	var caOut string
	var verbose bool
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Serve a mock directory with its own certificate authority",
		Long: `Serve starts a directory that enrols organisations and software statements,
issues certificates and signs software statements. Its keys live as long as the
process. It trusts everybody who can reach it: keep it on the loopback.`,
		Example: `  dcrkit directory serve --addr 127.0.0.1:8443 --ca-out directory-ca.pem`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg.Log = logger(cmd.ErrOrStderr(), verbose)
			s, err := mockdirectory.Start(cmd.Context(), cfg)
			if err != nil {
				return environment(fmt.Errorf("addr: %w", err))
			}
			defer s.Close()
			if err := writeCA(caOut, s.RootPEM()); err != nil {
				return environment(err)
			}
			// What a target has to be told to trust this directory; the issuer is that of its
			// software statements.
			fmt.Fprintf(cmd.OutOrStdout(), "directory  %s\nca         %s\nkeys       %s/keystore/openbanking.jwks\nissuer     %s\n", s.URL(), caOut, s.URL(), "OpenBanking Ltd")
			<-cmd.Context().Done()
			return environment(s.Close())
		},
	}
	f := serve.Flags()
	f.StringVar(&cfg.Addr, "addr", "127.0.0.1:8443", "address to listen on")
	f.StringVar(&cfg.PublicURL, "public-url", "", "URL under which others reach it (default: https and the address)")
	f.StringVar(&caOut, "ca-out", "directory-ca.pem", "file for the CA certificate that others must trust")
	f.BoolVar(&verbose, "verbose", false, "log every request")
	return group("directory", "The mock Open Banking directory", serve)
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
