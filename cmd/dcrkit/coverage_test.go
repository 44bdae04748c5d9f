package main

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/features"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
)

// Coverage holds in both directions: a rule has a scenario or the reason why
// it has none, and no rule claims both.
func TestEveryRuleIsCoveredOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	book, catalogue, err := loadCatalogue()
	require.NoError(t, err)
	covered := catalogue.Rules()
	for _, r := range book.Rules() {
		if covered[r.ID] {
			require.Empty(t, r.Manual, "rule %s has a scenario and a reason for having none", r.ID)
		} else {
			require.NotEmpty(t, r.Manual, "rule %s has no scenario and no reason", r.ID)
		}
	}
	require.GreaterOrEqual(t, len(covered), 100)
}

// Every scenario names a rule of the book (LoadCatalogue refuses it
// otherwise), and every malformation is sent by some scenario.
func TestEveryMalformationIsSent(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(features.FS, "*.feature")
	require.NoError(t, err)
	var all strings.Builder
	for _, name := range files {
		raw, err := fs.ReadFile(features.FS, name)
		require.NoError(t, err)
		all.Write(raw)
	}
	for _, m := range malformation.All() {
		word := regexp.MustCompile(`[ "]` + regexp.QuoteMeta(m.Name) + `[ "]`)
		require.True(t, word.MatchString(all.String()), "no scenario sends %s", m.Name)
	}
}
