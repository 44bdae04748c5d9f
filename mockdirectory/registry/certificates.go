package registry

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Certificate is one that was issued. The registry never changes it in place.
type Certificate struct {
	Serial         string      `json:"SerialNumber"` // hexadecimal digits, without leading zeros
	Issuer         string      `json:"Issuer"`       // slug of the CA
	Kind           pki.Kind    `json:"CertificateType"`
	Wrong          string      `json:"Wrong"`          // its deviation; empty for an honest one
	OrganisationID string      `json:"OrganisationId"` // empty for a test server's
	Owner          string      `json:"Owner"`          // the software, or the organisation once more
	KeyID          string      `json:"KeyId"`
	Subject        string      `json:"Subject"` // RFC 4514
	NotBefore      time.Time   `json:"NotBefore"`
	NotAfter       time.Time   `json:"NotAfter"`
	PEM            string      `json:"Pem"`        // the leaf alone
	Revocation     *Revocation `json:"Revocation"` // nil while it is in force
}

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

func (v Revocation) check() error {
	for _, place := range v.In {
		if err := oneOf("in", place, Places); err != nil {
			return err
		}
	}
	if _, err := pki.ParseReason(v.Reason); v.Reason != "" && err != nil {
		return problem.Invalid("reason", "%v", err)
	}
	return nil
}

func (v Revocation) shows(in string) bool { return len(v.In) == 0 || slices.Contains(v.In, in) }

// Shows tells whether the certificate counts as revoked in that place.
func (c *Certificate) Shows(in string) bool { return c.Revocation != nil && c.Revocation.shows(in) }

func (r *Registry) loadCertificate(id string, row []byte) error {
	c := &Certificate{}
	if err := json.Unmarshal(row, c); err != nil {
		return err
	}
	var org *organisation
	if c.OrganisationID != "" {
		if org = r.organisations[c.OrganisationID]; org == nil {
			return fmt.Errorf("certificate %s: its organisation %q is not there", id, c.OrganisationID)
		}
	}
	r.insertCertificate(org, c)
	return nil
}

// insertCertificate needs mu. The organisation is nil for a test server's.
func (r *Registry) insertCertificate(org *organisation, c *Certificate) {
	r.certificates[c.Serial] = c
	if org != nil {
		org.certificates = append(org.certificates, c)
	}
	if c.Revocation != nil {
		r.revoked = append(r.revoked, c)
	}
}

// AddCertificate notes a certificate whose key is not published: a wrong one, or
// a test server's.
func (r *Registry) AddCertificate(c Certificate) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	var org *organisation
	if c.OrganisationID != "" {
		var err error
		if org, err = r.findOrganisation(c.OrganisationID); err != nil {
			return err
		}
	}
	return r.save(func() { r.insertCertificate(org, &c) }, store.Row{Table: store.Certificates, ID: c.Serial, Value: c})
}

// RevokeCertificate revokes one certificate and leaves its key where it is.
func (r *Registry) RevokeCertificate(orgID, serial string, rev Revocation) error {
	if err := rev.check(); err != nil {
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
	if c.Revocation != nil {
		return problem.Conflict("SerialNumber: the certificate %s was revoked at %s", serial, c.Revocation.At.Format(time.RFC3339))
	}
	rev.At = r.now().UTC()
	next := *c
	next.Revocation = &rev
	return r.save(func() { r.replaceCertificates(org, []*Certificate{&next}) }, store.Row{Table: store.Certificates, ID: serial, Value: next})
}

// revoking works out what becomes of the certificates for a key: those that are
// in force are revoked. The key sets are none of their business.
func revoking(certificates []*Certificate, kid string, rev Revocation) ([]*Certificate, []store.Row) {
	var changed []*Certificate
	var rows []store.Row
	for _, c := range certificates {
		if c.KeyID != kid || c.Revocation != nil || !rev.shows(InCRL) && !rev.shows(InOCSP) {
			continue
		}
		next := *c
		next.Revocation = &rev
		changed = append(changed, &next)
		rows = append(rows, store.Row{Table: store.Certificates, ID: c.Serial, Value: next})
	}
	return changed, rows
}

// replaceCertificates needs mu; all of them have just been revoked.
func (r *Registry) replaceCertificates(org *organisation, changed []*Certificate) {
	for _, c := range changed {
		i := slices.IndexFunc(org.certificates, func(old *Certificate) bool { return old.Serial == c.Serial })
		org.certificates[i] = c
		r.certificates[c.Serial] = c
		r.revoked = append(r.revoked, c)
	}
}

// Certificate finds one by its serial; nil when there is none.
func (r *Registry) Certificate(serial string) *Certificate {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.certificates[NormalSerial(serial)]
}

// Certificates lists what was issued to an organisation, the oldest first.
func (r *Registry) Certificates(orgID string) ([]Certificate, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	org, err := r.findOrganisation(orgID)
	if err != nil {
		return nil, err
	}
	var out []Certificate
	for _, c := range org.certificates {
		out = append(out, *c)
	}
	return out, nil
}

// RevokedCertificates lists those that are revoked, in the order of their
// revocation. Nobody changes the records or the list.
func (r *Registry) RevokedCertificates() []*Certificate {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clip(r.revoked)
}

var separators = regexp.MustCompile(`[:\s]`)

// NormalSerial is a serial number in the form of this package, however people
// write it: 0A:1B and 0a1b are the same.
func NormalSerial(serial string) string {
	return strings.TrimLeft(strings.ToLower(separators.ReplaceAllString(serial, "")), "0")
}
