package registry

import (
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Where a revocation can show. A real directory's shows everywhere, in its own
// time; a test may want it in one place only, to see where a server looks.
const (
	InJWKS = "jwks"
	InCRL  = "crl"
	InOCSP = "ocsp"
)

// Places lists where a revocation can show.
var Places = []string{InJWKS, InCRL, InOCSP}

// Revocation says since when, why and where a certificate is revoked.
type Revocation struct {
	At     time.Time `json:"At"`
	Reason string    `json:"Reason"` // a CRLReason of RFC 5280 section 5.3.1; unspecified when empty
	In     []string  `json:"In"`     // everywhere when empty
}

// settle checks what the caller says, and makes it independent of the caller.
func (v *Revocation) settle() error {
	for _, place := range v.In {
		if err := oneOf("in", place, Places); err != nil {
			return err
		}
	}
	v.In = slices.Clone(v.In)
	if _, err := pki.ParseReason(v.Reason); err != nil {
		return problem.Invalid("reason", "%s", strings.TrimPrefix(err.Error(), "reason: "))
	}
	return nil
}

func (v Revocation) shows(in string) bool { return len(v.In) == 0 || slices.Contains(v.In, in) }

// covers tells whether a certificate shows nothing new after another revocation.
func (v Revocation) covers(next Revocation) bool {
	return (v.shows(InCRL) || !next.shows(InCRL)) && (v.shows(InOCSP) || !next.shows(InOCSP))
}

// widened also shows where the next one does. When and why it was revoked stay.
func (v Revocation) widened(next Revocation) Revocation {
	v.In = slices.DeleteFunc(slices.Clone(Places), func(place string) bool { return !v.shows(place) && !next.shows(place) })
	return v
}

// Shows tells whether the certificate counts as revoked in that place.
func (c *Certificate) Shows(in string) bool { return c.Revocation != nil && c.Revocation.shows(in) }

// RevokeCertificate revokes one certificate and leaves its key where it is. One
// that is revoked already may come to show in more places; it is a conflict when
// there is none to add.
func (r *Registry) RevokeCertificate(orgID, serial string, rev Revocation) error {
	if err := rev.settle(); err != nil {
		return err
	}
	if slices.Contains(rev.In, InJWKS) {
		return problem.Invalid("in", "expected crl or ocsp: a key leaves the key sets by its kid")
	}
	if len(rev.In) == 0 {
		rev.In = []string{InCRL, InOCSP}
	}
	serial = NormalSerial(serial)
	r.writing.Lock()
	defer r.writing.Unlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return err
	}
	c := r.certificates[serial]
	if c == nil || c.OrganisationID != org.record.ID {
		return problem.NotFound("SerialNumber: organisation %s has no certificate %q", orgID, serial)
	}
	rev.At = r.now().UTC()
	changed, rows := r.revoking([]*Certificate{c}, rev)
	if len(changed) == 0 {
		return problem.Conflict("SerialNumber: the certificate %s was revoked at %s", serial, c.Revocation.At.Format(time.RFC3339))
	}
	return r.save(func() { r.replaceCertificates(org, changed) }, rows...)
}

// revoking works out what becomes of certificates: those that do not yet show
// wherever rev says. The key sets are none of their business.
func (r *Registry) revoking(certificates []*Certificate, rev Revocation) (changed []*Certificate, rows []store.Row) {
	end := len(r.revoked)
	for _, c := range certificates {
		next, place := *c, end
		switch {
		case c.Revocation == nil && (rev.shows(InCRL) || rev.shows(InOCSP)):
			next.Revocation = &rev
			end++
		case c.Revocation != nil && !c.Revocation.covers(rev):
			wider := c.Revocation.widened(rev)
			next.Revocation = &wider
			place = slices.Index(r.revoked, c)
		default:
			continue
		}
		changed, rows = append(changed, &next), append(rows, certificateRow(&next, place))
	}
	return changed, rows
}

// replaceCertificates needs mu; all of them have just been revoked, or more
// widely. Readers may hold the list of the revoked.
func (r *Registry) replaceCertificates(org *organisation, changed []*Certificate) {
	for _, c := range changed {
		former := r.certificates[c.Serial]
		org.certificates[slices.Index(org.certificates, former)] = c
		r.certificates[c.Serial] = c
		if former.Revocation == nil {
			r.revoked = append(r.revoked, c)
			continue
		}
		r.revoked = slices.Clone(r.revoked)
		r.revoked[slices.Index(r.revoked, former)] = c
	}
}

// RevokedCertificates lists those that are revoked, in the order of their
// revocation. Nobody changes the records or the list.
func (r *Registry) RevokedCertificates() []*Certificate {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clip(r.revoked)
}
