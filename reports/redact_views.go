package reports

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape is one way to write a byte differently: every escape starts with one of
// two bytes. The function undo decodes the escape at s[i], if there is one: it
// returns the decoded bytes and how many bytes of s they took, or ok false for an
// ordinary byte.
type escape struct {
	first, second byte
	undo          func(s string, i int) (decoded string, width int, ok bool)
}

var (
	percentEscape = &escape{'%', '%', percentAt}
	formEscape    = &escape{'%', '+', formAt}
	jsonEscape    = &escape{'\\', '\\', jsonAt}
	htmlEscape    = &escape{'&', '&', htmlAt}
)

// view is a text with one kind of escape undone, and what it was decoded from; by
// is nil for a text as it stands.
type view struct {
	text, source string
	by           *escape
}

// views returns s as it stands and in every encoding that it could be using. A
// decoder is lenient: what is not an escape stays as it is, so mixed and partial
// encodings are found too.
func views(s string) []view {
	all := []view{{text: s, source: s}}
	for _, v := range []struct {
		sign byte
		by   *escape
	}{{'%', percentEscape}, {'+', formEscape}, {'\\', jsonEscape}, {'&', htmlEscape}} {
		if strings.IndexByte(s, v.sign) >= 0 {
			all = append(all, view{v.by.decode(s), s, v.by})
		}
	}
	return all
}

// offsets returns where each byte of the view stands in its source, with one
// entry past the end; nil means in the same place. It walks the source once more,
// which only the few views in which something was found have to pay.
func (v view) offsets() []int {
	if v.by == nil {
		return nil
	}
	at := make([]int, 0, len(v.text)+1)
	for i := 0; i < len(v.source); {
		decoded, width := v.by.at(v.source, i)
		for range len(decoded) {
			at = append(at, i)
		}
		i += width
	}
	return append(at, len(v.source))
}

// decode undoes every escape in s.
func (e *escape) decode(s string) string {
	if strings.IndexByte(s, e.first) < 0 && strings.IndexByte(s, e.second) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	done := 0
	for i := 0; i < len(s); {
		if s[i] != e.first && s[i] != e.second {
			i++
			continue
		}
		decoded, width := e.at(s, i)
		b.WriteString(s[done:i])
		b.WriteString(decoded)
		i += width
		done = i
	}
	b.WriteString(s[done:])
	return b.String()
}

// at returns what s[i] stands for, and how many bytes of s say it.
func (e *escape) at(s string, i int) (string, int) {
	if decoded, width, ok := e.undo(s, i); ok {
		return decoded, width
	}
	return s[i : i+1], 1
}

// percentAt decodes %XX, with either case of digits (RFC 3986 section 2.1).
func percentAt(s string, i int) (string, int, bool) {
	if s[i] != '%' || i+3 > len(s) {
		return "", 0, false
	}
	high, low := hexDigit(s[i+1]), hexDigit(s[i+2])
	if high < 0 || low < 0 {
		return "", 0, false
	}
	return string([]byte{byte(high<<4 | low)}), 3, true
}

// formAt decodes what percentAt does, and a plus sign as a space.
func formAt(s string, i int) (string, int, bool) {
	if s[i] == '+' {
		return " ", 1, true
	}
	return percentAt(s, i)
}

// jsonAt decodes the escapes of RFC 8259 section 7, surrogate pairs included.
func jsonAt(s string, i int) (string, int, bool) {
	if s[i] != '\\' || i+2 > len(s) {
		return "", 0, false
	}
	switch c := s[i+1]; c {
	case '"', '\\', '/':
		return string(c), 2, true
	case 'b', 'f', 'n', 'r', 't':
		return string("\b\f\n\r\t"[strings.IndexByte("bfnrt", c)]), 2, true
	case 'u':
		r, ok := hex4(s, i)
		if !ok {
			return "", 0, false
		}
		if low, ok := hex4(s, i+6); ok && utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return string(pair), 12, true
			}
		}
		return string(r), 6, true
	}
	return "", 0, false
}

// hex4 reads the \uXXXX at s[i].
func hex4(s string, i int) (rune, bool) {
	if i+6 > len(s) || s[i] != '\\' || s[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i+2 : i+6]) {
		digit := hexDigit(c)
		if digit < 0 {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true
}

// hexDigit returns the value of a digit of either case, or -1.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case lower(c) >= 'a' && lower(c) <= 'f':
		return int(lower(c)-'a') + 10
	}
	return -1
}

// htmlNames are the five named references that escapers produce.
var htmlNames = map[string]string{"amp": "&", "apos": "'", "gt": ">", "lt": "<", "quot": `"`}

// htmlAt decodes a numeric or one of the five common named character references:
// an HTML error page likes to echo the request.
func htmlAt(s string, i int) (string, int, bool) {
	if s[i] != '&' {
		return "", 0, false
	}
	end := strings.IndexByte(s[i:min(len(s), i+10)], ';')
	if end < 2 {
		return "", 0, false
	}
	name := s[i+1 : i+end]
	if text, ok := htmlNames[name]; ok {
		return text, end + 1, true
	}
	if name[0] != '#' {
		return "", 0, false
	}
	digits, base := name[1:], 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	u, err := strconv.ParseUint(digits, base, 20)
	if err != nil {
		return "", 0, false
	}
	return string(rune(u)), end + 1, true
}
