package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxTokens bounds the tokens kept of one message: a hostile body must not be
// able to fill a report.
const maxTokens = 12

// DecodeTokens finds the compact JWSs in a message that was NOT yet redacted and
// returns them decoded and redacted, outermost first: the request object, then the
// software statement inside its claims. Where starts the path of each ("request
// body > software_statement"). A token that occurs twice is reported once.
func (r *Redactor) DecodeTokens(where, text string) []Token {
	f := tokenFinder{redactor: r, seen: map[string]bool{}}
	f.text(where, text, 0)
	return f.found
}

type tokenFinder struct {
	redactor *Redactor
	seen     map[string]bool
	found    []Token
}

// text looks into a body: as JSON, as a form, or else as plain text.
func (f *tokenFinder) text(where, s string, depth int) {
	if depth > maxDepth || !strings.Contains(s, ".") {
		return
	}
	var value any
	if json.Unmarshal([]byte(s), &value) == nil {
		f.value(where, value, depth)
	} else if strings.Contains(s, "=") && !strings.ContainsAny(s, " \t\r\n{}<>\"") {
		for pair := range strings.SplitSeq(s, "&") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				f.text(where+" > "+decode(name, formAt).text, decode(value, percentAt).text, depth+1)
			}
		}
	}
	// What is still unseen is in plain text, or in the shadow of a duplicate member.
	eachCompact(s, func(c compact, raw string) string {
		f.token(where, c, raw, depth)
		return raw
	})
}

func (f *tokenFinder) value(where string, v any, depth int) {
	switch v := v.(type) {
	case string:
		f.text(where, v, depth+1)
	case []any:
		for i, item := range v {
			f.value(fmt.Sprintf("%s[%d]", where, i), item, depth+1)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			f.value(where+" > "+name, v[name], depth+1)
		}
	}
}

// token records one token and looks for more inside its claims.
func (f *tokenFinder) token(where string, c compact, raw string, depth int) {
	key := c.header + "." + c.claims
	if f.seen[key] || len(f.found) >= maxTokens {
		return
	}
	f.seen[key] = true
	f.found = append(f.found, Token{
		Where:     f.redactor.Text(where),
		Header:    f.segment(c.header),
		Claims:    f.segment(c.claims),
		Signature: signatureNote(c.tail, strings.Count(raw[len(c.lead):], ".")+1),
	})
	f.text(where, decodeSegment(c.claims), depth+1)
}

// segment decodes a segment for reading. Bytes that are not JSON become a string.
func (f *tokenFinder) segment(s string) json.RawMessage {
	clean := strings.ToValidUTF8(f.redactor.Text(decodeSegment(s)), "\uFFFD")
	var b bytes.Buffer
	if json.Compact(&b, []byte(clean)) == nil {
		return b.Bytes()
	}
	return json.RawMessage(quoteJSON(clean))
}

func signatureNote(tail string, parts int) string {
	switch n := len(strings.Trim(tail, ".")); {
	case tail == "":
		return "none: the token has two parts"
	case n == 0:
		return "empty"
	case parts == 3:
		return fmt.Sprintf("redacted, %d characters", n)
	default:
		return fmt.Sprintf("redacted, %d characters in %d parts", n, parts-2)
	}
}
