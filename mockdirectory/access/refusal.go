package access

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Error codes of RFC 6749 section 5.2 and RFC 6750 section 3.1.
const (
	invalidRequest    = "invalid_request"
	invalidClient     = "invalid_client"
	unsupportedGrant  = "unsupported_grant_type"
	invalidScope      = "invalid_scope"
	invalidToken      = "invalid_token"
	insufficientScope = "insufficient_scope"
)

// refuse is an error of the token endpoint. Who cannot be authenticated gets
// 401, everything else is 400.
func refuse(code, format string, args ...any) error {
	status := http.StatusBadRequest
	if code == invalidClient {
		status = http.StatusUnauthorized
	}
	return &problem.Problem{Status: status, Code: code, Text: fmt.Sprintf(format, args...)}
}

// shown quotes foreign text for an error_description, which may hold neither
// quotes nor backslashes nor anything beyond ASCII (RFC 6749, section 5.2).
func shown(text string) string {
	const most = 60
	cut := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text[:min(len(text), most)])
	if len(text) > most {
		cut += "..."
	}
	return "'" + cut + "'"
}

// challenge is a refusal at the API with the header that names the scheme and
// the fault (RFC 6750, section 3). An empty code is for a call that brought no
// token at all, to which no fault is imputed.
type challenge struct {
	status     int
	code, text string
	scope      string // that would do
}

// refuse sets the header and returns the refusal.
func (c challenge) refuse(h http.Header) error {
	value := `Bearer realm="directory"`
	if c.code != "" {
		value += fmt.Sprintf(`, error="%s", error_description="%s"`, c.code, c.text)
	}
	if c.scope != "" {
		value += fmt.Sprintf(`, scope="%s"`, c.scope)
	}
	h.Set("WWW-Authenticate", value)
	if c.code == "" {
		c.code = invalidToken
	}
	return &problem.Problem{Status: c.status, Code: c.code, Text: c.text}
}
