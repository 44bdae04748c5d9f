package oracle

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// envelopeClaims belong to a signed request, not to the client (OBIE DCR,
// "Request only"), so no answer has to return them.
var envelopeClaims = []string{"iss", "iat", "exp", "aud", "jti", "nbf"}

// Registered judges whether an answer is a successful registration: 201 or a
// tolerable 200, JSON, with a client_id. What else it must be is for other rules.
func Registered(x *tpp.Exchange) error {
	if err := Status(x, 201, 200); err != nil {
		return err
	}
	obj, err := body(x)
	if err != nil {
		return err
	}
	if obj.String("client_id") == "" {
		return finding("a client_id", "none in %s", excerpt(x.Body))
	}
	return nil
}

// ReturnsAll makes sure that every member of the request is in the answer
// (RFC 7591, section 3.2.1). A server may replace a value, so only presence
// counts here. null in the request asks for nothing (RFC 7592, section 2.2).
// All missing members are named in one Finding.
func ReturnsAll(x *tpp.Exchange, request jose.Object) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	var missing []string
	for _, m := range request {
		if slices.Contains(envelopeClaims, m.Name) || string(m.Value) == "null" {
			continue
		}
		if _, ok := obj.Get(m.Name); !ok {
			missing = append(missing, m.Name)
		}
	}
	if missing != nil {
		return finding("all registered metadata", "nothing of %s", strings.Join(missing, ", "))
	}
	return nil
}

// SameStrings makes sure that a member is the list that was sent, in any
// order. RFC 7591 gives the lists of metadata no order. Elements are compared
// byte for byte, and one that is there twice counts twice.
func SameStrings(x *tpp.Exchange, name string, want []string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	got := obj.Strings(name)
	a, b := slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))
	if !slices.Equal(a, b) {
		raw, _ := obj.Get(name)
		return finding(fmt.Sprintf("%s %v", name, want), "%s", excerpt(raw))
	}
	return nil
}

// SameMember makes sure that a string member is byte for byte what was sent.
// A member that is missing or no string is the empty one.
func SameMember(x *tpp.Exchange, name, want string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if got := obj.String(name); got != want {
		return finding(name+" as it was sent", "%s", excerpt([]byte(got)))
	}
	return nil
}

// StatementClaims makes sure that the claims of the statement are in the
// answer (OBIE DCR: flattened at the top level). Only the claims about
// software and organisation are compared; iss, iat and the like belong to the
// statement's envelope. A different value counts as missing.
func StatementClaims(x *tpp.Exchange, claims jose.Object) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	var missing []string
	for _, m := range claims {
		if !strings.HasPrefix(m.Name, "software_") && !strings.HasPrefix(m.Name, "org") {
			continue
		}
		if got, ok := obj.Get(m.Name); !ok || !sameJSON(got, m.Value) {
			missing = append(missing, m.Name)
		}
	}
	if missing != nil {
		return finding("the claims of the software statement", "no or another %s", strings.Join(missing, ", "))
	}
	return nil
}

// ScopeWithin makes sure that no scope beyond the asked ones is granted.
// Fewer are in order (RFC 6749, section 3.3), and so is an answer that shows
// none.
func ScopeWithin(x *tpp.Exchange, asked string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	allowed := strings.Fields(asked)
	for _, s := range strings.Fields(obj.String("scope")) {
		if !slices.Contains(allowed, s) {
			return finding("no scope beyond "+asked, "%q", s)
		}
	}
	return nil
}

// ScopeLacks makes sure that this scope was not granted, read as a string or,
// as some servers answer, as an array.
func ScopeLacks(x *tpp.Exchange, scope string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	got := append(strings.Fields(obj.String("scope")), obj.Strings("scope")...)
	if slices.Contains(got, scope) {
		return finding("no scope "+scope, "it in %v", got)
	}
	return nil
}

// IssuedNow makes sure that client_id_issued_at is the present time in
// seconds, give or take two minutes (RFC 7591, section 3.2.1). The tolerance
// is for two clocks that differ, not for other units or time zones.
func IssuedNow(x *tpp.Exchange, now time.Time) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	raw, ok := obj.Get("client_id_issued_at")
	if !ok {
		return nil // the member is OPTIONAL
	}
	var at int64
	if err := json.Unmarshal(raw, &at); err != nil {
		return finding("client_id_issued_at as an integer", "%s", excerpt(raw))
	}
	if d := now.Unix() - at; d > 120 || d < -120 {
		return finding("client_id_issued_at in seconds near the present", "%d, which is %s away", at, (time.Duration(d) * time.Second).Abs())
	}
	return nil
}

// Absent makes sure that a member is not there. A null is there: a reader
// that asks for the name finds it.
func Absent(x *tpp.Exchange, name string) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if _, ok := obj.Get(name); ok {
		return finding("no "+name, "one")
	}
	return nil
}

// ClientURI makes sure that registration_client_uri is an absolute https URL
// (RFC 7592, sections 3 and 5).
func ClientURI(x *tpp.Exchange) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	raw := obj.String("registration_client_uri")
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" || u.Host == "" {
		return finding("an https registration_client_uri", "%q", raw)
	}
	return nil
}

// Description makes sure that error_description is plain text (RFC 6749,
// section 5.2) of at most 500 characters (OBIE DCR). Quotation mark and
// backslash are outside its characters too. The length is counted in bytes,
// which is the same for all that are allowed.
func Description(x *tpp.Exchange) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	raw, ok := obj.Get("error_description")
	if !ok {
		return nil // the member is OPTIONAL
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return finding("error_description as a string", "%s", excerpt(raw))
	}
	if len(text) > 500 {
		return finding("at most 500 characters of error_description", "%d", len(text))
	}
	for _, r := range text {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return finding("error_description in the characters of RFC 6749 section 5.2", "%q", string(r))
		}
	}
	return nil
}
