package trust

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Config is what the trust side of a directory is made with.
type Config struct {
	Keys     *pki.KeyPool
	Store    store.Store
	Registry *registry.Registry // knows which certificates were issued and revoked
	Panel    *knob.Panel        // bends CRLs and OCSP answers
	Now      func() time.Time
	BaseURL  string // of the directory: x5u of its keys is below it
	PKIURL   string // where CRL, OCSP and CA certificates are served; certificates point there
	Delays   Delays
}

// Delays are how long a revocation takes to show. Zero shows it at once, which
// is what tests want.
type Delays struct{ OCSP, CRL time.Duration }

// DocumentedDelays are those of the UK directory: its key sets follow at once,
// OCSP within five minutes, the CRL within thirty seconds.
var DocumentedDelays = Delays{OCSP: 5 * time.Minute, CRL: 30 * time.Second}

// Trust is safe for concurrent use.
type Trust struct {
	cfg     Config
	signing *Signing

	making sync.Mutex // held while a CA is made or revoked
	mu     sync.RWMutex
	root   *listedCA // of the first issuing CA
	// authorities are the issuing CAs in the order in which they were made. The
	// first issues what is not asked of another.
	authorities []*issuingCA
	crossRoot   *listedCA         // nil until a cross-signed chain is asked for
	cross       *x509.Certificate // the first issuing CA's, signed by crossRoot
}

// issuingCA is one with its slug and what became of it.
type issuingCA struct {
	authority *pki.Authority
	listedCA
	revoked *registry.Revocation // nil while it is trusted
}

// Open takes the CAs and the signing keys from the store, or makes the first
// ones and stores them. The context bounds the making of keys.
func Open(ctx context.Context, cfg Config) (*Trust, error) {
	t := &Trust{cfg: cfg}
	if err := t.openAuthorities(ctx); err != nil {
		return nil, err
	}
	var err error
	t.signing, err = openSigning(ctx, t)
	return t, err
}

// Authority is the CA that issues what is not asked of another.
func (t *Trust) Authority() *pki.Authority {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.authorities[0].authority
}

// Signing are the keys that sign statements.
func (t *Trust) Signing() *Signing { return t.signing }

// ChainPEM writes certificates one after the other.
func ChainPEM(chain ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}
