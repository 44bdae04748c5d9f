package knob

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// answer is what an endpoint said, while knobs change it.
type answer struct {
	panel  *Panel
	head   bool // the client wants no body
	status int
	header http.Header
	body   body

	replaced bool // the body is no longer that of the endpoint
	over     time.Duration
	kept     int // bytes sent of the body, unless sendAll
	sendAll  bool
}

// body is a text in pieces, so that ten thousand decoys are not copied for each
// request. The pieces are never written to.
type body struct {
	pieces [][]byte
	size   int
}

func newBody(pieces ...[]byte) body {
	b := body{pieces: pieces}
	for _, p := range pieces {
		b.size += len(p)
	}
	return b
}

// bytes joins the pieces.
func (b body) bytes() []byte {
	if len(b.pieces) == 1 {
		return b.pieces[0]
	}
	out := make([]byte, 0, b.size)
	for _, p := range b.pieces {
		out = append(out, p...)
	}
	return out
}

// take cuts n bytes off the beginning.
func (b *body) take(n int) body {
	var out body
	for n > 0 && len(b.pieces) > 0 {
		piece := b.pieces[0]
		if len(piece) > n {
			b.pieces[0], piece = piece[n:], piece[:n]
		} else {
			b.pieces = b.pieces[1:]
		}
		out.pieces = append(out.pieces, piece)
		n -= len(piece)
	}
	out = newBody(out.pieces...)
	b.size -= out.size
	return out
}

func (b body) write(w http.ResponseWriter) error {
	for _, p := range b.pieces {
		if _, err := w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// good tells whether there is a true answer to change: an error of the endpoint
// is one that no knob has made.
func (a *answer) good() bool { return a.status/100 == 2 && a.body.size > 0 }

// setBody puts another body in place. What the header says about the old one
// goes: a client that kept the validator would take the change for the truth as
// long as its cache lives.
func (a *answer) setBody(b body) {
	a.body = b
	for _, name := range []string{"ETag", "Last-Modified", "Content-Encoding", "Content-Digest", "Repr-Digest", "Digest", "Accept-Ranges"} {
		a.header.Del(name)
	}
}

// contentType is the knob of that name. It acts on errors too: they are answers
// of the endpoint like any other.
func (a *answer) contentType(v amount) (applied bool) {
	if a.body.size == 0 {
		return false
	}
	a.header.Set("Content-Type", v.text)
	return true
}

// trickle is the knob slow-body. A timeout that starts anew with every byte read
// never ends it.
func (a *answer) trickle(v amount) (applied bool) {
	if a.head || a.body.size == 0 {
		return false
	}
	a.over = v.duration
	return true
}

// truncate is the knob of that name. A length that leaves nothing to cut does not
// apply: the answer would be the true one.
func (a *answer) truncate(v amount) (applied bool) {
	kept := v.number
	if kept == half {
		kept = a.body.size / 2
	}
	if a.head || kept >= a.body.size {
		return false
	}
	a.kept, a.sendAll = kept, false
	return true
}

// send answers the client. The length that is announced is that of the whole
// body, also where less of it is sent.
func (e *exchange) send(a *answer) {
	h := e.w.Header()
	clear(h)
	maps.Copy(h, a.header)
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(a.body.size))
	}
	e.w.WriteHeader(a.status)
	if a.head {
		return
	}
	rest := a.body
	if !a.sendAll {
		rest = rest.take(a.kept)
	}
	if !e.write(rest, a.over) || !a.sendAll {
		_ = http.NewResponseController(e.w).Flush()
		e.closeConnection()
	}
}

// stride is the time between two pieces of a body that trickles.
const stride = 50 * time.Millisecond

// write sends a body over a duration. It reports whether it came to its end.
func (e *exchange) write(rest body, over time.Duration) bool {
	if over == 0 {
		// That the client has gone away is no matter of the knob.
		_ = rest.write(e.w)
		return true
	}
	e.extend(over)
	control := http.NewResponseController(e.w)
	_ = control.Flush()
	steps := max(1, min(int(over/stride), rest.size))
	for left := steps; left > 0; left-- {
		if !e.hold(over / time.Duration(steps)) {
			return false
		}
		part := rest.take(rest.size / left)
		if part.write(e.w) != nil {
			return false
		}
		_ = control.Flush()
	}
	return true
}
