package page

import (
	"net/url"
	"slices"
	"strings"
)

// form is one form with what was typed into it. Its fields bear the names of the API's members and
// parameters, since refusals begin with them.
type form struct {
	ID     string
	Action string
	Method string // post when empty
	Submit string // what the button says
	Fields []field

	Danger  bool // it takes something away
	Inline  bool // it is one button in a row, and its words stand at the top of the page
	Upload  bool
	NoCurl  bool
	Problem string // the words of the refusal
	Curl    string // the command, when it was asked for
}

// field is one question of a form.
type field struct {
	Name, Label, Hint string
	Type              string // text when empty; area, select, checks, file, hidden
	Values            []string
	Choices           []group
	Required          bool

	ID    string // unique on the page
	Wrong bool   // the refusal names it
}

// group is choices under one heading, or under none.
type group struct {
	Label   string
	Choices []choice
}

type choice struct{ Value, Text string }

// Value is the value of a field that has one.
func (f field) Value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// Has tells whether a value is chosen.
func (f field) Has(value string) bool { return slices.Contains(f.Values, value) }

// Help is the id of the hint, for the browser to read with the field.
func (f field) Help() string { return f.ID + "-hint" }

// Verb is the method, in the letters of HTML.
func (f *form) Verb() string {
	if f.Method == "" {
		return "post"
	}
	return f.Method
}

// Drawn is the fields with the ids that the form gives them.
func (f *form) Drawn() []field {
	out := slices.Clone(f.Fields)
	for i := range out {
		out[i].ID = f.ID + "-" + out[i].Name
		out[i].Wrong = f.Problem != "" && strings.HasPrefix(f.Problem, out[i].Name+":")
	}
	return out
}

// Unplaced tells whether the refusal names none of the fields, so that it has to be gone to itself.
func (f *form) Unplaced() bool {
	return f.Problem != "" && !slices.ContainsFunc(f.Drawn(), func(d field) bool { return d.Wrong })
}

// fill puts in what was typed. Nothing typed is lost to a refusal.
func (f *form) fill(typed url.Values) {
	for i := range f.Fields {
		f.Fields[i].Values = typed[f.Fields[i].Name]
	}
}

// plain makes choices of words that speak for themselves.
func plain(words ...string) []group { return []group{{Choices: choices(words...)}} }

func choices(words ...string) []choice {
	var out []choice
	for _, w := range words {
		out = append(out, choice{w, w})
	}
	return out
}

// optional puts a choice before the others that is none of them.
func optional(text string, groups []group) []group {
	return append([]group{{Choices: []choice{{"", text}}}}, groups...)
}

// lines reads an area that has one value on each line. Blank lines are no values; a value keeps
// the blanks inside it.
func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
