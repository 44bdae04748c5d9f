package knob

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// Limits of a setting.
const (
	maxSettings = 100
	maxPath     = 1024
	maxSerial   = 40 // hex digits: a serial has at most 20 octets (RFC 5280, section 4.1.2.2)
	maxTimes    = 1_000_000
	maxFor      = 30 * 24 * time.Hour
)

// Setting is a knob that was turned. Panel.Set fills ID, Created and Hits, writes
// the default where Value is empty, and turns For into Until.
type Setting struct {
	ID    string
	Knob  string
	Value string
	// Endpoint is a class of endpoints; empty means every one the knob acts at.
	Endpoint string
	// Path is the path of the request, or the beginning of one with * after it.
	Path string
	// Serial is the certificate's, in hex; only the ocsp knob asks for it.
	Serial string
	// Share is the chance of each request, above 0 and at most 1; zero means 1.
	Share float64
	// Times ends the setting after that many hits; zero means no limit.
	Times int
	// For and Until end it after a while; at most one of them is given.
	For     time.Duration
	Until   time.Time
	Created time.Time
	// Hits counts the answers that the setting has acted on.
	Hits int
}

// MarshalJSON writes durations as text and leaves out what is not set.
func (s Setting) MarshalJSON() ([]byte, error) {
	wire := struct {
		ID       string     `json:"id,omitempty"`
		Knob     string     `json:"knob"`
		Value    string     `json:"value,omitempty"`
		Endpoint string     `json:"endpoint,omitempty"`
		Path     string     `json:"path,omitempty"`
		Serial   string     `json:"serial,omitempty"`
		Share    float64    `json:"share,omitempty"`
		Times    int        `json:"times,omitempty"`
		For      string     `json:"for,omitempty"`
		Until    *time.Time `json:"until,omitempty"`
		Created  *time.Time `json:"created,omitempty"`
		Hits     int        `json:"hits"`
	}{s.ID, s.Knob, s.Value, s.Endpoint, s.Path, s.Serial, s.Share, s.Times, "", nil, nil, s.Hits}
	if s.For != 0 {
		wire.For = s.For.String()
	}
	if !s.Until.IsZero() {
		wire.Until = &s.Until
	}
	if !s.Created.IsZero() {
		wire.Created = &s.Created
	}
	return json.Marshal(wire)
}

// check holds a setting to everything that does not depend on a panel, and
// returns it with its defaults in place.
func (s Setting) check() (Setting, amount, error) {
	at := find(s.Knob)
	if at < 0 {
		return s, amount{}, invalid("knob", "unknown knob %q, %s", clip(s.Knob), suggest(s.Knob, knobNames()))
	}
	k := &table[at]
	if s.Value == "" {
		s.Value = k.Default
	}
	value, ok := k.parse(s.Value)
	if !ok {
		return s, value, invalid("value", "%s: expected %s, got %q", k.Name, k.expected(s.Value), clip(s.Value))
	}
	for _, check := range []func(*knob) error{s.checkPath, s.checkSerial, s.checkChance, s.checkEnd, s.checkClock} {
		if err := check(k); err != nil {
			return s, value, err
		}
	}
	if s.Endpoint != "" && !k.acts(s.Endpoint) {
		return s, value, invalid("endpoint", "%s does not act at %q, %s", k.Name, clip(s.Endpoint), suggest(s.Endpoint, k.Endpoints))
	}
	if s.Share == 0 {
		s.Share = 1
	}
	s.Serial = plainSerial(s.Serial)
	return s, value, nil
}

// expected says what a value should have been.
func (k *knob) expected(got string) string {
	switch {
	case k.Value == "none":
		return "no value"
	case len(k.Choices) > 0 && got != "":
		return k.Value + ", " + suggest(got, k.Choices)
	default:
		return k.Value
	}
}

func (s Setting) checkPath(*knob) error {
	if s.Path == "" {
		return nil
	}
	odd := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune("*?#", r) }
	if s.Path[0] != '/' || len(s.Path) > maxPath || strings.ContainsFunc(strings.TrimSuffix(s.Path, "*"), odd) {
		return invalid("path", "expected a path from / on, without a query and at most %d bytes, or the beginning of one with * after it, got %q", maxPath, clip(s.Path))
	}
	return nil
}

func (s Setting) checkSerial(k *knob) error {
	if s.Serial == "" {
		return nil
	}
	if k.Name != "ocsp" {
		return invalid("serial", "expected only with the ocsp knob, got %q with %s", clip(s.Serial), k.Name)
	}
	digits := plainSerial(s.Serial)
	if len(digits) > maxSerial || strings.Trim(digits, "0123456789abcdef") != "" {
		return invalid("serial", "expected at most %d hex digits, got %q", maxSerial, clip(s.Serial))
	}
	return nil
}

// plainSerial writes serials one way: openssl prints them in capitals, and with
// colons or without.
func plainSerial(s string) string {
	if s == "" {
		return ""
	}
	s = strings.TrimLeft(strings.ReplaceAll(strings.ToLower(s), ":", ""), "0")
	if s == "" {
		return "0"
	}
	return s
}

// checkChance is written so that not-a-number fails it too.
func (s Setting) checkChance(*knob) error {
	if s.Share != 0 && !(s.Share > 0 && s.Share <= 1) {
		return invalid("share", "expected a number above 0 and at most 1, got %v", s.Share)
	}
	if s.Times < 0 || s.Times > maxTimes {
		return invalid("times", "expected 0 to %d, got %d", maxTimes, s.Times)
	}
	return nil
}

func (s Setting) checkEnd(*knob) error {
	if s.For < 0 || s.For > maxFor {
		return invalid("for", "expected a duration above 0 and at most %v, got %v", maxFor, s.For)
	}
	if s.For != 0 && !s.Until.IsZero() {
		return invalid("until", "expected either for or until, got both")
	}
	return nil
}

// checkClock refuses to scope the clock, and to count it: it is read at any
// moment and not once a request, and one that jumped to and fro would be none.
func (s Setting) checkClock(k *knob) error {
	if k.Kind != Clock {
		return nil
	}
	const expected = "expected none, as the directory has one clock for all requests"
	switch {
	case s.Endpoint != "":
		return invalid("endpoint", expected)
	case s.Path != "":
		return invalid("path", expected)
	case s.Share != 0 && s.Share != 1:
		return invalid("share", expected)
	case s.Times != 0:
		return invalid("times", expected)
	}
	return nil
}
