//go:build interop

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/interop"
	"github.com/dcrkit/dcrkit/reports"
)

var updateInterop = flag.Bool("update-interop", false, "rewrite the expected verdicts; reasons are kept, new ones must be written by hand")

// expectation is what a check of the real server is known to end in. Whatever
// is not passed needs the reason why, written by a person.
type expectation struct {
	Verdict reports.Verdict `yaml:"verdict"`
	Why     string          `yaml:"why,omitempty"`
}

// TestInteropOIDCProvider drives the npm package oidc-provider, a certified
// OpenID provider, through the whole rfc7591 profile.
func TestInteropOIDCProvider(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, interop.Install(t.Context(), dir))
	server, err := interop.Start(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })

	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run([]string{"run", "--profile", "rfc7591", "--target", server.URL, "--ca", server.CAFile, "--out", out, "--seed", "1", "--no-color"}, nil, &stdout, &stderr)
	t.Logf("exit code %d\n%s", code, stdout.String())
	require.Contains(t, []int{exitPassed, exitFailed}, code, stderr.String())

	raw, err := os.ReadFile(filepath.Join(out, "report.json"))
	require.NoError(t, err)
	var result reports.Run
	require.NoError(t, json.Unmarshal(raw, &result))
	require.Greater(t, result.Totals.Passed, 100)

	golden := filepath.Join("testdata", "interop", "oidc-provider.yaml")
	want := map[string]expectation{}
	if raw, err := os.ReadFile(golden); err == nil {
		require.NoError(t, yaml.UnmarshalWithOptions(raw, &want, yaml.Strict()))
	}
	got := asked(result)
	if *updateInterop {
		for id, e := range got {
			if e.Verdict != reports.Passed {
				e.Why = want[id].Why
				got[id] = e
			}
		}
		raw, err := yaml.Marshal(got)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
		require.NoError(t, os.WriteFile(golden, raw, 0o644))
		return
	}
	for id, e := range got {
		require.Equal(t, want[id].Verdict, e.Verdict, "%s: %s", id, e.Why)
		if e.Verdict != reports.Passed {
			require.NotEmpty(t, want[id].Why, "%s is %s without a reason", id, e.Verdict)
		}
	}
	for id := range want {
		require.Contains(t, got, id, "expected check is gone")
	}
}

// asked are the checks that the profile asks, by id, with what the tool said.
func asked(r reports.Run) map[string]expectation {
	out := map[string]expectation{}
	for _, c := range r.Checks {
		if c.Level != "" {
			out[c.ID] = expectation{c.Verdict, c.Reason}
		}
	}
	return out
}
