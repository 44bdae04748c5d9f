package reports

import "strings"

// splice collects replacements in a text, from left to right. A text in which
// nothing was replaced is never copied, which is what makes evidence cheap: most
// of it holds no secret.
type splice struct {
	text string
	out  strings.Builder
	done int // bytes of text that are already in out
}

// replace puts with in the place of text[from:to].
func (e *splice) replace(from, to int, with string) {
	if e.text[from:to] == with {
		return
	}
	if e.done == 0 {
		e.out.Grow(len(e.text) + len(with))
	}
	e.out.WriteString(e.text[e.done:from])
	e.out.WriteString(with)
	e.done = to
}

func (e *splice) String() string {
	if e.done == 0 && e.out.Len() == 0 {
		return e.text
	}
	e.out.WriteString(e.text[e.done:])
	return e.out.String()
}

// byteSet is a set of bytes, for scanners that ask once per byte.
type byteSet [256]bool

func setOf(bytes string) *byteSet {
	var set byteSet
	for i := range len(bytes) {
		set[bytes[i]] = true
	}
	return &set
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// spaces are what \s stands for in a regular expression.
var spaces = setOf(" \t\r\n\f")

// run returns the offset after the bytes of the set that start at s[i].
func (b *byteSet) run(s string, i int) int {
	for i < len(s) && b[s[i]] {
		i++
	}
	return i
}

// until returns the offset of the first byte of the set at or after s[i].
func (b *byteSet) until(s string, i int) int {
	for i < len(s) && !b[s[i]] {
		i++
	}
	return i
}

// runBack returns the offset of the first byte of the run of the set that ends
// before s[i], and does not look beyond s[lo].
func (b *byteSet) runBack(s string, lo, i int) int {
	for i > lo && b[s[i-1]] {
		i--
	}
	return i
}
