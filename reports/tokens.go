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
	if depth > maxDepth || len(f.found) >= maxTokens || !mayHoldToken(s) {
		return
	}
	if value, ok := parseJSON(s); ok {
		f.value(where, value, depth)
	} else if strings.Contains(s, "=") && !strings.ContainsAny(s, " \t\r\n{}<>\"") {
		for pair := range strings.SplitSeq(s, "&") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				f.text(where+" > "+formEscape.decode(name), percentEscape.decode(value), depth+1)
			}
		}
	}
	// What is still unseen is in plain text, or in the shadow of a duplicate member.
	for c, from, to := nextCompact(s, 0); from < to && len(f.found) < maxTokens; c, from, to = nextCompact(s, to) {
		f.token(where, c, s[from:to], depth)
	}
}

// mayHoldToken tells whether it is worth parsing s: a token has a dot, and shows in
// the text as it stands unless escapes disguise it.
func mayHoldToken(s string) bool {
	if strings.IndexByte(s, '.') < 0 {
		return false
	}
	if strings.IndexByte(s, '\\') >= 0 || strings.IndexByte(s, '%') >= 0 {
		return true
	}
	_, from, to := nextCompact(s, 0)
	return from < to
}

// parseJSON parses an object, an array or a string; nothing else can hold a token.
func parseJSON(s string) (value any, ok bool) {
	start := skipSpace(s, 0)
	if start == len(s) || strings.IndexByte("{[\"", s[start]) < 0 {
		return nil, false
	}
	err := json.Unmarshal([]byte(s), &value)
	return value, err == nil
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
	key := raw[len(c.lead) : len(raw)-len(c.tail)]
	if f.seen[key] {
		return
	}
	f.seen[key] = true
	header, claims := f.segment(c.header), f.segment(c.claims)
	f.found = append(f.found, Token{
		Where:     f.redactor.Text(where),
		Header:    readable(header.clean),
		Claims:    readable(claims.clean),
		Signature: signatureNote(c.tail, strings.Count(raw[len(c.lead):], ".")+1),
	})
	f.text(where, claims.decoded, depth+1)
}

// segment scrubs a segment as a text of its own. The text that holds it was most
// likely redacted just before, and then the cache knows the answer.
func (f *tokenFinder) segment(encoded string) scrubbed {
	return f.redactor.pass(len(encoded)).segment(encoded, 0)
}

// readable makes JSON of what a segment says. What is not JSON becomes a string.
func readable(clean string) json.RawMessage {
	clean = strings.ToValidUTF8(clean, "\uFFFD")
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
