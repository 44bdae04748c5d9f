package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// numbers reads the statuses of a sentence. The second is empty where the
// sentence names one only.
func numbers(a, b string) []int {
	var out []int
	for _, s := range []string{a, b} {
		if n, err := strconv.Atoi(s); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// hasStatus takes the statuses from the sentence and not from the rule: the
// story itself is about them.
func (w *world) hasStatus(_ context.Context, a, b string) error {
	return oracle.Status(w.last, numbers(a, b)...)
}

// accepted are the statuses that the rule accepts, or these where it names none.
func (w *world) accepted(statuses ...int) []int {
	if a := w.run.Profile.Accepts(w.rule); len(a.Status) > 0 {
		return a.Status
	}
	return statuses
}

// credentialRefused: the access token is none, or none any more. RFC 6750,
// section 3.1 and RFC 7592, section 2.1 ask for 401.
func (w *world) credentialRefused(context.Context) error {
	return oracle.Unauthorised(w.last, false, w.accepted(401)...)
}

// accessRefused: the access token is good, but not for this client. 403 is
// RFC 7592's word for a client that lacks the right; 401 is as good, for a
// token that is bound to its own client.
func (w *world) accessRefused(context.Context) error {
	return oracle.Unauthorised(w.last, false, w.accepted(401, 403)...)
}

// managementRefused: anything is wrong with the request, the certificate
// included. A connection closed in the handshake is a refusal too, as the
// certificate is judged there (RFC 8705, section 2).
func (w *world) managementRefused(context.Context) error {
	return oracle.Unauthorised(w.last, true, w.accepted(400, 401, 403)...)
}

// methodRefused takes 405 and 501 (RFC 9110, sections 15.5.6 and 15.6.2), and
// the statuses of a server that looks at path or credential before it looks
// at the method.
func (w *world) methodRefused(context.Context) error {
	return oracle.MethodRefused(w.last, w.accepted(401, 403, 404, 405, 501)...)
}

// updateRefused takes 401 and 403 beside the 400 of RFC 7591, section 3.2.2,
// as an update needs a credential and a registration need not.
func (w *world) updateRefused(context.Context) error {
	if w.last.OK() && w.accepts() {
		return w.noEffect()
	}
	accept := w.run.Profile.Accepts(w.rule)
	if len(accept.Status) == 0 {
		accept.Status = []int{400, 401, 403}
	}
	return oracle.Refused(w.last, accept, w.run.failure)
}

// updateRefusedUnchanged reads the client after the refusal: some servers
// store first and validate later (RFC 7592, section 2.2).
func (w *world) updateRefusedUnchanged(ctx context.Context) error {
	if err := w.updateRefused(ctx); err != nil {
		return err
	}
	if w.last.OK() {
		return nil // accepted without the value: the client may show the rest of the update
	}
	return w.unchanged(ctx)
}

// handshakeRefused takes any HTTP answer, an error too, as proof that the
// offer was agreed to (RFC 8996, section 5; FAPI 1.0 Advanced, section 8.5).
func (w *world) handshakeRefused(context.Context) error {
	if w.last.Outcome == tpp.RefusedByTLS {
		return nil
	}
	if err := oracle.Answered(w.last); err != nil {
		return err
	}
	return &oracle.Finding{Expected: "the handshake refused", Got: fmt.Sprintf("status %d", w.last.Status)}
}

// noServerErrors looks at every answer of the story, those of a race
// included. Requests without an answer are passed over.
func (w *world) noServerErrors(context.Context) error {
	for _, x := range w.exchanges {
		if x.Answered() {
			if err := oracle.NoServerError(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// refusalShowsNoClient leaves the status open, 404 included: what a malformed
// identifier deserves no clause says, but never a client and never a 5xx.
func (w *world) refusalShowsNoClient(context.Context) error {
	if err := oracle.NoServerError(w.last); err != nil {
		return err
	}
	if w.last.OK() {
		return &oracle.Finding{Expected: "a refusal", Got: fmt.Sprintf("status %d", w.last.Status)}
	}
	return oracle.NamesNoClient(w.last)
}

// errorCode is the member error of a 400, or "" where the answer has none.
func (w *world) errorCode() (string, error) {
	if err := oracle.Status(w.last, 400); err != nil {
		return "", err
	}
	obj, err := w.last.JSON()
	if err != nil {
		return "", &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
	}
	return obj.String("error"), nil
}

// errorRegistered asks for one of the four codes of RFC 7591, section 3.2.2,
// on which a client can act.
func (w *world) errorRegistered(context.Context) error {
	code, err := w.errorCode()
	if err != nil {
		return err
	}
	if slices.Contains(oracle.RegistrationErrors, code) {
		return nil
	}
	return &oracle.Finding{Expected: "the error " + strings.Join(oracle.RegistrationErrors, " or "), Got: strconv.Quote(code)}
}

// errorIs takes a second code, where the sentence has one, because RFC 7591,
// section 3.2.2 does not draw the line between an invalid and an unapproved
// statement.
func (w *world) errorIs(_ context.Context, a, b string) error {
	code, err := w.errorCode()
	if err != nil {
		return err
	}
	if code != a && (b == "" || code != b) {
		return &oracle.Finding{Expected: "the error " + a, Got: strconv.Quote(code)}
	}
	return nil
}

// sameRefusals compares what an attacker can tell apart: status and error. A
// difference tells whoever asks which client_ids exist. How long the answers
// took is not compared: one pair of exchanges cannot show it.
func (w *world) sameRefusals(context.Context) error {
	for _, x := range []*tpp.Exchange{w.prior, w.last} {
		if err := oracle.Answered(x); err != nil {
			return err
		}
	}
	a, b := refusal(w.prior), refusal(w.last)
	if a != b {
		return &oracle.Finding{Expected: a + " as before", Got: b}
	}
	return nil
}

// refusal is an answer as an attacker sees it; the description counts, as it
// often says in words what the code hides.
func refusal(x *tpp.Exchange) string {
	var code, text string
	if obj, err := x.JSON(); err == nil {
		code, text = obj.String("error"), obj.String("error_description")
	}
	return fmt.Sprintf("status %d with error %q (%s)", x.Status, code, text)
}
