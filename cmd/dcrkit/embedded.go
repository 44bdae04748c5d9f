package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/aspsp"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/mockdirectory"
)

// keysAhead is how many RSA keys the pool keeps ready.
const keysAhead = 4

// The embedded server asks the directory again after a blink, so that a run need not
// wait for it. embeddedWait is what a busy machine may add.
const (
	embeddedFreshness = 150 * time.Millisecond
	embeddedWait      = 3 * time.Second
)

// lab is a directory and a reference server in this process. They meet over
// HTTPS only.
// So the embedded server knows no more of the directory than a target elsewhere would.
// audience is "" in profiles whose aud is the issuer.
type lab struct {
	directory *mockdirectory.Server
	server    *aspsp.Server
	keys      *pki.KeyPool
	audience  string
}

// startLab starts both for a profile, with some rules of the server switched off.
// If the server fails, the directory is stopped again. The context must outlive an
// interrupt, or the clean-up finds nobody to delete its clients.
func startLab(ctx context.Context, p *profile.Profile, off []string, log *slog.Logger) (*lab, error) {
	l := &lab{keys: pki.NewKeyPool(keysAhead)}
	var err error
	if l.directory, err = mockdirectory.Start(ctx, mockdirectory.Config{Keys: l.keys, Log: log}); err != nil {
		return nil, errors.Join(fmt.Errorf("start the directory: %w", err), l.Close())
	}
	l.server, l.audience, err = startServer(ctx, aspsp.Config{Profile: p, Off: off, Freshness: embeddedFreshness, Log: log}, l.directory.URL(), l.directory.Roots())
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// startServer starts a reference server that trusts the directory at that URL:
// it enrols itself there, which gives it its audience, and obtains its
// listener's certificate from the directory's CA unless it has one.
// The second result is that audience: the organisation id of the ASPSP, which OBIE DCR
// wants in aud. It is "" in profiles that put the issuer there; they need no enrolment.
func startServer(ctx context.Context, cfg aspsp.Config, directory string, roots *x509.CertPool) (*aspsp.Server, string, error) {
	network := tpp.NewNetwork(tpp.NetworkConfig{Roots: roots})
	defer network.Close()
	d := tpp.NewDirectory(directory, network)
	audience := ""
	if cfg.Profile.Dialect.Audience == "organisation" {
		org, err := d.CreateOrganisation(ctx, tpp.Organisation{Name: "dcrkit reference ASPSP", Roles: []string{"ASPSP"}})
		if err != nil {
			return nil, "", fmt.Errorf("enrol the reference server at the directory: %w", err)
		}
		audience = org.ID
	}
	if cfg.Certificate.Certificate == nil {
		var err error
		if cfg.Certificate, err = listenerCertificate(ctx, d, cfg); err != nil {
			return nil, "", fmt.Errorf("certificate of the reference server: %w", err)
		}
	}
	// The server gets what a directory's documentation would tell it, and then fetches the
	// keys by itself. A profile without software statements has no use for an issuer.
	cfg.Audience = audience
	issuer := ""
	if cfg.Profile.Dialect.Statement {
		index, err := d.Index(ctx)
		if err != nil {
			return nil, "", fmt.Errorf("ask the directory for its issuer: %w", err)
		}
		issuer = index.Issuer
	}
	cfg.Directory = aspsp.Directory{
		JWKS: directory + "/keystore/openbanking.jwks", Issuers: []string{issuer}, KeyStore: directory, Participants: directory, Roots: roots,
	}
	s, err := aspsp.Start(ctx, cfg)
	if err != nil {
		return nil, "", fmt.Errorf("start the reference server: %w", err)
	}
	return s, audience, nil
}

// listenerCertificate has the directory's CA sign a key for the host names
// under which the server will be called.
// The loopback is always among them. The host of --public-url joins as an IP address or
// a DNS name, since clients compare each with its own kind of subject alternative name
// (RFC 9110, section 4.3.4). The private key never leaves this process.
func listenerCertificate(ctx context.Context, d *tpp.Directory, cfg aspsp.Config) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.CertificateRequest{DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	if u, err := url.Parse(cfg.PublicURL); err == nil && u.Hostname() != "" {
		if ip := net.ParseIP(u.Hostname()); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, u.Hostname())
		}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	chain, err := d.ListenerCertificate(ctx, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}

// Close stops what was started.
// The server goes first, as it fetches from the directory. A lab that has started only
// in part may be closed too.
func (l *lab) Close() error {
	var errs []error
	if l.server != nil {
		errs = append(errs, l.server.Close())
	}
	if l.directory != nil {
		errs = append(errs, l.directory.Close())
	}
	l.keys.Close()
	return errors.Join(errs...)
}
