package steps

import (
	"context"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// answers are the steps that judge the form and content of "the answer".
func answers() []Step {
	return []Step{
		{`the answer has the status (\d{3})(?: or (\d{3}))?`, (*world).hasStatus},
		{`the credential is refused`, (*world).credentialRefused},
		{`access is refused`, (*world).accessRefused},
		{`the management request is refused`, (*world).managementRefused},
		{`the (?:second )?update is refused`, (*world).updateRefused},
		{`the update is refused and the client is unchanged`, (*world).updateRefusedUnchanged},
		{`the method is refused`, (*world).methodRefused},
		{`the handshake is refused`, (*world).handshakeRefused},
		{`no answer is a server error`, (*world).noServerErrors},

		{`the answer is JSON`, answer(oracle.JSON)},
		{`the answer is exactly one JSON object`, answer(oracle.OneObject)},
		{`the answer must not be cached`, answer(oracle.NotCached)},
		{`the answer is no redirect`, answer(oracle.NoRedirect)},
		{`the answer has no body`, answer(oracle.Empty)},
		{`the answer names no client`, answer(oracle.NamesNoClient)},
		{`the answer says how to authenticate`, answer(oracle.SaysHowToAuthenticate)},
		{`the answer shows no trace of the server's inside`, answer(oracle.NoInsides)},
		{`no member occurs twice`, answer(oracle.NoDuplicates)},
		{`error_description is plain text of at most 500 characters`, answer(oracle.Description)},
		{`the answer is a refusal that shows no client`, (*world).refusalShowsNoClient},
		{`the answer fits the profile's response schema`, (*world).fitsSchema},
		{`the error is one of RFC 7591`, (*world).errorRegistered},
		{`the error is "([^"]*)"(?: or "([^"]*)")?`, (*world).errorIs},
		{`both answers are the same`, (*world).sameRefusals},
		{`both answers are equal`, (*world).equalAnswers},

		{`the answer is about that client`, (*world).aboutThatClient},
		{`the answer has the members of the registration`, (*world).hasMembersOfRegistration},
		{`redirect_uris are returned exactly`, (*world).redirectsExact},
		{`every member that was registered is returned`, (*world).everyMember},
		{`software_statement is returned unmodified`, (*world).statementUnmodified},
		{`the claims of the software statement are returned`, (*world).statementClaims},
		{`the granted scope is within the one asked for`, (*world).scopeWithin},
		{`there is no client_secret`, (*world).noSecret},
		{`client_secret comes with client_secret_expires_at`, answer(oracle.SecretExpires)},
		{`client_id_issued_at is the present time in seconds`, (*world).issuedNow},
		{`registration_access_token and registration_client_uri come together`, answer(oracle.ManagementTogether)},
		{`registration_client_uri is an https URL`, answer(oracle.ClientURI)},
		{`"([^"]*)" is no longer there`, (*world).memberGone},
		{`a rotated registration access token replaces the old one`, (*world).rotated},
		{`the statement that was accepted has no "([^"]*)"`, (*world).statementLacks},
		{`the client is the one that the statement describes`, (*world).describedByStatement},
	}
}

// answer makes a step of a judgement about the last answer alone.
func answer(judge func(*tpp.Exchange) error) func(*world, context.Context) error {
	return func(w *world, _ context.Context) error { return judge(w.last) }
}

// fitsSchema holds the body against the profile's JSON Schema. A refusal is
// reported by its status: telling all the members that an error lacks would
// hide what went wrong.
func (w *world) fitsSchema(context.Context) error {
	if err := oracle.Answered(w.last); err != nil {
		return err
	}
	if !w.last.OK() {
		return oracle.Status(w.last, 200, 201)
	}
	return w.run.response.Validate(w.last.Body)
}

// changing are members that may differ between two answers about an unchanged
// client. RFC 7592, section 2.1 lets a read renew credentials.
var changing = []string{"registration_access_token", "client_secret", "client_secret_expires_at"}

// equalAnswers compares two reads with nothing in between: GET is safe and
// changes no client (RFC 9110, section 9.2.1).
func (w *world) equalAnswers(context.Context) error {
	if err := oracle.Status(w.prior, 200); err != nil {
		return err
	}
	return oracle.SameBodies(w.prior, w.last, changing...)
}

// aboutThatClient compares the client_id, which stays the same for the life
// of a registration (RFC 7592, section 3).
func (w *world) aboutThatClient(context.Context) error {
	return oracle.SameMember(w.last, "client_id", w.main.client.ClientID)
}

// hasMembersOfRegistration compares names, not values. Credentials and the
// time of issue are left out: a server may show them once only, and other
// rules ask for them.
func (w *world) hasMembersOfRegistration(context.Context) error {
	obj, err := w.main.answer.JSON()
	if err != nil {
		return err
	}
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret", "client_secret_expires_at", "client_id_issued_at"} {
		obj.Remove(name)
	}
	return oracle.ReturnsAll(w.last, obj)
}

// redirectsExact compares with what was sent last. Later authorisation
// requests are compared with them character by character (RFC 6749, section
// 3.1.2.3), so a slash too many locks the client out.
func (w *world) redirectsExact(context.Context) error {
	return oracle.SameStrings(w.last, "redirect_uris", w.sent.Request.Claims.Strings("redirect_uris"))
}

// everyMember looks for all that was asked for, as RFC 7591, section 3.2.1
// wants all registered metadata returned. Claims of the request's own
// envelope are no metadata.
func (w *world) everyMember(context.Context) error {
	return oracle.ReturnsAll(w.last, metadataOf(w.sent))
}

// statementUnmodified compares the compact serialisation byte for byte (RFC
// 7591, section 3.2.1): a statement that was decoded and written anew has
// lost its signature.
func (w *world) statementUnmodified(context.Context) error {
	return oracle.SameMember(w.last, "software_statement", w.sent.Request.Claims.String("software_statement"))
}

// statement takes the software statement of the registration apart. No
// signature is checked: that is the target's part.
func (w *world) statement() (jose.Token, error) {
	return jose.Inspect(w.sent.Request.Claims.String("software_statement"))
}

// statementClaims asks for the claims at the top level of the answer, where
// OBIE DCR has them. RFC 7591 wants the statement itself and no more.
func (w *world) statementClaims(context.Context) error {
	t, err := w.statement()
	if err != nil {
		return err
	}
	return oracle.StatementClaims(w.last, t.Claims)
}

// statementLacks finds out late whether the story was about such a statement,
// since the directory decides what it writes. exp is OPTIONAL (RFC 7519,
// section 4.1.4), so a server may not insist on it.
func (w *world) statementLacks(_ context.Context, claim string) error {
	t, err := w.statement()
	if err != nil {
		return err
	}
	if _, ok := t.Claims.Get(claim); ok {
		return &skip{"the directory of this run writes " + claim + " into its statements"}
	}
	return oracle.Registered(w.last)
}

// describedByStatement compares software_id, which stays the same for every
// instance of a piece of software (RFC 7591, section 2). An answer that does
// not show it says nothing against the server here.
func (w *world) describedByStatement(context.Context) error {
	t, err := w.statement()
	if err != nil {
		return err
	}
	obj, err := w.last.JSON()
	if err != nil {
		return &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
	}
	if got := obj.String("software_id"); got != "" && got != t.Claims.String("software_id") {
		return &oracle.Finding{Expected: "software_id " + t.Claims.String("software_id"), Got: got}
	}
	return oracle.Registered(w.last)
}

// scopeWithin has nothing to compare when no scope was asked for: then the
// server may choose a default (RFC 7591, section 2).
func (w *world) scopeWithin(context.Context) error {
	asked := w.sent.Request.Claims.String("scope")
	if asked == "" {
		return &skip{"the registration asks for no scope"}
	}
	return oracle.ScopeWithin(w.last, asked)
}

// noSecret: a method that proves possession of a key needs no secret. One
// that is issued all the same can be stolen and opens a second way in.
func (w *world) noSecret(context.Context) error {
	if m := w.main.client.AuthMethod; m != "private_key_jwt" && m != "tls_client_auth" {
		return &skip{"the client authenticates by " + m}
	}
	return oracle.Absent(w.last, "client_secret")
}

// issuedNow compares with the clock of the run. The common mistake is
// milliseconds, which the specification has in seconds (RFC 7591, section
// 3.2.1).
func (w *world) issuedNow(context.Context) error { return oracle.IssuedNow(w.last, w.run.Now()) }

// memberGone judges a read after an update that left the member out: an
// update replaces all metadata, and omission asks for deletion (RFC 7592,
// section 2.2).
func (w *world) memberGone(_ context.Context, name string) error {
	if err := oracle.Status(w.last, 200); err != nil {
		return err
	}
	return oracle.Absent(w.last, name)
}

// rotated judges an update's answer: if it holds another registration access
// token, the old one must be dead and the new one alive (RFC 7592, section 3).
func (w *world) rotated(ctx context.Context) error {
	if err := oracle.Status(w.last, 200); err != nil {
		return err
	}
	obj, err := w.last.JSON()
	if err != nil {
		return &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
	}
	old, fresh := w.registrationToken(), obj.String("registration_access_token")
	if fresh == "" || fresh == old {
		return &skip{"the server does not rotate the registration access token"}
	}
	if err := w.send(ctx, w.main, "reads", tpp.Manage{Label: "with the new token"}); err != nil {
		return err
	}
	if err := oracle.Status(w.last, 200); err != nil {
		return err
	}
	x, err := w.main.Read(ctx, w.main.client, tpp.Manage{Label: "with the old token", Credential: &old})
	if err != nil {
		return err
	}
	return oracle.Unauthorised(x, false, 401)
}

// registrationToken is the registration access token of the first answer.
func (w *world) registrationToken() string {
	obj, err := w.main.answer.JSON()
	if err != nil {
		return ""
	}
	return obj.String("registration_access_token")
}
