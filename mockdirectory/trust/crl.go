package trust

import (
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// The UK directory makes its list anew every four hours and when something is
// revoked; it is valid for three days.
const (
	crlEvery    = 4 * time.Hour
	crlLifetime = 72 * time.Hour
)

// listedCA is a CA with the revocation list that it last made.
type listedCA struct {
	slug string
	*pki.CA

	mu      sync.Mutex
	list    []byte
	entries int
	made    time.Time
	number  int64
}

// revocationList returns the list in force. It is made anew when an entry has
// joined or when it has become old, never for a fetch: entries only ever join,
// so their number tells.
func (c *listedCA) revocationList(now time.Time, entries []pki.Revoked) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.made); c.list != nil && len(entries) == c.entries && age >= 0 && age < crlEvery {
		return c.list, nil
	}
	// The time in milliseconds: numbers rise over a restart too (RFC 5280, section 5.2.3).
	number := max(c.number+1, now.UnixMilli())
	list, err := c.CRL(entries, pki.CRLOptions{Number: big.NewInt(number), ThisUpdate: now, NextUpdate: now.Add(crlLifetime)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.slug, err)
	}
	c.list, c.entries, c.made, c.number = list, len(entries), now, number
	return list, nil
}

// listed is what the list of an issuing CA has by now.
func (t *Trust) listed(slug string, now time.Time) []pki.Revoked {
	var out []pki.Revoked
	for _, c := range t.cfg.Registry.RevokedCertificates() {
		if c.Issuer == slug && c.Shows(registry.InCRL) && !now.Before(c.Revocation.At.Add(t.cfg.Delays.CRL)) {
			out = append(out, revokedEntry(c))
		}
	}
	return out
}

// revokedEntry relies on the registry having checked the reason.
func revokedEntry(c *registry.Certificate) pki.Revoked {
	serial, _ := new(big.Int).SetString(c.Serial, 16)
	return pki.Revoked{Serial: serial, At: c.Revocation.At, Reason: reasonCode(c.Revocation)}
}

func reasonCode(r *registry.Revocation) int {
	code, err := pki.ParseReason(r.Reason)
	if err != nil {
		return 0
	}
	return code
}

// listedAuthorities is what the root's list has: the issuing CAs that were
// revoked.
func (t *Trust) listedAuthorities() []pki.Revoked {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []pki.Revoked
	for _, a := range t.authorities {
		if a.revoked != nil {
			out = append(out, pki.Revoked{Serial: a.Certificate().SerialNumber, At: a.revoked.At, Reason: reasonCode(a.revoked)})
		}
	}
	return out
}

// bentList makes a list that is wrong as a knob says. It is never kept.
func (c *listedCA) bentList(how string, now time.Time, entries []pki.Revoked) ([]byte, error) {
	options := pki.CRLOptions{Number: big.NewInt(now.UnixMilli()), ThisUpdate: now, NextUpdate: now.Add(crlLifetime)}
	switch how {
	case "stale":
		options.ThisUpdate, options.NextUpdate = now.Add(-2*crlLifetime), now.Add(-crlLifetime)
	case "missing-revoked":
		entries = nil
	case "malformed":
		return []byte("no revocation list"), nil
	case "wrong-signer":
		return c.CRLForeign(entries, options)
	default:
		return nil, fmt.Errorf("knob crl: no way to make %q", how)
	}
	return c.CRL(entries, options)
}
