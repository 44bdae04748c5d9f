package steps

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/dcrkit/dcrkit/fixtures/registration"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// races are the steps that send many requests at once, for real.
func races() []Step {
	return []Step{
		{`it sends (\d+) copies of one registration at once`, (*world).sendsCopies},
		{`it sends (\d+) registrations of its software at once`, (*world).sendsRegistrations},
		{`it sends (\d+) different updates at once`, (*world).sendsUpdates},
		{`it deletes its client while it reads it`, (*world).deletesWhileReading},
		{`the client is one of them as a whole`, (*world).isOneOfThem},
	}
}

// together runs n functions at once and returns the first error. All wait for
// one start, as near to the same moment as goroutines come; a loop would give
// the server time between them.
func together(n int, do func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sendsCopies seals the request once, so that jti and signature are the same
// in all. A server that looks a jti up first and stores it later lets several
// through (RFC 7519, section 4.1.7).
func (w *world) sendsCopies(ctx context.Context, count string) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	d, err := w.honest(ctx, a)
	if err != nil {
		return err
	}
	body, err := d.Body()
	if err != nil {
		return err
	}
	same := *d
	same.Envelope.Rewrite = []func([]byte) []byte{func([]byte) []byte { return body }}
	return w.registerAtOnce(ctx, a, count, func() (*registration.Draft, error) { return &same, nil })
}

// sendsRegistrations differ in all that must be unique, such as their jti.
func (w *world) sendsRegistrations(ctx context.Context, count string) error {
	a, err := w.theTPP(ctx)
	if err != nil {
		return err
	}
	return w.registerAtOnce(ctx, a, count, func() (*registration.Draft, error) { return w.honest(ctx, a) })
}

// registerAtOnce makes all registrations first and then sends them together.
// Statements and signatures take time, and that time must not spread the
// requests. The last answer to arrive is the one that steps judge.
func (w *world) registerAtOnce(ctx context.Context, a *actor, count string, draft func() (*registration.Draft, error)) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	drafts := make([]*registration.Draft, n)
	for i := range drafts {
		if drafts[i], err = draft(); err != nil {
			return err
		}
	}
	return together(n, func(i int) error {
		x, reg, err := a.Register(ctx, "at once", drafts[i])
		if err != nil {
			return err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if reg != nil {
			w.registered = append(w.registered, reg)
		}
		w.last = x
		return nil
	})
}

// sendsUpdates gives every update a redirect URI list and a name of its own,
// so that a mixture of two can be told from either.
func (w *world) sendsUpdates(ctx context.Context, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	drafts := make([]*registration.Draft, n)
	for i := range drafts {
		if drafts[i], err = w.update(ctx, w.main); err != nil {
			return err
		}
		variant(drafts[i], i)
	}
	return together(n, func(i int) error {
		_, err := w.main.Update(ctx, w.main.client, drafts[i], tpp.Manage{Label: "update " + strconv.Itoa(i)})
		return err
	})
}

// variant makes the i-th of several updates: which redirect URIs, and a
// contact that says the same number.
func variant(d *registration.Draft, i int) {
	uris := d.Request.Claims.Strings("redirect_uris")
	d.Request.Claims.Set("redirect_uris", uris[:1+i%len(uris)])
	d.Request.Claims.Set("contacts", []string{fmt.Sprintf("update-%d@dcrkit.example", 1+i%len(uris))})
}

// isOneOfThem makes sure that what the server kept came from one update: the
// number in the contact must be the number of redirect URIs. An update
// replaces the whole (RFC 7592, section 2.2), also beside others.
func (w *world) isOneOfThem(ctx context.Context) error {
	x, err := w.main.Read(ctx, w.main.client, tpp.Manage{Label: "read back"})
	if err != nil {
		return err
	}
	if err := oracle.Status(x, 200); err != nil {
		return err
	}
	obj, err := x.JSON()
	if err != nil {
		return &oracle.Finding{Expected: "a JSON object", Got: err.Error()}
	}
	uris, contacts := obj.Strings("redirect_uris"), obj.Strings("contacts")
	if contacts == nil {
		return &skip{"the server keeps no contacts, so a mixture cannot be told"}
	}
	if want := fmt.Sprintf("update-%d@dcrkit.example", len(uris)); contacts[0] != want {
		return &oracle.Finding{Expected: fmt.Sprintf("%s beside %s", want, plural(len(uris), "redirect URI")), Got: contacts[0]}
	}
	return nil
}

// deletesWhileReading sends one deletion among five reads with one access
// token. A read may come before or after it, so 200 and 401 are both right;
// the answers are left to later steps.
func (w *world) deletesWhileReading(ctx context.Context) error {
	credential, err := w.main.Credential(ctx, w.main.client)
	if err != nil {
		return err
	}
	w.credential = &credential
	return together(6, func(i int) error {
		act := w.main.Read
		if i == 0 {
			act = w.main.Delete
		}
		_, err := act(ctx, w.main.client, tpp.Manage{Credential: &credential})
		return err
	})
}
