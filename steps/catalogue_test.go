package steps

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/features"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
)

func book(t *testing.T) *rulebook.Book {
	t.Helper()
	b, err := rulebook.Load()
	require.NoError(t, err)
	return b
}

func catalogue(t *testing.T) *Catalogue {
	t.Helper()
	c, err := LoadCatalogue(features.FS, book(t))
	require.NoError(t, err)
	return c
}

func obie(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("obie-3.3")
	require.NoError(t, err)
	return p
}

func TestLoadCatalogueRefuses(t *testing.T) {
	t.Parallel()
	const ok = "Feature: F\n  Scenario: SSG-01 accepts\n    Given a TPP\n"
	tests := []struct {
		name, feature, want string
	}{
		{"no Gherkin", "this is no feature", "features:"},
		{"no rule", "Feature: F\n  Scenario: accepts\n    Given a TPP\n", "expected a scenario name that begins with a rule id"},
		{"unknown rule", "Feature: F\n  Scenario: SSG-99 accepts\n    Given a TPP\n", "the rulebook has no rule SSG-99"},
		{"twice", ok + "  Scenario: SSG-01 accepts\n    Given a TPP\n", "is there twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadCatalogue(fstest.MapFS{"a.feature": {Data: []byte(tt.feature)}}, book(t))
			require.ErrorContains(t, err, tt.want)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		_, err := LoadCatalogue(fstest.MapFS{}, book(t))
		require.ErrorContains(t, err, "no *.feature files")
	})
}

func TestCatalogueEntries(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	ids := map[string]bool{}
	for _, e := range c.Entries {
		require.False(t, ids[e.ID], "the id %s is there twice", e.ID)
		ids[e.ID] = true
		require.Contains(t, e.Tags, "@"+e.Rule)
		require.Regexp(t, `^[a-z]{3}\.feature:\d+$`, e.Location)
	}
	got := c.ForRule("SSG-02")
	require.Len(t, got, 1)
	require.Equal(t, "SSG-02/statement-signature-bit-flipped", got[0].ID)
	require.Equal(t, "statement-signature-bit-flipped", got[0].Malformation)
	require.Equal(t, "refuses: the software statement has one bit of its signature flipped", got[0].Sentence)
}

// Every line of every feature is in the vocabulary, once.
func TestVocabularyFitsTheFeatures(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	used := map[string]bool{}
	for _, line := range featureLines(t, c) {
		var matches []string
		for _, s := range compiled() {
			if s.expr.MatchString(line) {
				matches = append(matches, s.Pattern)
				used[s.Pattern] = true
			}
		}
		require.Len(t, matches, 1, "step %q", line)
	}
	for _, s := range compiled() {
		require.True(t, used[s.Pattern], "no feature says %q", s.Pattern)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   Selection
		want []string // rules
	}{
		{"a rule", Selection{Rules: []string{"ssg-02"}}, []string{"SSG-02"}},
		{"two rules", Selection{Rules: []string{"SSG-01", "SSG-02"}}, []string{"SSG-01", "SSG-02"}},
		{"tags", Selection{Tags: "@SSG-01 or @SSG-02"}, []string{"SSG-01", "SSG-02"}},
		{"tags and not", Selection{Tags: "@SSG and not @SSG", Rules: nil}, nil},
		{"level by tag", Selection{Tags: "@SSG-02 and @MUST"}, []string{"SSG-02"}},
		{"level", Selection{Rules: []string{"SSG-02"}, Levels: []string{"must"}}, []string{"SSG-02"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := catalogue(t).Select(tt.in, book(t), obie(t))
			if tt.want == nil {
				require.ErrorContains(t, err, "nothing is selected by")
				return
			}
			require.NoError(t, err)
			var rules []string
			for _, e := range got {
				if len(rules) == 0 || rules[len(rules)-1] != e.Rule {
					rules = append(rules, e.Rule)
				}
			}
			require.Equal(t, tt.want, rules)
		})
	}
}

func TestSelectRefusesTypingMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   Selection
		want string
	}{
		{"unknown rule", Selection{Rules: []string{"SGG-01"}}, `no rule is called "SGG-01"`},
		{"broken pattern", Selection{Rules: []string{"SSG-["}}, "rule pattern"},
		{"unknown tag", Selection{Tags: "@SGG"}, `no check has the tag "@SGG"`},
		{"godog's own tag language", Selection{Tags: "~@SSG"}, "tags"},
		{"operator missing", Selection{Tags: "@SSG @SSC"}, "tags"},
		{"bracket missing", Selection{Tags: "(@SSG or @SSC"}, "tags"},
		{"no tag at all", Selection{Tags: "SSG"}, "expected a Cucumber tag expression"},
		{"unknown level", Selection{Levels: []string{"MAY"}}, "expected MUST or SHOULD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := catalogue(t).Select(tt.in, book(t), obie(t))
			require.ErrorContains(t, err, tt.want)
		})
	}
}
