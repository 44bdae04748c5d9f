package steps

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// sentMalformed sends the twin again with one thing changed. Its metadata
// before the change are kept as what an effect is told from.
func (w *world) sentMalformed(ctx context.Context, name string) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	w.twin = metadataOf(d)
	if err := w.malform(ctx, d, name); err != nil {
		return err
	}
	_, err = w.register(ctx, w.main, "malformed", d)
	return err
}

// malform changes the one thing in an honest draft. A statement is malformed
// on its own and put back, so that the request around it is signed honestly.
// ErrUnavailable says that this run has no such statement or nothing to
// change it with.
func (w *world) malform(ctx context.Context, d *registration.Draft, name string) error {
	m, err := malformation.ByName(name)
	if err != nil {
		return err
	}
	if !m.OfStatement() {
		return m.ApplyToRequest(d, w.context(ctx))
	}
	if _, ok := d.Request.Claims.Get("software_statement"); !ok {
		return fmt.Errorf("a software statement: %w", malformation.ErrUnavailable)
	}
	statement, err := w.malformedStatement(ctx, m, d.Request.Claims.String("software_statement"))
	if err != nil {
		return err
	}
	d.Request.Claims.Set("software_statement", statement)
	return nil
}

// malformedStatement asks the directory for a statement that it signs wrongly,
// or tampers with one that it signed right.
func (w *world) malformedStatement(ctx context.Context, m malformation.Malformation, genuine string) (string, error) {
	if m.Part == malformation.Assertion {
		return w.main.tpp.StatementWith(ctx, tpp.AssertionQuery{Malformation: m.Name, Canary: w.context(ctx).Canary})
	}
	d, err := jose.Thaw(genuine)
	if err != nil {
		return "", err
	}
	if err := m.ApplyToStatement(d, w.context(ctx)); err != nil {
		return "", err
	}
	return d.Seal()
}

// certificateHeaders are the names under which gateways pass a client
// certificate on; a server that believes them from anybody believes everybody.
var certificateHeaders = []string{"ssl-client-cert", "x-ssl-client-cert", "x-client-cert", "x-forwarded-client-cert", "x-amzn-mtls-clientcert"}

// sentWithCertificateHeader plays a caller that writes the header which only
// the gateway may write (RFC 9440, section 2.4). The certificate is genuine
// but its key was never used, so possession is not proven (RFC 8705, section
// 2).
func (w *world) sentWithCertificateHeader(ctx context.Context) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	if d.Certificate == nil {
		return fmt.Errorf("a client certificate: %w", malformation.ErrUnavailable)
	}
	var chain []byte
	for _, der := range d.Certificate.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	for _, name := range certificateHeaders {
		d.Envelope.SetHeader(name, url.PathEscape(string(chain))) // as nginx and HAProxy write it
	}
	d.Certificate = nil
	_, err = w.register(ctx, w.main, "malformed", d)
	return err
}

// sentWithKeyHeader signs the statement anew with a key that the directory
// does not know, keeps the directory's kid and offers the key set in headers.
// Keys have to come from the issuer that the server trusts (RFC 7591, section
// 2.3), never from the caller.
func (w *world) sentWithKeyHeader(ctx context.Context) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	key, err := w.key(ctx, malformation.RogueKey)
	if err != nil {
		return err
	}
	statement, err := jose.Thaw(d.Request.Claims.String("software_statement"))
	if err != nil {
		return err
	}
	statement.Header.Set("alg", key.Alg)
	statement.Sign = key.Signer()
	token, err := statement.Seal()
	if err != nil {
		return err
	}
	d.Request.Claims.Set("software_statement", token)
	jwk, err := jose.PublicJWK(key.Public(), statement.Header.String("kid"), "sig")
	if err != nil {
		return err
	}
	set := string(jose.Set(jwk))
	for _, name := range []string{"x-cts-ssa-publickey", "x-ssa-jwks", "x-ssa-publickey"} {
		d.Envelope.SetHeader(name, set)
	}
	_, err = w.register(ctx, w.main, "malformed", d)
	return err
}

// sendTo sends a fresh honest registration to another URL than the endpoint.
// What is registered there is deleted through its own actor.
func (w *world) sendTo(ctx context.Context, label, target string) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	a := w.main.Elsewhere(target)
	w.actors = append(w.actors, &actor{Client: a, tpp: w.main.tpp})
	x, reg, err := a.Register(ctx, label, d)
	if err != nil {
		return err
	}
	if reg != nil {
		w.registered = append(w.registered, reg)
	}
	w.sent = d
	w.heard(x)
	return nil
}

// sentOverHTTP changes the scheme alone, so a port in the URL stays: a TLS
// port that answers plain HTTP with an error has refused it well enough (RFC
// 7591, section 5).
func (w *world) sentOverHTTP(ctx context.Context) error {
	return w.sendTo(ctx, "plain HTTP", strings.Replace(w.run.Target.RegistrationEndpoint, "https://", "http://", 1))
}

// sentWithSlash asks for the path that routers most often treat as another
// one. Both readings are legal (RFC 3986, section 6.2.2), a 5xx is not.
func (w *world) sentWithSlash(ctx context.Context) error {
	return w.sendTo(ctx, "with a slash", w.run.Target.RegistrationEndpoint+"/")
}

// sentAccessToken sends a token of the server's own making as the body. If it
// is a JWT, its signature may well verify; that one kind must not pass for
// another is RFC 8725, section 3.12.
func (w *world) sentAccessToken(ctx context.Context) error {
	token, err := w.main.Credential(ctx, w.main.client)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
	d.Envelope.Rewrite = append(d.Envelope.Rewrite, func([]byte) []byte { return []byte(token) })
	_, err = w.register(ctx, w.main, "malformed", d)
	return err
}

// sentAgain repeats the twin's own bytes. So its jti and signature are those
// that the server has seen (RFC 7519, section 4.1.7).
func (w *world) sentAgain(ctx context.Context) error {
	body := w.main.answer.Request.Body
	d := *w.main.draft
	d.Envelope.Rewrite = []func([]byte) []byte{func([]byte) []byte { return bytes.Clone(body) }}
	_, err := w.register(ctx, w.main, "malformed", &d)
	return err
}

// sentSameID lets a stranger use the jti of a request that was accepted. A
// server that remembers it without its issuer lets anybody block a
// registration by spending its jti first.
func (w *world) sentSameID(ctx context.Context) error {
	other, err := w.stranger(ctx, false)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, other)
	if err != nil {
		return err
	}
	d.Request.Claims.Set("jti", w.main.draft.Request.Claims.String("jti"))
	_, err = w.register(ctx, other, "same jti", d)
	return err
}
