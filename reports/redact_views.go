package reports

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// view is a text with one kind of escape undone, and the way back: at[i] is the
// offset in the original of decoded byte i, with one entry past the end. A nil at
// means that nothing was decoded.
type view struct {
	text string
	at   []int
}

func (v view) offset(i int) int {
	if v.at == nil {
		return i
	}
	return v.at[i]
}

// views returns s as it stands and in every encoding that it could be using. A
// decoder is lenient: what is not an escape stays as it is, so mixed and partial
// encodings are found too.
func views(s string) []view {
	all := []view{{text: s}}
	if strings.Contains(s, "%") {
		all = append(all, decode(s, percentAt))
	}
	if strings.Contains(s, "+") {
		all = append(all, decode(s, formAt))
	}
	if strings.Contains(s, `\`) {
		all = append(all, decode(s, jsonAt))
	}
	if strings.Contains(s, "&") {
		all = append(all, decode(s, htmlAt))
	}
	return all
}

// decoder undoes the escape at s[i], if there is one: it returns the decoded
// bytes and how many bytes of s they took, or ok false for an ordinary byte.
type decoder func(s string, i int) (decoded string, width int, ok bool)

func decode(s string, d decoder) view {
	v := view{at: make([]int, 0, len(s)+1)}
	var b strings.Builder
	for i := 0; i < len(s); {
		decoded, width, ok := d(s, i)
		if !ok {
			decoded, width = s[i:i+1], 1
		}
		b.WriteString(decoded)
		for range len(decoded) {
			v.at = append(v.at, i)
		}
		i += width
	}
	v.at = append(v.at, len(s))
	v.text = b.String()
	return v
}

// percentAt decodes %XX, with either case of digits (RFC 3986 section 2.1).
func percentAt(s string, i int) (string, int, bool) {
	if s[i] != '%' || i+3 > len(s) {
		return "", 0, false
	}
	c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
	if err != nil {
		return "", 0, false
	}
	return string([]byte{byte(c)}), 3, true
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
	u, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
	return rune(u), err == nil
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
