package seed

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

const sample = `
Organisations:
  - OrganisationName: Example TPP
    Roles: [AISP, PISP]
    SoftwareStatements:
      - ClientName: Budgets
        RedirectUri: [https://tpp.example/cb]
      - ClientName: Payments
        Roles: [PISP]
  - OrganisationName: Example Bank
    Roles: [ASPSP]
    AuthorisationServers:
      - CustomerFriendlyName: Example Bank
        OpenIDConfigEndPointUri: https://bank.example/.well-known/openid-configuration
        AutoRegistrationSupported: true
`

// A second start with the same file enrols nothing twice and adds what is new.
func TestApplyTwice(t *testing.T) {
	t.Parallel()
	r, err := registry.Open(store.Memory{}, time.Now)
	require.NoError(t, err)
	for range 2 {
		f, err := Parse([]byte(sample))
		require.NoError(t, err)
		require.NoError(t, f.Apply(r))
	}
	f, err := Parse([]byte(sample + "      - CustomerFriendlyName: Second\n        OpenIDConfigEndPointUri: https://b.example/d\n    SoftwareStatements:\n      - ClientName: App\n"))
	require.NoError(t, err)
	require.NoError(t, f.Apply(r))

	all, total := r.Organisations(0, 10)
	require.Equal(t, 2, total)
	require.Equal(t, []string{"AISP", "PISP"}, all[0].Roles)
	require.True(t, all[1].AuthorisationServers[0].AutoRegistration)
	software, _, err := r.SoftwareOf(all[0].ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, software, 2)
	require.Equal(t, []string{"PISP"}, software[1].Roles)
	software, _, err = r.SoftwareOf(all[1].ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, software, 1)
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"empty", "", "Organisations: expected at least one"},
		{"no YAML", "{", "seed file"},
		{"unknown member", "Organisations:\n  - OrganisationNmae: A\n", "OrganisationNmae"},
		{"no name", "Organisations:\n  - Roles: [AISP]\n", "Organisations[0].OrganisationName"},
		{"name twice", "Organisations:\n  - OrganisationName: A\n  - OrganisationName: A\n", "Organisations[1].OrganisationName"},
		{"wrong type", "Organisations: 3\n", "seed file"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			_, err := Parse([]byte(in.text))
			require.ErrorContains(t, err, in.want)
		})
	}
	r, err := registry.Open(store.Memory{}, time.Now)
	require.NoError(t, err)
	f, err := Parse([]byte("Organisations:\n  - OrganisationName: A\n    SoftwareStatements:\n      - ClientName: B\n        Roles: [KING]\n"))
	require.NoError(t, err)
	require.ErrorContains(t, f.Apply(r), "Organisations[0] (A): SoftwareStatements[0]: Roles")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("Organisations: [{OrganisationName: &a A, Roles: *a}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if file, err := Parse(data); err == nil {
			require.NotEmpty(t, file.Organisations)
		}
	})
}
