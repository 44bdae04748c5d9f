package oracle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// Trouble is an exchange that says nothing about the target: the network or
// the tool is at fault. It becomes the verdict error, never failed.
type Trouble struct{ Exchange *tpp.Exchange }

func (t *Trouble) Error() string {
	return fmt.Sprintf("no answer to judge: %s: %v", t.Exchange.Outcome, t.Exchange.Err)
}

// Unwrap gives the cause.
func (t *Trouble) Unwrap() error { return t.Exchange.Err }

// Answered makes sure that there is an HTTP answer. A target that hangs, or
// breaks off in the middle, is a finding; one that cannot be reached at all
// is trouble of the environment. A handshake that the target closed is a
// finding here; judgements that take it for a refusal look for it first.
func Answered(x *tpp.Exchange) error {
	switch x.Outcome {
	case tpp.Answered:
		return nil
	case tpp.TimedOut:
		return finding("an answer", "none within the time limit")
	case tpp.Broken:
		return finding("an HTTP answer", "a broken one: %v", x.Err)
	case tpp.RefusedByTLS:
		return finding("an HTTP answer", "a connection closed in the TLS handshake: %v", x.Err)
	}
	return &Trouble{x}
}

// Status makes sure that the answer has one of these statuses.
func Status(x *tpp.Exchange, want ...int) error {
	if err := Answered(x); err != nil {
		return err
	}
	if !slices.Contains(want, x.Status) {
		return finding("status "+statuses(want), "%s", described(x))
	}
	return nil
}

// described is the status of an answer with the error that it names.
func described(x *tpp.Exchange) string {
	text := fmt.Sprintf("status %d", x.Status)
	obj, err := x.JSON()
	if err != nil || obj.String("error") == "" {
		return text
	}
	text += " " + obj.String("error")
	if d := obj.String("error_description"); d != "" {
		text += " (" + strings.TrimSpace(d) + ")"
	}
	return text
}

// statuses lists what was expected as a sentence would: "400 or 401".
func statuses(list []int) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = strconv.Itoa(s)
	}
	return strings.Join(words, " or ")
}

// NoServerError makes sure that client input did not end in a 5xx (RFC 9110,
// section 15.6). A closed handshake passes, and so does a connection broken
// off on an oversize request: both are a no.
func NoServerError(x *tpp.Exchange) error {
	if x.Outcome == tpp.RefusedByTLS || brokenOff(x) {
		return nil
	}
	if err := Answered(x); err != nil {
		return err
	}
	if x.Status >= 500 {
		return finding("no server error", "status %d", x.Status)
	}
	return nil
}

// JSON makes sure that the body is a JSON object with its media type (RFC
// 7591, sections 3.2.1 and 3.2.2). Parameters such as a charset are allowed,
// other types in +json are not.
func JSON(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	got := x.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(got); err != nil || media != "application/json" {
		return finding("Content-Type application/json", "%q", got)
	}
	if _, err := x.JSON(); err != nil {
		return finding("a JSON object", "%v", err)
	}
	return nil
}

// OneObject makes sure that the body is one JSON object in UTF-8 without a
// byte order mark and nothing behind it (RFC 8259, sections 2 and 8.1). White
// space around it is allowed. The body is decoded here anew, since lenient
// readers forgive just these mistakes.
func OneObject(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(x.Body, []byte("\xef\xbb\xbf")):
		return finding("no byte order mark", "one")
	case !utf8.Valid(x.Body):
		return finding("UTF-8", "invalid bytes")
	}
	dec := json.NewDecoder(bytes.NewReader(x.Body))
	var first map[string]any
	if err := dec.Decode(&first); err != nil {
		return finding("one JSON object", "%v", err)
	}
	if first == nil { // the text null decodes into a map without an error
		return finding("one JSON object", "null")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return finding("one JSON object", "something behind it")
	}
	return nil
}

// NoDuplicates makes sure that no member name occurs twice (RFC 8259, section
// 4). Two clients that read such an answer may take different values from it,
// and one of them may be a client_id.
func NoDuplicates(x *tpp.Exchange) error {
	obj, err := body(x)
	if err != nil {
		return err
	}
	if name := obj.Duplicate(); name != "" {
		return finding("every member once", "the member %q twice", name)
	}
	return nil
}

// NotCached makes sure that no cache may keep the answer (RFC 7591, section
// 3.2.1). Pragma: no-cache is not asked for; RFC 9111, section 5.4 deprecates
// it.
func NotCached(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	got := strings.ToLower(strings.Join(x.Header.Values("Cache-Control"), ","))
	if !strings.Contains(got, "no-store") {
		return finding("Cache-Control: no-store", "%q", got)
	}
	return nil
}

// SaysHowToAuthenticate makes sure that a 401 names the Bearer scheme (RFC
// 6750, section 3; RFC 9110, section 15.5.2). Only the first challenge is
// read, and no attribute of it.
func SaysHowToAuthenticate(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	got := x.Header.Get("WWW-Authenticate")
	if !strings.HasPrefix(strings.ToLower(got), "bearer") {
		return finding("WWW-Authenticate: Bearer", "%q", got)
	}
	return nil
}

// NoRedirect makes sure that the answer is no 3xx. A client that follows one
// hands its statement and token to wherever it leads (RFC 9110, section
// 15.4).
func NoRedirect(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	if x.Status >= 300 && x.Status < 400 {
		return finding("no redirect", "status %d to %q", x.Status, x.Header.Get("Location"))
	}
	return nil
}

// Empty makes sure that there is no body. 204 has none (RFC 9110, section
// 15.3.5), and there is no client left to show (RFC 7592, section 2.3).
func Empty(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	if len(x.Body) > 0 {
		return finding("no body", "%d bytes", len(x.Body))
	}
	return nil
}

// NamesNoClient makes sure that an answer which refuses gives nothing of a
// client away. Three members count: an identifier, a secret and a
// registration access token. A closed handshake shows nothing; a body that is
// no JSON object has no members, so its text is not searched.
func NamesNoClient(x *tpp.Exchange) error {
	if x.Outcome == tpp.RefusedByTLS {
		return nil
	}
	if err := Answered(x); err != nil {
		return err
	}
	obj, err := x.JSON()
	if err != nil {
		return nil // no JSON object, so no member either
	}
	for _, name := range []string{"client_id", "client_secret", "registration_access_token"} {
		if _, ok := obj.Get(name); ok {
			return finding("no client in the answer", "the member %q", name)
		}
	}
	return nil
}

// insides are texts that only the inside of a server has. They are narrow on
// purpose: an honest error text must not contain one by chance.
var insides = []string{
	"goroutine ", "panic:", "runtime error", ".go:", ".java:", ".kt:", ".py\", line", ".cs:line", "Traceback (most recent", "at java.", "at org.", "at com.",
	"Exception in thread", "NullPointerException", "SQLSTATE", "ORA-", "syntax error at or near", "node_modules",
	"/usr/", "/home/", "<!DOCTYPE html", "<html",
}

// NoInsides makes sure that an error shows no stack trace, path, SQL or HTML.
func NoInsides(x *tpp.Exchange) error {
	if err := Answered(x); err != nil {
		return err
	}
	for _, s := range insides {
		if bytes.Contains(x.Body, []byte(s)) {
			return finding("nothing of the server's inside", "%q in the answer", s)
		}
	}
	return nil
}

// body is the answer's JSON object. Whatever else came is a finding, since
// every judgement that asks for a member expects one.
func body(x *tpp.Exchange) (jose.Object, error) {
	if err := Answered(x); err != nil {
		return nil, err
	}
	obj, err := x.JSON()
	if err != nil {
		return nil, finding("a JSON object", "%v", err)
	}
	return obj, nil
}
