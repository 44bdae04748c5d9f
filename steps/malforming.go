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

// sentMalformed sends the twin again with one thing changed.
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

// malform changes the one thing in an honest draft.
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

func (w *world) sentOverHTTP(ctx context.Context) error {
	return w.sendTo(ctx, "plain HTTP", strings.Replace(w.run.Target.RegistrationEndpoint, "https://", "http://", 1))
}

func (w *world) sentWithSlash(ctx context.Context) error {
	return w.sendTo(ctx, "with a slash", w.run.Target.RegistrationEndpoint+"/")
}

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

// sentAgain repeats the twin's own bytes.
func (w *world) sentAgain(ctx context.Context) error {
	body := w.main.answer.Request.Body
	d := *w.main.draft
	d.Envelope.Rewrite = []func([]byte) []byte{func([]byte) []byte { return bytes.Clone(body) }}
	_, err := w.register(ctx, w.main, "malformed", &d)
	return err
}

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
