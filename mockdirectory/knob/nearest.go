package knob

import (
	"slices"
	"strings"
)

// maxGuess bounds the words that a suggestion is looked for, as the search takes
// time with their length.
const maxGuess = 64

// suggest is what follows an unknown word in an error: the name it was most
// likely meant to be, or all of them.
func suggest(word string, names []string) string {
	best, least := "", len(word)/3+2
	if len(word) <= maxGuess {
		for _, name := range names {
			if d := distance(strings.ToLower(word), name); d < least {
				best, least = name, d
			}
		}
	}
	if best != "" && word != "" {
		return `did you mean "` + best + `"?`
	}
	if len(names) == 0 {
		return "expected none"
	}
	return "expected one of " + strings.Join(names, ", ")
}

// distance counts the bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], slices.Min([]int{row[j] + 1, row[j+1] + 1, diagonal + cost})
		}
	}
	return row[len(b)]
}
