package steps

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// registrations are the steps that send registrations, and those that say
// what must come of them.
func registrations() []Step {
	return []Step{
		{`(?:it|the TPP) registers`, (*world).registers},
		{`it registers (\d+) times`, (*world).registersTimes},
		{`it registers for the scope "([^"]*)"`, (*world).registersForScope},
		{`it registers for the authentication method "([^"]*)"`, (*world).registersForMethod},
		{`it registers for every authentication method that is advertised`, (*world).registersForEveryMethod},
		{`it registers for a secret`, (*world).registersForSecret},
		{`it registers for tls_client_auth with its subject written as "([^"]*)"`, (*world).registersWithSubject},
		{`it registers with every media type of the profile`, (*world).registersWithMediaTypes},
		{`the same registration is sent with "([^"]*)"`, (*world).sentMalformed},
		{`the same registration is sent without a client certificate but with it in a header`, (*world).sentWithCertificateHeader},
		{`the same registration is sent with a statement signed by a rogue key and that key in a header`, (*world).sentWithKeyHeader},
		{`the same registration is sent over plain HTTP`, (*world).sentOverHTTP},
		{`the same registration is sent to the endpoint with a slash behind it`, (*world).sentWithSlash},
		{`its access token is sent as a registration`, (*world).sentAccessToken},
		{`the very same request is sent again`, (*world).sentAgain},
		{`another software registers with the same jti`, (*world).sentSameID},

		{`it is accepted`, (*world).isAccepted},
		{`each is accepted`, (*world).eachIsAccepted},
		{`it is refused and no client is left behind`, (*world).isRefused},
		{`it is accepted or refused without an internal error`, (*world).isNoServerError},
		{`it is accepted or refused, and the value has no effect`, (*world).hasNoEffect},
		{`it is accepted, and the value has no effect`, (*world).acceptedWithoutEffect},
		{`it is refused, or accepted without anything that the statement does not permit`, (*world).hasNothingForeign},
		{`it is refused, or accepted without a fetch`, (*world).hasNoFetch},
		{`(?:it|the update) is refused, or the scope "([^"]*)" is not granted`, (*world).scopeNotGranted},
		{`nothing is registered`, (*world).nothingRegistered},
		{`the server fetched nothing`, (*world).fetchedNothing},
		{`at most one client is registered`, (*world).atMostOne},
	}
}

func (w *world) registers(ctx context.Context) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	_, err = w.register(ctx, a, "registration", d)
	return err
}

func (w *world) registersTimes(ctx context.Context, times string) error {
	n, err := strconv.Atoi(times)
	if err != nil {
		return err
	}
	for range n {
		if err := w.registers(ctx); err != nil {
			return err
		}
		if err := oracle.Registered(w.last); err != nil {
			return &controlError{err}
		}
	}
	return nil
}

func (w *world) registersForScope(ctx context.Context, scope string) error {
	return w.registersWith(ctx, func(d *registration.Draft) { d.Request.Claims.Set("scope", scope) })
}

// registersWith sends one honest registration with a change of its own.
func (w *world) registersWith(ctx context.Context, change func(*registration.Draft)) error {
	kept := len(w.compose)
	w.compose = append(w.compose, change)
	err := w.registers(ctx)
	w.compose = w.compose[:kept]
	return err
}

func (w *world) registersForMethod(ctx context.Context, method string) error {
	if err := w.askFor(ctx, method); err != nil {
		return err
	}
	if err := w.registers(ctx); err != nil {
		return err
	}
	if n := len(w.registered); n > 0 {
		w.main.client = w.registered[n-1]
	}
	return nil
}

// drivable are the authentication methods that the client of this tool can use.
var drivable = []string{"private_key_jwt", "tls_client_auth", "client_secret_basic", "client_secret_post", "none"}

func (w *world) registersForEveryMethod(ctx context.Context) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	tried := 0
	for _, method := range w.run.Target.Metadata.Strings("token_endpoint_auth_methods_supported") {
		if !slices.Contains(drivable, method) || method == "tls_client_auth" && a.tpp.SubjectDN == "" {
			continue
		}
		tried++
		change := authenticatesBy(method, a.tpp.SubjectDN, a.tpp.Key.Alg)
		if err := w.registersWith(ctx, func(d *registration.Draft) {
			change(d)
			if method == "none" { // a public client has no use for this grant (RFC 6749, section 4.4)
				withoutGrant(d, "client_credentials")
			}
		}); err != nil {
			return err
		}
		if err := oracle.Registered(w.last); err != nil {
			return err
		}
	}
	if tried == 0 {
		return &skip{"the server's metadata advertises no authentication method that dcrkit can use"}
	}
	return nil
}

func withoutGrant(d *registration.Draft, grant string) {
	left := slices.DeleteFunc(d.Request.Claims.Strings("grant_types"), func(g string) bool { return g == grant })
	d.Request.Claims.Set("grant_types", left)
}

func (w *world) registersForSecret(ctx context.Context) error {
	return w.registersForMethod(ctx, "client_secret_basic")
}

func (w *world) registersWithSubject(ctx context.Context, style string) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	subject, err := a.tpp.SubjectAs(style)
	if err != nil {
		return err
	}
	return w.registersWith(ctx, authenticatesBy("tls_client_auth", subject, ""))
}

func (w *world) registersWithMediaTypes(ctx context.Context) error {
	for _, media := range w.run.Profile.Dialect.MediaTypes {
		if err := w.registersWith(ctx, func(d *registration.Draft) { d.Envelope.SetHeader("Content-Type", media) }); err != nil {
			return err
		}
		if err := oracle.Registered(w.last); err != nil {
			return err
		}
	}
	return nil
}

// sentMalformed sends the twin again with one thing changed.
func (w *world) sentMalformed(ctx context.Context, name string) error {
	d, err := w.honest(ctx, w.main)
	if err != nil {
		return err
	}
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
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.Certificate.Certificate[0]})
	for _, name := range certificateHeaders {
		d.Envelope.SetHeader(name, url.QueryEscape(string(text)))
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

func (w *world) isAccepted(context.Context) error { return oracle.Registered(w.last) }

// eachIsAccepted is said after steps that judge every answer as it comes.
func (w *world) eachIsAccepted(context.Context) error { return oracle.Registered(w.last) }

func (w *world) accepts() (ignored bool) { return w.run.Profile.Accepts(w.rule).Ignored }

func (w *world) isRefused(context.Context) error {
	if err := w.noFetch(); err != nil {
		return err
	}
	if w.last.OK() && w.accepts() {
		return w.noEffect()
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

func (w *world) isNoServerError(context.Context) error { return oracle.NoServerError(w.last) }

func (w *world) hasNoEffect(context.Context) error {
	if w.last.OK() {
		return w.noEffect()
	}
	return w.anyRefusal()
}

func (w *world) acceptedWithoutEffect(context.Context) error {
	if err := oracle.Registered(w.last); err != nil {
		return err
	}
	return w.noEffect()
}

// anyRefusal judges a refusal where the rule prescribes none: no server error,
// and nothing of a client.
func (w *world) anyRefusal() error {
	if err := oracle.NoServerError(w.last); err != nil {
		return err
	}
	return oracle.NamesNoClient(w.last)
}

// noEffect makes sure that a success took none of the values that the draft
// has and its twin has not.
func (w *world) noEffect() error {
	if err := oracle.Registered(w.last); err != nil {
		return err
	}
	for _, trace := range []string{"evil.example", "dcrkit-chosen"} {
		if err := oracle.WithoutTrace(w.last, trace); err != nil {
			return err
		}
	}
	twin, sent := metadataOf(w.main.draft), metadataOf(w.sent)
	for _, m := range twin {
		// What was left out has a default, which the answer shows (RFC 7591,
		// section 3.2.1), unless the server does not show the member at all.
		if v, there := sent.Get(m.Name); (!there || string(v) == "null") && w.showed(m.Name) {
			if err := oracle.Shows(w.last, m.Name); err != nil {
				return err
			}
		}
	}
	for _, m := range sent {
		if m.Name == "software_statement" || string(m.Value) == "null" || w.names(m) {
			continue
		}
		if honest, ok := twin.Get(m.Name); ok && bytes.Equal(honest, m.Value) {
			continue
		}
		if err := oracle.NotTaken(w.last, m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

// showed tells whether the answer to the twin had the member.
func (w *world) showed(name string) bool {
	obj, err := w.main.answer.JSON()
	if err != nil {
		return false
	}
	_, ok := obj.Get(name)
	return ok
}

// names tells whether a member of an update only names the client itself.
func (w *world) names(m jose.Member) bool {
	return m.Name == "client_id" && w.main.client != nil && bytes.Equal(m.Value, jose.Raw(w.main.client.ClientID))
}

func (w *world) hasNothingForeign(context.Context) error {
	if w.last.OK() {
		return oracle.WithoutTrace(w.last, "evil.example")
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

func (w *world) hasNoFetch(context.Context) error {
	if err := w.noFetch(); err != nil {
		return err
	}
	if w.last.OK() {
		if w.accepts() {
			return nil
		}
		return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
	}
	return w.anyRefusal()
}

func (w *world) scopeNotGranted(_ context.Context, scope string) error {
	if w.last.OK() {
		return oracle.ScopeLacks(w.last, scope)
	}
	return oracle.Refused(w.last, w.run.Profile.Accepts(w.rule), w.run.failure)
}

// nothingRegistered allows any answer but a success: a closed port, a
// redirect, an error.
func (w *world) nothingRegistered(context.Context) error {
	if w.last.OK() {
		return &oracle.Finding{Expected: "nothing registered over plain HTTP", Got: fmt.Sprintf("status %d", w.last.Status)}
	}
	return nil
}

func (w *world) fetchedNothing(context.Context) error { return w.noFetch() }

// noFetch makes sure that the server did not follow a URL to the canary.
func (w *world) noFetch() error {
	if w.trap == nil {
		return nil
	}
	if hits := w.trap.Hits(); len(hits) > 0 {
		return &oracle.Finding{Expected: "no request to a URL that the registration names", Got: "a request to " + hits[0]}
	}
	return nil
}

func (w *world) atMostOne(context.Context) error {
	if n := len(w.registered); n > 1 {
		return &oracle.Finding{Expected: "one client", Got: plural(n, "client") + " for one request"}
	}
	if len(w.registered) == 0 {
		return &controlError{fmt.Errorf("none of the copies was accepted: %w", oracle.Registered(w.last))}
	}
	return nil
}
