package reports

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	// pemPattern takes a block that is cut off to the end of the string or text it
	// stands in.
	pemPattern = regexp.MustCompile(`(?is)-----BEGIN[A-Z0-9 +%]{0,40}PRIVATE(?: |\+|%20)KEY[^"]*?` +
		`(?:-----END[A-Z0-9 +%]{0,40}PRIVATE(?: |\+|%20)KEY(?:-----)?|(\\*")|\z)`)

	pairPattern = regexp.MustCompile(`([A-Za-z0-9_.%~-]+)=([^&\s"'<>]*)`)

	// namedPattern finds a telling name in text of any shape: broken JSON, a header
	// dump, a log line. Names that are ordinary words ("code") or single letters
	// count only between double quotes, where a stray quote may have hidden them
	// from the JSON scanner.
	namedPattern = regexp.MustCompile(`(?i:(` + telling + `))[\\"']*\s*[:=]>?\s*|` +
		`"(?:` + strings.Join(slices.Concat(hiddenParams, hiddenMembers), "|") + `)"\s*:\s*`)

	elementPattern = regexp.MustCompile(`(?i)(<(?:[a-z0-9]+:)?(?:` + telling + `)(?:\s[^<>]*)?>)([^<]+)`)

	schemePattern   = regexp.MustCompile(`(?i)\b((?:bearer|basic|dpop)\s+)([A-Za-z0-9._~+/-]{12,}=*)`)
	userinfoPattern = regexp.MustCompile(`(://)[^/\s@"'<>?#]+@`)
	nullPattern     = regexp.MustCompile(`^null(?:[\s,;}\]&]|$)`)
	maskPattern     = regexp.MustCompile(`%5B(redacted[a-z0-9-]*)%5D`)
)

const telling = `authorization|cookies?|api[_-]?key|client[_-]?secret|access[_-]?token|refresh[_-]?token|` +
	`id[_-]?token|client[_-]?assertion|private[_-]?key(?:[_-]?pem)?|password|passphrase|code[_-]?verifier|device[_-]?code`

func hidePEM(s string) string {
	if !strings.Contains(s, "-----") {
		return s
	}
	return pemPattern.ReplaceAllString(s, Replacement+"${1}")
}

// params redacts a query or a form strictly: a value runs to the next ampersand,
// whatever it contains.
func (p *pass) params(s string, depth int) string {
	pairs := strings.Split(s, "&")
	for i, pair := range pairs {
		if name, value, ok := strings.Cut(pair, "="); ok {
			pairs[i] = name + "=" + p.param(name, value, depth)
		}
	}
	return strings.Join(pairs, "&")
}

// hidePairs finds name=value anywhere in a text.
func (p *pass) hidePairs(s string, depth int) string {
	if !strings.Contains(s, "=") {
		return s
	}
	return pairPattern.ReplaceAllStringFunc(s, func(pair string) string {
		name, value, _ := strings.Cut(pair, "=")
		return name + "=" + p.param(name, value, depth)
	})
}

// param returns what may be shown of the value of one parameter, still encoded.
func (p *pass) param(name, value string, depth int) string {
	if strings.HasPrefix(value, Replacement) {
		return value
	}
	if value != "" && hiddenParam(decode(name, formAt).text) {
		return Replacement
	}
	decoded := decode(value, formAt).text
	if decoded == value {
		return value
	}
	clean := p.scrub(decoded, depth+1)
	if clean == decoded {
		return value
	}
	return maskPattern.ReplaceAllString(url.QueryEscape(clean), "[$1]")
}

// hideNamed hides what follows a telling name, however the two are joined.
func hideNamed(s string) string {
	if !strings.ContainsAny(s, ":=") {
		return s
	}
	var b strings.Builder
	for {
		m := namedPattern.FindStringSubmatchIndex(s)
		if m == nil {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:m[1]])
		name, rest := "", s[m[1]:]
		if m[2] >= 0 {
			name = s[m[2]:m[3]]
		}
		from, to := looseValue(name, rest)
		b.WriteString(rest[:from])
		if from < to {
			b.WriteString(Replacement)
		}
		s = rest[to:]
	}
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
	case nullPattern.MatchString(s):
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
		if scheme, rest, ok := strings.Cut(s, " "); ok && knownScheme(scheme) {
			from = len(s) - len(rest)
		}
	}
	if n := strings.IndexAny(s[from:], stops); n >= 0 {
		return from, from + n
	}
	return from, len(s)
}

func hideElements(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	return elementPattern.ReplaceAllString(s, "${1}"+Replacement)
}

// hideSchemes hides credentials behind the name of an authentication scheme. A
// challenge (Bearer error="invalid_token") and prose ("Bearer authentication") are
// told apart from credentials by the quote and by the absence of digits.
func hideSchemes(s string) string {
	var b strings.Builder
	end := 0
	for _, m := range schemePattern.FindAllStringSubmatchIndex(s, -1) {
		challenge := m[1] < len(s) && s[m[1]] == '"'
		if challenge || !strings.ContainsAny(s[m[4]:m[5]], "0123456789") {
			continue
		}
		b.WriteString(s[end:m[4]])
		b.WriteString(Replacement)
		end = m[1]
	}
	b.WriteString(s[end:])
	return b.String()
}

func hideUserinfo(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	return userinfoPattern.ReplaceAllString(s, "${1}"+Replacement+"@")
}
