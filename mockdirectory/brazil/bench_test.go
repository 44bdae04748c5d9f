package brazil

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// BenchmarkStatement is dominated by one RSA signature.
func BenchmarkStatement(b *testing.B) {
	s := newSite(b)
	soft := s.enrolSoftware(s.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	for b.Loop() {
		s.get(soft + "/assertion")
	}
}

// BenchmarkKeySet fetches a set that is picked out of as many keys, and rendered
// for each fetch.
func BenchmarkKeySet(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := newSite(b)
			soft := s.enrolSoftware(s.enrol(`{"OrganisationName":"A"}`), plainSoftware)
			record, org, err := s.Desk.Registry.SoftwareByID(idOf(soft))
			require.NoError(b, err)
			for i := range n {
				jwk := fmt.Sprintf(`{"kty":"EC","kid":"%d"}`, i)
				require.NoError(b, s.Desk.Registry.Publish(org.ID, record.ID, registry.Key{KeyID: fmt.Sprint(i), JWK: jwk}, nil))
			}
			for b.Loop() {
				s.get(keysOf(soft) + "/application.jwks")
			}
		})
	}
}

// BenchmarkParticipants fetches the list of ten thousand organisations.
func BenchmarkParticipants(b *testing.B) {
	s := newSite(b)
	for range 10_000 {
		_, err := s.Desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "A", Roles: registry.BrazilRoles})
		require.NoError(b, err)
	}
	for b.Loop() {
		s.get("/brazil/participants")
	}
}
