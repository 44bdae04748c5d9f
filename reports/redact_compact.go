package reports

import "strings"

// compact is a compact serialisation (RFC 7515 section 7.1) cut at its dots. It
// is found by what it looks like, not by whether it is valid: a harness sends and
// receives tokens with too few parts, too many, or padding. Lead is text glued to
// the front of the header; tail is everything behind the claims, with its dot.
type compact struct{ lead, header, claims, tail string }

// tokenBytes are both base64 alphabets, padding and the dot.
var tokenBytes = setOf(alphanumeric + "-_+/=.")

// eachCompact calls f for every compact serialisation in s and returns s with the
// answers in their place.
func eachCompact(s string, f func(c compact, raw string) string) string {
	edit := splice{text: s}
	for c, from, to := nextCompact(s, 0); from < to; c, from, to = nextCompact(s, to) {
		edit.replace(from, to, f(c, s[from:to]))
	}
	return edit.String()
}

// nextCompact finds the first compact serialisation in s[lo:] and where it stands:
// from equals to if there is none. Only the surroundings of dots are looked at.
func nextCompact(s string, lo int) (c compact, from, to int) {
	for {
		dot := strings.IndexByte(s[lo:], '.')
		if dot < 0 {
			return compact{}, len(s), len(s)
		}
		from, to = tokenBytes.runBack(s, lo, lo+dot), tokenBytes.run(s, lo+dot)
		if c, ok := cut(s[from:to]); ok {
			return c, from, to
		}
		lo = to
	}
}

// cut finds the parts of a token in a run of token bytes with a dot. The claims
// are the second of two segments that hold JSON, or the only one behind another
// segment (a header that is deliberately not JSON). All that follows counts as
// signature.
func cut(run string) (compact, bool) {
	before := -1 // where the part in front of the current one starts
	for from := 0; from <= len(run); {
		to := partEnd(run, from)
		start := objectStart(run[from:to])
		if start < 0 {
			before, from = from, to+1
			continue
		}
		header := from + start
		if before >= 0 && (to == len(run) || objectStart(run[to+1:partEnd(run, to+1)]) != 0) {
			header, to = before, from-1
		}
		end := partEnd(run, to+1)
		return compact{lead: run[:header], header: run[header:to], claims: run[to+1 : end], tail: run[end:]}, true
	}
	return compact{}, false
}

// partEnd returns the offset of the dot that ends the part at run[from].
func partEnd(run string, from int) int {
	if dot := strings.IndexByte(run[from:], '.'); dot >= 0 {
		return from + dot
	}
	return len(run)
}

// objectStart returns where in a segment the encoding of a JSON object starts: an
// opening brace followed by a quote, white space or a closing brace. -1 if nowhere.
// In base64 a brace is an "e" and the upper half of the next character; the lower
// half and the third character hold the byte that follows.
func objectStart(segment string) int {
	for i := 0; i+3 <= len(segment); i++ {
		e := strings.IndexByte(segment[i:len(segment)-2], 'e')
		if e < 0 {
			return -1
		}
		i += e
		third := segment[i+2]
		switch segment[i+1] {
		case 'y': // 0x20 to 0x2F
			if third >= 'A' && third <= 'D' || third >= 'I' && third <= 'L' { // space, quote
				return i
			}
		case 'w': // 0x00 to 0x0F
			if third >= 'k' && third <= 'r' || third >= '0' && third <= '3' { // tab, line feed, carriage return
				return i
			}
		case '3': // 0x70 to 0x7F
			if third >= '0' && third <= '3' { // closing brace
				return i
			}
		}
	}
	return -1
}
