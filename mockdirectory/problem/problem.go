// Package problem holds the refusals of the directory: what a caller did wrong, in words for the caller.
package problem

import (
	"errors"
	"fmt"
	"net/http"
)

// Problem is a refusal as the caller gets it.
type Problem struct {
	Status int    // of HTTP
	Code   string // a word for programs
	Text   string // what was expected and what came
}

// Error is what the caller is told.
func (p *Problem) Error() string { return p.Text }

// The codes of the JSON error body, beside those of HTTP itself. Unauthorised
// is RFC 6750 section 3.1's invalid_token.
const (
	codeInvalid      = "invalid_request"
	codeUnauthorised = "invalid_token"
	codeForbidden    = "forbidden"
	codeNotFound     = "not_found"
	codeMethod       = "method_not_allowed"
	codeUnacceptable = "not_acceptable"
	codeConflict     = "conflict"
	codeTooLarge     = "request_too_large"
	codeMediaType    = "unsupported_media_type"
	codeServer       = "server_error"
)

// Invalid is 400 and names the field, parameter or body that cannot be accepted.
func Invalid(field, format string, args ...any) error {
	return &Problem{http.StatusBadRequest, codeInvalid, field + ": " + fmt.Sprintf(format, args...)}
}

// Unauthorised is 401: who calls is not known, or not well enough.
func Unauthorised(format string, args ...any) error {
	return &Problem{http.StatusUnauthorized, codeUnauthorised, fmt.Sprintf(format, args...)}
}

// Forbidden is 403, for what the status of a member or another member's rights rule out.
func Forbidden(format string, args ...any) error {
	return &Problem{http.StatusForbidden, codeForbidden, fmt.Sprintf(format, args...)}
}

// NotFound is 404 and names the id that leads nowhere; misshapen ones lead nowhere too.
func NotFound(format string, args ...any) error {
	return &Problem{http.StatusNotFound, codeNotFound, fmt.Sprintf(format, args...)}
}

// NotAcceptable is 406, for a version or a media type that is not offered.
func NotAcceptable(format string, args ...any) error {
	return &Problem{http.StatusNotAcceptable, codeUnacceptable, fmt.Sprintf(format, args...)}
}

// Conflict is for a sound request that the state of things rules out. It is 409
// (RFC 9110, section 15.5.10).
func Conflict(format string, args ...any) error {
	return &Problem{http.StatusConflict, codeConflict, fmt.Sprintf(format, args...)}
}

// TooLarge is 413 (RFC 9110, section 15.5.14) and names the limit in bytes.
func TooLarge(limit int64) error {
	return &Problem{http.StatusRequestEntityTooLarge, codeTooLarge, fmt.Sprintf("body: expected at most %d bytes", limit)}
}

// MediaType is 415 and names the media types that are taken.
func MediaType(got, expected string) error {
	return &Problem{http.StatusUnsupportedMediaType, codeMediaType, fmt.Sprintf("Content-Type: expected %s, got %q", expected, got)}
}

// MethodNotAllowed is 405. The caller sets Allow, which has to be there.
func MethodNotAllowed(method, path string) error {
	return &Problem{http.StatusMethodNotAllowed, codeMethod, fmt.Sprintf("method: %s is not offered at %s", method, path)}
}

// Of finds the refusal in an error. Anything else is the directory's own
// trouble, of which the caller is told no details.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return &Problem{http.StatusInternalServerError, codeServer, "the directory could not complete the request"}
}
