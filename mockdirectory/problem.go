package mockdirectory

import (
	"errors"
	"fmt"
	"net/http"
)

// problem is a refusal as the caller gets it.
type problem struct {
	status int
	code   string
	text   string
}

// Error is what the caller is told.
func (p *problem) Error() string { return p.text }

// The codes of the JSON error body, beside those of HTTP itself.
const (
	codeInvalid   = "invalid_request"
	codeForbidden = "forbidden"
	codeNotFound  = "not_found"
	codeMethod    = "method_not_allowed"
	codeConflict  = "conflict"
	codeTooLarge  = "request_too_large"
	codeServer    = "server_error"
)

// invalid names the field, parameter or body that cannot be accepted.
func invalid(field, format string, args ...any) error {
	return &problem{http.StatusBadRequest, codeInvalid, field + ": " + fmt.Sprintf(format, args...)}
}

// forbidden is for what the status of a member rules out.
func forbidden(format string, args ...any) error {
	return &problem{http.StatusForbidden, codeForbidden, fmt.Sprintf(format, args...)}
}

// notFound names the id that leads nowhere; misshapen ones lead nowhere too.
func notFound(format string, args ...any) error {
	return &problem{http.StatusNotFound, codeNotFound, fmt.Sprintf(format, args...)}
}

// conflict is for a sound request that the state of things rules out. It is 409
// (RFC 9110, section 15.5.10).
func conflict(format string, args ...any) error {
	return &problem{http.StatusConflict, codeConflict, fmt.Sprintf(format, args...)}
}

// tooLarge is 413 (RFC 9110, section 15.5.14) and names the limit in bytes.
func tooLarge() error {
	return &problem{http.StatusRequestEntityTooLarge, codeTooLarge, fmt.Sprintf("body: expected at most %d bytes", maxBody)}
}

// methodNotAllowed is 405. The caller sets Allow, which has to be there.
func methodNotAllowed(method, path string) error {
	return &problem{http.StatusMethodNotAllowed, codeMethod, fmt.Sprintf("method: %s is not offered at %s", method, path)}
}

// asProblem finds the refusal in an error. Anything else is the directory's
// own trouble, of which the caller is told no details.
func asProblem(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	return &problem{http.StatusInternalServerError, codeServer, "the directory could not complete the request"}
}
