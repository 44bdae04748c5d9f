package mockdirectory

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
)

// BenchmarkStatement fetches one statement after the other over HTTPS.
func BenchmarkStatement(b *testing.B) {
	_, c := startDirectory(b, Config{})
	soft, _ := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	for b.Loop() {
		c.must(200, "GET", soft+"/software-statement-assertion", nil)
	}
}

// BenchmarkStatementSigning is the same without HTTP: what is above the cost of
// one RSA signature is ours.
func BenchmarkStatementSigning(b *testing.B) {
	s, c := startDirectory(b, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	_, id := c.enrolSoftware(org, plainSoftware)
	for b.Loop() {
		_, err := s.desk.Assertion(b.Context(), org, id, desk.AssertionQuery{})
		require.NoError(b, err)
	}
}

// BenchmarkStatementAgainstSigning issues statements on all cores, and does
// nothing but the signatures of as many, in turns. The share is what of the
// rate that signing alone allows is left: the machine's moods are in both.
func BenchmarkStatementAgainstSigning(b *testing.B) {
	s, c := startDirectory(b, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	_, id := c.enrolSoftware(org, plainSoftware)
	key, err := testKeys.RSA(b.Context())
	require.NoError(b, err)
	digest := sha256.Sum256([]byte("statement"))
	sign := func() error {
		_, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		return err
	}
	issue := func() error {
		_, err := s.desk.Assertion(context.Background(), org, id, desk.AssertionQuery{})
		return err
	}
	var signing, issuing time.Duration
	for b.Loop() {
		signing += onAllCores(b, sign)
		issuing += onAllCores(b, issue)
	}
	b.ReportMetric(100*signing.Seconds()/issuing.Seconds(), "%-of-signing")
	b.ReportMetric(float64(b.N)*batch/issuing.Seconds(), "statements/s")
}

// batch is how often each of the two is done before it is the other's turn.
const batch = 200

// onAllCores does something batch times and returns how long it took.
func onAllCores(b *testing.B, do func() error) time.Duration {
	begun := time.Now()
	var left atomic.Int64
	left.Store(batch)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	workers.Wait()
	return time.Since(begun)
}

// BenchmarkKeySetOfTenThousand fetches a large set over HTTPS: the document is
// made once.
func BenchmarkKeySetOfTenThousand(b *testing.B) {
	s, c := startDirectory(b, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	_, id := c.enrolSoftware(org, plainSoftware)
	for n := range 10_000 {
		require.NoError(b, s.desk.PublishJWK(org, id, fmt.Appendf(nil, `{"kty":"EC","crv":"P-256","kid":"key-%d","x":"AAAA","y":"AAAA"}`, n)))
	}
	for b.Loop() {
		c.must(200, "GET", "/"+org+"/"+id+".jwks", nil)
	}
}
