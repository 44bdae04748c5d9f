package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// overviewBody is what a bank needs to begin, and the directory's own keys.
type overviewBody struct {
	Base      string
	Root      string // command that fetches the root CA's certificate
	Addresses []Address
	Counts    []count
	Keys      []signingRow
	Paging    paging
	CAs       []authorityRow
}

// count is a number that leads to what was counted, if there is a page of it.
type count struct {
	Number int
	Text   string
	Href   string
}

// signingRow is a signing key with the form that withdraws or reinstates it.
type signingRow struct {
	trust.SigningState
	State, Tone string
	Act         *form
}

const keysAction = Root + "keys"

// overview draws the first page.
func (s *site) overview(r *http.Request) (*screen, error) {
	page := &screen{template: "overview", Title: "Overview", Here: Root}
	_, organisations := s.Desk.Registry.Organisations(0, 0)
	_, fetches := s.Fetches.Since(0, 0)
	revoked, settings := len(s.Desk.Registry.RevokedCertificates()), len(s.Panel.List())
	body := overviewBody{
		Base: s.Desk.Base, Addresses: s.addresses(),
		Root: s.rootCommand(r),
		Counts: []count{
			{organisations, pick(organisations, "organisation", "organisations"), Root + "organisations"},
			{settings, pick(settings, "knob turned", "knobs turned"), Root + "knobs"},
			{int(fetches), pick(int(fetches), "request answered", "requests answered"), Root + "fetches"},
			{revoked, pick(revoked, "certificate revoked", "certificates revoked"), ""},
		},
	}
	states := s.Desk.Trust.Signing().States()
	slices.Reverse(states)
	states, body.Paging = part(list{r, Root, "keys"}, states)
	for _, state := range states {
		row := signingRow{SigningState: state, State: "published", Tone: "neutral"}
		switch {
		case state.Current:
			row.State, row.Tone = "signs now", "good"
		case state.Withdrawn != nil:
			row.State, row.Tone = "withdrawn", "bad"
			row.Act = keyForm("reinstate", state.KeyID, "Reinstate")
		default:
			row.Act = keyForm("withdraw", state.KeyID, "Withdraw")
		}
		if row.Act != nil {
			page.with(row.Act)
		}
		body.Keys = append(body.Keys, row)
	}
	body.CAs = s.authorities()
	for _, row := range body.CAs {
		if row.Act != nil {
			page.with(row.Act)
		}
	}
	page.Body = body
	page.with(authorityForm("add-ca", "", "Add an issuing CA"), keyForm("rotate", "", "Rotate: a new key signs"), keyForm("add", "", "Add a key beside it"), listenerForm())
	page.Reads = []shown{
		s.read(r, "The keys that statements are verified with", "/keystore/openbanking.jwks"),
		s.read(r, "The state of every signing key", "/keystore/key"),
		s.read(r, "The issuing CAs", "/ca/issuing"),
		s.read(r, "Whether the directory is up", "/healthz"),
	}
	return page, nil
}

// rootCommand fetches what all other commands trust. From a management port in the clear that is
// simple; else it comes from the public side, unchecked, since there is nothing yet to check it by.
func (s *site) rootCommand(r *http.Request) string {
	const file, path = "-o directory-ca.pem ", "/ca/root.pem"
	if r.TLS == nil && !s.ManagementToken {
		return "curl " + file + quoted(origin(r)+path)
	}
	return "curl --insecure " + file + quoted(s.Desk.Base+path)
}

// addresses are those that every directory has, then those that its APIs add.
func (s *site) addresses() []Address {
	base := s.Desk.Base
	return slices.Concat([]Address{
		{"Issuer", s.Desk.Issuer, "iss of the UK's software statements"},
		{"Key set of the directory", base + "/keystore/openbanking.jwks", "verifies software statements"},
		{"Root CA", base + "/ca/root.pem", "the trust anchor of all certificates, this directory's HTTPS included"},
		{"CRL", s.PKIURL + pki.CRLPath, "of the issuing CA; certificates name it"},
		{"CRL of the root", s.PKIURL + pki.RootCRLPath, "of the root CA"},
		{"OCSP", s.PKIURL + pki.OCSPPath, "responder; certificates name it"},
		{"API", base + "/v2.1/organisation", "enrolment, certificates and statements"},
	}, s.Addresses)
}

// keyForm is one button about the directory's keys. The form's id has the kid, so that each row
// has its own.
func keyForm(what, kid, submit string) *form {
	f := &form{
		ID: what + kid, Action: keysAction, Submit: submit, Inline: true, Danger: what == "withdraw",
		Fields: []field{{Name: "what", Type: "hidden", Values: []string{what}}},
	}
	if kid != "" {
		f.Fields = append(f.Fields, field{Name: "kid", Type: "hidden", Values: []string{kid}})
	}
	return f
}

// signingKey reads a button about the directory's keys.
func (s *site) signingKey(r *http.Request) (act, error) {
	what, kid := r.PostForm.Get("what"), r.PostForm.Get("kid")
	keys := s.Desk.Trust.Signing()
	one := "/keystore/key/" + url.PathEscape(kid)
	made := func(make func(context.Context) (string, error), words string) func(context.Context) (outcome, error) {
		return func(ctx context.Context) (outcome, error) {
			_, err := make(ctx)
			return after(Root, words), err
		}
	}
	changed := func(change func(string) error, words string) func(context.Context) (outcome, error) {
		return func(context.Context) (outcome, error) { return after(Root, words), change(kid) }
	}
	a := act{form: what + kid}
	switch what {
	case "rotate":
		a.command, a.do = command{method: http.MethodPost, path: "/keystore/rotate"}, made(keys.Rotate, "rotated")
	case "add":
		a.command, a.do = command{method: http.MethodPost, path: "/keystore/key"}, made(keys.Add, "added")
	case "withdraw":
		a.command, a.do = command{method: http.MethodDelete, path: one}, changed(keys.Withdraw, "withdrawn")
	case "reinstate":
		a.command, a.do = command{method: http.MethodPut, path: one}, changed(keys.Reinstate, "reinstate")
	default:
		return a, problem.Invalid("what", "expected rotate, add, withdraw or reinstate, got %q", what)
	}
	return a, nil
}

// listenerForm makes no key: a server's key belongs where the server is.
func listenerForm() *form {
	return &form{
		ID: "listener", Action: Root + "listener", Submit: "Certify the test server", Upload: true,
		Fields: csrFields("with the server's names as subjectAltName, which are certified as they are"),
	}
}

// certifyListener makes a certificate for a test server.
func (s *site) certifyListener(r *http.Request) (act, error) {
	body := r.PostForm.Get("body")
	return act{
		form:    "listener",
		command: command{method: http.MethodPost, path: "/ca/listener", media: mediaPEM, file: csrFile},
		do: func(context.Context) (outcome, error) {
			if len(body) > rest.MaxBody {
				return outcome{}, problem.TooLarge(rest.MaxBody)
			}
			chain, err := s.Desk.CertifyListener([]byte(body))
			if err != nil {
				return outcome{}, err
			}
			return outcome{show: issuedScreen("Certificate of a test server", nil, issuedBody{Chain: string(chain), Name: "listener"})}, nil
		},
	}, nil
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
