package reports

import (
	"bytes"
	"encoding/json"
	"strings"
)

// hideJSON walks the quoted strings of s. It hides the values of members that
// carry credentials and scrubs the content of every other string. It is a scanner
// and not a parser, for two reasons: a body under test is often cut off or broken,
// and evidence must keep its duplicates, order and number formats.
func (p *pass) hideJSON(s string, depth int) string {
	edit := splice{text: s}
	for i := 0; ; {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			return edit.String()
		}
		i += quote
		end, closed := stringEnd(s, i)
		content := s[i+1 : end]
		if closed {
			content = s[i+1 : end-1]
		}
		if colon := skipSpace(s, end); closed && colon < len(s) && s[colon] == ':' && hiddenMember(jsonEscape.decode(content)) {
			from := skipSpace(s, colon+1)
			to := valueEnd(s, from)
			edit.replace(from, to, hiddenValue(s[from:to]))
			i = to
			continue
		}
		edit.replace(i, end, p.scrubString(s[i:end], content, depth))
		i = end
	}
}

// scrubString scrubs what a JSON string says, and rewrites it only if that
// changed something: an untouched string keeps its own escapes.
func (p *pass) scrubString(literal, content string, depth int) string {
	decoded := jsonEscape.decode(content)
	clean := p.scrub(decoded, depth+1)
	if clean == decoded {
		return literal
	}
	quoted := quoteJSON(clean)
	if len(literal) == len(content)+1 { // cut off before the closing quote
		return strings.TrimSuffix(quoted, `"`)
	}
	return quoted
}

// hiddenValue keeps null and the empty string, which tell that no secret was there.
func hiddenValue(v string) string {
	if v == "" || v == "null" || v == `""` {
		return v
	}
	return `"` + Replacement + `"`
}

func quoteJSON(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A string cannot fail to encode, and a bytes.Buffer cannot fail to write.
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}

// stringEnd returns the offset after the string that opens with the quote at
// s[i], and whether its closing quote is there. The next quote is looked for anew
// only when an escape has swallowed it, or backslashes would make this quadratic.
func stringEnd(s string, i int) (int, bool) {
	quote, at := i, i+1
	for {
		if quote < at {
			next := strings.IndexByte(s[at:], s[i])
			if next < 0 {
				return len(s), false
			}
			quote = at + next
		}
		escape := strings.IndexByte(s[at:quote], '\\')
		if escape < 0 {
			return quote + 1, true
		}
		if at += escape + 2; at > len(s) {
			return len(s), false
		}
	}
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// valueEnd returns the offset after the JSON value at s[i]; what is not a string,
// an object or an array runs to the next structural character or line end.
func valueEnd(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	switch s[i] {
	case '"', '\'':
		end, _ := stringEnd(s, i)
		return end
	case '{', '[':
		return nestEnd(s, i)
	}
	end := len(s)
	if n := strings.IndexAny(s[i:], ",}]\r\n"); n >= 0 {
		end = i + n
	}
	return i + len(strings.TrimRight(s[i:end], " \t"))
}

// nestEnd returns the offset after the bracket that closes the one at s[i].
func nestEnd(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '"':
			i, _ = stringEnd(s, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return len(s)
}
