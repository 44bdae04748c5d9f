package trust

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// The names of the CAs, which are those of their files.
const (
	rootSlug      = "rootca"
	crossRootSlug = "rootca-g2"
)

// FirstIssuing names the CA that issues what is not asked of another.
const FirstIssuing = "issuingca"

// CrossSigned is the name by which a chain is asked for that leads to either
// root: the certificate of the first issuing CA, and the one another root signed.
const CrossSigned = "cross-signed"

// mostAuthorities bounds the issuing CAs that are trusted, each of which costs a
// key. Revoked ones do not count: their lists have to stay.
const mostAuthorities = 50

// makeFirst makes the root and the issuing CA below it.
func (t *Trust) makeFirst(ctx context.Context) error {
	root, err := t.cfg.Keys.RSA(ctx)
	if err != nil {
		return err
	}
	issuing, err := t.cfg.Keys.RSA(ctx)
	if err != nil {
		return err
	}
	if err := t.takeFirst(keep{key: root}, keep{key: issuing}); err != nil {
		return err
	}
	a := t.authorities[0].authority
	return t.cfg.Store.Save(
		keep{slug: rootSlug, cert: a.Root(), key: root}.row(),
		keep{slug: FirstIssuing, cert: a.Issuing(), key: issuing}.row(),
	)
}

// takeFirst makes the first authority of keys and, if they were stored, of
// certificates.
func (t *Trust) takeFirst(root, issuing keep) error {
	a, err := pki.NewAuthority(pki.AuthorityConfig{
		Root: root.key, Issuing: issuing.key, RootCertificate: root.cert, IssuingCertificate: issuing.cert,
		Now: t.cfg.Now, BaseURL: t.cfg.PKIURL,
	})
	if err != nil {
		return err
	}
	t.root = &listedCA{slug: rootSlug, CA: a.RootCA()}
	t.authorities = append(t.authorities, newIssuingCA(FirstIssuing, a, issuing.revocation))
	return nil
}

func newIssuingCA(slug string, a *pki.Authority, revoked *registry.Revocation) *issuingCA {
	return &issuingCA{authority: a, listedCA: listedCA{slug: slug, CA: a.CA}, revoked: revoked}
}

// takeIssuing makes or restores one. A new one is stored before it can be seen:
// what it issued would lead nowhere after a restart.
func (t *Trust) takeIssuing(k keep) error {
	a, err := t.authorities[0].authority.NewIssuing(pki.IssuingConfig{
		Key: k.key, Certificate: k.cert, Slug: k.slug,
		CommonName: "OpenBanking Pre-Production Issuing CA " + strings.TrimPrefix(k.slug, FirstIssuing+"-"),
	})
	if err != nil {
		return err
	}
	if err := t.saveNew(k, a.Issuing()); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.authorities = append(t.authorities, newIssuingCA(k.slug, a, k.revocation))
	return nil
}

// saveNew stores a CA unless it came from the store, with its certificate.
func (t *Trust) saveNew(k keep, made *x509.Certificate) error {
	if k.cert != nil {
		return nil
	}
	return t.cfg.Store.Save(keep{slug: k.slug, cert: made, key: k.key}.row())
}

// takeCrossRoot makes or restores the other root, as takeIssuing does.
func (t *Trust) takeCrossRoot(k keep) error {
	root, err := pki.NewRoot(pki.RootConfig{Key: k.key, Certificate: k.cert, Slug: crossRootSlug, Now: t.cfg.Now, BaseURL: t.cfg.PKIURL})
	if err != nil {
		return err
	}
	cross, err := t.authorities[0].authority.CrossSign(root)
	if err != nil {
		return err
	}
	if err := t.saveNew(k, root.Certificate()); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.crossRoot, t.cross = &listedCA{slug: crossRootSlug, CA: root}, cross
	return nil
}

// AddIssuing makes one more issuing CA below the root and returns its slug. It
// can be revoked without harm to the others.
func (t *Trust) AddIssuing(ctx context.Context) (slug string, err error) {
	t.making.Lock()
	defer t.making.Unlock()
	number, trusted := t.count()
	number++
	if trusted >= mostAuthorities {
		return "", problem.Conflict("expected at most %d issuing CAs that are not revoked", mostAuthorities)
	}
	key, err := t.cfg.Keys.RSA(ctx)
	if err != nil {
		return "", fmt.Errorf("issuing CA: %w", err)
	}
	slug = fmt.Sprintf("%s-%d", FirstIssuing, number)
	if err := t.takeIssuing(keep{slug: slug, key: key}); err != nil {
		return "", fmt.Errorf("issuing CA: %w", err)
	}
	return slug, nil
}

// count tells how many issuing CAs there are, and how many of them are trusted.
func (t *Trust) count() (all, trusted int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, a := range t.authorities {
		if a.revoked == nil {
			trusted++
		}
	}
	return len(t.authorities), trusted
}

// RevokeIssuing puts an issuing CA on the root's revocation list. The first one
// stays: all that the directory itself shows hangs on it.
func (t *Trust) RevokeIssuing(slug string) error {
	t.making.Lock()
	defer t.making.Unlock()
	a, err := t.issuing(slug)
	if err != nil {
		return err
	}
	if slug == FirstIssuing {
		return problem.Conflict("issuer: %s signs the directory's own certificates and is not revoked; make another with POST /ca/issuing", slug)
	}
	if a.revoked != nil {
		return problem.Conflict("issuer: %s was revoked at %s", slug, a.revoked.At.Format(time.RFC3339))
	}
	revoked := &registry.Revocation{At: t.cfg.Now().UTC(), Reason: "cACompromise"}
	if err := t.cfg.Store.Save(keep{slug, a.Certificate(), a.Key(), revoked}.row()); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a.revoked = revoked
	return nil
}

// Issuer finds an issuing CA by its slug, and the certificates that a client
// sends along with a leaf of it. Nothing means the first.
func (t *Trust) Issuer(ctx context.Context, slug string) (*pki.Authority, []*x509.Certificate, error) {
	if slug == "" {
		slug = FirstIssuing
	}
	if slug == CrossSigned {
		cross, err := t.crossSigned(ctx)
		if err != nil {
			return nil, nil, err
		}
		a := t.Authority()
		return a, []*x509.Certificate{cross, a.Issuing()}, nil
	}
	a, err := t.issuing(slug)
	if err != nil {
		return nil, nil, problem.Invalid("issuer", "%v", err)
	}
	return a.authority, []*x509.Certificate{a.Certificate()}, nil
}

// crossSigned makes the other root when it is first asked for.
func (t *Trust) crossSigned(ctx context.Context) (*x509.Certificate, error) {
	t.making.Lock()
	defer t.making.Unlock()
	if t.cross == nil {
		key, err := t.cfg.Keys.RSA(ctx)
		if err != nil {
			return nil, fmt.Errorf("cross-signing root: %w", err)
		}
		if err := t.takeCrossRoot(keep{slug: crossRootSlug, key: key}); err != nil {
			return nil, err
		}
	}
	return t.cross, nil
}

// issuing finds by slug.
func (t *Trust) issuing(slug string) (*issuingCA, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var known []string
	for _, a := range t.authorities {
		if a.slug == slug {
			return a, nil
		}
		known = append(known, a.slug)
	}
	return nil, problem.NotFound("expected %s or %s, got %q", strings.Join(known, ", "), CrossSigned, slug)
}

// AuthorityState is an issuing CA as people see it.
type AuthorityState struct {
	Slug    string     `json:"slug"`
	Subject string     `json:"subject"`
	Until   time.Time  `json:"notAfter"`
	Revoked *time.Time `json:"revoked"` // nil while it is trusted
}

// Authorities lists the issuing CAs.
func (t *Trust) Authorities() []AuthorityState {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []AuthorityState
	for _, a := range t.authorities {
		state := AuthorityState{Slug: a.slug, Subject: a.Certificate().Subject.String(), Until: a.Certificate().NotAfter}
		if a.revoked != nil {
			state.Revoked = &a.revoked.At
		}
		out = append(out, state)
	}
	return slices.Clip(out)
}
