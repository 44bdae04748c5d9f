package steps

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// standings are the steps in which an organisation or a software loses its
// standing or a role after its registration.
func standings() []Step {
	return []Step{
		{`a registered client of an organisation of its own`, (*world).clientOfOwnOrganisation},
		{`the directory sets the (organisation|software) to "([^"]*)"`, (*world).setsStatus},
		{`the server comes to refuse the client a token`, (*world).clientRefused},
		{`the server comes to give the client a token again`, (*world).clientServed},

		{`a registered client that obtains an access token for the scope of a role`, (*world).clientWithRoleScope},
		{`the directory takes that role from the software`, (*world).takesRole},
		{`the server comes to grant that scope no more`, (*world).scopeGoes},
		{`the scope of a role that the software still has is granted`, (*world).scopeStays},

		{`the directory issues a statement for the software`, (*world).issues},
		{`the directory issues no statement for the software`, (*world).issuesNone},
		{`the directory refuses a request with a token that is not its own`, (*world).refusesForeignToken},
	}
}

// clientOfOwnOrganisation shares its organisation with nobody, so that only
// this client suffers when it is struck off.
func (w *world) clientOfOwnOrganisation(ctx context.Context) error {
	if _, err := w.directory("an organisation"); err != nil {
		return err
	}
	w.wish.OwnOrganisation = true
	return w.clientWithToken(ctx)
}

// setsStatus has it Active again at the end.
func (w *world) setsStatus(ctx context.Context, whose, status string) error {
	d, err := w.directory("the status of the " + whose)
	if err != nil {
		return err
	}
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	set := func(ctx context.Context, status string) error {
		if whose == "software" {
			return d.SetSoftwareStatus(ctx, a.tpp.OrganisationID, a.tpp.SoftwareID, status)
		}
		return d.SetOrganisationStatus(ctx, a.tpp.OrganisationID, status)
	}
	if status != "Active" {
		w.restore("make the "+whose+" Active again", func(ctx context.Context) error { return set(ctx, "Active") })
	}
	w.change.call = "gets a token"
	return set(ctx, status)
}

func (w *world) clientRefused(ctx context.Context) error {
	return w.comesTo(ctx, "the standing of a client is lost", w.callOver(w.main), w.tokenRefused)
}

func (w *world) clientServed(ctx context.Context) error { return w.control(ctx, w.callOver(w.main)) }

// clientWithRoleScope picks a scope that hangs on a role, by the profile.
func (w *world) clientWithRoleScope(ctx context.Context) error {
	if _, err := w.directory("a role of the software"); err != nil {
		return err
	}
	scopes := w.run.Profile.Dialect.Scopes
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		if scopes[scope] != "" {
			w.change.scope, w.change.role = scope, scopes[scope]
		}
	}
	if w.change.scope == "" {
		return &skip{"in profile " + w.run.Profile.Name + " no scope hangs on a role"}
	}
	if err := w.acceptedRegistration(ctx); err != nil {
		return err
	}
	return w.control(ctx, w.asksFor(w.change.scope))
}

func (w *world) asksFor(scope string) func(context.Context) error {
	return func(ctx context.Context) error {
		w.token(ctx, tpp.TokenOptions{Label: "for the scope " + scope, Scope: scope})
		return nil
	}
}

func (w *world) takesRole(ctx context.Context) error {
	d, org := w.run.Directory, w.main.tpp.OrganisationID
	soft, err := d.Software(ctx, org, w.main.tpp.SoftwareID)
	if err != nil {
		return err
	}
	less := soft
	less.Roles = slices.DeleteFunc(slices.Clone(soft.Roles), func(r string) bool { return r == w.change.role })
	w.restore("give the role back", func(ctx context.Context) error {
		_, err := d.UpdateSoftware(ctx, org, soft)
		return err
	})
	_, err = d.UpdateSoftware(ctx, org, less)
	return err
}

// scopeGoes takes a narrower token for as good as a refusal, where the answer
// says so (RFC 6749, section 5.1).
func (w *world) scopeGoes(ctx context.Context) error {
	return w.comesTo(ctx, "a role of the software is lost", w.asksFor(w.change.scope), func(context.Context) error {
		if !w.last.OK() {
			return oracle.TokenRefused(w.last, w.run.Profile.Accepts(w.rule))
		}
		obj, err := w.last.JSON()
		if err != nil {
			return &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
		}
		if _, told := obj.Get("scope"); !told || slices.Contains(strings.Fields(obj.String("scope")), w.change.scope) {
			return &oracle.Finding{Expected: "the scope " + w.change.scope + " not granted, and the answer to say so", Got: fmt.Sprintf("scope %q", obj.String("scope"))}
		}
		return nil
	})
}

func (w *world) scopeStays(ctx context.Context) error {
	scopes := w.run.Profile.Dialect.Scopes
	for _, scope := range slices.Sorted(maps.Keys(scopes)) {
		if role := scopes[scope]; role != "" && role != w.change.role {
			return w.control(ctx, w.asksFor(scope))
		}
	}
	return nil
}

// issues and the steps after it judge the directory and not the target: what
// they find is trouble of the environment, and no finding.
func (w *world) issues(ctx context.Context) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	if _, err := w.directory("a statement"); err != nil {
		return err
	}
	if _, err := a.tpp.Statement(ctx, ""); err != nil {
		return fmt.Errorf("expected a statement for software in good standing: %w", err)
	}
	return nil
}

func (w *world) issuesNone(ctx context.Context) error {
	return w.directoryRefuses(ctx, http.StatusForbidden)
}

func (w *world) refusesForeignToken(ctx context.Context) error {
	return w.directoryRefuses(ctx, http.StatusUnauthorized, registration.Header{Name: "Authorization", Value: "Bearer dcrkit-foreign-token"})
}

func (w *world) directoryRefuses(ctx context.Context, status int, headers ...registration.Header) error {
	x := w.run.Directory.AssertionExchange(ctx, w.main.tpp.OrganisationID, w.main.tpp.SoftwareID, headers...)
	w.note(x)
	w.last = x
	if !x.Answered() {
		return &oracle.Trouble{Exchange: x}
	}
	if x.Status != status {
		return fmt.Errorf("trouble with the directory: expected status %d for a statement, got %d", status, x.Status)
	}
	return nil
}
