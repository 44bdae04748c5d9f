package uk

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a filter. Clients need three comparisons and two levels.
const (
	maxFilter      = 4096
	maxFilterDepth = 20
	maxComparisons = 100
)

// parseFilter reads a filter over the attributes of a schema. An attribute that
// the schema does not have is refused, unlike in RFC 7644: a typing error must
// not pass for nothing found.
func parseFilter(text string, over attribute) (filter, error) {
	if len(text) > maxFilter || !utf8.ValidString(text) {
		return nil, badFilter(0, "expected at most %d octets of UTF-8, got %d octets", maxFilter, len(text))
	}
	p := &filterParser{text: text}
	f, err := p.either(over, 0)
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.at < len(text) {
		return nil, badFilter(p.at, "expected and, or, or the end, got %q", clip(text[p.at:]))
	}
	return f, nil
}

// filterParser reads from left to right and never goes back by more than a word.
type filterParser struct {
	text        string
	at          int
	comparisons int
}

// either reads the weakest binding, or.
func (p *filterParser) either(over attribute, depth int) (filter, error) {
	left, err := p.both(over, depth)
	for err == nil && p.keyword("or") {
		var right filter
		right, err = p.both(over, depth)
		left = either{left, right}
	}
	return left, err
}

// both reads and, which binds more than or (RFC 7644, section 3.4.2.2).
func (p *filterParser) both(over attribute, depth int) (filter, error) {
	left, err := p.factor(over, depth)
	for err == nil && p.keyword("and") {
		var right filter
		right, err = p.factor(over, depth)
		left = both{left, right}
	}
	return left, err
}

// factor reads what binds strongest: parentheses or one attribute.
func (p *filterParser) factor(over attribute, depth int) (filter, error) {
	if depth > maxFilterDepth {
		return nil, badFilter(p.at, "expected at most %d levels", maxFilterDepth)
	}
	if p.symbol('(') {
		f, err := p.either(over, depth+1)
		if err == nil && !p.symbol(')') {
			err = badFilter(p.at, "expected ), got %q", clip(p.text[p.at:]))
		}
		return f, err
	}
	p.blanks()
	start := p.at
	name := p.word()
	if name == "" {
		return nil, badFilter(p.at, "expected an attribute or (, got %q", clip(p.text[p.at:]))
	}
	path, is, ok := over.resolve(name)
	if !ok {
		return nil, badFilter(start, "unknown attribute %q, expected one of %s", clip(name), strings.Join(over.names(), ", "))
	}
	if p.at < len(p.text) && p.text[p.at] == '[' {
		return p.brackets(path, is, depth)
	}
	return p.comparison(over, path, is)
}

// brackets reads a filter over the attributes of one value. Without them, two
// comparisons could be satisfied by two different values.
func (p *filterParser) brackets(path []string, is attribute, depth int) (filter, error) {
	if is.kind != complexMany {
		return nil, badFilter(p.at, "expected eq, because %s does not have several values with attributes", path[len(path)-1])
	}
	p.at++
	f, err := p.either(is, depth+1)
	if err != nil {
		return nil, err
	}
	if !p.symbol(']') {
		return nil, badFilter(p.at, "expected ], got %q", clip(p.text[p.at:]))
	}
	return within{path, f}, nil
}

// comparison reads the operator and the value, and holds the value to the
// attribute: Active eq "true" would never be true of anything.
func (p *filterParser) comparison(over attribute, path []string, is attribute) (filter, error) {
	name := path[len(path)-1]
	p.blanks()
	start := p.at
	if operator := p.word(); !strings.EqualFold(operator, "eq") {
		return nil, badFilter(start, "expected the operator eq after %s, got %q", name, clip(operator))
	}
	p.blanks()
	start = p.at
	want, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.comparisons++; p.comparisons > maxComparisons {
		return nil, badFilter(start, "expected at most %d comparisons", maxComparisons)
	}
	_, isFlag := want.(bool)
	switch {
	case is.sub != nil:
		return nil, badFilter(start, "%s has attributes: expected %s[...] or one of %s after a dot", name, name, strings.Join(is.names(), ", "))
	case is.kind == flag && !isFlag:
		return nil, badFilter(start, "%s: expected true or false", name)
	case is.kind != flag && isFlag:
		return nil, badFilter(start, "%s: expected a string in quotes", name)
	}
	c := comparison{path, is.kind == exact, want}
	// A path through several values means the same as brackets.
	for i := range path {
		if over.at(path[:i+1]).kind == complexMany {
			c.path = path[i+1:]
			return within{path[:i+1], c}, nil
		}
	}
	return c, nil
}

// value reads true, false or a string of JSON.
func (p *filterParser) value() (any, error) {
	if p.at >= len(p.text) || p.text[p.at] != '"' {
		start := p.at
		switch word := p.word(); {
		case strings.EqualFold(word, "true"):
			return true, nil
		case strings.EqualFold(word, "false"):
			return false, nil
		}
		return nil, badFilter(start, "expected a string in quotes, true or false, got %q", clip(p.text[start:]))
	}
	end := p.at + 1
	for end < len(p.text) && p.text[end] != '"' {
		if p.text[end] == '\\' {
			end++
		}
		end++
	}
	var text string
	if end >= len(p.text) || json.Unmarshal([]byte(p.text[p.at:end+1]), &text) != nil {
		return nil, badFilter(p.at, "expected a string of JSON with its closing quote")
	}
	p.at = end + 1
	return text, nil
}

// keyword reads and, or: in any case, and not as the beginning of another word.
func (p *filterParser) keyword(want string) bool {
	p.blanks()
	start := p.at
	if strings.EqualFold(p.word(), want) {
		return true
	}
	p.at = start
	return false
}

// symbol takes one character if it comes next.
func (p *filterParser) symbol(want byte) bool {
	p.blanks()
	if p.at < len(p.text) && p.text[p.at] == want {
		p.at++
		return true
	}
	return false
}

// blanks skips them. Clients leave them where the grammar has none, before a
// closing parenthesis for one.
func (p *filterParser) blanks() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// word reads a name: letters and digits, and what a URN has between them.
func (p *filterParser) word() string {
	start := p.at
	for p.at < len(p.text) && (isLetterOrDigit(p.text[p.at]) || slices.Contains([]byte(":._-$"), p.text[p.at])) {
		p.at++
	}
	return p.text[start:p.at]
}

// isLetterOrDigit is ALPHA and DIGIT of the grammar, which are ASCII.
func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// clip shortens foreign text for an error.
func clip(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
