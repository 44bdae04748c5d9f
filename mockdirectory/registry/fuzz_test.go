package registry

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// Whatever is accepted survives being written and read again and keeps to the
// limits; whatever is not is the sender's fault and changes nothing.
func FuzzUpdateSoftware(f *testing.F) {
	for _, seed := range []string{
		`{"ClientName":"Budgets","RedirectUri":["https://tpp.example/cb"]}`, `{}`, `null`, `{"ClientName":"A","Roles":["AISP","ASPSP"]}`,
		`{"ClientName":"A","clientname":"B"}`, `{"ClientName":"\ud800"}`, "{\"ClientName\":\"\xff\"}", `{"RedirectUri":[null]}`, `{"RedirectUri":null,"Roles":null}`,
		`{"SoftwareStatementId":"x","Status":"Active"}`, `{"Status":"Inactive"}`, `{"Changed":"2030-01-01T00:00:00Z"}`, `{"Mode":"te` + "\u017f" + `t"}`, `{"Roles":["CBPII"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := openRegistry(t, store.Memory{})
		org := enrol(t, r)
		before, err := r.AddSoftware(org.ID, Fields{ClientName: "A", Mode: "Live", RedirectURI: []string{"https://a.example"}, Roles: []string{"AISP"}})
		require.NoError(t, err)
		var broken error
		next, err := r.UpdateSoftware(org.ID, before.ID, func(s *Software) error {
			broken = json.Unmarshal(data, s)
			return broken
		})
		found, _, lookup := r.SoftwareByID(before.ID)
		require.NoError(t, lookup)
		require.Equal(t, []string{"https://a.example"}, before.RedirectURI, "shared lists are not written to")
		if err != nil {
			if broken == nil {
				require.Equal(t, http.StatusBadRequest, problem.Of(err).Status, "%v", err)
			}
			require.Equal(t, before, found)
			return
		}
		require.Equal(t, next, found)
		require.LessOrEqual(t, utf8.RuneCountInString(next.ClientName), 40)
		require.Equal(t, []any{before.ID, before.UUID, before.Status, before.OrganisationID, before.Enrolled}, []any{next.ID, next.UUID, next.Status, next.OrganisationID, next.Enrolled})
		for _, role := range next.Roles {
			require.True(t, slices.Contains(org.Roles, role))
		}
		written, err := json.Marshal(next)
		require.NoError(t, err)
		var again Software
		require.NoError(t, json.Unmarshal(written, &again))
		require.Equal(t, next, again)
	})
}
