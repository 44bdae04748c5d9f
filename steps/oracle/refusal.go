package oracle

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// RegistrationErrors are the error codes of RFC 7591 section 3.2.2.
var RegistrationErrors = []string{"invalid_redirect_uri", "invalid_client_metadata", "invalid_software_statement", "unapproved_software_statement"}

// Refused judges the answer to a registration or update that must not
// succeed: an accepted status, on 400 an error body of RFC 7591 section
// 3.2.2, and nothing of a client. errorSchema validates the body; it is the
// profile's. Without a status in accept only 400 will do. A success comes
// first among the findings, then a client in the answer, then the form, so
// that the worst is the one reported.
func Refused(x *tpp.Exchange, accept rulebook.Accept, errorSchema Schema) error {
	if x.Outcome == tpp.RefusedByTLS && accept.TLS || brokenOff(x) {
		return nil
	}
	want := accept.Status
	if len(want) == 0 {
		want = []int{400}
	}
	if err := Answered(x); err != nil {
		return err
	}
	if x.Status >= 200 && x.Status < 300 {
		return finding("a refusal with status "+statuses(want), "success with status %d", x.Status)
	}
	if err := NamesNoClient(x); err != nil {
		return err
	}
	if err := Status(x, want...); err != nil {
		return err
	}
	if x.Status != 400 {
		return nil // RFC 7591 gives only 400 a body
	}
	return registrationError(x, accept.Errors, errorSchema)
}

// registrationError judges the body of a 400. Another code than those of the
// rule is minor: RFC 7591, section 3.2.2 leaves the choice between its codes
// to the server.
func registrationError(x *tpp.Exchange, codes []string, schema Schema) error {
	if err := JSON(x); err != nil {
		return err
	}
	obj, err := body(x)
	if err != nil {
		return err
	}
	code := obj.String("error")
	if code == "" {
		return finding("an error code in the member error", "the body %s", excerpt(x.Body))
	}
	if err := schema.Validate(x.Body); err != nil {
		return err
	}
	if len(codes) > 0 && !slices.Contains(codes, code) {
		return minor("the error "+strings.Join(codes, " or "), "%q", code)
	}
	return nil
}

// oversize is where a request becomes one that a server may break off. In
// bytes, header lines and body together; honest registrations stay far below.
const oversize = 64 << 10

// brokenOff tells whether the server closed the connection on an oversize
// request, as it may (RFC 9110, section 15.5.14). The client then sees a
// reset in the middle of writing and never the status.
func brokenOff(x *tpp.Exchange) bool {
	size := len(x.Request.Body)
	for _, h := range x.Request.Headers {
		size += len(h.Name) + len(h.Value)
	}
	return x.Outcome == tpp.Broken && size > oversize
}

// Unauthorised judges the answer to a management request without a right: one
// of the statuses and nothing of the client. No body is asked for: RFC 6750,
// section 3 puts the reason into a header, which has a rule of its own.
// allowTLS lets a closed handshake pass, where the certificate may be the
// reason.
func Unauthorised(x *tpp.Exchange, allowTLS bool, want ...int) error {
	if x.Outcome == tpp.RefusedByTLS && allowTLS {
		return nil
	}
	if err := NamesNoClient(x); err != nil {
		return err
	}
	return Status(x, want...)
}

// TokenRefused judges the answer to a token request that must not succeed
// (RFC 6749, section 5.2). An access_token in the answer is a finding under
// any status. Another error code than the expected ones is minor.
func TokenRefused(x *tpp.Exchange, accept rulebook.Accept) error {
	if x.Outcome == tpp.RefusedByTLS && accept.TLS {
		return nil
	}
	want := accept.Status
	if len(want) == 0 {
		want = []int{400, 401}
	}
	if err := Answered(x); err != nil {
		return err
	}
	if obj, err := x.JSON(); err == nil {
		if _, ok := obj.Get("access_token"); ok {
			return finding("no access token", "one")
		}
	}
	if err := Status(x, want...); err != nil {
		return err
	}
	if err := JSON(x); err != nil {
		return err
	}
	obj, err := body(x)
	if err != nil {
		return err
	}
	codes := accept.Errors
	if len(codes) == 0 {
		codes = []string{"invalid_client", "invalid_request", "invalid_grant", "unauthorized_client", "invalid_scope"}
	}
	switch code := obj.String("error"); {
	case code == "":
		return finding("an error code in the member error", "the body %s", excerpt(x.Body))
	case !slices.Contains(codes, code):
		return minor("the error "+strings.Join(codes, " or "), "%q", code)
	}
	return nil
}

// MethodRefused judges the answer to a method that the endpoint does not have.
// 405 wants Allow (RFC 9110, section 15.5.6); others are as good a no.
func MethodRefused(x *tpp.Exchange, want ...int) error {
	if err := Status(x, want...); err != nil {
		return err
	}
	if x.Status == 405 && x.Header.Get("Allow") == "" {
		return finding("the header Allow beside status 405", "none")
	}
	return NamesNoClient(x)
}

// WithoutTrace makes sure that a success shows nothing of a value that should
// have had no effect. The statement is left out: it is returned as it came
// (RFC 7591, section 3.2.1), with whatever it contains.
func WithoutTrace(x *tpp.Exchange, trace string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	for _, m := range obj {
		if m.Name != "software_statement" && bytes.Contains(m.Value, []byte(trace)) {
			return finding(fmt.Sprintf("nothing of %q in what was registered", trace), "the member %q: %s", m.Name, excerpt(m.Value))
		}
	}
	return nil
}

// excerpt quotes at most 120 bytes, so that a long or binary answer cannot
// spoil the line that reports it.
func excerpt(b []byte) string {
	const most = 120
	if len(b) == 0 {
		return "(empty)"
	}
	if len(b) > most {
		return fmt.Sprintf("%q...", b[:most])
	}
	return fmt.Sprintf("%q", b)
}

// NotTaken makes sure that a success did not take this value of this member.
// An answer that leaves the member out passes: what is not shown is not
// registered.
func NotTaken(x *tpp.Exchange, name string, value []byte) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if got, ok := obj.Get(name); ok && sameJSON(got, value) {
		return finding("the value of "+name+" refused, replaced or left out", "it registered: %s", excerpt(got))
	}
	return nil
}

// Shows makes sure that a success has the member, as it must for a default
// that the server filled in (RFC 7591, section 3.2.1). null, an empty list
// and an empty string are no default.
func Shows(x *tpp.Exchange, name string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if v, ok := obj.Get(name); !ok || slices.Contains([]string{"null", "[]", `""`}, string(v)) {
		return finding("a default for "+name+", shown in the answer", "%s", excerpt(v))
	}
	return nil
}
