package main

import (
	"fmt"
	"strings"
)

// furthest is how many typing mistakes a suggestion forgives.
const furthest = 2

// suggestion is "; did you mean X?" for the candidate that a mistyped word is
// closest to, or "" when none is close.
// Letter case does not count, and of equals the first wins. The result is made to be put
// behind an error.
func suggestion(word string, candidates []string) string {
	best, least := "", furthest+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(c), strings.ToLower(word)); d < least {
			best, least = c, d
		}
	}
	// A word of which more is wrong than right was not meant.
	if best == "" || 2*least > len(best) {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the number of letters to insert, delete, replace, or swap with
// their neighbour.
// It counts bytes: rule ids, flags, profiles and tags are ASCII.
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
