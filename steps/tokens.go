package steps

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// tokens are the steps at the token endpoint.
func tokens() []Step {
	return []Step{
		{`the client asks for an access token`, (*world).asksForToken},
		{`the client asks for an access token with the assertion "([^"]*)"`, (*world).asksWithAssertion},
		{`the client asks for an access token with a made-up secret`, (*world).asksWithSecret},
		{`the client asks for an access token with nothing but its client_id`, (*world).asksWithIDOnly},
		{`the client asks for an access token with the client certificate "([^"]*)"`, (*world).asksWithCertificate},
		{`the client asks for an access token for the scope "([^"]*)"`, (*world).asksForScope},
		{`the client sends the same assertion twice`, (*world).sendsAssertionTwice},
		{`an unknown client asks for an access token`, (*world).unknownAsks},

		{`the client obtains one`, (*world).obtainsToken},
		{`the client obtains an access token`, (*world).asksAndObtains},
		{`the (?:second )?token request is refused`, (*world).tokenRefused},
		{`the token request is refused with "([^"]*)"`, (*world).tokenRefusedWith},
		{`the token request is refused with invalid_scope, or the scope is not granted`, (*world).scopeRefused},
	}
}

// token makes the answer the present one, whatever it is; a refusal is what
// most stories wait for.
func (w *world) token(ctx context.Context, o tpp.TokenOptions) {
	x, _ := w.main.Token(ctx, w.main.client, o)
	w.heard(x)
}

// asksForToken authenticates as the client registered, by the
// client-credentials grant (RFC 6749, section 4.4).
func (w *world) asksForToken(ctx context.Context) error {
	w.token(ctx, tpp.TokenOptions{})
	return nil
}

// controlToken makes sure that the client can obtain a token in the honest
// way, before one in another way is refused.
func (w *world) controlToken(ctx context.Context) error {
	x, token := w.main.Token(ctx, w.main.client, tpp.TokenOptions{Label: "twin of the token request"})
	if token == "" {
		return &controlError{oracle.Status(x, 200)}
	}
	return nil
}

// asksWithAssertion sends an honest request first: a server that verifies no
// assertion of this client would refuse the malformed one too.
func (w *world) asksWithAssertion(ctx context.Context, how string) error {
	if w.main.client.AuthMethod != "private_key_jwt" {
		return &skip{"the client does not authenticate by private_key_jwt"}
	}
	if err := w.controlToken(ctx); err != nil {
		return err
	}
	o, err := w.assertion(ctx, how)
	if err != nil {
		return err
	}
	w.token(ctx, o)
	return nil
}

// assertion turns words into one change of the client assertion (RFC 7523,
// section 3). The words after "without" are the name of a claim. RS256 is
// tried with the client's own RSA key, so the algorithm alone is wrong.
func (w *world) assertion(ctx context.Context, how string) (tpp.TokenOptions, error) {
	now := w.run.Now().Unix()
	change := func(edit func(*jose.Draft)) (tpp.TokenOptions, error) {
		return tpp.TokenOptions{Label: "assertion " + how, Assertion: edit}, nil
	}
	form := func(edit func(url.Values)) (tpp.TokenOptions, error) {
		return tpp.TokenOptions{Label: "assertion " + how, Form: edit}, nil
	}
	if name, ok := strings.CutPrefix(how, "without "); ok {
		return change(func(d *jose.Draft) { d.Claims.Remove(name) })
	}
	switch how {
	case "expired":
		return change(func(d *jose.Draft) { d.Claims.Set("iat", now-7200); d.Claims.Set("exp", now-3600) })
	case "not yet valid":
		return change(func(d *jose.Draft) { d.Claims.Set("nbf", now+3600) })
	case "for another server":
		return change(func(d *jose.Draft) { d.Claims.Set("aud", "https://another-bank.example/token") })
	case "with an array for aud":
		return change(func(d *jose.Draft) { d.Claims.Set("aud", []string{d.Claims.String("aud")}) })
	case "with another iss":
		return change(func(d *jose.Draft) { d.Claims.Set("iss", "somebody-else") })
	case "unsigned":
		return change(func(d *jose.Draft) { d.Header.Set("alg", "none"); d.Sign = jose.Fixed(nil) })
	case "signed with HS256":
		return change(func(d *jose.Draft) {
			d.Header.Set("alg", "HS256")
			d.Sign = jose.SignHMAC("HS256", []byte(w.main.client.ClientID))
		})
	case "signed with RS256":
		if alg := w.main.tpp.Key.Alg; alg != "PS256" {
			return tpp.TokenOptions{}, &skip{"RS256 needs an RSA key that is registered for something else, and the client's is for " + alg}
		}
		return change(func(d *jose.Draft) {
			d.Header.Set("alg", "RS256")
			d.Sign = jose.SignWith("RS256", w.main.tpp.Key.Private)
		})
	case "signed by an unknown key":
		key, err := w.key(ctx, malformation.RogueKey)
		if err != nil {
			return tpp.TokenOptions{}, err
		}
		return change(func(d *jose.Draft) { d.Sign = key.Signer() })
	case "of an unknown type":
		return form(func(v url.Values) { v.Set("client_assertion_type", "urn:dcrkit:unknown") })
	case "of no type":
		return form(func(v url.Values) { v.Del("client_assertion_type") })
	}
	return tpp.TokenOptions{}, fmt.Errorf("no assertion is called %q", how)
}

// asksWithSecret authenticates by a method that the client did not register,
// with a secret that nobody issued. Both are reasons to answer invalid_client
// (RFC 6749, section 5.2).
func (w *world) asksWithSecret(ctx context.Context) error {
	if err := w.controlToken(ctx); err != nil {
		return err
	}
	method := "client_secret_basic"
	if w.main.client.AuthMethod == method {
		method = "client_secret_post"
	}
	other := *w.main.client
	other.ClientSecret = "dcrkit-made-up-secret"
	x, _ := w.main.Token(ctx, &other, tpp.TokenOptions{Label: "made-up secret", AuthMethod: method})
	w.heard(x)
	return nil
}

// asksWithIDOnly is what a public client, or one of tls_client_auth, sends.
// From any other client a bare client_id is no authentication (RFC 6749,
// section 2.3).
func (w *world) asksWithIDOnly(ctx context.Context) error {
	if m := w.main.client.AuthMethod; m == "none" || m == "tls_client_auth" {
		return &skip{"the client has registered " + m}
	}
	if err := w.controlToken(ctx); err != nil {
		return err
	}
	w.token(ctx, tpp.TokenOptions{Label: "client_id only", AuthMethod: "none"})
	return nil
}

// asksWithCertificate shows a genuine certificate of somebody else. The
// subject must be the registered one (RFC 8705, section 2.1); a trusted CA is
// not enough.
func (w *world) asksWithCertificate(ctx context.Context, name string) error {
	if w.run.Roster == nil {
		return fmt.Errorf("the client certificate %s: %w", name, malformation.ErrUnavailable)
	}
	if err := w.controlToken(ctx); err != nil {
		return err
	}
	c, err := w.run.Roster.Certificate(ctx, w.main.tpp, name)
	if err != nil {
		return err
	}
	w.token(ctx, tpp.TokenOptions{Certificate: c})
	return nil
}

// asksForScope asks beyond the registration. The control before it has shown
// that the client gets a token without that scope.
func (w *world) asksForScope(ctx context.Context, scope string) error {
	if err := w.controlToken(ctx); err != nil {
		return err
	}
	w.token(ctx, tpp.TokenOptions{Scope: scope})
	return nil
}

// sendsAssertionTwice keeps the first assertion and sends it again within its
// lifetime. Its jti lets the server tell (RFC 7523, section 3); expiry cannot
// be the reason for the refusal.
func (w *world) sendsAssertionTwice(ctx context.Context) error {
	var assertion string
	for i := range 2 {
		x, token := w.main.Token(ctx, w.main.client, tpp.TokenOptions{Form: func(v url.Values) {
			if assertion == "" {
				assertion = v.Get("client_assertion")
			}
			v.Set("client_assertion", assertion)
		}})
		w.heard(x)
		if i == 0 && token == "" {
			return &controlError{oracle.Status(x, 200)}
		}
	}
	return nil
}

// unknownAsks signs with a real client's key for a client_id that nobody has,
// in the same form and length.
func (w *world) unknownAsks(ctx context.Context) error {
	unknown := *w.main.client
	unknown.ClientID = alter(unknown.ClientID)
	x, _ := w.main.Token(ctx, &unknown, tpp.TokenOptions{Label: "unknown client"})
	w.heard(x)
	return nil
}

// obtainsToken wants 200 and an access_token (RFC 6749, section 5.1). What
// the token looks like is the server's own affair.
func (w *world) obtainsToken(context.Context) error {
	if err := oracle.Status(w.last, 200); err != nil {
		return err
	}
	obj, err := w.last.JSON()
	if err != nil || obj.String("access_token") == "" {
		return &oracle.Finding{Expected: "an access_token", Got: "none"}
	}
	return nil
}

// asksAndObtains shows that a registration is worth something: the client can
// authenticate in the way it registered (RFC 7591, section 2).
func (w *world) asksAndObtains(ctx context.Context) error {
	if w.main.client.AuthMethod == "none" {
		return &skip{"a public client has no client credentials"}
	}
	w.token(ctx, tpp.TokenOptions{})
	return w.obtainsToken(ctx)
}

// tokenRefused leaves the code to the rule, as several of RFC 6749, section
// 5.2 fit most mistakes.
func (w *world) tokenRefused(context.Context) error {
	return oracle.TokenRefused(w.last, w.run.Profile.Accepts(w.rule))
}

// tokenRefusedWith names the one code that fits. Another one is a minor
// finding: the refusal is right, its reason is not.
func (w *world) tokenRefusedWith(_ context.Context, code string) error {
	accept := w.run.Profile.Accepts(w.rule)
	accept.Errors = []string{code}
	return oracle.TokenRefused(w.last, accept)
}

// scopeRefused takes invalid_scope, or a token that is openly narrower (RFC
// 6749, section 3.3).
func (w *world) scopeRefused(context.Context) error {
	if !w.last.OK() {
		return oracle.TokenRefused(w.last, rulebook.Accept{Errors: []string{"invalid_scope", "invalid_request"}})
	}
	obj, err := w.last.JSON()
	if err != nil {
		return &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
	}
	// A server that grants something else must say so (RFC 6749, section 5.1).
	if _, told := obj.Get("scope"); !told || slices.Contains(strings.Fields(obj.String("scope")), "dcrkit-unregistered") {
		return &oracle.Finding{Expected: "the scope not granted, and the answer to say so", Got: fmt.Sprintf("scope %q", obj.String("scope"))}
	}
	return nil
}
