package mockdirectory

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/seed"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// Config is what a directory is started with. The zero value will do.
type Config struct {
	Addr      string // host:port of the HTTPS API; 127.0.0.1:0 when empty
	PublicURL string // https URL under which others reach it; https://<listener address> when empty
	// PKIAddr is where certificates, CRLs and OCSP answers are served over plain
	// HTTP, as public CAs do: a client that checks a certificate of this CA cannot
	// check the one of the server which tells it how. 127.0.0.1:0 when empty.
	PKIAddr string
	PKIURL  string // http URL that certificates point to; http://<listener address> when empty
	// ManagementAddr is where the knobs and the page are. 127.0.0.1:0 when empty.
	// Beyond the loopback it needs a ManagementToken, and speaks HTTPS.
	ManagementAddr  string
	ManagementToken string

	Certificate *tls.Certificate // of the HTTPS listeners; one of the directory's own CA when nil
	Issuer      string           // iss of software statements; "OpenBanking Ltd" when empty
	// RequireToken turns away members who bring no access token of the directory
	// to its API. A token that is brought is checked in any case.
	RequireToken bool

	Delays trust.Delays // until a revocation shows; none by default

	Enrol *seed.File       // organisations to enrol before the first request, unless they are; nil for none
	Store store.Store      // forgets when nil; Close closes it
	Keys  *pki.KeyPool     // where RSA keys come from; a pool of its own when nil
	Seed  uint64           // of the knobs that misbehave now and then
	Now   func() time.Time // time.Now when nil
	Log   *slog.Logger     // access log at debug level, without bodies; none when nil
}

// withDefaults leaves Keys alone: Start must know whether it made the pool, and
// so has to close it.
func (c Config) withDefaults() Config {
	const loopback = "127.0.0.1:0"
	c.Addr = cmp.Or(c.Addr, loopback)
	c.PKIAddr = cmp.Or(c.PKIAddr, loopback)
	c.ManagementAddr = cmp.Or(c.ManagementAddr, loopback)
	c.Issuer = cmp.Or(c.Issuer, "OpenBanking Ltd")
	if c.Store == nil {
		c.Store = store.Memory{}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// baseURL settles the URL that everything published is below, without a slash
// at its end, and the host names that the listener's certificate must bear. The
// loopback names are always among them, whatever the public URL, for clients on
// the same machine.
func (c Config) baseURL(listener net.Addr) (base string, hosts []string, err error) {
	hosts = []string{"127.0.0.1", "::1", "localhost"}
	base, host, err := publicURL(published{"public URL", "https", c.Addr, c.PublicURL}, listener)
	return base, withHost(hosts, host), err
}

// pkiURL is like it for what certificates point to.
func (c Config) pkiURL(listener net.Addr) (string, error) {
	base, _, err := publicURL(published{"PKI URL", "http", c.PKIAddr, c.PKIURL}, listener)
	return base, err
}

// published is an address with the URL under which others know it.
type published struct{ name, scheme, addr, url string }

func publicURL(p published, listener net.Addr) (base, host string, err error) {
	at, err := netip.ParseAddrPort(listener.String())
	if err != nil {
		return "", "", fmt.Errorf("listener address: %w", err)
	}
	if p.url == "" {
		if at.Addr().IsUnspecified() {
			return "", "", fmt.Errorf("%s: expected one beside the address %q, which is no address that others can reach", p.name, p.addr)
		}
		return p.scheme + "://" + listener.String(), at.Addr().String(), nil
	}
	u, err := url.Parse(p.url)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", p.name, err)
	}
	if u.Scheme != p.scheme || u.Hostname() == "" {
		return "", "", fmt.Errorf("%s: expected %s://host[:port], got %q", p.name, p.scheme, p.url)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New(p.name + ": expected neither user information nor query nor fragment")
	}
	return strings.TrimSuffix(p.url, "/"), u.Hostname(), nil
}

// managementAllowed refuses to open the knobs to a network without a token.
func (c Config) managementAllowed(listener net.Addr) (loopback bool, err error) {
	at, err := netip.ParseAddrPort(listener.String())
	if err != nil {
		return false, fmt.Errorf("management address: %w", err)
	}
	if at.Addr().Unmap().IsLoopback() {
		return true, nil
	}
	if len(c.ManagementToken) < 16 {
		return false, fmt.Errorf("management token: expected at least 16 characters beside the management address %q, which is beyond the loopback, got %d", c.ManagementAddr, len(c.ManagementToken))
	}
	return false, nil
}

// withHost adds a host name unless it is there.
func withHost(hosts []string, host string) []string {
	for _, h := range hosts {
		if strings.EqualFold(h, host) {
			return hosts
		}
	}
	return append(hosts, host)
}
