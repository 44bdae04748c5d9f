package knob

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of the values.
const (
	maxHold   = 60 * time.Second
	maxOffset = 24 * time.Hour
	maxDecoys = 20_000
	maxDepth  = 1_000_000 // two megabytes of brackets
	maxKept   = 1 << 20
	maxText   = 128
	maxURL    = 2048
)

// amount is a parsed value; which field counts is the knob's to know.
type amount struct {
	text     string
	number   int
	duration time.Duration
	url      *url.URL
}

// Each of these takes a value of one syntax, in the words of Definition.Value.

func noValue(s string) (amount, bool) { return amount{}, s == "" }

func durations(least, most time.Duration) func(string) (amount, bool) {
	return func(s string) (amount, bool) {
		d, err := time.ParseDuration(s)
		return amount{text: s, duration: d}, err == nil && d >= least && d <= most
	}
}

// numbers takes digits only: Atoi would take a sign, and a tester who writes +503
// has most likely lost something.
func numbers(least, most int) func(string) (amount, bool) {
	return func(s string) (amount, bool) {
		n, err := strconv.Atoi(s)
		return amount{text: s, number: n}, err == nil && s[0] >= '0' && s[0] <= '9' && n >= least && n <= most
	}
}

func choice(of []string) func(string) (amount, bool) {
	return func(s string) (amount, bool) { return amount{text: s}, slices.Contains(of, s) }
}

// printable takes what can stand in a header field. That it means anything there
// is not asked: nonsense is a misbehaviour too.
func printable(s string) (amount, bool) {
	odd := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
	return amount{text: s}, s != "" && len(s) <= maxText && !odd
}

func absoluteURL(s string) (amount, bool) {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL {
		return amount{}, false
	}
	return amount{text: s, url: u}, (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// half is the number of bytes kept that stands for one half.
const half = -1

func bytesKept(s string) (amount, bool) {
	if s == "half" {
		return amount{text: s, number: half}, true
	}
	return numbers(0, maxKept)(s)
}
