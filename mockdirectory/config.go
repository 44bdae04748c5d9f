package mockdirectory

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Config is what a directory is started with. The zero value will do.
type Config struct {
	Addr      string           // host:port to listen on; 127.0.0.1:0 when empty
	PublicURL string           // https URL under which others reach it; https://<listener address> when empty
	Issuer    string           // iss of software statements; "OpenBanking Ltd" when empty
	Keys      *pki.KeyPool     // where RSA keys come from; a pool of its own when nil
	Now       func() time.Time // time.Now when nil
	Log       *slog.Logger     // access log at debug level, without bodies; none when nil
}

// withDefaults leaves Keys alone: Start must know whether it made the pool, and
// so has to close it.
func (c Config) withDefaults() Config {
	c.Addr = cmp.Or(c.Addr, "127.0.0.1:0")
	c.Issuer = cmp.Or(c.Issuer, "OpenBanking Ltd")
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
	at, err := netip.ParseAddrPort(listener.String())
	if err != nil {
		return "", nil, fmt.Errorf("listener address: %w", err)
	}
	if c.PublicURL == "" {
		if at.Addr().IsUnspecified() {
			return "", nil, fmt.Errorf("public URL: expected one beside the address %q, which is no address that others can reach", c.Addr)
		}
		return "https://" + listener.String(), withHost(hosts, at.Addr().String()), nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return "", nil, fmt.Errorf("public URL: %w", err)
	}
	if u.Scheme != "https" || u.Hostname() == "" {
		return "", nil, fmt.Errorf("public URL: expected https://host[:port], got %q", c.PublicURL)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", nil, errors.New("public URL: expected neither user information nor query nor fragment")
	}
	return strings.TrimSuffix(c.PublicURL, "/"), withHost(hosts, u.Hostname()), nil
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
