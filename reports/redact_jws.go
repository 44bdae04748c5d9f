package reports

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// hideJWS replaces the signature of every compact JWS in s by its length. Header
// and claims stay, but are themselves scrubbed: the request object of a
// registration carries a whole software statement inside its claims.
func (p *pass) hideJWS(s string, depth int) string {
	return eachCompact(s, func(c compact, raw string) string {
		header, claims := p.segment(c.header, depth+1).encoded, p.segment(c.claims, depth+1).encoded
		tail := c.tail
		if strings.Trim(tail, ".") != "" {
			tail = ".[redacted-" + strconv.Itoa(len(tail)-1) + "-chars]"
		}
		if header == c.header && claims == c.claims && tail == c.tail {
			return raw
		}
		return c.lead + header + "." + claims + tail
	})
}

// segment scrubs what a base64url segment says, and encodes it anew only if that
// changed something. An answer from the cache counts as if it had been worked out
// here: whether one is there must not show in the result.
func (p *pass) segment(encoded string, depth int) scrubbed {
	if s, ok := p.cache.get(p.version, encoded); ok && s.cost <= p.left && depth+s.height <= maxDepth {
		p.left -= s.cost
		p.deepest = max(p.deepest, depth+s.height)
		return s
	}
	before, outside := p.left, p.deepest
	p.deepest = depth
	s := scrubbed{decoded: decodeSegment(encoded), encoded: encoded}
	s.clean = p.scrub(s.decoded, depth)
	if s.clean != s.decoded {
		s.encoded = base64.RawURLEncoding.EncodeToString([]byte(s.clean))
	}
	s.cost, s.height = before-p.left, p.deepest-depth
	if p.left >= 0 && p.deepest <= maxDepth {
		p.cache.put(p.version, encoded, s)
	}
	p.deepest = max(p.deepest, outside)
	return s
}

var urlAlphabet = strings.NewReplacer("+", "-", "/", "_")

// decodeSegment is lenient: it takes either alphabet, ignores padding, and stops
// at the first character it cannot read.
func decodeSegment(encoded string) string {
	s := strings.TrimRight(encoded, "=")
	if strings.IndexByte(s, '+') >= 0 || strings.IndexByte(s, '/') >= 0 {
		s = urlAlphabet.Replace(s)
	}
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	out, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		out, _ = base64.RawURLEncoding.DecodeString(s[:len(out)/3*4])
	}
	return string(out)
}
