package main

import (
	"testing"

	"github.com/stretchr/testify/require"

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
// otherwise), and every malformation that is aimed at a rule is sent by it.
func TestEveryMalformationIsSent(t *testing.T) {
	t.Parallel()
	_, catalogue, err := loadCatalogue()
	require.NoError(t, err)
	sent := map[string]bool{}
	for _, e := range catalogue.Entries {
		sent[e.Malformation] = true
	}
	for _, m := range malformation.All() {
		require.True(t, sent[m.Name], "no scenario sends %s", m.Name)
	}
}
