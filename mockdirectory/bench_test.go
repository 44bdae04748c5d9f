package mockdirectory

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
	d, org, id := inMemory(b)
	for b.Loop() {
		st, err := d.statement(org, id)
		require.NoError(b, err)
		_, err = st.Draft(d.signing.current.key).Seal()
		require.NoError(b, err)
	}
}

// BenchmarkStatementClaims is the part of BenchmarkStatementSigning that is not the signature.
func BenchmarkStatementClaims(b *testing.B) {
	d, org, id := inMemory(b)
	for b.Loop() {
		st, err := d.statement(org, id)
		require.NoError(b, err)
		_ = st.Claims().Bytes()
	}
}

func inMemory(b *testing.B) (d *directory, org, id string) {
	cfg := Config{Keys: testKeys, Now: time.Now}
	authority, err := newAuthority(b.Context(), cfg)
	require.NoError(b, err)
	signing, err := newSigningKeys(b.Context(), signingConfig{authority, testKeys, "https://directory.example"})
	require.NoError(b, err)
	d = &directory{base: "https://directory.example", issuer: "A", now: time.Now, authority: authority, signing: signing, registry: newRegistry()}
	org = d.registry.addOrganisation(enrolment{OrganisationName: "A"}).ID
	rec, err := d.registry.addSoftware(org, softwareFields{ClientName: "A", RedirectURI: []string{"https://tpp.example/cb"}})
	require.NoError(b, err)
	return d, org, rec.ID
}
