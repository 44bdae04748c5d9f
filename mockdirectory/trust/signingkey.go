package trust

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// SigningKey signs statements. What never changes is worked out once.
type SigningKey struct {
	Key    jose.Key
	Public jose.PublicKey

	record signingRecord
	pool   *pki.KeyPool

	mu    sync.Mutex
	rogue jose.Key
}

// SigningState is a key as people see it.
type SigningState struct {
	KeyID     string     `json:"kid"`
	Current   bool       `json:"current"`
	Made      time.Time  `json:"made"`
	Withdrawn *time.Time `json:"withdrawn"` // nil while it is published
}

// signingRecord is a key as the store has it.
type signingRecord struct {
	SigningState
	Private     string
	Certificate string
	JWK         json.RawMessage
}

// newRecord makes a key with its certificate. Its kid is the SHA-256 of the
// certificate, base64url with the "=" that RFC 7515 section 2 would leave out.
// The UK directory has it, so relying parties must take a kid as it is.
func (s *Signing) newRecord(ctx context.Context) (signingRecord, error) {
	private, err := s.trust.cfg.Keys.RSA(ctx)
	if err != nil {
		return signingRecord{}, err
	}
	a := s.trust.Authority()
	leaf, err := a.Issue(pki.OBSigning, pki.Subject{OrganisationID: "OpenBanking", SoftwareID: "Directory"}, private.Public())
	if err != nil {
		return signingRecord{}, err
	}
	kid := pki.X5TS256(leaf) + "="
	err = s.trust.cfg.Registry.AddCertificate(registry.Certificate{
		Serial: registry.NormalSerial(leaf.SerialNumber.Text(16)), Issuer: FirstIssuing, Kind: pki.OBSigning, KeyID: kid,
		Subject: leaf.Subject.String(), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, PEM: string(ChainPEM(leaf)),
	})
	if err != nil {
		return signingRecord{}, err
	}
	jwk, err := CertifiedJWK(a, Certified{
		Public: private.Public(), KeyID: kid, Use: "sig", Leaf: leaf, X5U: s.trust.cfg.BaseURL + "/keystore/" + kid + ".pem",
	})
	if err != nil {
		return signingRecord{}, err
	}
	return signingRecord{
		SigningState: SigningState{KeyID: kid, Made: s.trust.cfg.Now().UTC()},
		Private:      keyPEM(private), Certificate: string(ChainPEM(leaf, a.Issuing())), JWK: jwk,
	}, nil
}

func (r signingRecord) with(change func(*signingRecord)) signingRecord {
	change(&r)
	return r
}

func (r signingRecord) row() store.Row {
	return store.Row{Table: store.SigningKeys, ID: r.KeyID, Value: r}
}

// Impostor is a key that goes by the same kid and is published nowhere. It is
// made when first needed: most runs never forge a statement.
func (k *SigningKey) Impostor(ctx context.Context) (jose.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.rogue.Private == nil {
		private, err := k.pool.RSA(ctx)
		if err != nil {
			return jose.Key{}, fmt.Errorf("key for a forged statement: %w", err)
		}
		k.rogue = jose.Key{Private: private, ID: k.Key.ID, Alg: k.Key.Alg}
	}
	return k.rogue, nil
}
