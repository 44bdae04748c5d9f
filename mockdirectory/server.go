package mockdirectory

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// Limits of the listener. The slowest honest answer takes two RSA keys.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	closeTimeout      = 5 * time.Second
	maxHeaderBytes    = 32 << 10
)

// Server is a running directory. It is safe for concurrent use.
type Server struct {
	url       string
	authority *pki.Authority
	http      *http.Server
	stop      context.CancelFunc
	ownKeys   *pki.KeyPool // nil when the caller brought the pool
	served    chan error

	closing  sync.Once
	closeErr error
}

// Start makes the CA and the statement signing key, listens and serves. The
// context bounds the start only; the directory runs until Close. It is an error
// when the address cannot be had, when the public URL is not a plain https one,
// or when ctx ends first; nothing is left running then.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{served: make(chan error, 1)}
	if cfg.Keys == nil {
		s.ownKeys = pki.NewKeyPool(3)
		cfg.Keys = s.ownKeys
	}
	if err := s.start(ctx, cfg); err != nil {
		s.closeKeys()
		return nil, fmt.Errorf("start directory: %w", err)
	}
	return s, nil
}

// start listens before all else, because the port is part of every URL that is
// published. It closes the listener when a later step fails.
func (s *Server) start(ctx context.Context, cfg Config) (err error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ln.Close())
		}
	}()
	base, hosts, err := cfg.baseURL(ln.Addr())
	if err != nil {
		return err
	}
	if s.authority, err = newAuthority(ctx, cfg); err != nil {
		return err
	}
	signing, err := newSigningKeys(ctx, signingConfig{authority: s.authority, keys: cfg.Keys, base: base})
	if err != nil {
		return err
	}
	certificate, err := listenerCertificate(s.authority, hosts)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.Background())
	s.url, s.stop = base, stop
	s.http = &http.Server{
		Handler: newHandler(&directory{
			base: base, issuer: cfg.Issuer, now: cfg.Now,
			authority: s.authority, signing: signing, registry: newRegistry(),
		}, cfg.Log),
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return running },
	}
	go func() { s.served <- s.http.ServeTLS(ln, "", "") }()
	return nil
}

// newAuthority makes a CA that no other directory shares.
func newAuthority(ctx context.Context, cfg Config) (*pki.Authority, error) {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		key, err := cfg.Keys.RSA(ctx)
		if err != nil {
			return nil, err
		}
		keys[i] = key
	}
	// Without a base URL: certificates point to no CRL and no OCSP responder, as there is none.
	return pki.NewAuthority(pki.AuthorityConfig{Root: keys[0], Issuing: keys[1], Now: cfg.Now})
}

// listenerCertificate is for an EC key: a handshake costs a tenth of the time
// that RSA takes, which is felt when a load run fetches key sets.
func listenerCertificate(authority *pki.Authority, hosts []string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("listener key: %w", err)
	}
	leaf, err := authority.IssueServer(hosts, key.Public())
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("listener certificate: %w", err)
	}
	return tls.Certificate{
		Certificate: [][]byte{leaf.Raw, authority.Issuing().Raw},
		PrivateKey:  key,
		Leaf:        leaf,
	}, nil
}

// URL is the public URL, without a slash at its end.
func (s *Server) URL() string { return s.url }

// Roots returns a new pool with the root CA: what a client of the directory,
// and a server that takes its certificates, trust.
func (s *Server) Roots() *x509.CertPool { return s.authority.Pool() }

// RootPEM is the root CA's certificate, as /ca/root.pem has it.
func (s *Server) RootPEM() []byte { return chainPEM(s.authority.Root()) }

// Close stops listening, waits up to five seconds for requests under way and
// then drops them. It may be called more than once.
func (s *Server) Close() error {
	s.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		err := s.http.Shutdown(ctx)
		s.stop()
		if err != nil {
			err = fmt.Errorf("close directory: requests were still under way: %w", errors.Join(err, s.http.Close()))
		}
		if end := <-s.served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, fmt.Errorf("serve directory: %w", end))
		}
		s.closeKeys()
		s.closeErr = err
	})
	return s.closeErr
}

// closeKeys leaves a pool alone that the caller brought: other directories may
// draw from it.
func (s *Server) closeKeys() {
	if s.ownKeys != nil {
		s.ownKeys.Close()
	}
}

// chainPEM writes certificates one after the other.
func chainPEM(chain ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}
