package reports

import (
	"fmt"
	"strings"
	"unicode"
)

// paint colours text for a terminal, or leaves it alone.
type paint bool

// The SGR parameters per verdict; dim for what needs no attention.
var colours = map[Verdict]string{Passed: "32", Warning: "33", Failed: "31", Error: "35", Skipped: "2"}

func (p paint) verdict(v Verdict, text string) string {
	if code := colours[v]; bool(p) && code != "" {
		return "\x1b[1;" + code + "m" + text + "\x1b[0m"
	}
	return text
}

func (p paint) bold(text string) string {
	if p {
		return "\x1b[1m" + text + "\x1b[0m"
	}
	return text
}

// printable makes foreign text safe for a terminal: line breaks become spaces, and
// what could move the cursor, recolour or reorder the line is written as an escape.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return strings.TrimSpace(b.String())
}
