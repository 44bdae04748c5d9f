package page

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"html/template"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// The keys that are made on request. The empty choice is a key that the visitor has.
var keyChoices = []choice{{"", "mine: the request is below"}, {"rsa", "make me an RSA key"}, {"ec", "make me an EC key on P-256"}}

// maker makes a key here, and says how to make one like it in a terminal.
type maker struct {
	make    func(context.Context) (crypto.Signer, error)
	openssl string
}

// makerOf finds out how a key of that kind is made. A weak one has 1024 bits, the least that
// crypto/rsa makes.
func makerOf(kind, wrong string) (maker, error) {
	const line = " -nodes -subj /CN=any -keyout member.key -out " + csrFile
	weak := wrong == string(pki.WeakKey)
	switch {
	case kind == "rsa" && weak:
		return maker{func(context.Context) (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 1024) }, "openssl req -new -newkey rsa:1024" + line}, nil
	case kind == "rsa":
		return maker{nil, "openssl req -new -newkey rsa:2048" + line}, nil
	case kind == "ec" && weak:
		return maker{}, problem.Invalid("key", "expected an RSA key for the deviation %s, got one on P-256", wrong)
	case kind == "ec":
		return maker{
			func(context.Context) (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
			"openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256" + line,
		}, nil
	}
	return maker{}, problem.Invalid("key", "expected rsa or ec or nothing, got %q", kind)
}

// made is a key with a request for it.
type made struct {
	key string // PEM, PKCS #8
	csr []byte // PEM
}

// makeKey makes a key that is kept nowhere: the answer to the visitor has the only copy.
func (s *site) makeKey(ctx context.Context, kind, wrong string) (made, error) {
	m, err := makerOf(kind, wrong)
	if err != nil {
		return made{}, err
	}
	if m.make == nil {
		m.make = func(ctx context.Context) (crypto.Signer, error) { return s.Keys.RSA(ctx) }
	}
	key, err := m.make(ctx)
	if err != nil {
		return made{}, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return made{}, fmt.Errorf("make a key: %w", err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return made{}, fmt.Errorf("make a key: %w", err)
	}
	return made{
		key: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		csr: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}),
	}, nil
}

// issuedBody is a certificate as its holder gets it.
type issuedBody struct {
	Name, Wrong   string
	KeyID, Serial string
	Chain         string // leaf, then issuing CA
	Key           string // the private key, where it was made here
	Back          string
}

// Bundle is all of it in one file, the key first, as most tools want it.
func (b issuedBody) Bundle() string { return b.Key + b.Chain }

// BundleURL holds the bundle, so that it can be downloaded without being kept.
func (b issuedBody) BundleURL() template.URL { return dataURL(mediaPEM, b.Bundle()) }

// issuedScreen shows a certificate once. It answers the form itself, since there is nowhere to
// fetch a private key from again.
func issuedScreen(title string, trail []link, body issuedBody) *screen {
	return &screen{template: "issued", status: 201, Title: title, Here: organisationsPath, Trail: trail, Body: body}
}

// dataURL puts a text into its own link (RFC 2397).
func dataURL(media, text string) template.URL {
	return template.URL("data:" + media + ";base64," + base64.StdEncoding.EncodeToString([]byte(text)))
}
