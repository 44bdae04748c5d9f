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

func numbers(a, b string) []int {
	var out []int
	for _, s := range []string{a, b} {
		if n, err := strconv.Atoi(s); err == nil {
			out = append(out, n)
		}
	}
	return out
}

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

// credentialRefused: the access token is none, or none any more.
func (w *world) credentialRefused(context.Context) error {
	return oracle.Unauthorised(w.last, false, w.accepted(401)...)
}

// accessRefused: the access token is good, but not for this client.
func (w *world) accessRefused(context.Context) error {
	return oracle.Unauthorised(w.last, false, w.accepted(401, 403)...)
}

// managementRefused: anything is wrong with the request, the certificate included.
func (w *world) managementRefused(context.Context) error {
	return oracle.Unauthorised(w.last, true, w.accepted(400, 401, 403)...)
}

func (w *world) methodRefused(context.Context) error {
	return oracle.MethodRefused(w.last, w.accepted(401, 403, 404, 405, 501)...)
}

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

func (w *world) updateRefusedUnchanged(ctx context.Context) error {
	if err := w.updateRefused(ctx); err != nil {
		return err
	}
	if w.last.OK() {
		return nil // accepted without the value: the client may show the rest of the update
	}
	return w.unchanged(ctx)
}

func (w *world) handshakeRefused(context.Context) error {
	if w.last.Outcome == tpp.RefusedByTLS {
		return nil
	}
	if err := oracle.Answered(w.last); err != nil {
		return err
	}
	return &oracle.Finding{Expected: "the handshake refused", Got: fmt.Sprintf("status %d", w.last.Status)}
}

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

func (w *world) refusalShowsNoClient(context.Context) error {
	if err := oracle.NoServerError(w.last); err != nil {
		return err
	}
	if w.last.OK() {
		return &oracle.Finding{Expected: "a refusal", Got: fmt.Sprintf("status %d", w.last.Status)}
	}
	return oracle.NamesNoClient(w.last)
}

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

// sameRefusals compares what an attacker can tell apart: status and error.
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

func refusal(x *tpp.Exchange) string {
	var code, text string
	if obj, err := x.JSON(); err == nil {
		code, text = obj.String("error"), obj.String("error_description")
	}
	return fmt.Sprintf("status %d with error %q (%s)", x.Status, code, text)
}
