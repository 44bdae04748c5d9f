package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// knobClient calls the management port of a directory.
type knobClient struct{ management, ca string }

// knobCommand groups what turns the knobs of a running directory. The token is no flag: a
// command line is there for everybody on the machine to read.
func knobCommand() *cobra.Command {
	var c knobClient
	cmd := group("knob", "Make a running directory misbehave, and stop it", c.listCommand(), c.setCommand(), c.clearCommand())
	cmd.Long = `Knob talks to the management port of 'dcrkit directory serve'. Where that wants a
token, it is taken from DCRKIT_DIRECTORY_TOKEN.`
	f := cmd.PersistentFlags()
	f.StringVar(&c.management, "management", "http://127.0.0.1:8444", "URL of the management port")
	f.StringVar(&c.ca, "ca", "", "PEM file with the CA of an https management port")
	return cmd
}

// setting is a turned knob on the wire.
type setting struct {
	ID       string  `json:"id,omitempty"`
	Knob     string  `json:"knob"`
	Value    string  `json:"value,omitempty"`
	Endpoint string  `json:"endpoint,omitempty"`
	Path     string  `json:"path,omitempty"`
	Serial   string  `json:"serial,omitempty"`
	Share    float64 `json:"share,omitempty"`
	Times    int     `json:"times,omitempty"`
	For      string  `json:"for,omitempty"`
	Until    string  `json:"until,omitempty"`
	Hits     int     `json:"hits,omitempty"`
}

func (c *knobClient) listCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the knobs that there are, and those that are turned",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var state struct {
				Definitions []struct{ Name, Summary, Value, Default string }
				Settings    []setting
			}
			if err := c.call(cmd.Context(), call{method: http.MethodGet, path: "/knobs/", into: &state}); err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "KNOB\tVALUE\tWHAT IT DOES")
			for _, d := range state.Definitions {
				fmt.Fprintf(w, "%s\t%s\t%s\n", d.Name, d.Value, d.Summary)
			}
			fmt.Fprintf(w, "\nTURNED\tKNOB\tVALUE\tWHERE\tHITS\n")
			for _, s := range state.Settings {
				where := strings.TrimSpace(strings.Join([]string{s.Endpoint, s.Path, s.Serial}, " "))
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\n", s.ID, s.Knob, s.Value, where, s.Hits)
			}
			return w.Flush()
		},
	}
}

func (c *knobClient) setCommand() *cobra.Command {
	var s setting
	var span time.Duration
	cmd := &cobra.Command{
		Use: "set KNOB [VALUE]", Short: "Turn a knob",
		Example: `  dcrkit directory knob set latency 2s --endpoint software-jwks
  dcrkit directory knob set outage 503 --endpoint directory-jwks --for 1m
  dcrkit directory knob set ocsp revoked --serial 5f3a90c1
  dcrkit directory knob set -- clock -10m`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.Knob = args[0]
			if len(args) > 1 {
				s.Value = args[1]
			}
			if span != 0 {
				s.For = span.String()
			}
			var made setting
			if err := c.call(cmd.Context(), call{method: http.MethodPost, path: "/knobs/", body: s, into: &made}); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", made.ID)
			return err
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; a value that begins with - goes behind --: dcrkit directory knob set -- clock -10m", err))
	})
	f := cmd.Flags()
	f.StringVar(&s.Endpoint, "endpoint", "", "class of endpoints (default: all that the knob is for)")
	f.StringVar(&s.Path, "path", "", "only this path, or those that begin so when it ends in *")
	f.StringVar(&s.Serial, "serial", "", "only the certificate with this serial number (knob ocsp)")
	f.Float64Var(&s.Share, "share", 0, "share of the requests that it acts on, above 0 to 1 (default: all)")
	f.IntVar(&s.Times, "times", 0, "how many requests it acts on (default: without end)")
	f.DurationVar(&span, "for", 0, "how long it acts (default: without end)")
	return cmd
}

func (c *knobClient) clearCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clear [ID]", Short: "Turn one knob back, or all",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := "/knobs/"
			if len(args) == 1 {
				path += url.PathEscape(args[0])
			}
			return c.call(cmd.Context(), call{method: http.MethodDelete, path: path})
		},
	}
}

// call is one request to the management port.
type call struct {
	method, path string
	body, into   any
}

// callTime bounds a request: turning a knob is quick.
const callTime = 10 * time.Second

func (c *knobClient) call(ctx context.Context, what call) error {
	client, err := c.client()
	if err != nil {
		return usage(err)
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	body, err := json.Marshal(what.body)
	if err != nil {
		return internal(err)
	}
	req, err := http.NewRequestWithContext(ctx, what.method, strings.TrimSuffix(c.management, "/")+what.path, bytes.NewReader(body))
	if err != nil {
		return usage(fmt.Errorf("management: %w", err))
	}
	req.Header.Set("Content-Type", "application/json")
	if token := os.Getenv("DCRKIT_DIRECTORY_TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	if err != nil {
		return environment(fmt.Errorf("management: is 'dcrkit directory serve' running there? %w", err))
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return environment(fmt.Errorf("management: %w", err))
	}
	if res.StatusCode >= 300 {
		return refusal(res.StatusCode, answer)
	}
	if what.into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, what.into); err != nil {
		return environment(fmt.Errorf("management: expected JSON of a directory's management port: %w", err))
	}
	return nil
}

// refusal tells the mistakes of who typed from the rest.
func refusal(status int, answer []byte) error {
	var p struct {
		Description string `json:"error_description"`
	}
	if json.Unmarshal(answer, &p) != nil || p.Description == "" {
		return environment(fmt.Errorf("management: expected a directory's management port, got status %d", status))
	}
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict:
		return usage(errors.New(p.Description))
	}
	return environment(fmt.Errorf("management: status %d: %s", status, p.Description))
}

func (c *knobClient) client() (*http.Client, error) {
	if err := absolute("management", c.management); err != nil {
		return nil, err
	}
	roots, err := readRoots("ca", c.ca)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}}, nil
}
