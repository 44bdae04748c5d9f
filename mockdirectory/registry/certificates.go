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

// storedCertificate says which revocation it was. The dates would not do: a
// directory's clock can be set.
type storedCertificate struct {
	*Certificate
	Order int `json:"RevocationOrder"` // from one on; zero while it is in force
}

// certificateRow is told the place among the revoked, from zero on, which counts
// for those alone.
func certificateRow(c *Certificate, place int) store.Row {
	row := storedCertificate{Certificate: c}
	if c.Revocation != nil {
		row.Order = place + 1
	}
	return store.Row{Table: store.Certificates, ID: c.Serial, Value: row}
}

func (r *Registry) loadCertificates() error {
	order := map[*Certificate]int{}
	err := r.store.Load(store.Certificates, func(id string, row []byte) error {
		c := &Certificate{}
		stored := storedCertificate{Certificate: c}
		if err := json.Unmarshal(row, &stored); err != nil {
			return fmt.Errorf("certificate %s: %w", id, err)
		}
		var org *organisation
		if c.OrganisationID != "" {
			if org = r.organisations[c.OrganisationID]; org == nil {
				return fmt.Errorf("certificate %s: its organisation %q is not there", id, c.OrganisationID)
			}
		}
		order[c] = stored.Order
		r.insertCertificate(org, c)
		return nil
	})
	slices.SortFunc(r.revoked, func(a, b *Certificate) int { return order[a] - order[b] })
	return err
}

// newCertificate settles one that is to be kept. The caller holds writing. The
// organisation is nil for a test server's.
func (r *Registry) newCertificate(org *organisation, c Certificate) (*Certificate, error) {
	c.Serial, c.NotBefore, c.NotAfter = NormalSerial(c.Serial), c.NotBefore.UTC(), c.NotAfter.UTC()
	if org != nil {
		c.OrganisationID = org.record.ID
	}
	if r.certificates[c.Serial] != nil {
		return nil, problem.Conflict("SerialNumber: there is a certificate %q already", c.Serial)
	}
	return &c, nil
}

// insertCertificate needs mu.
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
// a test server's. A serial number that comes twice is a conflict.
func (r *Registry) AddCertificate(c Certificate) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	var org *organisation
	var err error
	if c.OrganisationID != "" {
		if org, err = r.findOrganisation(c.OrganisationID); err != nil {
			return err
		}
	}
	added, err := r.newCertificate(org, c)
	if err != nil {
		return err
	}
	return r.save(func() { r.insertCertificate(org, added) }, certificateRow(added, len(r.revoked)))
}

// Certificate finds one by its serial; nil when there is none. Nobody changes it.
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
	out := make([]Certificate, 0, len(org.certificates))
	for _, c := range org.certificates {
		out = append(out, *c)
	}
	return out, nil
}

var separators = regexp.MustCompile(`[:\s]`)

// NormalSerial is a serial number in the form of this package, however people
// write it: 0A:1B and 0a1b are the same.
func NormalSerial(serial string) string {
	return strings.TrimLeft(strings.ToLower(separators.ReplaceAllString(serial, "")), "0")
}
