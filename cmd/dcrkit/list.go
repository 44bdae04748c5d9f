package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dcrkit/dcrkit/features"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/steps"
)

// loadCatalogue reads what is embedded: the rules and the feature files.
// Both are part of the binary, so an error is a defect of dcrkit (exit code 5).
func loadCatalogue() (*rulebook.Book, *steps.Catalogue, error) {
	book, err := rulebook.Load()
	if err != nil {
		return nil, nil, internal(err)
	}
	catalogue, err := steps.LoadCatalogue(features.FS, book)
	if err != nil {
		return nil, nil, internal(err)
	}
	return book, catalogue, nil
}

// selectChecks is Catalogue.Select with suggestions for what was mistyped.
// In a tag expression the first word that is close to a known tag, and is not that tag,
// is taken for the mistake.
func selectChecks(catalogue *steps.Catalogue, s steps.Selection, book *rulebook.Book, p *profile.Profile) ([]*steps.Entry, error) {
	if _, err := wantedRules("rule", book, s.Rules); err != nil {
		return nil, err
	}
	checks, err := catalogue.Select(s, book, p)
	if err == nil {
		return checks, nil
	}
	known := []string{"@MUST", "@SHOULD"}
	for _, e := range catalogue.Entries {
		known = append(known, e.Tags...)
	}
	for _, word := range strings.FieldsFunc(s.Tags, func(r rune) bool { return strings.ContainsRune(" ()", r) }) {
		if hint := suggestion(word, known); hint != "" && !strings.Contains(hint, `"`+word+`"`) {
			return nil, fmt.Errorf("%w%s", err, hint)
		}
	}
	return nil, err
}

// wantedRules are the rules that patterns name; key is what the user typed
// them for.
// Letter case does not count. A pattern that matches no rule is an error: an empty
// table would look like an answer.
func wantedRules(key string, book *rulebook.Book, patterns []string) (map[string]bool, error) {
	wanted := map[string]bool{}
	for _, pattern := range patterns {
		ids, err := book.Match(pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: %w%s", key, err, suggestion(pattern, ruleIDs(book)))
		}
		for _, id := range ids {
			wanted[id] = true
		}
	}
	return wanted, nil
}

// ruleIDs are what a pattern that matched nothing may have meant.
func ruleIDs(book *rulebook.Book) []string {
	var out []string
	for _, r := range book.Rules() {
		out = append(out, r.ID)
	}
	return out
}

// listChecks prints what a run would do.
// The columns are rule, level, sentence and tags. Checks that the profile does not ask
// are listed with "-", since a run reports them too, as skipped.
func listChecks(out io.Writer, checks []*steps.Entry, book *rulebook.Book, p *profile.Profile) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	asked := 0
	for _, e := range checks {
		rule, _ := book.Rule(e.Rule)
		level, _ := p.Level(rule)
		if level == rulebook.NotAsked {
			level = "-"
		} else {
			asked++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.Rule, level, e.Sentence, strings.Join(e.Tags, " "))
	}
	if err := w.Flush(); err != nil {
		return environment(err)
	}
	_, err := fmt.Fprintf(out, "%d checks, %d of them asked by profile %s\n", len(checks), asked, p.Name)
	return environment(err)
}
