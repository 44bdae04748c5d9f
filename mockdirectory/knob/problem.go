package knob

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrFull is the error of Panel.Set while as many settings are held as there can
// be, and ErrClosed the one after Panel.Close.
var (
	ErrFull   = fmt.Errorf("settings: expected at most %d at once; remove one first", maxSettings)
	ErrClosed = errors.New("settings: the directory is closing")
)

// refusal is an error with the answer it becomes.
type refusal struct {
	status     int
	code, text string
}

// Error is what the caller is told.
func (r *refusal) Error() string { return r.text }

// invalid names the member that cannot be accepted.
func invalid(member, format string, args ...any) error {
	return &refusal{http.StatusBadRequest, "invalid_request", member + ": " + fmt.Sprintf(format, args...)}
}

// asRefusal finds the answer to an error.
func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if errors.Is(err, ErrClosed) {
		return &refusal{http.StatusServiceUnavailable, "closing", err.Error()}
	}
	return &refusal{http.StatusConflict, "conflict", err.Error()}
}

// maxQuoted bounds how much of a foreign text an error repeats.
const maxQuoted = 80

// clip shortens a foreign text for an error.
func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
}
