// Package steps runs the feature catalogue: it selects scenarios, drives each
// against the target in the vocabulary of the features, and collects results.
// Talking to servers is left to fixtures/tpp, judging to steps/oracle.
package steps

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/cucumber/godog"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
)

// Entry is one check: a scenario, or one row of an outline.
type Entry struct {
	ID           string // "SSG-02/statement-signature-bit-flipped"
	Rule         string
	Sentence     string // what the report says, without the rule's id
	Malformation string // name, where the scenario sends one
	Feature      string // title of the feature
	Location     string // "ssg.feature:12"
	Tags         []string

	name string // of the scenario as godog reports it
	uri  string
}

// Catalogue is every check there is, in the order of the files.
type Catalogue struct {
	Entries []*Entry

	fsys   fs.FS
	byName map[string]*Entry // by uri and name
}

// ruleName takes a scenario's name apart: the id of its rule, and the
// sentence that reports show.
var ruleName = regexp.MustCompile(`^([A-Z]{3}-\d{2,3}) (.+)$`)

// LoadCatalogue reads every *.feature file at the root of fsys. It is an error
// if one does not parse, if a scenario names no rule of the book, or if two
// checks have the same name.
func LoadCatalogue(fsys fs.FS, book *rulebook.Book) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*.feature")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("no *.feature files found")
	}
	suite := godog.TestSuite{Options: &godog.Options{Format: "progress", Output: io.Discard, FS: fsys, Paths: names}}
	parsed, err := suite.RetrieveFeatures()
	if err != nil {
		return nil, fmt.Errorf("features: %w", err)
	}
	c := &Catalogue{fsys: fsys, byName: map[string]*Entry{}}
	for _, f := range parsed {
		for _, pickle := range f.Pickles {
			line := f.FindScenario(pickle.AstNodeIds[0]).Location.Line
			if len(pickle.AstNodeIds) > 1 {
				_, row := f.FindExample(pickle.AstNodeIds[1])
				line = row.Location.Line
			}
			e := &Entry{
				Feature:  f.Feature.Name,
				Location: fmt.Sprintf("%s:%d", pickle.Uri, line),
				name:     pickle.Name,
				uri:      pickle.Uri,
			}
			for _, t := range pickle.Tags {
				e.Tags = append(e.Tags, t.Name)
			}
			if err := c.add(e, book); err != nil {
				return nil, fmt.Errorf("features: %s: %w", e.Location, err)
			}
		}
	}
	slices.SortStableFunc(c.Entries, func(a, b *Entry) int { return strings.Compare(a.uri, b.uri) })
	return c, nil
}

// add gives an entry its id and the tags of its rule and area, and refuses
// what a report could not keep apart. The error names what the author of the
// feature wrote.
func (c *Catalogue) add(e *Entry, book *rulebook.Book) error {
	m := ruleName.FindStringSubmatch(e.name)
	if m == nil {
		return fmt.Errorf("expected a scenario name that begins with a rule id, got %q", e.name)
	}
	if _, ok := book.Rule(m[1]); !ok {
		return fmt.Errorf("the rulebook has no rule %s", m[1])
	}
	if c.byName[e.uri+"\n"+e.name] != nil {
		return fmt.Errorf("the check %q is there twice", e.name)
	}
	e.Rule, e.Sentence = m[1], m[2]
	e.ID = e.Rule + "/" + slug(e.Sentence)
	// The last word of an outline's name is the malformation of its row; the
	// report says what it is in words.
	if head, name, ok := strings.Cut(e.Sentence, ": "); ok {
		if known, err := malformation.ByName(name); err == nil {
			e.Malformation = name
			e.ID = e.Rule + "/" + name
			e.Sentence = head + ": " + known.Summary
		}
	}
	area, _, _ := strings.Cut(e.Rule, "-")
	e.Tags = append(e.Tags, "@"+e.Rule)
	if !slices.Contains(e.Tags, "@"+area) {
		e.Tags = append(e.Tags, "@"+area)
	}
	if slices.ContainsFunc(c.ForRule(e.Rule), func(o *Entry) bool { return o.ID == e.ID }) {
		return fmt.Errorf("two checks would have the id %s", e.ID)
	}
	c.byName[e.uri+"\n"+e.name] = e
	c.Entries = append(c.Entries, e)
	return nil
}

// Rules returns the ids of the rules that a check covers.
func (c *Catalogue) Rules() map[string]bool {
	out := map[string]bool{}
	for _, e := range c.Entries {
		out[e.Rule] = true
	}
	return out
}

// ForRule returns the checks of one rule.
func (c *Catalogue) ForRule(id string) []*Entry {
	var out []*Entry
	for _, e := range c.Entries {
		if e.Rule == id {
			out = append(out, e)
		}
	}
	return out
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug turns a sentence into the part of an id: lower case, hyphens, at most
// 100 characters.
func slug(sentence string) string {
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(sentence), "-"), "-")
	if len(s) > 100 {
		s = strings.TrimRight(s[:100], "-")
	}
	return s
}
