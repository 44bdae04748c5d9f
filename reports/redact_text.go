package reports

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	pairName = setOf(alphanumeric + "_.%~-")
	pairEnd  = setOf("& \t\r\n\f\"'<>")

	// maskPattern is for the rare value that was changed inside.
	maskPattern = regexp.MustCompile(`%5B(redacted[a-z0-9-]*)%5D`)
)

// params redacts a query or a form strictly: a value runs to the next ampersand,
// whatever it contains.
func (p *pass) params(s string, depth int) string {
	edit := splice{text: s}
	for from := 0; from < len(s); {
		to := len(s)
		if n := strings.IndexByte(s[from:], '&'); n >= 0 {
			to = from + n
		}
		if name, value, ok := strings.Cut(s[from:to], "="); ok {
			edit.replace(to-len(value), to, p.param(name, value, depth))
		}
		from = to + 1
	}
	return edit.String()
}

// hidePairs finds name=value anywhere in a text.
func (p *pass) hidePairs(s string, depth int) string {
	edit := splice{text: s}
	for lo, i := 0, 0; ; {
		equals := strings.IndexByte(s[i:], '=')
		if equals < 0 {
			return edit.String()
		}
		i += equals
		name := pairName.runBack(s, lo, i)
		i++
		if name == i-1 {
			continue
		}
		end := pairEnd.until(s, i)
		edit.replace(i, end, p.param(s[name:i-1], s[i:end], depth))
		lo, i = end, end
	}
}

// param returns what may be shown of the value of one parameter, still encoded.
func (p *pass) param(name, value string, depth int) string {
	if value == "" || strings.HasPrefix(value, Replacement) {
		return value
	}
	if hiddenParam(formEscape.decode(name)) {
		return Replacement
	}
	decoded := formEscape.decode(value)
	if decoded == value {
		return value
	}
	clean := p.scrub(decoded, depth+1)
	if clean == decoded {
		return value
	}
	return maskPattern.ReplaceAllString(url.QueryEscape(clean), "[$1]")
}
