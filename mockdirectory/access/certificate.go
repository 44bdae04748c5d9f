package access

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// presented is the client certificate of the connection; nil when there is
// none. Its holder has proved to have the key, which is all that the handshake
// tells: the listener asks for a certificate and does not check whose it is.
func presented(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

// Issued finds what the directory knows of a certificate; nil when it did not
// issue it. It is found by its serial number and compared as a whole, since a
// serial number is easily claimed.
func Issued(d *desk.Desk, leaf *x509.Certificate) *registry.Certificate {
	c := d.Registry.Certificate(leaf.SerialNumber.Text(16))
	if c == nil {
		return nil
	}
	block, _ := pem.Decode([]byte(c.PEM))
	if block == nil || !bytes.Equal(block.Bytes, leaf.Raw) {
		return nil
	}
	return c
}

// Revoked tells whether a certificate, its key or the CA that issued it is
// revoked, wherever that is to show: the directory itself always knows.
func Revoked(d *desk.Desk, c *registry.Certificate) bool {
	if c.Revocation != nil {
		return true
	}
	for _, ca := range d.Trust.Authorities() {
		if ca.Slug == c.Issuer && ca.Revoked != nil {
			return true
		}
	}
	keys, err := d.Registry.Keys(c.OrganisationID, c.Owner)
	return err == nil && slices.ContainsFunc(keys, func(k registry.Key) bool { return k.KeyID == c.KeyID && k.Revoked != nil })
}

// checkCertificate wants a transport certificate of this directory that belongs
// to the software or its organisation and is in force. The fault has no code yet:
// the token endpoint and the API each have their own.
func (g *Guard) checkCertificate(leaf *x509.Certificate, soft registry.Software) (fault string) {
	if leaf == nil {
		return "expected a client certificate on the TLS connection"
	}
	issued := Issued(g.desk, leaf)
	if issued == nil {
		return "the client certificate was not issued by this directory"
	}
	if issued.Wrong != "" {
		return "the client certificate was made wrong on purpose: " + issued.Wrong
	}
	if !issued.Kind.Transport() {
		return "expected a client certificate for transport, got one of type " + string(issued.Kind)
	}
	if issued.OrganisationID != soft.OrganisationID || issued.Owner != soft.ID && issued.Owner != soft.OrganisationID {
		return "the client certificate belongs neither to the software " + soft.ID + " nor to its organisation"
	}
	now := g.desk.Now()
	if now.Before(issued.NotBefore) || now.After(issued.NotAfter) {
		return "the client certificate is not in force at this time"
	}
	if Revoked(g.desk, issued) {
		return "the client certificate is revoked"
	}
	return ""
}
