package mockdirectory

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// The certificates of each level: Open Banking's own name a software, those
// after ETSI TS 119 495 an organisation.
var (
	softwareKinds     = []pki.Kind{pki.OBTransport, pki.OBSigning}
	organisationKinds = []pki.Kind{pki.OBWAC, pki.OBSeal}
)

// kindOf reads {type} and holds it to the level of the path. The refusal names
// the two that belong there.
func kindOf(r *http.Request, allowed []pki.Kind) (pki.Kind, error) {
	kind := pki.Kind(r.PathValue("type"))
	if !slices.Contains(allowed, kind) {
		return "", invalid("type", "expected certificate type %s or %s here, got %q", allowed[0], allowed[1], kind)
	}
	return kind, nil
}

// keyIDOf reads {kid}. The shape is looser than that of our own kids, since a
// key published verbatim brings its own.
func keyIDOf(r *http.Request) (string, error) {
	kid := r.PathValue("kid")
	if !keyIDs.MatchString(kid) {
		return "", notFound("kid: expected 1 to 128 characters of base64url, got %q", kid)
	}
	return kid, nil
}

// certifiedAnswer is what a certificate request is answered with.
type certifiedAnswer struct {
	KeyID string `json:"kid"`
	PEM   string `json:"pem"` // leaf, then issuing CA
}

// certifySoftware issues a certificate that names the software.
func (d *directory) certifySoftware(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r, softwareKinds)
	if err != nil {
		return err
	}
	soft, org, err := d.registry.softwareOf(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	return d.certify(w, r, holder{org.ID, soft.ID, kind, org.subject(soft.ID)})
}

// certifyOrganisation issues a certificate that names the organisation and its
// PSD2 roles; it serves all its software.
func (d *directory) certifyOrganisation(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r, organisationKinds)
	if err != nil {
		return err
	}
	org, err := d.registry.organisation(r.PathValue("org"))
	if err != nil {
		return err
	}
	return d.certify(w, r, holder{org.ID, org.ID, kind, org.subject("")})
}

// holder is who gets a certificate of which kind.
type holder struct {
	organisationID string
	owner          string // in whose key set it is published
	kind           pki.Kind
	subject        pki.Subject
}

// certify answers 201 with the certificate for the key in the body. One that is
// asked to be wrong is not published: a server under test is to judge the
// certificate, not to miss its key. The kid follows from the key alone, so a
// renewed certificate keeps it.
func (d *directory) certify(w http.ResponseWriter, r *http.Request, h holder) error {
	query, err := readParameters(r, "wrong")
	if err != nil {
		return err
	}
	csr, err := readCSR(w, r)
	if err != nil {
		return err
	}
	kid, err := pki.KeyID(csr.PublicKey)
	if err != nil {
		return invalid("body", "%v", err)
	}
	var leaf *x509.Certificate
	if wrong, bent := query["wrong"]; bent {
		// All else has been checked: what can be at fault is the deviation, or its use with this kind.
		if leaf, err = d.authority.IssueWrong(pki.Wrong(wrong), h.kind, h.subject, csr.PublicKey); err != nil {
			return invalid("wrong", "%v", err)
		}
	} else if leaf, err = d.publishCertificate(h, csr, kid); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, certifiedAnswer{kid, string(chainPEM(leaf, d.authority.Issuing()))})
}

// publishCertificate issues, and puts the key into its owner's set. A revoked
// key is refused only then, with 409: its certificate was made but is never
// seen.
func (d *directory) publishCertificate(h holder, csr *x509.CertificateRequest, kid string) (*x509.Certificate, error) {
	leaf, err := d.authority.Issue(h.kind, h.subject, csr.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("issue: %w", err)
	}
	key, err := certifiedKey{csr.PublicKey, kid, h.kind, leaf, pemURL(d.base, h.organisationID, h.owner, kid)}.publish(d.authority)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	return leaf, d.registry.publish(h.organisationID, h.owner, key)
}

// associateCertificate shares an organisation's certificate with its software.
func (d *directory) associateCertificate(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r, organisationKinds)
	if err != nil {
		return err
	}
	kid, err := keyIDOf(r)
	if err != nil {
		return err
	}
	if err := d.registry.associate(r.PathValue("org"), r.PathValue("software"), kind, kid); err != nil {
		return err
	}
	return writeNothing(w)
}

// revokeCertificate moves the key to the revoked sets at once, as the UK
// directory does; only its CRL and OCSP lag behind.
func (d *directory) revokeCertificate(w http.ResponseWriter, r *http.Request) error {
	kid, err := keyIDOf(r)
	if err != nil {
		return err
	}
	if err := d.registry.revoke(r.PathValue("org"), kid); err != nil {
		return err
	}
	return writeNothing(w)
}

// publishJWK takes any JSON object for a JWK: tests need key sets that are
// wrong. Only blanks between members are not kept.
func (d *directory) publishJWK(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	jwk, err := jose.ParseObject(body)
	if err != nil {
		return invalid("body", "%v", err)
	}
	// Settles the software before the owner is taken from the path.
	soft, org, err := d.registry.softwareOf(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	if err := d.registry.publish(org.ID, soft.ID, &publishedKey{kid: jwk.String("kid"), jwk: jwk.Bytes()}); err != nil {
		return err
	}
	return writeNothing(w)
}

// certifyListener makes a server certificate for the names in the request, so
// that a test server is trusted by all who trust this directory. Nothing proves
// that the names are the sender's: only tests trust this CA.
func (d *directory) certifyListener(w http.ResponseWriter, r *http.Request) error {
	csr, err := readCSR(w, r)
	if err != nil {
		return err
	}
	hosts := csr.DNSNames
	for _, ip := range csr.IPAddresses {
		hosts = append(hosts, ip.String())
	}
	if len(hosts) == 0 {
		return invalid("subjectAltName", "expected at least one DNS name or IP address in the certificate signing request")
	}
	leaf, err := d.authority.IssueServer(hosts, csr.PublicKey)
	if err != nil {
		return invalid("subjectAltName", "%v", err)
	}
	return writeBytes(w, http.StatusCreated, mediaPEM, chainPEM(leaf, d.authority.Issuing()))
}
