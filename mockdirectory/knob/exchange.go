package knob

import (
	"io"
	"net/http"
	"time"
)

// exchange is one request under a knob.
type exchange struct {
	panel *Panel
	w     http.ResponseWriter
	r     *http.Request
}

// hold waits. It reports whether the time passed before the client went away or
// the directory closed.
func (e *exchange) hold(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-e.r.Context().Done():
		return false
	case <-e.panel.closed:
		return false
	}
}

// extend moves the server's own deadlines behind a hold, or they would cut it
// short. A deadline that the server does not have is not set: it would stay for
// the next request of the connection.
func (e *exchange) extend(d time.Duration) {
	server, ok := e.r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return
	}
	control := http.NewResponseController(e.w)
	if server.WriteTimeout > 0 {
		_ = control.SetWriteDeadline(time.Now().Add(d + server.WriteTimeout))
	}
	if server.ReadTimeout > 0 {
		_ = control.SetReadDeadline(time.Now().Add(d + server.ReadTimeout))
	}
}

// discard reads the request's body in the background, because net/http notices
// that a client has gone only after that. The returned function ends it; reading
// has to be over before the connection is closed.
func (e *exchange) discard(longest time.Duration) (stop func()) {
	control := http.NewResponseController(e.w)
	if e.r.Body == nil || e.r.Body == http.NoBody || control.SetReadDeadline(time.Now().Add(longest)) != nil {
		return func() {}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, e.r.Body)
	}()
	return func() {
		_ = control.SetReadDeadline(time.Now())
		<-done
	}
}

// closeConnection breaks off. HTTP/2 has no connection to take over: there, the
// panic that net/http knows ends the stream.
func (e *exchange) closeConnection() {
	conn, _, err := http.NewResponseController(e.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close()
}

// delay is the knob latency. The request's body is the endpoint's to read, so a
// client that goes away with one is noticed only when the time has passed.
func (e *exchange) delay(a amount) (ended bool) {
	e.extend(a.duration)
	if e.hold(a.duration) {
		return false
	}
	e.closeConnection()
	return true
}

// silence is the knob half-open: what a bank meets behind a load balancer whose
// backend has died. Only a timeout of the bank's own ends it early.
func (e *exchange) silence(a amount) (ended bool) {
	e.extend(a.duration)
	stop := e.discard(a.duration + time.Second)
	e.hold(a.duration)
	stop()
	e.closeConnection()
	return true
}

// hangUp is the knob drop. The client sees the end of the connection where a
// status line should be, and may well send an idempotent request once more.
func (e *exchange) hangUp(amount) (ended bool) {
	e.closeConnection()
	return true
}

// outage is the knob of that name. The body names it, so that nobody looks for
// the fault in the directory.
func (e *exchange) outage(a amount) (ended bool) {
	writeRefusal(e.w, &refusal{a.number, "outage", "the directory was told to answer " + a.text + " here"})
	return true
}

// redirect is the knob of that name. A bank that follows it takes the word of
// whoever is there for the directory's. The status is 302 (RFC 9110, section 15.4.3).
func (e *exchange) redirect(a amount) (ended bool) {
	to := *a.url
	if to.Path == "" {
		to.Path, to.RawPath = e.r.URL.Path, e.r.URL.RawPath
		if to.RawQuery == "" {
			to.RawQuery = e.r.URL.RawQuery
		}
	}
	h := e.w.Header()
	h.Set("Location", to.String())
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", "0")
	e.w.WriteHeader(http.StatusFound)
	return true
}
