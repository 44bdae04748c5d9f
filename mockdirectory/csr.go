package mockdirectory

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
)

// Sizes of RSA keys that are certified, in bits. The upper bound keeps the cost
// of checking a signature small.
const (
	minKeyBits = 2048
	maxKeyBits = 4096
)

// readCSR reads a body of one PEM certificate signing request (RFC 2986, RFC
// 7468 section 7) and checks that its sender has the key. What the request
// says of a subject is not looked at: the directory knows its members.
func readCSR(w http.ResponseWriter, r *http.Request) (*x509.CertificateRequest, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	block, rest := pem.Decode(body)
	if block == nil {
		return nil, invalid("body", "expected a certificate signing request in PEM")
	}
	if block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
		return nil, invalid("body", "expected PEM of type CERTIFICATE REQUEST, got %q", block.Type)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, invalid("body", "expected nothing after the certificate signing request")
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, invalid("body", "the certificate signing request cannot be read: %v", err)
	}
	if err := checkKey(csr.PublicKey); err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, invalid("body", "the signature of the certificate signing request does not verify: %v", err)
	}
	return csr, nil
}

// checkKey comes before the signature is verified, so that the work is bounded.
func checkKey(pub crypto.PublicKey) error {
	switch key := pub.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
			return invalid("body", "expected an RSA key of %d to %d bits, got %d", minKeyBits, maxKeyBits, bits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return invalid("body", "expected an EC key on P-256, got %s", key.Curve.Params().Name)
		}
	default:
		return invalid("body", "expected an RSA key or an EC key on P-256, got %T", pub)
	}
	return nil
}
