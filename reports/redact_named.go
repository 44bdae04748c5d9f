package reports

import (
	"slices"
	"strings"
)

// tellingNames announce a credential in a text of any shape: broken JSON, a header
// dump, a log line. Between the words of a name may stand one "_" or "-".
var tellingNames = byLastLetter(
	"authorization", "cookie", "cookies", "api key", "client secret", "access token", "refresh token",
	"id token", "client assertion", "private key", "private key pem", "password", "passphrase",
	"code verifier", "device code",
)

// bareNames are ordinary words ("code") or single letters. They count only between
// double quotes, where a stray quote may have hidden them from the JSON scanner.
var bareNames = slices.Concat(hiddenParams, hiddenMembers)

const longestBare = len("signature")

func byLastLetter(names ...string) (index [26][][]string) {
	for _, n := range names {
		letter := n[len(n)-1] - 'a'
		index[letter] = append(index[letter], strings.Fields(n))
	}
	return index
}

// tellingStart returns where the telling name starts with which s ends, or -1.
func tellingStart(s string) int {
	if s == "" {
		return -1
	}
	letter := lower(s[len(s)-1])
	if letter < 'a' || letter > 'z' {
		return -1
	}
	for _, words := range tellingNames[letter-'a'] {
		if start := wordsStart(s, words); start >= 0 {
			return start
		}
	}
	return -1
}

// wordsStart returns where the words start with which s ends, or -1.
func wordsStart(s string, words []string) int {
	end := len(s)
	for i, word := range slices.Backward(words) {
		start := end - len(word)
		if start < 0 || !strings.EqualFold(s[start:end], word) {
			return -1
		}
		end = start
		if i > 0 && end > 0 && (s[end-1] == '_' || s[end-1] == '-') {
			end--
		}
	}
	return end
}

var (
	separators  = setOf(":=")
	nameClosers = setOf(`\"'`)
	nullEnds    = setOf(" \t\r\n\f,;}]&")
)

// hideNamed hides what follows a telling name, however the two are joined. It
// looks at separators, and from each back to the name in front of it: a text has
// few separators and many letters.
func hideNamed(s string) string {
	if strings.IndexByte(s, ':') < 0 && strings.IndexByte(s, '=') < 0 {
		return s
	}
	edit := splice{text: s}
	for lo, i := 0, separators.until(s, 0); i < len(s); i = separators.until(s, max(i+1, lo)) {
		name, ok := nameBefore(s[lo:i], s[i])
		if !ok {
			continue
		}
		value := i + 1
		if name != "" && strings.HasPrefix(s[value:], ">") { // the arrow "=>"
			value++
		}
		value = spaces.run(s, value)
		from, to := looseValue(name, s[value:])
		if from < to {
			edit.replace(value+from, value+to, Replacement)
		}
		lo = value + to
	}
	return edit.String()
}

// nameBefore returns the telling name at the end of s, in front of a separator.
// The name is empty if it is one of bareNames, which must not decide anything.
func nameBefore(s string, separator byte) (string, bool) {
	end := spaces.runBack(s, 0, len(s))
	word := s[:nameClosers.runBack(s, 0, end)]
	if start := tellingStart(word); start >= 0 {
		return word[start:], true
	}
	if separator != ':' || end == 0 || s[end-1] != '"' {
		return "", false
	}
	near := s[max(0, end-longestBare-2) : end-1]
	open := strings.LastIndexByte(near, '"')
	return "", open >= 0 && slices.Contains(bareNames, near[open+1:])
}

// looseValue returns where the value of name stands in s: inside its quotes, or
// to the end of the line for a header, or to the next separator. It is empty when
// there is nothing to hide.
func looseValue(name, s string) (from, to int) {
	quoteAt := len(s) - len(strings.TrimLeft(s, `\`))
	switch {
	case quoteAt < len(s) && quoteAt > 0 && s[quoteAt] == '"':
		// Quotes escaped once more, as in JSON inside JSON that broke.
		opening := s[:quoteAt+1]
		if n := strings.Index(s[len(opening):], opening); n >= 0 {
			return len(opening), len(opening) + n
		}
		return len(opening), len(s)
	case strings.HasPrefix(s, `"`) || strings.HasPrefix(s, "'"):
		end, closed := stringEnd(s, 0)
		if closed {
			end--
		}
		return 1, end
	case strings.HasPrefix(s, "null") && (len(s) == len("null") || nullEnds[s[len("null")]]):
		return 0, 0
	case strings.HasPrefix(s, "{") || strings.HasPrefix(s, "["):
		if strings.HasPrefix(s, Replacement) {
			return 0, len(Replacement)
		}
		return 0, nestEnd(s, 0)
	}
	stops := " \t\r\n\"'<>&"
	if n := normalise(name); n == "authorization" || n == "cookie" || n == "cookies" {
		stops = "\r\n"
		if scheme, _, ok := strings.Cut(s[:min(len(s), longestScheme+1)], " "); ok && knownScheme(scheme) {
			from = len(scheme) + 1
		}
	}
	if n := strings.IndexAny(s[from:], stops); n >= 0 {
		return from, from + n
	}
	return from, len(s)
}
