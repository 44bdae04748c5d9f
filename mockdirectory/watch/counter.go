package watch

import "net/http"

// counter remembers the status that was sent and counts the bytes.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the first status; interim ones (1xx) are not the answer.
func (c *counter) WriteHeader(status int) {
	if c.status == 0 && status >= 200 {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write counts; a body without a status before it is a 200.
func (c *counter) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection: a knob that breaks
// it off, and a list that is followed live, need it.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }
