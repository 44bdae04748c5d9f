package desk

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Sizes of RSA keys that are certified, in bits. The upper bound keeps the cost
// of checking a signature small.
const (
	minKeyBits = 2048
	maxKeyBits = 4096
)

// ParseCSR reads one PEM certificate signing request (RFC 2986, RFC 7468
// section 7) and checks that its sender has the key. What the request says of a
// subject is not looked at: the directory knows its members. A weak key is for
// certificates that are to be wrong in just that.
func ParseCSR(body []byte, weak bool) (*x509.CertificateRequest, error) {
	block, rest := pem.Decode(body)
	if block == nil {
		return nil, problem.Invalid("body", "expected a certificate signing request in PEM")
	}
	if block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
		return nil, problem.Invalid("body", "expected PEM of type CERTIFICATE REQUEST, got %q", block.Type)
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, problem.Invalid("body", "expected nothing after the certificate signing request")
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, problem.Invalid("body", "the certificate signing request cannot be read: %v", err)
	}
	if err := checkKey(csr.PublicKey, weak); err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, problem.Invalid("body", "the signature of the certificate signing request does not verify: %v", err)
	}
	return csr, nil
}

// checkKey comes before the signature is verified, so that the work is bounded.
func checkKey(pub crypto.PublicKey, weak bool) error {
	switch key := pub.(type) {
	case *rsa.PublicKey:
		least, most := minKeyBits, maxKeyBits
		if weak {
			least, most = 1024, minKeyBits-1
		}
		if bits := key.N.BitLen(); bits < least || bits > most {
			return problem.Invalid("body", "expected an RSA key of %d to %d bits, got %d", least, most, bits)
		}
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() || weak {
			return problem.Invalid("body", "expected an EC key on P-256 or, for a weak one, an RSA key, got %s", key.Curve.Params().Name)
		}
	default:
		return problem.Invalid("body", "expected an RSA key or an EC key on P-256, got %T", pub)
	}
	return nil
}
