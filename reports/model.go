// Package reports holds the one result model of a run and the writers that
// render it: terminal, JSON, JUnit XML and HTML, plus the live progress line.
//
// Checks never print. They fill a [Run]; every writer is a pure function of that
// value, so the same run can be rendered again later from report.json. The model
// carries evidence that was redacted when it was recorded (see [Redactor]); the
// writers escape for their own format and do not redact a second time.
package reports

import (
	"encoding/json"
	"time"
)

// Schema names the layout of report.json. The number rises only when a key
// changes its meaning or goes away; new keys may appear without notice.
const Schema = "dcrkit.report/1"

// Run is the result of one conformance run against one target.
type Run struct {
	Schema   string    `json:"schema"`
	Tool     Tool      `json:"tool"`
	ID       string    `json:"id"`
	Seed     int64     `json:"seed"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished"`
	Profile  string    `json:"profile"`
	Target   Target    `json:"target"`
	// Directory is the base URL of the trust anchor that enrolled the TPPs.
	Directory string `json:"directory,omitempty"`
	// Selection says in words what was chosen to run: "all", "--rule 'SSG-*'".
	Selection string  `json:"selection"`
	Verdict   Verdict `json:"verdict"`
	// Reason is set when the run itself ended early or could not judge. A run
	// with a reason is never better than an error.
	Reason    string     `json:"reason,omitempty"`
	Totals    Totals     `json:"totals"`
	Checks    []Check    `json:"checks"`
	Leftovers []Leftover `json:"leftovers"`
}

// Tool names the program that made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Target is the DCR server under test.
type Target struct {
	Discovery            string `json:"discovery,omitempty"`
	Issuer               string `json:"issuer,omitempty"`
	RegistrationEndpoint string `json:"registration_endpoint,omitempty"`
	// Embedded is true when the target was our own reference server.
	Embedded bool `json:"embedded"`
}

// Totals counts checks by verdict. Total is the sum of the other five.
type Totals struct {
	Total   int `json:"total"`
	Passed  int `json:"passed"`
	Warning int `json:"warning"`
	Failed  int `json:"failed"`
	Error   int `json:"error"`
	Skipped int `json:"skipped"`
}

// Leftover is a client that was registered and could not be deleted again.
// Journal is the file from which the clean-up command can try later.
type Leftover struct {
	ClientID             string `json:"client_id"`
	RegistrationEndpoint string `json:"registration_endpoint"`
	Reason               string `json:"reason"`
	Journal              string `json:"journal,omitempty"`
}

// Check is one sentence tried against the target: one scenario, or one row of a
// scenario outline.
type Check struct {
	// ID is unique in the run and stable between runs: "SSG-02/signature-bit-flipped".
	ID   string `json:"id"`
	Rule string `json:"rule"`
	Area string `json:"area"`
	// Level is what the profile asks: "MUST", "SHOULD", or "" when it does not ask.
	Level   string  `json:"level"`
	Verdict Verdict `json:"verdict"`
	// Reason explains every verdict other than passed, in one sentence.
	Reason string `json:"reason"`
	// Scenario is the sentence as it stands in the feature.
	Scenario string `json:"scenario"`
	Feature  string `json:"feature,omitempty"`
	// Location is the file and line of the scenario: "features/ssg.feature:12".
	Location string `json:"location,omitempty"`
	// Obligation is what the clauses ask of the target, in our own words.
	Obligation string   `json:"obligation,omitempty"`
	Clauses    []string `json:"clauses,omitempty"`
	// Fix tells the owner of the target where to look.
	Fix string `json:"fix,omitempty"`
	// Malformation names the single change that was made to the registration.
	Malformation string     `json:"malformation,omitempty"`
	Tags         []string   `json:"tags,omitempty"`
	Expected     string     `json:"expected,omitempty"`
	Got          string     `json:"got,omitempty"`
	Steps        []Step     `json:"steps,omitempty"`
	Exchanges    []Exchange `json:"exchanges,omitempty"`
	Started      time.Time  `json:"started,omitzero"`
	Duration     Duration   `json:"duration_ms"`
}

// Step is one line of the scenario and how it went.
type Step struct {
	Text    string  `json:"text"`
	Verdict Verdict `json:"verdict"`
}

// Exchange is one recorded HTTP request with what came back, already redacted.
type Exchange struct {
	// Label says what the exchange was for: "twin", "malformed", "token".
	Label    string    `json:"label"`
	Started  time.Time `json:"started,omitzero"`
	Duration Duration  `json:"duration_ms"`
	Request  Message   `json:"request"`
	// Response is nil when the peer refused in the TLS handshake or closed the
	// connection; Failure then says how.
	Response *Message `json:"response,omitempty"`
	Failure  string   `json:"failure,omitempty"`
	TLS      *TLS     `json:"tls,omitempty"`
	Timing   Timing   `json:"timing,omitzero"`
	Tokens   []Token  `json:"tokens,omitempty"`
}

// Message is an HTTP request (Method and URL set) or response (Status set).
// Headers keep their order and their duplicates. Truncated is the number of
// bytes that were cut from the end of Body.
type Message struct {
	Method    string      `json:"method,omitempty"`
	URL       string      `json:"url,omitempty"`
	Status    int         `json:"status,omitempty"`
	Headers   [][2]string `json:"headers,omitempty"`
	Body      string      `json:"body,omitempty"`
	Truncated int         `json:"truncated,omitempty"`
}

// TLS holds the facts of the connection an exchange used. The client fields
// describe the certificate that was offered, whether or not it was accepted.
type TLS struct {
	Version       string `json:"version,omitempty"`
	CipherSuite   string `json:"cipher_suite,omitempty"`
	Resumed       bool   `json:"resumed,omitempty"`
	ServerSubject string `json:"server_subject,omitempty"`
	ServerIssuer  string `json:"server_issuer,omitempty"`
	ClientSubject string `json:"client_subject,omitempty"`
	ClientIssuer  string `json:"client_issuer,omitempty"`
	ClientSerial  string `json:"client_serial,omitempty"`
}

// Timing splits the time of an exchange. A phase that did not happen (a reused
// connection resolves and connects nothing) is zero and absent from JSON.
type Timing struct {
	DNS       Duration `json:"dns_ms,omitzero"`
	Connect   Duration `json:"connect_ms,omitzero"`
	TLS       Duration `json:"tls_ms,omitzero"`
	FirstByte Duration `json:"first_byte_ms,omitzero"`
	Total     Duration `json:"total_ms,omitzero"`
}

// Token is a compact JWS found in an exchange, decoded and redacted. Header and
// Claims are always valid JSON: bytes that are not JSON are kept as a string.
type Token struct {
	// Where is the path to the token: "request body > software_statement".
	Where  string          `json:"where"`
	Header json.RawMessage `json:"header"`
	Claims json.RawMessage `json:"claims"`
	// Signature is a note on the part that was removed: "redacted, 342 characters".
	Signature string `json:"signature"`
}
