package page

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// owner is whose keys and certificates are shown.
type owner struct{ org, id, path string }

// holdings are the keys and certificates of an owner, the newest first.
type holdings struct {
	Keys              []keyRow
	KeyPaging         paging
	Certificates      []certificateRow
	CertificatePaging paging
}

// keyRow is a published key.
type keyRow struct {
	registry.Key
	File string // where its certificate is published
}

// certificateRow is a certificate with its state in words.
type certificateRow struct {
	registry.Certificate
	State, Tone string
	Where       string // where the revocation shows
}

// holdings collects what an owner has. An organisation's certificates are shown with it and not
// with each software that shares the key.
func (s *site) holdings(r *http.Request, o owner) (holdings, error) {
	var h holdings
	keys, err := s.Desk.Registry.Keys(o.org, o.id)
	if err != nil {
		return h, err
	}
	slices.Reverse(keys)
	slices.SortStableFunc(keys, func(a, b registry.Key) int { return b.Published.Compare(a.Published) })
	keys, h.KeyPaging = part(list{r, o.path, "keys"}, keys)
	for _, k := range keys {
		row := keyRow{Key: k}
		if k.PEM != "" {
			row.File = s.Desk.Base + "/" + o.org + "/" + o.id + "/" + k.KeyID + ".pem"
		}
		h.Keys = append(h.Keys, row)
	}
	all, err := s.Desk.Registry.Certificates(o.org)
	if err != nil {
		return h, err
	}
	all = slices.DeleteFunc(all, func(c registry.Certificate) bool { return c.Owner != o.id })
	slices.Reverse(all)
	all, h.CertificatePaging = part(list{r, o.path, "certificates"}, all)
	now := s.Desk.Now()
	for _, c := range all {
		h.Certificates = append(h.Certificates, newCertificateRow(c, now))
	}
	return h, nil
}

// newCertificateRow says what a certificate is worth at that time. Revoked outweighs expired: it is
// what somebody did.
func newCertificateRow(c registry.Certificate, now time.Time) certificateRow {
	row := certificateRow{Certificate: c, State: "valid", Tone: "good"}
	switch {
	case c.Revocation != nil:
		row.State, row.Tone = "revoked", "bad"
		row.Where = "CRL and OCSP"
		if places := c.Revocation.In; len(places) > 0 {
			row.Where = placeNames(places)
		}
	case now.After(c.NotAfter):
		row.State, row.Tone = "expired", "warn"
	case now.Before(c.NotBefore):
		row.State, row.Tone = "not yet valid", "warn"
	}
	return row
}

// placeNames words where a revocation shows. Key sets list keys and not certificates, so they
// are left out here.
func placeNames(places []string) string {
	var names []string
	for _, p := range places {
		if p != registry.InJWKS {
			names = append(names, strings.ToUpper(p)+" only")
		}
	}
	if len(names) == 2 {
		return "CRL and OCSP"
	}
	return strings.Join(names, "")
}

// Why is the reason of the revocation in words.
func (c certificateRow) Why() string {
	if c.Revocation == nil || c.Revocation.Reason == "" {
		return "unspecified"
	}
	code, err := pki.ParseReason(c.Revocation.Reason)
	if err != nil {
		return c.Revocation.Reason
	}
	return pki.ReasonName(code)
}
