package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal decides on colour and on a progress line that is redrawn. A writer that is
// no file, as in tests, is none.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is that of the terminal, or 100 columns.
// Some pseudo-terminals report none, and below 20 nothing can be laid out.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 20 {
			return columns
		}
	}
	return 100
}
