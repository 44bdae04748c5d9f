package steps

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// manners are the ways in which a management request can differ from the
// client's own; they follow "reads its client" and the like.
const manners = `(?: (with an altered access token|with the same access token|without an access token|without a client certificate|` +

	`with the access token in the query|with the header "[^"]*"|with the query "[^"]*"|with the client certificate "[^"]*"))?`

// managing are the steps of RFC 7592: read, update, delete.
func managing() []Step {
	return []Step{
		{`it (reads|deletes|updates) (its client|an unknown client)` + manners, (*world).manages},
		{`it reads its client twice`, (*world).readsTwice},
		{`it reads its client with the header line "([^":]*): ([^"]*)"`, (*world).readsWithHeader},
		{`it reads the client "([^"]*)"`, (*world).readsIdentifier},
		{`it reads its client under its identifier in the other case`, (*world).readsOtherCase},
		{`it sends a "([^"]*)" to its client`, (*world).sendsToClient},
		{`it sends a "([^"]*)" to the registration endpoint`, (*world).sendsToEndpoint},

		{`an update that the server accepts`, (*world).acceptedUpdate},
		{`(?:it updates its client|the same update is sent) with "([^"]*)"`, (*world).updatesMalformed},
		{`it updates its client to one redirect URI`, (*world).updatesToOneRedirect},
		{`it updates its client to the scope "([^"]*)"`, (*world).updatesToScope},
		{`it updates its client without "([^"]*)"`, (*world).updatesWithout},
		{`it updates its client with the (client_id|client_secret) of nobody`, (*world).updatesAsNobody},
		{`it updates its client with a "([^"]*)" of its own choice`, (*world).updatesWithServerMember},
		{`it sends the same update twice`, (*world).updatesTwice},
		{`its registration request is sent again as an update`, (*world).updatesWithRegistration},

		{`the other client's access token (reads|updates|deletes) the client`, (*world).otherManages},
		{`the other client puts its own registration in the client's place`, (*world).otherTakesOver},
		{`the other client updates itself with the client's client_id`, (*world).otherNamesClient},
		{`the successor is read with the access token of the deleted client`, (*world).successorRead},
	}
}

// manages sends one management request of the main client and makes its answer
// "the answer".
func (w *world) manages(ctx context.Context, operation, object, manner string) error {
	m, err := w.manner(ctx, manner)
	if err != nil {
		return err
	}
	if object == "an unknown client" {
		m.URL = unknownClient(w.main.client)
	}
	return w.send(ctx, w.main, operation, m)
}

// send reads, updates or deletes the client of an actor, remembering the
// credential for a later "with the same access token".
func (w *world) send(ctx context.Context, a *actor, operation string, m tpp.Manage) error {
	if m.Credential == nil && !m.NoAuthorization && m.Authorization == "" {
		credential, err := a.Credential(ctx, a.client)
		if err != nil {
			return err
		}
		w.credential = &credential
		if m.URL != "" {
			m.Credential = &credential
		}
	}
	return w.sendAs(ctx, a, operation, m)
}

// sendAs sends with exactly the credential that m asks for. Everything that
// is neither read nor deletion is an update, with a fresh honest body: only m
// may be the reason for a refusal.
func (w *world) sendAs(ctx context.Context, a *actor, operation string, m tpp.Manage) error {
	var x *tpp.Exchange
	var err error
	switch operation {
	case "reads":
		x, err = a.Read(ctx, a.client, m)
	case "deletes":
		x, err = a.Delete(ctx, a.client, m)
	default:
		var d *registration.Draft
		if d, err = w.update(ctx, a); err != nil {
			return err
		}
		w.sent = d
		x, err = a.Update(ctx, a.client, d, m)
	}
	if err != nil {
		return err
	}
	w.heard(x)
	return nil
}

// manner turns the end of a step into what it changes. It runs after the
// pattern has matched, so what is left at the end can only be an altered
// token. A certificate that nobody can issue is ErrUnavailable, which skips
// the check.
func (w *world) manner(ctx context.Context, manner string) (tpp.Manage, error) {
	head, quoted, _ := strings.Cut(manner, ` "`)
	quoted = strings.TrimSuffix(quoted, `"`)
	switch head {
	case "without an access token":
		return tpp.Manage{NoAuthorization: true}, nil
	case "without a client certificate":
		return tpp.Manage{NoCertificate: true}, nil
	case "with the header":
		return tpp.Manage{Authorization: quoted}, nil
	case "with the query":
		return tpp.Manage{Query: quoted}, nil
	case "with the same access token":
		if w.credential == nil {
			return tpp.Manage{}, fmt.Errorf("no access token was used before")
		}
		return tpp.Manage{Credential: w.credential}, nil
	case "with the client certificate":
		if w.run.Roster == nil {
			return tpp.Manage{}, fmt.Errorf("the client certificate %s: %w", quoted, malformation.ErrUnavailable)
		}
		c, err := w.run.Roster.Certificate(ctx, w.main.tpp, quoted)
		return tpp.Manage{Certificate: c}, err
	case "":
		return tpp.Manage{}, nil
	}
	credential, err := w.main.Credential(ctx, w.main.client)
	if err != nil {
		return tpp.Manage{}, err
	}
	if head == "with the access token in the query" {
		return tpp.Manage{NoAuthorization: true, Query: "access_token=" + url.QueryEscape(credential)}, nil
	}
	altered := alter(credential)
	return tpp.Manage{Credential: &altered}, nil
}

// alter changes one character in the middle. Length and alphabet stay, so
// that the server must look the value up and cannot refuse its form.
func alter(token string) string {
	b := []byte(token)
	if len(b) == 0 {
		return "x"
	}
	at := len(b) / 2
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

// unknownClient is the management URL of a client_id of the same length that
// nobody has: the own one reversed, with one character altered.
func unknownClient(r *tpp.Registered) string {
	b := []byte(r.ClientID)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return clientURL(r, url.PathEscape(alter(string(b))))
}

// clientURL is the management URL of another identifier, which is put in as
// it is. Where the server's URLs do not contain the client_id, it is
// appended.
func clientURL(r *tpp.Registered, escaped string) string {
	own := url.PathEscape(r.ClientID)
	if at := strings.LastIndex(r.ClientURI, own); at >= 0 {
		return r.ClientURI[:at] + escaped + r.ClientURI[at+len(own):]
	}
	return r.ClientURI + "/" + escaped
}

// readsTwice leaves the answers as the present one and the one before it.
func (w *world) readsTwice(ctx context.Context) error {
	for range 2 {
		if err := w.send(ctx, w.main, "reads", tpp.Manage{}); err != nil {
			return err
		}
	}
	return nil
}

// readsWithHeader adds a header that must not change what a GET is, such as
// an override of its method (RFC 9110, section 9.2.1).
func (w *world) readsWithHeader(ctx context.Context, name, value string) error {
	return w.send(ctx, w.main, "reads", tpp.Manage{Headers: []registration.Header{{Name: name, Value: value}}})
}

// readsIdentifier takes the identifier percent-encoded as the feature has it
// (RFC 3986, section 2.1): encoding it again would take the sting out of dot
// segments and NUL.
func (w *world) readsIdentifier(ctx context.Context, identifier string) error {
	return w.send(ctx, w.main, "reads", tpp.Manage{URL: clientURL(w.main.client, identifier)})
}

// readsOtherCase finds a data store that compares without regard to case.
// Paths are case-sensitive (RFC 3986, section 6.2.2.1).
func (w *world) readsOtherCase(ctx context.Context) error {
	id := w.main.client.ClientID
	other := strings.ToUpper(id)
	if other == id {
		other = strings.ToLower(id)
	}
	if other == id {
		return &skip{"the client_id " + id + " has no letters"}
	}
	return w.readsIdentifier(ctx, url.PathEscape(other))
}

// sendsToClient comes with the client's own credential, so that the method is
// all that can be refused (RFC 9110, section 15.5.6).
func (w *world) sendsToClient(ctx context.Context, method string) error {
	return w.send(ctx, w.main, "reads", tpp.Manage{Method: method, URL: w.main.client.ClientURI})
}

// sendsToEndpoint shows the client certificate and sends no body: a refused
// handshake would say nothing about the method.
func (w *world) sendsToEndpoint(ctx context.Context, method string) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	w.heard(a.Send(ctx, tpp.Request{
		Label: method + " the endpoint", Method: method, URL: w.run.Target.RegistrationEndpoint, Certificate: a.tpp.Transport,
	}))
	return nil
}

// otherManages lets the other client, with its own certificate and access
// token, reach for the main one. Its credential is good, only not for this
// client (RFC 7592, section 2.1; RFC 8705, section 3).
func (w *world) otherManages(ctx context.Context, operation string) error {
	return w.send(ctx, w.other, operation, tpp.Manage{URL: w.main.client.ClientURI, Label: "the other client " + operation + " the client"})
}

// otherTakesOver is the worst that an update can do: with redirect URIs of
// the other client in its place, the authorisation codes of the main client's
// users go there.
func (w *world) otherTakesOver(ctx context.Context) error { return w.otherManages(ctx, "updates") }

// otherNamesClient sends to the other client's own URL and names the main
// client in the body. Refusing is right and ignoring may be; what counts is
// the main client afterwards (RFC 7592, section 2.2).
func (w *world) otherNamesClient(ctx context.Context) error {
	return w.updatesWith(ctx, w.other, func(d *registration.Draft) error {
		d.Request.Claims.Set("client_id", w.main.client.ClientID)
		return nil
	}, tpp.Manage{Label: "the other client names the client"})
}

// successorRead is for a token that outlived its client. TPP and certificate
// are the same as before the deletion, so only the client in the token can
// give it away (RFC 7592, section 2.3).
func (w *world) successorRead(ctx context.Context) error {
	if len(w.registered) == 0 {
		return fmt.Errorf("there is no successor")
	}
	successor := w.registered[len(w.registered)-1]
	x, err := w.main.Read(ctx, successor, tpp.Manage{Credential: w.credential, URL: successor.ClientURI})
	if err != nil {
		return err
	}
	w.heard(x)
	return nil
}
