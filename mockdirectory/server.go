package mockdirectory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/metrics"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// Server is a running directory. It is safe for concurrent use.
type Server struct {
	cfg     Config
	desk    *desk.Desk
	guard   *access.Guard
	panel   *knob.Panel
	fetches *watch.List
	metrics *metrics.Metrics

	public, pki, management *listener

	foreign       atomic.Bool // the listener shows a foreign certificate
	url, pkiURL   string
	managementURL string
	ownKeys       *pki.KeyPool // nil when the caller brought the pool

	ending   chan struct{} // closed when the directory is to stop
	closing  sync.Once
	closeErr error
}

// Start opens the store, makes or restores the CA and the statement signing
// key, listens and serves. The context bounds the start only; the directory runs
// until Close, which closes the store too. It is an error when an address cannot
// be had, when a URL is not a plain one, when the management port would be open
// to a network without a token, or when ctx ends first; nothing is left running
// then.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s := &Server{cfg: cfg.withDefaults(), ending: make(chan struct{})}
	if s.cfg.Keys == nil {
		s.ownKeys = pki.NewKeyPool(3)
		s.cfg.Keys = s.ownKeys
	}
	if err := s.start(ctx); err != nil {
		return nil, fmt.Errorf("start directory: %w", errors.Join(err, s.stop()))
	}
	return s, nil
}

// start listens before all else, because the ports are part of every URL that
// is published. What it opened is closed by stop.
func (s *Server) start(ctx context.Context) (err error) {
	for _, l := range []struct {
		name string
		into **listener
		addr string
	}{{"addr", &s.public, s.cfg.Addr}, {"pki-addr", &s.pki, s.cfg.PKIAddr}, {"management-addr", &s.management, s.cfg.ManagementAddr}} {
		if *l.into, err = listen(ctx, l.addr); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	base, hosts, err := s.cfg.baseURL(s.public.Addr())
	if err != nil {
		return err
	}
	pkiURL, err := s.cfg.pkiURL(s.pki.Addr())
	if err != nil {
		return err
	}
	loopback, err := s.cfg.managementAllowed(s.management.Addr())
	if err != nil {
		return err
	}
	s.url, s.pkiURL = base, pkiURL
	if err := s.sameURLs(); err != nil {
		return err
	}
	if err := s.open(ctx, base, pkiURL); err != nil {
		return err
	}
	return s.serve(hosts, loopback)
}

// urls are what published keys and issued certificates point to.
type urls struct {
	Public string `json:"public"`
	PKI    string `json:"pki"`
}

// sameURLs refuses to go on with data that was made under other URLs: the
// certificates and keys in it would lead nowhere.
func (s *Server) sameURLs() error {
	var before *urls
	err := s.cfg.Store.Load(store.Settings, func(id string, row []byte) error {
		if id != "urls" {
			return nil
		}
		before = &urls{}
		return json.Unmarshal(row, before)
	})
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	now := urls{s.url, s.pkiURL}
	if before == nil {
		return s.cfg.Store.Save(store.Row{Table: store.Settings, ID: "urls", Value: now})
	}
	if *before != now {
		return fmt.Errorf("public URL and PKI URL: the data was made for %s and %s, which its keys and certificates point to; got %s and %s", before.Public, before.PKI, now.Public, now.PKI)
	}
	return nil
}

// open makes what stands behind the listeners.
func (s *Server) open(ctx context.Context, base, pkiURL string) error {
	s.panel = knob.New(knob.Options{Now: s.cfg.Now, Seed: s.cfg.Seed, Sign: s.signSet, Endpoints: classes()})
	now := s.panel.Clock(s.cfg.Now)
	members, err := registry.Open(s.cfg.Store, now)
	if err != nil {
		return err
	}
	if s.cfg.Enrol != nil {
		if err := s.cfg.Enrol.Apply(members); err != nil {
			return err
		}
	}
	t, err := trust.Open(ctx, trust.Config{
		Keys: s.cfg.Keys, Store: s.cfg.Store, Registry: members, Panel: s.panel, Now: now,
		BaseURL: base, PKIURL: pkiURL, Delays: s.cfg.Delays,
	})
	if err != nil {
		return err
	}
	s.desk = &desk.Desk{Base: base, Issuer: s.cfg.Issuer, Now: now, Registry: members, Trust: t}
	s.guard = access.New(access.Config{Desk: s.desk, Require: s.cfg.RequireToken})
	s.metrics = metrics.New(members)
	s.fetches = watch.New(s.cfg.Now, s.metrics.Observe, s.logFetch)
	return nil
}

// serve begins to answer. The management listener speaks plain HTTP on the
// loopback, where nobody listens in, and HTTPS beyond it.
func (s *Server) serve(hosts []string, loopback bool) error {
	certificate := s.cfg.Certificate
	if certificate == nil {
		own, err := s.listenerCertificate(hosts)
		if err != nil {
			return err
		}
		certificate = &own
	}
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*certificate},
		// Asked for and not demanded: only the token endpoint and tokens bound to a
		// certificate need one (RFC 8705), and each endpoint says so in words.
		ClientAuth: tls.RequestClientCert,
	}
	bent := config.Clone()
	bent.GetCertificate = s.shownCertificate(*certificate, hosts)
	bent.Certificates = nil
	s.public.serve(s.publicHandler(), bent, s.cfg.Log)
	s.pki.serve(s.pkiHandler(), nil, s.cfg.Log)
	s.managementURL = "http://" + s.management.Addr().String()
	if loopback {
		s.management.serve(s.managementHandler(), nil, s.cfg.Log)
		return nil
	}
	s.managementURL = "https://" + s.management.Addr().String()
	s.management.serve(s.managementHandler(), config.Clone(), s.cfg.Log)
	return nil
}

// signSet makes a JWT of a key set, for the knob that has it published so.
func (s *Server) signSet(payload []byte) (string, error) {
	return s.desk.SignPayload(payload)
}

// URL is the public URL, without a slash at its end.
func (s *Server) URL() string { return s.url }

// PKIURL is where CRLs, OCSP answers and CA certificates are.
func (s *Server) PKIURL() string { return s.pkiURL }

// ManagementURL is where the knobs and the page are, without a slash at its end.
func (s *Server) ManagementURL() string { return s.managementURL }

// Roots returns a new pool with the root CA: what a client of the directory,
// and a server that takes its certificates, trust.
func (s *Server) Roots() *x509.CertPool { return s.desk.Trust.Authority().Pool() }

// RootPEM is the root CA's certificate, as /ca/root.pem has it.
func (s *Server) RootPEM() []byte { return trust.ChainPEM(s.desk.Trust.Authority().Root()) }

// Close stops listening, waits up to five seconds for requests under way and
// then drops them. It may be called more than once.
func (s *Server) Close() error {
	s.closing.Do(func() { s.closeErr = s.stop() })
	return s.closeErr
}

// stop closes what has been opened, the panel first: it ends answers that a
// knob holds back. A pool that the caller brought is left alone, since other
// directories may draw from it.
func (s *Server) stop() error {
	close(s.ending)
	if s.panel != nil {
		s.panel.Close()
	}
	var errs []error
	for _, l := range []*listener{s.management, s.public, s.pki} {
		if l != nil {
			errs = append(errs, l.close())
		}
	}
	errs = append(errs, s.cfg.Store.Close())
	if s.ownKeys != nil {
		s.ownKeys.Close()
	}
	return errors.Join(errs...)
}

// logFetch writes the access log, without queries and bodies.
func (s *Server) logFetch(f watch.Fetch) {
	s.cfg.Log.Debug("directory request", "class", f.Class, "method", f.Method, "path", f.Path, "status", f.Status, "took", f.Took, "from", f.From, "client", f.Client)
}
