package reports

import "strings"

const (
	pemDashes = "-----"
	// longestPEMLabel bounds what may stand before "PRIVATE KEY" in a PEM line.
	longestPEMLabel = 40
)

var pemLabel = setOf(alphanumeric + " +%")

// hidePEM hides private keys. A block that is cut off is taken to the end of the
// string or text it stands in.
func hidePEM(s string) string {
	edit := splice{text: s}
	for i := 0; ; {
		dashes := strings.Index(s[i:], pemDashes)
		if dashes < 0 {
			return edit.String()
		}
		i += dashes
		body := pemLineEnd(s, i, "BEGIN")
		if body < 0 {
			i++
			continue
		}
		end := pemBlockEnd(s, body)
		edit.replace(i, end, Replacement)
		i = end
	}
}

// pemBlockEnd returns where the block ends whose content starts at s[body]: behind
// its last line, or before the quote that closes the string it stands in, with the
// backslashes of that quote.
func pemBlockEnd(s string, body int) int {
	limit, quoted := len(s), false
	if quote := strings.IndexByte(s[body:], '"'); quote >= 0 {
		limit, quoted = body+quote, true
	}
	for i := body; ; i++ {
		dashes := strings.Index(s[i:limit], pemDashes)
		if dashes < 0 {
			break
		}
		i += dashes
		if end := pemLineEnd(s[:limit], i, "END"); end >= 0 {
			return end + len(s[end:limit]) - len(strings.TrimPrefix(s[end:limit], pemDashes))
		}
	}
	for quoted && limit > body && s[limit-1] == '\\' {
		limit--
	}
	return limit
}

// pemLineEnd returns the offset after "PRIVATE KEY" in the BEGIN or END line whose
// dashes are at s[i], or -1. The space may be encoded, as in a form.
func pemLineEnd(s string, i int, word string) int {
	from := i + len(pemDashes)
	if !hasPrefixFold(s[from:], word) {
		return -1
	}
	from += len(word)
	end := -1
	for at := from; at <= from+longestPEMLabel && at < len(s); at++ {
		if hasPrefixFold(s[at:], "PRIVATE") {
			for _, space := range []string{" ", "+", "%20"} {
				if key := at + len("PRIVATE"); hasPrefixFold(s[key:], space+"KEY") {
					end = key + len(space) + len("KEY")
				}
			}
		}
		if !pemLabel[s[at]] {
			break
		}
	}
	return end
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
