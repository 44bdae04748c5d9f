package uk

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// known are the authorities with a name. The others are those that
// organisations were enrolled under.
var known = map[string]string{
	"FCAGBR": "Financial Conduct Authority",
	"OBGBR":  "Open Banking Implementation Entity",
}

// authorities are the competent authorities.
func (f face) authorities(of resourceType) []object {
	// Nothing dates them, so they are as old as the directory.
	ids := []string{"FCAGBR", "OBGBR"}
	seen := map[string]bool{"FCAGBR": true, "OBGBR": true}
	// There is no table of authorities: an enrolment may name any.
	for org := range f.organisations(context.Background(), nil) {
		if !seen[org.AuthorityID] {
			seen[org.AuthorityID] = true
			ids = append(ids, org.AuthorityID)
		}
	}
	slices.Sort(ids)
	made := f.Trust.Authority().Root().NotBefore
	list := []object{}
	for _, id := range ids {
		name := known[id]
		if name == "" {
			name = id
		}
		list = append(list, object{
			"schemas": []string{"urn:openbanking:" + of.name + ":1.0", urnOrganisation}, "id": id,
			"AuthorityId": id, "AuthorityDescription": name, "Country": memberState,
			"meta":          f.meta(of, id, made, made),
			urnOrganisation: object{"OrganisationCommonName": name, "Status": "Active"},
		})
	}
	return list
}

// trustServices are those who issue certificates for websites and seals: the
// directory's own issuing CA. The member names are those of the European trusted
// lists (ETSI TS 119 612).
func (f face) trustServices(of resourceType) []object {
	c := f.Trust.Authority().Issuing()
	subject := ""
	if dn, err := pki.SubjectDN(c); err == nil {
		subject = dn.RFC4514()
	}
	// An id has at most 40 characters, the fingerprint more.
	sum := sha256.Sum256(c.Raw)
	id := hex.EncodeToString(sum[:20])
	return []object{{
		"schemas": []string{"urn:openbanking:" + of.name + ":1.0"}, "id": id,
		"CertificateFingerprint": hex.EncodeToString(sum[:]),
		"ServiceCountry":         memberState, "ServiceLanguage": "en", "ServiceName": c.Subject.CommonName,
		"ServiceStatus": "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted",
		"ServiceType":   "http://uri.etsi.org/TrstSvc/Svctype/CA/QC", "StatusStartingTime": stamp(c.NotBefore),
		"X509Certificate": base64.StdEncoding.EncodeToString(c.Raw),
		"X509SKI":         base64.StdEncoding.EncodeToString(c.SubjectKeyId),
		"X509SubjectName": subject,
		"meta":            f.meta(of, id, c.NotBefore, c.NotBefore),
	}}
}
