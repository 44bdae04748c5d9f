package registry

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDomainsOfRoles(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		roles []string
		want  string // part of the refusal; empty accepts
	}{
		{"third party", []string{"AISP", "PISP", "CBPII"}, ""},
		{"bank", []string{"ASPSP"}, ""},
		{"other domain", []string{"CD_AISP", "CD_CBPII"}, ""},
		{"brazil", []string{"DADOS", "PAGTO", "CONTA"}, ""},
		{"data recipient", []string{"ADR"}, ""},
		{"data holder and recipient", []string{"DH", "ADR"}, "DH excludes"},
		{"two countries", []string{"DADOS", "ADR"}, "domains"},
		{"two domains", []string{"AISP", "CD_AISP"}, "domains"},
		{"bank and third party", []string{"AISP", "ASPSP"}, "excludes"},
		{"bank and third party of the other domain", []string{"CD_ASPSP", "CD_AISP"}, "excludes"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			err := checkDomain(in.roles)
			if in.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, in.want)
		})
	}
}

func TestOrganisationIdentifier(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, authority, registration, want string }{
		{"sandbox", "OBGBR", "Unknown0015800001AAAAAAAA", "PSDGB-OB-Unknown0015800001AAAAAAAA"},
		{"regulator", "FCAGBR", "123456", "PSDGB-FCA-123456"},
		{"other authority", "FMA", "12", "PSDGB-FMA-12"},
		{"identifier as it is", "FCAGBR", "PSDMT-MFSA-A 12345", "PSDMT-MFSA-A 12345"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			rec := Organisation{AuthorityID: in.authority, RegistrationID: in.registration}
			require.Equal(t, in.want, rec.OrganisationIdentifier())
		})
	}
}
