package trust

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// storedCA is a CA as the store has it, in PEM.
type storedCA struct {
	Certificate string               `json:"certificate"`
	Key         string               `json:"key"`
	Revocation  *registry.Revocation `json:"revocation"`
}

// keep is a CA with its row.
type keep struct {
	slug       string
	cert       *x509.Certificate
	key        *rsa.PrivateKey
	revocation *registry.Revocation
}

func (k keep) row() store.Row {
	return store.Row{Table: store.Authorities, ID: k.slug, Value: storedCA{string(ChainPEM(k.cert)), keyPEM(k.key), k.revocation}}
}

func (s storedCA) keep(slug string) (keep, error) {
	key, err := parseKey(s.Key)
	if err != nil {
		return keep{}, err
	}
	cert, err := parseCertificate(s.Certificate)
	return keep{slug, cert, key, s.Revocation}, err
}

func (t *Trust) openAuthorities(ctx context.Context) error {
	var kept []keep
	err := t.cfg.Store.Load(store.Authorities, func(slug string, row []byte) error {
		var stored storedCA
		if err := json.Unmarshal(row, &stored); err != nil {
			return err
		}
		k, err := stored.keep(slug)
		kept = append(kept, k)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the authorities: %w", err)
	}
	if len(kept) == 0 {
		return t.makeFirst(ctx)
	}
	return t.restore(kept)
}

// restore relies on rows coming in the order in which they were first saved:
// root, first issuing CA, the others.
func (t *Trust) restore(kept []keep) error {
	if len(kept) < 2 || kept[0].slug != rootSlug || kept[1].slug != FirstIssuing {
		return errors.New("read the authorities: expected the root and the first issuing CA")
	}
	if err := t.takeFirst(kept[0], kept[1]); err != nil {
		return fmt.Errorf("read the authorities: %w", err)
	}
	for _, k := range kept[2:] {
		var err error
		if k.slug == crossRootSlug {
			err = t.takeCrossRoot(k)
		} else {
			err = t.takeIssuing(k)
		}
		if err != nil {
			return fmt.Errorf("read the authority %s: %w", k.slug, err)
		}
	}
	return nil
}

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
