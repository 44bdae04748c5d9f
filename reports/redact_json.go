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
	var b strings.Builder
	for i := 0; i < len(s); {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			b.WriteString(s[i:])
			break
		}
		b.WriteString(s[i : i+quote])
		i += quote
		end, closed := stringEnd(s, i)
		content := s[i+1 : end]
		if closed {
			content = s[i+1 : end-1]
		}
		if colon := skipSpace(s, end); closed && colon < len(s) && s[colon] == ':' && hiddenMember(decode(content, jsonAt).text) {
			from := skipSpace(s, colon+1)
			to := valueEnd(s, from)
			b.WriteString(s[i:from])
			b.WriteString(hiddenValue(s[from:to]))
			i = to
			continue
		}
		b.WriteString(p.scrubString(s[i:end], content, depth))
		i = end
	}
	return b.String()
}

// scrubString scrubs what a JSON string says, and rewrites it only if that
// changed something: an untouched string keeps its own escapes.
func (p *pass) scrubString(literal, content string, depth int) string {
	decoded := decode(content, jsonAt).text
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
// s[i], and whether its closing quote is there.
func stringEnd(s string, i int) (int, bool) {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case s[i]:
			return j + 1, true
		}
	}
	return len(s), false
}

func skipSpace(s string, i int) int {
	for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
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
