package steps

import (
	"context"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// beginnings are the steps that begin a story: who acts, and what is
// registered already.
func beginnings() []Step {
	return []Step{
		{`a TPP`, (*world).someTPP},
		{`a TPP that signs with (PS256|ES256)`, (*world).tppThatSigns},
		{`a registration that the server accepts`, (*world).acceptedRegistration},
		{`a registration signed with (ES256) that the server accepts`, (*world).acceptedRegistrationSigned},
		{`a registration for tls_client_auth that the server accepts`, (*world).acceptedForTLSClientAuth},
		{`a registration for CIBA that the server accepts`, (*world).acceptedForCIBA},
		{`a registered client`, (*world).acceptedRegistration},
		{`a registered client that it can read`, (*world).readableClient},
		{`a registered client that can obtain an access token`, (*world).clientWithToken},
		{`a registered client with the contact "([^"]*)"`, (*world).clientWithContact},
		{`a registered client of (another|the same) organisation`, (*world).otherClient},
		{`a client of a TPP with the roles "([^"]*)"`, (*world).clientWithRoles},
		{`a client registered for "([^"]*)"`, (*world).clientFor},
		{`a client registered with a secret`, (*world).clientWithSecret},
		{`a client registered without the grant "([^"]*)"`, (*world).clientWithoutGrant},
	}
}

// someTPP enrols the TPP and sends the target nothing yet.
func (w *world) someTPP(ctx context.Context) error {
	_, err := w.theTPP(ctx)
	return err
}

// tppThatSigns asks for an algorithm only where the profile has it; FAPI 1.0
// Advanced, section 8.6 leaves PS256 and ES256.
func (w *world) tppThatSigns(ctx context.Context, algorithm string) error {
	if !slices.Contains(w.run.Profile.Dialect.Algorithms, algorithm) {
		return &skip{"profile " + w.run.Profile.Name + " has no " + algorithm}
	}
	w.wish.Algorithm = algorithm
	return w.someTPP(ctx)
}

// acceptedRegistration is the control: an honest registration, which the
// target must accept before anything can be said about what it refuses.
func (w *world) acceptedRegistration(ctx context.Context) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	return w.registerHonestly(ctx, a)
}

// acceptedRegistrationSigned is the control for malformations that only one
// algorithm knows, such as a DER signature for ES256 (RFC 7518, section 3.4).
func (w *world) acceptedRegistrationSigned(ctx context.Context, algorithm string) error {
	if err := w.tppThatSigns(ctx, algorithm); err != nil {
		return err
	}
	return w.acceptedRegistration(ctx)
}

// acceptedForTLSClientAuth is the control for malformed certificate members
// (RFC 8705, section 2.1.2), which mean nothing beside another method.
func (w *world) acceptedForTLSClientAuth(ctx context.Context) error {
	return w.clientFor(ctx, "tls_client_auth")
}

// acceptedForCIBA adds the registration metadata of CIBA Core, section 4. It
// asks for poll mode because ping and push need a notification endpoint, and
// nothing here listens as one.
func (w *world) acceptedForCIBA(ctx context.Context) error {
	w.compose = append(w.compose, func(d *registration.Draft) {
		c := &d.Request.Claims
		c.Set("grant_types", append(c.Strings("grant_types"), "urn:openid:params:grant-type:ciba"))
		c.Set("backchannel_token_delivery_mode", "poll")
		c.Set("backchannel_authentication_request_signing_alg", "PS256")
		c.Set("backchannel_user_code_parameter_supported", false)
	})
	return w.acceptedRegistration(ctx)
}

// readableClient is the control of everything that management refuses: a
// server that answers 401 to its own clients proves nothing by doing so to
// others. A profile without reads has no such control, and the story goes on.
func (w *world) readableClient(ctx context.Context) error {
	if err := w.acceptedRegistration(ctx); err != nil {
		return err
	}
	if !w.run.Profile.Has("read") {
		return nil
	}
	x, err := w.main.Read(ctx, w.main.client, tpp.Manage{Label: "twin of the read"})
	if err != nil {
		return &controlError{err}
	}
	if err := oracle.Status(x, 200); err != nil {
		return &controlError{err}
	}
	return nil
}

// clientWithToken is the control of a token request that must be refused
// later. A server that gives this client no token at all would look as strict
// as it should be.
func (w *world) clientWithToken(ctx context.Context) error {
	if err := w.acceptedRegistration(ctx); err != nil {
		return err
	}
	return w.controlToken(ctx)
}

// clientWithContact registers an optional member that servers have no default
// for, so that its removal can be seen.
func (w *world) clientWithContact(ctx context.Context, contact string) error {
	w.compose = append(w.compose, func(d *registration.Draft) { d.Request.Claims.Set("contacts", []string{contact}) })
	return w.acceptedRegistration(ctx)
}

// clientWithRoles registers software of limited roles, so that a later update
// can ask for more than they permit.
func (w *world) clientWithRoles(ctx context.Context, roles string) error {
	w.wish.Roles = strings.Fields(roles)
	return w.acceptedRegistration(ctx)
}

// otherClient registers a second client, which the story calls the other one.
func (w *world) otherClient(ctx context.Context, whose string) error {
	a, err := w.stranger(ctx, whose == "the same")
	if err != nil {
		return err
	}
	w.other = a
	last, sent := w.last, w.sent
	err = w.registerHonestly(ctx, a)
	w.last, w.sent = last, sent // the story goes on with the main client
	return err
}

// stranger is a second TPP. Without a directory there are no organisations,
// and any second TPP is a stranger.
func (w *world) stranger(ctx context.Context, sameOrganisation bool) (*actor, error) {
	if w.run.Roster == nil {
		return w.enrol(ctx, w.wish)
	}
	t := w.main.tpp
	if !sameOrganisation {
		other, err := w.run.Roster.Foreign(ctx, t)
		if err != nil {
			return nil, err
		}
		return w.act(other), nil
	}
	sibling, err := w.run.Roster.Sibling(ctx, t)
	if err != nil {
		return nil, err
	}
	return w.act(sibling), nil
}

// clientFor registers for an authentication method, or skips where the
// profile does not have it.
func (w *world) clientFor(ctx context.Context, method string) error {
	if err := w.askFor(ctx, method); err != nil {
		return err
	}
	return w.acceptedRegistration(ctx)
}

// clientWithSecret asks for HTTP Basic, which every server that issues
// passwords has to support (RFC 6749, section 2.3.1).
func (w *world) clientWithSecret(ctx context.Context) error {
	return w.clientFor(ctx, "client_secret_basic")
}

// clientWithoutGrant must be left out where management runs on
// client-credentials tokens (OBIE DCR): the clean-up could not get one.
func (w *world) clientWithoutGrant(ctx context.Context, grant string) error {
	if w.run.Profile.Dialect.Management == profile.ClientCredentials {
		return &skip{"a client without this grant could not be deleted in profile " + w.run.Profile.Name}
	}
	w.compose = append(w.compose, func(d *registration.Draft) { withoutGrant(d, grant) })
	return w.acceptedRegistration(ctx)
}

// askFor makes this story's honest registration ask for an authentication method.
func (w *world) askFor(ctx context.Context, method string) error {
	if !slices.Contains(w.run.Profile.Dialect.AuthMethods, method) {
		return &skip{"profile " + w.run.Profile.Name + " has no " + method}
	}
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	w.compose = append(w.compose, authenticatesBy(method, a.tpp.SubjectDN, a.tpp.Key.Alg))
	return nil
}

// authenticatesBy changes token_endpoint_auth_method and what belongs to it.
// A member that belongs to another method is removed, as the contradiction
// would be a reason to refuse (RFC 8705, section 2.1.2 asks for exactly one
// subject).
func authenticatesBy(method, subject, algorithm string) func(*registration.Draft) {
	return func(d *registration.Draft) {
		c := &d.Request.Claims
		c.Set("token_endpoint_auth_method", method)
		c.Remove("token_endpoint_auth_signing_alg")
		c.Remove("tls_client_auth_subject_dn")
		switch method {
		case "tls_client_auth":
			c.Set("tls_client_auth_subject_dn", subject)
		case "private_key_jwt":
			c.Set("token_endpoint_auth_signing_alg", algorithm)
		}
	}
}
