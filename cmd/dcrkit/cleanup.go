package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// cleanupCommand settles what a killed run could not: clients that no deletion
// (RFC 7592, section 2.3) is known to have reached. The journal holds their credentials
// and where to send them, so no target is asked for. While something is left the exit
// code is 3 and the journal stays, to be tried again.
func cleanupCommand() *cobra.Command {
	var ca string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:     "cleanup JOURNAL",
		Short:   "Delete the clients that an earlier run left behind",
		Example: "  dcrkit cleanup dcrkit-report/journal.jsonl --ca as-ca.pem",
		Args:    one("the journal of a run such as dcrkit-report/journal.jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := looksLikeJournal(args[0]); err != nil {
				return usage(err)
			}
			roots, err := readRoots("ca", ca)
			if err != nil {
				return usage(err)
			}
			network := tpp.NewNetwork(tpp.NetworkConfig{Roots: roots, Timeout: timeout})
			defer network.Close()
			// The only errors are those of the file; a target that does not answer is among what
			// is left.
			left, err := tpp.CleanUp(cmd.Context(), args[0], tpp.ClientConfig{Network: network})
			if err != nil {
				return usage(err)
			}
			for _, l := range left {
				fmt.Fprintf(cmd.OutOrStdout(), "still there  %s  %s\n", l.ClientID, l.Reason)
			}
			if len(left) > 0 {
				return environment(fmt.Errorf("%s could not be settled; what is known stays in %s", registrations(len(left)), args[0]))
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), "nothing is left")
			return err
		},
	}
	cmd.Flags().StringVar(&ca, "ca", "", "PEM file with the CA of the target's certificate (default: the system's)")
	cmd.Flags().DurationVar(&timeout, "request-timeout", 10*time.Second, "longest time for one request")
	return cmd
}

// looksLikeJournal keeps another file that is named by mistake as it is: a
// journal's last line is cut off when it was torn, and a journal without
// entries is removed.
// An empty file passes, and one that ends within those first bytes: a run may be
// killed there.
func looksLikeJournal(path string) error {
	const beginning = `{"event":`
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	head := make([]byte, len(beginning))
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("journal: %w", err)
	}
	if !strings.HasPrefix(beginning, string(head[:n])) {
		return fmt.Errorf("journal: expected the journal.jsonl of a run, which begins with %s, got %s", beginning, path)
	}
	return nil
}

// registrations counts them in words.
// They are not called clients: one whose answer never came may have made none.
func registrations(n int) string {
	if n == 1 {
		return "1 registration"
	}
	return fmt.Sprintf("%d registrations", n)
}
