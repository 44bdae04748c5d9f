package reports

import (
	"strconv"
	"strings"
)

// anchors gives every check, in order, the fragment under which report.html keeps
// its evidence. It is the check ID where that is safe in an id and in a URL;
// duplicates, which a run should not have, get a number so that links stay right.
func anchors(checks []Check) []string {
	out := make([]string, len(checks))
	used := map[string]int{}
	for i, c := range checks {
		id := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./", r) {
				return r
			}
			return '-'
		}, c.ID)
		if used[id]++; used[id] > 1 {
			id += "--" + strconv.Itoa(used[id])
		}
		out[i] = id
	}
	return out
}
