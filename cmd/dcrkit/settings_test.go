package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSuggestion(t *testing.T) {
	t.Parallel()
	candidates := []string{"SSG-02", "SIG-03", "profile", "jobs", "ca"}
	for word, want := range map[string]string{
		"SGS-02":  "SSG-02", // two letters swapped
		"ssg-2":   "SSG-02", // another case, one letter missing
		"profile": "profile",
		"proflie": "profile",
		"job":     "jobs",
		"a":       "ca",
		"xy":      "", // nothing of it is right
		"target":  "",
		"":        "",
	} {
		got := suggestion(word, candidates)
		if want == "" {
			require.Empty(t, got, word)
			continue
		}
		require.Equal(t, `; did you mean "`+want+`"?`, got, word)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"abc", "ab", 1}, {"abc", "xbc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
	} {
		require.Equal(t, test.want, distance(test.a, test.b), test.a+" "+test.b)
	}
}

// A setting that the user made is known to be made, wherever it stands: a seed
// of 0 is a seed.
func TestSettingsAreMade(t *testing.T) {
	t.Parallel()
	cmd := runCommand()
	require.NoError(t, fromEnvironment(cmd.Flags(), []string{"DCRKIT_SEED=0", "DCRKIT_DIRECTORY_TOKEN=x", "OTHER=1"}, map[string]bool{}))
	require.NoError(t, fromYAML(cmd.Flags(), "f.yaml", []byte("rule: [SSG-*, RSP-01]\naudience: 001\nlist: true\nmax-wait: 90s\n"), map[string]bool{}))
	for flag, want := range map[string]string{"seed": "0", "max-wait": "1m30s", "rule": "[SSG-*,RSP-01]", "audience": "001", "list": "true"} {
		f := cmd.Flags().Lookup(flag)
		require.True(t, f.Changed, flag)
		require.Equal(t, want, f.Value.String(), flag)
	}
	require.False(t, cmd.Flags().Lookup("jobs").Changed)
}

// Whatever stands in the file, the answer is settings or an error that names
// the file.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"profile: rfc7591\n", "level: [MUST, SHOULD]\n", "a: [\n", "jobs: *x\n", "<<: {jobs: 1}\n", "? [a]\n: b\n", "- a\n",
		"out: |\n  x\n", "out: >-\n x\n", "jobs: &a 1\ntimeout: *a\n", "jobs: !!int \"1\"\n", "\xff\xfe", "%YAML 1.2\n---\n", "jobs: .inf\n", "profile: ~\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := fromYAML(runCommand().Flags(), "f.yaml", raw, map[string]bool{}); err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "config f.yaml"), err.Error())
		}
	})
}
