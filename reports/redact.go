package reports

import (
	"strings"
)

// Replacement stands in evidence where a secret stood.
const Replacement = "[redacted]"

// maxDepth bounds how many encodings deep (a string in a claim in a token in a
// form field ...) the redactor follows. What lies deeper is replaced whole.
const maxDepth = 16

// A body can be built so that each layer is reached in several ways, which would
// double the work at every depth. Real messages need less than ten times their
// own size; beyond these bounds the rest is replaced whole.
const (
	workPerByte = 48
	workAtLeast = 1 << 16
)

// Redactor hides secrets in evidence before it enters the model. It hides
//
//   - by name: the values of members, parameters, headers and elements that carry
//     credentials (client_secret, Authorization, the private members of a JWK ...),
//   - by marker: PEM private keys, and the signature of every compact JWS, whose
//     header and claims stay readable because they are the evidence,
//   - by value: the exact secrets it was told, in plain, percent-encoded,
//     JSON-escaped or HTML-escaped form.
//
// It works on text, not on parsed documents: a body that is cut off or is not the
// JSON it claims to be is redacted all the same. It prefers to hide too much. The
// result depends only on the input and the known secrets, and redacting twice
// changes nothing. A Redactor is safe for concurrent use.
type Redactor struct {
	known secrets
	cache segmentCache
}

// NewRedactor returns a redactor that knows the given secrets. Values shorter
// than four bytes are not hidden by value: that would tear holes in every text
// while protecting nothing.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{}
	for _, s := range secrets {
		r.Add(s)
	}
	return r
}

// Add makes one more secret known, for instance a client_secret the target has
// just issued. Evidence that was redacted before is not revisited.
func (r *Redactor) Add(secret string) { r.known.add(secret) }

// Header redacts the value of an HTTP header. The scheme of an Authorization
// header stays, since "Basic instead of Bearer" is a finding. Any other value is
// searched as a URL, as a Location would be: that only looks closer than text does.
func (r *Redactor) Header(name, value string) string {
	if value == "" || !hiddenHeader(name) {
		return r.URL(value)
	}
	scheme, _, found := strings.Cut(value, " ")
	if found && strings.HasSuffix(normalise(name), "authorization") && knownScheme(scheme) {
		return scheme + " " + Replacement
	}
	return Replacement
}

// Body redacts a message body. The content type is a hint for forms only; a body
// that lies about its type is still searched as text.
func (r *Redactor) Body(contentType, body string) string {
	mediaType, _, _ := strings.Cut(contentType, ";")
	if strings.EqualFold(strings.TrimSpace(mediaType), "application/x-www-form-urlencoded") {
		body = r.pass(len(body)).params(body, 0)
	}
	return r.Text(body)
}

// URL redacts a URL: user information, the query and a query-like fragment.
func (r *Redactor) URL(u string) string {
	rest, fragment, hasFragment := strings.Cut(u, "#")
	base, query, hasQuery := strings.Cut(rest, "?")
	if hasQuery {
		base += "?" + r.pass(len(query)).params(query, 0)
	}
	if hasFragment {
		base += "#" + r.pass(len(fragment)).params(fragment, 0)
	}
	return r.Text(base)
}

// Text redacts any other text: a log line, an error message, a body of unknown type.
func (r *Redactor) Text(s string) string { return r.pass(len(s)).scrub(s, 0) }

// pass is one walk over one text.
type pass struct {
	known   *secrets
	cache   *segmentCache
	version uint64 // of the known secrets when the pass began
	left    int    // bytes that may still be looked at
	deepest int    // the greatest depth reached so far
}

// pass starts a walk over a text of so many bytes.
func (r *Redactor) pass(size int) *pass {
	return &pass{known: &r.known, cache: &r.cache, version: r.known.version.Load(), left: workPerByte*size + workAtLeast}
}

// scrub is the whole pipeline. Keys go first because they span lines. JSON goes
// before the looser patterns because it knows where a value ends; what it changed,
// the later stages leave alone. Most texts are short and innocent: every stage
// first looks for a byte that it cannot do without, and returns s itself when it
// has nothing to change.
func (p *pass) scrub(s string, depth int) string {
	if len(s) < minSecret {
		return s
	}
	p.deepest = max(p.deepest, depth)
	if p.left -= len(s); depth > maxDepth || p.left < 0 {
		return Replacement
	}
	s = p.known.hide(s)
	s = hidePEM(s)
	s = p.hideJSON(s, depth)
	s = p.hideJWS(s, depth)
	s = p.hidePairs(s, depth)
	s = hideNamed(s)
	s = hideElements(s)
	s = hideSchemes(s)
	return hideUserinfo(s)
}
