package reports

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// compact is a compact serialisation (RFC 7515 section 7.1) cut at its dots. It
// is found by what it looks like, not by whether it is valid: a harness sends and
// receives tokens with too few parts, too many, or padding. Lead is text glued to
// the front of the header; tail is everything behind the claims, with its dot.
type compact struct{ lead, header, claims, tail string }

// hideJWS replaces the signature of every compact JWS in s by its length. Header
// and claims stay, but are themselves scrubbed: the request object of a
// registration carries a whole software statement inside its claims.
func (p *pass) hideJWS(s string, depth int) string {
	return eachCompact(s, func(c compact, raw string) string {
		header, claims := p.scrubSegment(c.header, depth), p.scrubSegment(c.claims, depth)
		tail := c.tail
		if strings.Trim(tail, ".") != "" {
			tail = fmt.Sprintf(".[redacted-%d-chars]", len(tail)-1)
		}
		if header == c.header && claims == c.claims && tail == c.tail {
			return raw
		}
		return c.lead + header + "." + claims + tail
	})
}

// scrubSegment scrubs what a base64url segment says, and encodes it anew only if
// that changed something.
func (p *pass) scrubSegment(segment string, depth int) string {
	decoded := decodeSegment(segment)
	clean := p.scrub(decoded, depth+1)
	if clean == decoded {
		return segment
	}
	return base64.RawURLEncoding.EncodeToString([]byte(clean))
}

// decodeSegment is lenient: it takes either alphabet, ignores padding, and stops
// at the first character it cannot read.
func decodeSegment(segment string) string {
	s := strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(segment), "=")
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	out := make([]byte, base64.RawURLEncoding.DecodedLen(len(s)))
	n, err := base64.RawURLEncoding.Decode(out, []byte(s))
	if err != nil {
		n, _ = base64.RawURLEncoding.Decode(out, []byte(s[:n/3*4]))
	}
	return string(out[:n])
}

// eachCompact calls f for every compact serialisation in s and returns s with the
// answers in their place.
func eachCompact(s string, f func(c compact, raw string) string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && isTokenByte(s[i]) {
			i++
		}
		run := s[from:i]
		if c, ok := cut(run); ok {
			run = f(c, run)
		}
		b.WriteString(run)
		for from = i; i < len(s) && !isTokenByte(s[i]); i++ {
		}
		b.WriteString(s[from:i])
	}
	return b.String()
}

// isTokenByte accepts both base64 alphabets, padding and the dot.
func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_+/=.", c) >= 0
}

// cut finds the parts of a token in a run of token bytes. The claims are the
// second of two segments that hold JSON, or the only one behind another segment
// (a header that is deliberately not JSON). All that follows counts as signature.
func cut(run string) (compact, bool) {
	if !strings.Contains(run, ".") {
		return compact{}, false
	}
	parts := strings.Split(run, ".")
	for i, part := range parts {
		start := objectStart(part)
		if start < 0 {
			continue
		}
		head := i
		if i > 0 && (i+1 == len(parts) || objectStart(parts[i+1]) != 0) {
			head, start = i-1, 0
		}
		if head+1 == len(parts) {
			return compact{}, false
		}
		c := compact{
			lead:   strings.Join(append(parts[:head:head], parts[head][:start]), "."),
			header: parts[head][start:],
			claims: parts[head+1],
		}
		c.tail = run[len(c.lead)+len(c.header)+1+len(c.claims):]
		return c, true
	}
	return compact{}, false
}

// objectStart returns where in a segment the encoding of a JSON object starts:
// an opening brace followed by a quote, white space or a closing brace. -1 if nowhere.
func objectStart(segment string) int {
	for i := 0; i+3 <= len(segment); i++ {
		if segment[i] != 'e' {
			continue
		}
		two, err := base64.RawURLEncoding.DecodeString(segment[i : i+3])
		if err == nil && two[0] == '{' && strings.IndexByte("\" \t\r\n}", two[1]) >= 0 {
			return i
		}
	}
	return -1
}
