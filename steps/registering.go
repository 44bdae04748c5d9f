package steps

import (
	"context"
	"slices"
	"strconv"

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
		{`it registers with its key set on a private address and asks for an access token`, (*world).registersWithPrivateKeySet},
		{`the same registration is sent with "([^"]*)"`, (*world).sentMalformed},
		{`the same registration is sent without a client certificate but with it in a header`, (*world).sentWithCertificateHeader},
		{`the same registration is sent with a statement signed by a rogue key and that key in a header`, (*world).sentWithKeyHeader},
		{`the same registration is sent over plain HTTP`, (*world).sentOverHTTP},
		{`the same registration is sent to the endpoint with a slash behind it`, (*world).sentWithSlash},
		{`its access token is sent as a registration`, (*world).sentAccessToken},
		{`the very same request is sent again`, (*world).sentAgain},
		{`another software registers with the same jti`, (*world).sentSameID},

		{`it is accepted`, (*world).isAccepted},
		{`it is accepted and redirect_uris are returned exactly`, (*world).acceptedExactly},
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

// registers sends an honest registration and judges nothing: whether it had
// to succeed is for the next line of the story.
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

// registersTimes needs every single one to succeed. Sets of identifiers with
// gaps in them would prove less than the sentence says.
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

// registersForScope asks for a scope that the software's roles may not
// permit. Without scopes in the profile nobody knows what they mean.
func (w *world) registersForScope(ctx context.Context, scope string) error {
	if len(w.run.Profile.Dialect.Scopes) == 0 {
		return &skip{"profile " + w.run.Profile.Name + " names no scopes"}
	}
	return w.registersWith(ctx, func(d *registration.Draft) { d.Request.Claims.Set("scope", scope) })
}

// registersWith sends one honest registration with a change of its own. The
// change is taken back afterwards, so that the next line of the story starts
// from the plain registration.
func (w *world) registersWith(ctx context.Context, change func(*registration.Draft)) error {
	kept := len(w.compose)
	w.compose = append(w.compose, change)
	err := w.registers(ctx)
	w.compose = w.compose[:kept]
	return err
}

// registersForMethod makes what it registered the main client, which then
// authenticates in that way at the token endpoint.
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

// registersForEveryMethod takes the server's metadata at its word (RFC 8414,
// section 2). Methods that the harness cannot use itself are left out: where
// management needs an access token, it could not delete such a client.
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

// registersForSecret asks for HTTP Basic, the one secret method of RFC 6749,
// section 2.3.1 that servers must have.
func (w *world) registersForSecret(ctx context.Context) error {
	return w.registersForMethod(ctx, "client_secret_basic")
}

// registersWithSubject writes one and the same name in another form.
// tls_client_auth_subject_dn is a distinguished name (RFC 8705, section
// 2.1.2), and comparing it as a string locks out honest clients.
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

// registersWithMediaTypes judges every answer as it comes, so that a finding
// belongs to the type that caused it.
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

// registersWithPrivateKeySet gives the server a reason to fetch from the
// canary, which listens on the loopback: first the registration, then a client
// assertion that cannot be verified without the keys.
func (w *world) registersWithPrivateKeySet(ctx context.Context) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	host := w.context(ctx).Canary
	if host == "" {
		return &skip{"this run has no canary host"}
	}
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	d.Request.Claims.Remove("jwks")
	d.Request.Claims.Set("jwks_uri", host+"/jwks.json")
	client, err := w.register(ctx, a, "keys on a private address", d)
	if err != nil {
		return err
	}
	if client == nil { // as good as an acceptance without a fetch, if the server accepts anything at all
		if err := oracle.NoServerError(w.last); err != nil {
			return err
		}
		return w.registerHonestly(ctx, a)
	}
	x, _ := a.Token(ctx, client, tpp.TokenOptions{Label: "ask with a key of that set", AuthMethod: "private_key_jwt"})
	return oracle.Answered(x)
}
