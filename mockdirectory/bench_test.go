package mockdirectory

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"testing"

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

// BenchmarkStatementParallel issues on all cores at once, and BenchmarkRSAParallel
// does nothing but the signature: the ratio of both is what the issue of a
// statement costs beyond it.
func BenchmarkStatementParallel(b *testing.B) {
	s, c := startDirectory(b, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	_, id := c.enrolSoftware(org, plainSoftware)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.desk.Assertion(context.Background(), org, id, desk.AssertionQuery{}); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkRSAParallel is the yardstick of BenchmarkStatementParallel.
func BenchmarkRSAParallel(b *testing.B) {
	key, err := testKeys.RSA(b.Context())
	require.NoError(b, err)
	digest := sha256.Sum256([]byte("statement"))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}); err != nil {
				b.Error(err)
			}
		}
	})
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
