package mockdirectory

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"sync"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
)

// The class of endpoints at which the knob of the listener's certificate acts.
const (
	tlsClass           = "tls"
	foreignCertificate = "foreign-certificate"
)

// listenerCertificate is for an EC key: a handshake costs a tenth of the time
// that RSA takes, which is felt when a load run fetches key sets.
func (s *Server) listenerCertificate(hosts []string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("listener key: %w", err)
	}
	return certify(s.desk.Trust.Authority(), key, hosts)
}

// certify signs with any authority.
func certify(a *pki.Authority, key *ecdsa.PrivateKey, hosts []string) (tls.Certificate, error) {
	leaf, err := a.IssueServer(hosts, key.Public())
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("listener certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw, a.Issuing().Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// shownCertificate is the listener's, or one for the same names by an authority
// that nobody trusts while the knob foreign-certificate is turned: what a machine
// in the middle would show.
func (s *Server) shownCertificate(own tls.Certificate, hosts []string) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	foreign := sync.OnceValues(func() (tls.Certificate, error) { return s.foreignCertificate(hosts) })
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if _, bent := s.panel.Ask(foreignCertificate, knob.Scope{Endpoint: tlsClass}); !bent {
			return &own, nil
		}
		certificate, err := foreign()
		return &certificate, err
	}
}

// foreignCertificate comes from an authority of the same name with other keys.
func (s *Server) foreignCertificate(hosts []string) (tls.Certificate, error) {
	root, err := s.cfg.Keys.RSA(context.Background())
	if err != nil {
		return tls.Certificate{}, err
	}
	issuing, err := s.cfg.Keys.RSA(context.Background())
	if err != nil {
		return tls.Certificate{}, err
	}
	a, err := pki.NewAuthority(pki.AuthorityConfig{Root: root, Issuing: issuing, Now: s.cfg.Now})
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	return certify(a, key, hosts)
}
