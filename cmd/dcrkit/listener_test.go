package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/profile"
)

// keyPair is a self-signed certificate with its key, as PEM.
type keyPair struct{ certificate, key []byte }

// validNow is a template of a certificate for the loopback that is valid.
func validNow(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
}

// expired is one that was valid.
func expired(c *x509.Certificate) {
	validNow(c)
	c.NotBefore, c.NotAfter = time.Now().Add(-48*time.Hour), time.Now().Add(-24*time.Hour)
}

// otherHost is one for another host.
func otherHost(c *x509.Certificate) {
	validNow(c)
	c.IPAddresses, c.DNSNames = nil, []string{"other.example"}
}

// newPair makes a pair after a template. It panics: there is no sensible
// failure, and the scripts have no testing.T.
func newPair(name string, shape func(*x509.Certificate)) keyPair {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
	}
	shape(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return keyPair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

// serveTLS starts an HTTPS server on the loopback and returns its URL. change
// may alter the TLS configuration.
func serveTLS(t *testing.T, p keyPair, h http.Handler, change func(*tls.Config)) (url string) {
	t.Helper()
	cert, err := tls.X509KeyPair(p.certificate, p.key)
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	if change != nil {
		change(s.TLS)
	}
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// serveTCP answers every TCP connection with do, which may keep it until stop
// is closed.
func serveTCP(t *testing.T, do func(c net.Conn, stop <-chan struct{})) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				do(c, stop)
			}()
		}
	}()
	t.Cleanup(func() { close(stop); _ = l.Close(); <-done })
	return l.Addr().String()
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// startTestLab starts a directory and a reference server for the test.
func startTestLab(t *testing.T, p *profile.Profile) *lab {
	t.Helper()
	l, err := startLab(context.Background(), p, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}
