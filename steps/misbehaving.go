package steps

import (
	"context"
	"fmt"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// faults are the steps in which the directory misbehaves.
func faults() []Step {
	return []Step{
		{`the directory's key set (answers 500|hangs|is empty|is no JSON|is out of reach)`, (*world).directoryKeysFail},
		{`the directory's clock is two minutes (ahead|behind)`, (*world).clockOff},
		{`it registers with a statement under a key that the server cannot have seen`, (*world).registersUnseen},
		{`a registration with a statement under the old key is accepted`, (*world).plainAccepted},
		{`a registration with a fresh statement is accepted`, (*world).plainAccepted},

		{`another software of its organisation, whose key set (redirects to another host|holds ten thousand keys|is nested a hundred thousand deep|comes as HTML|is wrapped in a JWT)`, (*world).softwareWithFault},
		{`that software registers`, (*world).otherRegisters},
		{`another software of its organisation, whose registration is ready`, (*world).softwareReady},
		{`the directory shows a TLS certificate of another authority`, (*world).showsForeignCertificate},
		{`that registration is sent`, (*world).sendsReady},
		{`the key set of a software hangs while it registers, and a software of another organisation registers meanwhile`, (*world).registersBeside},
		{`the second registration is accepted while the first one waits, and the first one ends`, (*world).besideAccepted},

		{`a client certificate whose revocation list and responder are silent`, (*world).silentAuthority},
		{`it is refused, or accepted as a documented policy says`, (*world).followsPolicy},

		{`everything at the directory is as it was`, (*world).asItWas},
		{`the server comes to accept (?:that registration|that software|that certificate)`, (*world).comesBack},
	}
}

// turn turns a knob of the directory until the end of the story, or until a
// line says that all is as it was. It ends by itself if this process is killed.
func (w *world) turn(ctx context.Context, k tpp.Knob) error {
	_, err := w.turned(ctx, k)
	return err
}

func (w *world) turned(ctx context.Context, k tpp.Knob) (id string, err error) {
	if _, err := w.directory("a misbehaving directory"); err != nil {
		return "", err
	}
	m := w.run.Management
	if m == nil {
		return "", fmt.Errorf("a misbehaving directory: %w", w.noManagement())
	}
	k.For = w.patience() + cleanUpTime
	if id, err = m.Turn(ctx, k); err != nil {
		return "", err
	}
	back := w.restore("take back the knob "+k.Name, func(ctx context.Context) error { return m.TurnBack(ctx, id) })
	w.change.back = append(w.change.back, back)
	return id, nil
}

func (w *world) noManagement() error {
	if w.run.NoManagement != nil {
		return w.run.NoManagement
	}
	return tpp.ErrNoManagement
}

// hang is how long a host that hangs takes the target's time. Where the user
// has none to give, it is what any server should have given up after.
func (w *world) hang() time.Duration {
	const shortest, longest = 300 * time.Millisecond, 20 * time.Second
	if w.run.MaxWait == 0 {
		return longest / 4
	}
	return min(max(w.run.MaxWait/10, shortest), longest)
}

// directoryKeysFail is about the key set that verifies software statements.
func (w *world) directoryKeysFail(ctx context.Context, how string) error {
	k := map[string]tpp.Knob{
		"answers 500":     {Name: "outage", Value: "500"},
		"hangs":           {Name: "half-open", Value: w.hang().String()},
		"is empty":        {Name: "empty"},
		"is no JSON":      {Name: "not-json"},
		"is out of reach": {Name: "drop"},
	}[how]
	k.Endpoint = "directory-jwks"
	return w.turn(ctx, k)
}

func (w *world) clockOff(ctx context.Context, where string) error {
	offset := 2 * time.Minute
	if where == "behind" {
		offset = -offset
	}
	return w.turn(ctx, tpp.Knob{Name: "clock", Value: offset.String()})
}

// registersUnseen adds the key only now, when its publication is out of reach:
// no cache can have it.
func (w *world) registersUnseen(ctx context.Context) (err error) {
	w.other = w.main
	if w.change.kid, err = w.newDirectoryKey(ctx); err != nil {
		return err
	}
	return w.otherRegisters(ctx)
}

// softwareFault is one way in which the key set of one software goes wrong.
func (w *world) softwareFault(how string) (tpp.Knob, error) {
	switch how {
	case "redirects to another host":
		if w.run.Canary == nil {
			return tpp.Knob{}, &skip{"there is no other host in this run"}
		}
		w.trap = w.run.Canary.Trap()
		return tpp.Knob{Name: "redirect", Value: w.trap.PlainURL("keys.jwks")}, nil
	case "holds ten thousand keys":
		return tpp.Knob{Name: "huge", Value: "10000"}, nil
	case "is nested a hundred thousand deep":
		return tpp.Knob{Name: "json-bomb", Value: "100000"}, nil
	case "comes as HTML":
		return tpp.Knob{Name: "content-type", Value: "text/html; charset=utf-8"}, nil
	}
	return tpp.Knob{Name: "signed-set"}, nil
}

// softwareWithFault is software that the server has never seen, so that it has
// to fetch the key set. Its twin is the software of the registration that was
// accepted: the same organisation, certificates and keys.
func (w *world) softwareWithFault(ctx context.Context, how string) error {
	if _, err := w.directory("another software"); err != nil {
		return err
	}
	sibling, err := w.stranger(ctx, true)
	if err != nil {
		return err
	}
	w.other = sibling
	k, err := w.softwareFault(how)
	if err != nil {
		return err
	}
	k.Endpoint, k.Path = "software-jwks", tpp.SoftwareKeysPath(sibling.tpp.OrganisationID, sibling.tpp.SoftwareID)
	return w.turn(ctx, k)
}

func (w *world) otherRegisters(ctx context.Context) error {
	d, err := w.change.draft(ctx, w, w.other)
	if err != nil {
		return err
	}
	_, err = w.register(ctx, w.other, "while the directory misbehaves", d)
	return err
}

// softwareReady prepares all that needs the directory: afterwards nobody can
// reach it safely, this tool included.
func (w *world) softwareReady(ctx context.Context) (err error) {
	if _, err := w.directory("another software"); err != nil {
		return err
	}
	if w.other, err = w.stranger(ctx, true); err != nil {
		return err
	}
	w.other.draft, err = w.honest(ctx, w.other)
	return err
}

// showsForeignCertificate is what a server sees whose directory is impersonated
// (RFC 9525, section 6).
func (w *world) showsForeignCertificate(ctx context.Context) (err error) {
	w.change.knob, err = w.turned(ctx, tpp.Knob{Name: "foreign-certificate"})
	return err
}

// sendsReady tells nothing of a target that goes on with a connection from
// before: it has verified that one.
func (w *world) sendsReady(ctx context.Context) error {
	if _, err := w.register(ctx, w.other, "while the directory is impersonated", w.other.draft); err != nil {
		return err
	}
	hits, err := w.run.Management.Hits(ctx, w.change.knob)
	if err == nil && hits == 0 {
		return &skip{"the target kept its connection to the directory and looked at no certificate"}
	}
	return err
}

// silentAuthority has the certificate issued by an authority of its own, whose
// list nobody can have kept, and makes both sources silent before the server
// sees the certificate.
func (w *world) silentAuthority(ctx context.Context) error {
	if w.run.Management == nil {
		return fmt.Errorf("silent revocation data: %w", w.noManagement())
	}
	if err := w.newAuthority(ctx); err != nil {
		return err
	}
	if err := w.newCertificate(ctx); err != nil {
		return err
	}
	if err := w.turn(ctx, tpp.Knob{Name: "drop", Endpoint: "crl", Path: tpp.ListPath(w.change.authority)}); err != nil {
		return err
	}
	return w.turn(ctx, tpp.Knob{Name: "ocsp", Value: "try-later", Serial: tpp.Serial(w.change.certificate)})
}

// followsPolicy cannot read the documentation. A server that fails open is told
// so, with little weight: RFC 5280, section 6.3 leaves it the choice.
func (w *world) followsPolicy(ctx context.Context) error {
	if w.last.OK() {
		return &oracle.Finding{
			Expected: "a refusal, or documentation that says that the server accepts without revocation data",
			Got:      fmt.Sprintf("status %d: the server fails open", w.last.Status), Minor: true,
		}
	}
	return w.isRefused(ctx)
}

// asItWas takes back what the story has turned.
func (w *world) asItWas(ctx context.Context) error {
	for _, back := range w.change.back {
		if err := back(ctx); err != nil {
			return err
		}
	}
	return nil
}

// comesBack is the twin: the same registration, and nothing is in its way.
func (w *world) comesBack(ctx context.Context) error {
	return w.comesToAccept(ctx, "the directory is as it was", func(ctx context.Context) error {
		return w.tries(ctx, w.other, "twin", w.change)
	})
}
