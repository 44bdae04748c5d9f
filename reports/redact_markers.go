package reports

import "strings"

var (
	elementPrefix  = setOf(alphanumeric)
	elementNameEnd = setOf("<> \t\r\n\f")
	tagEnd         = setOf("<>")
)

// hideElements hides the text of an XML or HTML element with a telling name, which
// may have a namespace prefix and attributes.
func hideElements(s string) string {
	edit := splice{text: s}
	for i := 0; ; {
		open := strings.IndexByte(s[i:], '<')
		if open < 0 {
			return edit.String()
		}
		i += open + 1
		name := i
		if prefix := elementPrefix.run(s, i); prefix > i && prefix < len(s) && s[prefix] == ':' {
			name = prefix + 1
		}
		end := elementNameEnd.until(s, name)
		if tellingStart(s[name:end]) != 0 {
			continue
		}
		from := tagEnd.until(s, end)
		if from == len(s) || s[from] == '<' {
			continue
		}
		from++
		i = len(s)
		if n := strings.IndexByte(s[from:], '<'); n >= 0 {
			i = from + n
		}
		if from < i {
			edit.replace(from, i, Replacement)
		}
	}
}

// credentialSchemes are looked for in running text.
var credentialSchemes = []string{"bearer", "basic", "dpop"}

// minCredential is the length from which a word behind a scheme is a credential.
const minCredential = 12

var (
	wordBytes       = setOf(alphanumeric + "_")
	credentialBytes = setOf(alphanumeric + "._~+/-")
	padding         = setOf("=")
)

// hideSchemes hides credentials behind the name of an authentication scheme. A
// challenge (Bearer error="invalid_token") and prose ("Bearer authentication") are
// told apart from credentials by the quote and by the absence of digits.
func hideSchemes(s string) string {
	edit := splice{text: s}
	for lo, i := 0, spaces.until(s, 0); i < len(s); i = spaces.until(s, i) {
		scheme := endsInScheme(s, lo, i)
		i = spaces.run(s, i)
		if !scheme {
			continue
		}
		from, word := i, credentialBytes.run(s, i)
		if word-from < minCredential {
			continue
		}
		i = padding.run(s, word)
		lo = i
		challenge := i < len(s) && s[i] == '"'
		if !challenge && strings.ContainsAny(s[from:word], "0123456789") {
			edit.replace(from, i, Replacement)
		}
	}
	return edit.String()
}

// endsInScheme tells whether s[lo:end] ends in the name of a scheme, as a word of
// its own.
func endsInScheme(s string, lo, end int) bool {
	for _, scheme := range credentialSchemes {
		start := end - len(scheme)
		if start >= lo && strings.EqualFold(s[start:end], scheme) && (start == 0 || !wordBytes[s[start-1]]) {
			return true
		}
	}
	return false
}

var userinfoEnd = setOf("/ \t\r\n\f@\"'<>?#")

// hideUserinfo hides what stands between "://" and "@".
func hideUserinfo(s string) string {
	if strings.IndexByte(s, '@') < 0 {
		return s
	}
	edit := splice{text: s}
	for i := 0; ; {
		authority := strings.Index(s[i:], "://")
		if authority < 0 {
			return edit.String()
		}
		i += authority + len("://")
		if end := userinfoEnd.until(s, i); i < end && end < len(s) && s[end] == '@' {
			edit.replace(i, end, Replacement)
		}
	}
}
