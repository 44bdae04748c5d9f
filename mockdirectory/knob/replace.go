package knob

import "bytes"

// replace puts a body in place of the endpoint's. That happens once: the first
// knob of the kind in the table counts.
func (a *answer) replace(b body) (applied bool) {
	if a.replaced {
		return false
	}
	a.replaced = true
	a.setBody(b)
	return true
}

// empty is the knob of that name.
func (a *answer) empty(amount) (applied bool) {
	if !a.good() {
		return false
	}
	text := a.body.bytes()
	if set, ok := parseKeySet(text); ok {
		return len(set.keys) > 0 && a.replace(newBody(set.with(nil)))
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		return a.replace(newBody([]byte("[]")))
	}
	return a.replace(newBody(emptyList(text)))
}

// emptyList is a SCIM list without its resources (RFC 7644, section 3.4.2), and
// nothing at all of any other document.
func emptyList(text []byte) []byte {
	members, err := parseObject(text)
	if err != nil {
		return nil
	}
	list := false
	for i, m := range members {
		switch m.name {
		case "Resources":
			list, members[i].raw = true, []byte("[]")
		case "totalResults", "itemsPerPage":
			members[i].raw = []byte("0")
		}
	}
	if !list {
		return nil
	}
	return renderObject(members)
}

// page is what a proxy says whose backend is away.
const page = `<!DOCTYPE html>
<html><head><title>Service unavailable</title></head>
<body><h1>Service unavailable</h1><p>The directory is undergoing maintenance.</p></body></html>
`

// notJSON is the knob not-json. The media type stays, so a bank finds out only by
// parsing.
func (a *answer) notJSON(amount) (applied bool) {
	return a.good() && a.replace(newBody([]byte(page)))
}

var (
	opening = bytes.Repeat([]byte("["), 4096)
	ending  = bytes.Repeat([]byte("]"), 4096)
)

// bomb is the knob json-bomb. A parser that calls itself for every level needs as
// much stack as the sender likes (RFC 8259, section 9 lets it set a limit). Its body is made of two texts that all requests
// share, so the bomb costs the reader alone.
func (a *answer) bomb(v amount) (applied bool) {
	if !a.good() {
		return false
	}
	var pieces [][]byte
	nest := func(brackets []byte) {
		for left := v.number; left > 0; left -= len(brackets) {
			pieces = append(pieces, brackets[:min(left, len(brackets))])
		}
	}
	_, isSet := parseKeySet(a.body.bytes())
	if isSet {
		pieces = append(pieces, []byte(`{"keys":`))
	}
	nest(opening)
	nest(ending)
	if isSet {
		pieces = append(pieces, []byte(`}`))
	}
	return a.replace(newBody(pieces...))
}

// signedSet is the knob signed-set. A set that cannot be signed stays as it is.
func (a *answer) signedSet(amount) (applied bool) {
	if _, ok := a.trueKeys(); !ok {
		return false
	}
	jwt, err := a.panel.options.Sign(bytes.Clone(a.body.bytes()))
	if err != nil {
		return false
	}
	a.setBody(newBody([]byte(jwt)))
	a.header.Set("Content-Type", "application/jwk-set+jwt")
	return true
}
