package desk

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// CertificateRequest is what a member asks for.
type CertificateRequest struct {
	Kind   pki.Kind
	CSR    []byte // PEM
	Wrong  string // name of a deviation; empty for an honest certificate
	Issuer string // slug of an issuing CA, or trust.CrossSigned; the first when empty
	// Unpublished leaves the key sets alone: one more certificate for a key that
	// is published already, to be revoked without taking the key away.
	Unpublished bool
}

// Issued is a certificate as its holder gets it.
type Issued struct {
	KeyID  string `json:"kid"`
	Serial string `json:"serial"` // hexadecimal digits
	PEM    string `json:"pem"`    // leaf, then what a client sends along
}

// CertifySoftware issues a certificate that names the software and publishes
// its key in the software's set.
func (d *Desk) CertifySoftware(ctx context.Context, orgID, id string, req CertificateRequest) (Issued, error) {
	soft, org, err := d.Registry.Software(orgID, id)
	if err != nil {
		return Issued{}, err
	}
	return d.certify(ctx, holder{org.ID, soft.ID, subject(org, &soft)}, req)
}

// CertifyOrganisation issues a certificate that names the organisation and its
// PSD2 roles; it serves all its software.
func (d *Desk) CertifyOrganisation(ctx context.Context, orgID string, req CertificateRequest) (Issued, error) {
	org, err := d.Registry.Organisation(orgID)
	if err != nil {
		return Issued{}, err
	}
	return d.certify(ctx, holder{org.ID, org.ID, subject(org, nil)}, req)
}

// subject is what a certificate says. PSD2 knows no roles of other domains, so
// an OBWAC or OBSeal leaves those out.
func subject(org registry.Organisation, soft *registry.Software) pki.Subject {
	s := pki.Subject{
		OrganisationID:   org.ID,
		OrganisationName: org.Name,
		RegistrationID:   org.OrganisationIdentifier(),
		Roles:            org.PSD2Roles(),
	}
	if soft != nil {
		s.SoftwareID = soft.ID
	}
	return s
}

// holder is who gets a certificate.
type holder struct {
	organisationID string
	owner          string // in whose key set it is published
	subject        pki.Subject
}

// certify answers with the certificate for the key in the request. One that is
// asked to be wrong is not published: a server under test is to judge the
// certificate, not to miss its key. The kid follows from the key alone, so a
// renewed certificate keeps it.
func (d *Desk) certify(ctx context.Context, h holder, req CertificateRequest) (Issued, error) {
	csr, err := ParseCSR(req.CSR, req.Wrong == string(pki.WeakKey))
	if err != nil {
		return Issued{}, err
	}
	kid, err := pki.KeyID(csr.PublicKey)
	if err != nil {
		return Issued{}, problem.Invalid("body", "%v", err)
	}
	a, above, err := d.Trust.Issuer(ctx, req.Issuer)
	if err != nil {
		return Issued{}, err
	}
	if req.Wrong != "" {
		return d.certifyWrong(h, req, wrongOrder{a, csr.PublicKey, kid})
	}
	leaf, err := a.Issue(req.Kind, h.subject, csr.PublicKey)
	if err != nil {
		return Issued{}, fmt.Errorf("issue: %w", err)
	}
	record := d.record(leaf, h, req, kid)
	chain := trust.ChainPEM(append([]*x509.Certificate{leaf}, above...)...)
	issued := Issued{kid, record.Serial, string(chain)}
	if req.Unpublished {
		return issued, d.Registry.AddCertificate(record)
	}
	return issued, d.publish(a, leaf, record, csr.PublicKey)
}

// wrongOrder is who is to certify which key wrongly.
type wrongOrder struct {
	authority *pki.Authority
	public    crypto.PublicKey
	keyID     string
}

// certifyWrong has checked all else: what can be at fault is the deviation, or
// its use with this kind.
func (d *Desk) certifyWrong(h holder, req CertificateRequest, o wrongOrder) (Issued, error) {
	leaf, issuer, err := o.authority.IssueWrongWithIssuer(pki.Wrong(req.Wrong), req.Kind, h.subject, o.public)
	if err != nil {
		return Issued{}, problem.Invalid("wrong", "%v", err)
	}
	record := d.record(leaf, h, req, o.keyID)
	return Issued{o.keyID, record.Serial, string(trust.ChainPEM(leaf, issuer))}, d.Registry.AddCertificate(record)
}

// record is what the registry keeps of a certificate.
func (d *Desk) record(leaf *x509.Certificate, h holder, req CertificateRequest, kid string) registry.Certificate {
	name := ""
	if dn, err := pki.SubjectDN(leaf); err == nil {
		name = dn.RFC4514()
	}
	return registry.Certificate{
		Serial: registry.NormalSerial(leaf.SerialNumber.Text(16)), Issuer: issuerSlug(req.Issuer), Kind: req.Kind, Wrong: req.Wrong,
		OrganisationID: h.organisationID, Owner: h.owner, KeyID: kid, Subject: name,
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, PEM: string(trust.ChainPEM(leaf)),
	}
}

// issuerSlug is whose list and responder a certificate is under: a cross-signed
// CA is the same one.
func issuerSlug(asked string) string {
	if asked == trust.CrossSigned || asked == "" {
		return trust.FirstIssuing
	}
	return asked
}

// publish puts the key into its owner's set. A revoked key is refused only
// then, with 409: its certificate was made but is never seen.
func (d *Desk) publish(a *pki.Authority, leaf *x509.Certificate, record registry.Certificate, public crypto.PublicKey) error {
	use := "sig"
	if record.Kind.Transport() {
		use = "tls"
	}
	jwk, err := trust.CertifiedJWK(a, trust.Certified{
		Public: public, KeyID: record.KeyID, Use: use, Leaf: leaf, X5U: d.pemURL(record.OrganisationID, record.Owner, record.KeyID),
	})
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return d.Registry.Publish(record.OrganisationID, record.Owner, registry.Key{
		KeyID: record.KeyID, Kind: record.Kind, JWK: string(jwk), Serial: record.Serial,
		PEM: string(trust.ChainPEM(leaf, a.Issuing())),
	}, &record)
}

// PublishJWK takes any JSON object for a JWK: tests need key sets that are
// wrong. Only blanks between members are not kept.
func (d *Desk) PublishJWK(orgID, id string, body []byte) error {
	jwk, err := jose.ParseObject(body)
	if err != nil {
		return problem.Invalid("body", "%v", err)
	}
	// Settles the software before the owner is taken from the path.
	soft, org, err := d.Registry.Software(orgID, id)
	if err != nil {
		return err
	}
	return d.Registry.Publish(org.ID, soft.ID, registry.Key{KeyID: jwk.String("kid"), JWK: string(jwk.Bytes())}, nil)
}

// CertifyListener makes a server certificate for the names in the request, so
// that a test server is trusted by all who trust this directory. Nothing proves
// that the names are the sender's: only tests trust this CA.
func (d *Desk) CertifyListener(body []byte) ([]byte, error) {
	csr, err := ParseCSR(body, false)
	if err != nil {
		return nil, err
	}
	hosts := csr.DNSNames
	for _, ip := range csr.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	if len(hosts) == 0 {
		return nil, problem.Invalid("subjectAltName", "expected at least one DNS name or IP address in the certificate signing request")
	}
	a := d.Trust.Authority()
	leaf, err := a.IssueServer(hosts, csr.PublicKey)
	if err != nil {
		return nil, problem.Invalid("subjectAltName", "%v", err)
	}
	kid, err := pki.KeyID(csr.PublicKey)
	if err != nil {
		return nil, problem.Invalid("body", "%v", err)
	}
	record := d.record(leaf, holder{}, CertificateRequest{Kind: "listener"}, kid)
	return trust.ChainPEM(leaf, a.Issuing()), d.Registry.AddCertificate(record)
}
