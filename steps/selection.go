package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	tagexpressions "github.com/cucumber/tag-expressions/go/v6"

	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
)

// Selection says which checks to run; every part that is set must agree.
type Selection struct {
	Tags   string   // Cucumber tag expression: "@SSG and not @SSG-20"
	Rules  []string // ids or globs: "SSG-*"
	Levels []string // MUST, SHOULD: of the profile
}

// String describes the selection as the user would type it.
func (s Selection) String() string {
	var parts []string
	if s.Tags != "" {
		parts = append(parts, fmt.Sprintf("--tags %q", s.Tags))
	}
	for _, r := range s.Rules {
		parts = append(parts, "--rule '"+r+"'")
	}
	for _, l := range s.Levels {
		parts = append(parts, "--level "+l)
	}
	if parts == nil {
		return "all"
	}
	return strings.Join(parts, " ")
}

// Select returns the checks that a selection names. A tag, rule or level that
// does not exist is an error, and so is a selection of nothing: a typing
// mistake must not make a green build.
func (c *Catalogue) Select(s Selection, book *rulebook.Book, p *profile.Profile) ([]*Entry, error) {
	tags, err := c.tagFilter(s.Tags)
	if err != nil {
		return nil, err
	}
	rules, err := ruleFilter(s.Rules, book)
	if err != nil {
		return nil, err
	}
	for i, l := range s.Levels {
		s.Levels[i] = strings.ToUpper(l)
		if s.Levels[i] != string(rulebook.Must) && s.Levels[i] != string(rulebook.Should) {
			return nil, fmt.Errorf("level: expected MUST or SHOULD, got %q", l)
		}
	}
	var out []*Entry
	for _, e := range c.Entries {
		rule, _ := book.Rule(e.Rule)
		level, _ := p.Level(rule)
		if len(s.Levels) > 0 && !slices.Contains(s.Levels, string(level)) {
			continue
		}
		if rules(e.Rule) && tags(append(slices.Clone(e.Tags), "@"+string(level))) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("nothing is selected by %s; 'dcrkit run --list' shows every check with its tags", s)
	}
	return out, nil
}

// tagWord finds the tags in an expression without parsing it, to name the one
// that does not exist.
var tagWord = regexp.MustCompile(`@[^\s()]+`)

// tagFilter compiles a tag expression. The library panics on some bad input
// and takes unknown tags for false; both become errors here.
func (c *Catalogue) tagFilter(expression string) (match func([]string) bool, err error) {
	if strings.TrimSpace(expression) == "" {
		return func([]string) bool { return true }, nil
	}
	defer func() {
		if p := recover(); p != nil {
			match, err = nil, fmt.Errorf("tags %q: %v; expected a Cucumber tag expression such as '@SSG and not @SSG-20'", expression, p)
		}
	}()
	known := c.knownTags()
	words := tagWord.FindAllString(expression, -1)
	if len(words) == 0 {
		return nil, fmt.Errorf("tags %q: expected a Cucumber tag expression such as '@SSG and not @SSG-20'", expression)
	}
	for _, w := range words {
		if !slices.Contains(known, w) {
			return nil, fmt.Errorf("tags: no check has the tag %q; areas are tagged @TLS, @HDR, ..., rules @SSG-02, levels @MUST and @SHOULD", w)
		}
	}
	parsed, err := tagexpressions.Parse(expression)
	if err != nil {
		return nil, fmt.Errorf("tags %q: %w", expression, err)
	}
	return parsed.Evaluate, nil
}

// knownTags are the tags of the checks and those of the levels, which a
// profile decides and no feature file contains.
func (c *Catalogue) knownTags() []string {
	out := []string{"@MUST", "@SHOULD", "@none"}
	for _, e := range c.Entries {
		for _, t := range e.Tags {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// ruleFilter takes ids and globs. A pattern that no rule of the book matches
// is an error of the book, which names it.
func ruleFilter(patterns []string, book *rulebook.Book) (func(string) bool, error) {
	if len(patterns) == 0 {
		return func(string) bool { return true }, nil
	}
	wanted := map[string]bool{}
	for _, p := range patterns {
		ids, err := book.Match(p)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			wanted[id] = true
		}
	}
	return func(id string) bool { return wanted[id] }, nil
}
