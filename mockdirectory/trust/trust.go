package trust

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Config is what the trust side of a directory is made with.
type Config struct {
	Keys    *pki.KeyPool
	Store   store.Store
	Now     func() time.Time
	BaseURL string // of the directory: x5u of its keys is below it
	PKIURL  string // where CRL, OCSP and CA certificates are served; certificates point there
}

// Trust is safe for concurrent use.
type Trust struct {
	cfg       Config
	authority *pki.Authority
	signing   *Signing
}

// Open takes the CAs and the signing keys from the store, or makes them if it
// has none and stores them. The context bounds the making of keys.
func Open(ctx context.Context, cfg Config) (*Trust, error) {
	t := &Trust{cfg: cfg}
	var err error
	if t.authority, err = openAuthority(ctx, cfg); err != nil {
		return nil, err
	}
	if t.signing, err = openSigning(ctx, t); err != nil {
		return nil, err
	}
	return t, nil
}

// Authority is the CA that issues what is not asked of another.
func (t *Trust) Authority() *pki.Authority { return t.authority }

// Signing are the keys that sign statements.
func (t *Trust) Signing() *Signing { return t.signing }

// storedAuthority is a CA as the store has it: certificates and private keys in
// PEM.
type storedAuthority struct {
	Root, RootKey       string
	Issuing, IssuingKey string
}

func openAuthority(ctx context.Context, cfg Config) (*pki.Authority, error) {
	making := pki.AuthorityConfig{Now: cfg.Now, BaseURL: cfg.PKIURL}
	found := false
	err := cfg.Store.Load(store.Authorities, func(id string, row []byte) error {
		if id != "issuingca" {
			return nil
		}
		found = true
		var stored storedAuthority
		if err := json.Unmarshal(row, &stored); err != nil {
			return err
		}
		return stored.into(&making)
	})
	if err != nil {
		return nil, fmt.Errorf("read the authority: %w", err)
	}
	if !found {
		for _, key := range []**rsa.PrivateKey{&making.Root, &making.Issuing} {
			if *key, err = cfg.Keys.RSA(ctx); err != nil {
				return nil, err
			}
		}
	}
	a, err := pki.NewAuthority(making)
	if err != nil || found {
		return a, err
	}
	stored := storedAuthority{
		Root: certificatePEM(a.Root()), RootKey: keyPEM(making.Root),
		Issuing: certificatePEM(a.Issuing()), IssuingKey: keyPEM(making.Issuing),
	}
	return a, cfg.Store.Save(store.Row{Table: store.Authorities, ID: "issuingca", Value: stored})
}

func (s storedAuthority) into(cfg *pki.AuthorityConfig) (err error) {
	if cfg.Root, err = parseKey(s.RootKey); err != nil {
		return err
	}
	if cfg.Issuing, err = parseKey(s.IssuingKey); err != nil {
		return err
	}
	if cfg.RootCertificate, err = parseCertificate(s.Root); err != nil {
		return err
	}
	cfg.IssuingCertificate, err = parseCertificate(s.Issuing)
	return err
}

// ChainPEM writes certificates one after the other.
func ChainPEM(chain ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func certificatePEM(c *x509.Certificate) string { return string(ChainPEM(c)) }

func keyPEM(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func parseCertificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("stored certificate: expected PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("stored private key: expected PEM")
	}
	return x509.ParsePKCS1PrivateKey(block.Bytes)
}
