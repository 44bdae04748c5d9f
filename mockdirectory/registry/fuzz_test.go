package registry

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is accepted survives being written and read again, keeps to the
// limits, and whatever is not is the sender's fault.
func FuzzDecodeSoftware(f *testing.F) {
	for _, seed := range []string{
		plainSoftware, `{}`, `null`, `{"ClientName":"A","Roles":["AISP","ASPSP"]}`, `{"ClientName":"A","clientname":"B"}`,
		`{"ClientName":"A"}{}`, `{"ClientName":"\ud800"}`, `{"ClientName":"A","RedirectUri":[null,1]}`, `{"SoftwareStatementId":"x","Status":"Active"}`,
	} {
		f.Add([]byte(seed))
	}
	roles := []string{"AISP", "PISP", "CBPII"}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := softwareRecord{"x", active, softwareFields{ClientName: "A", Mode: "Live", RedirectURI: []string{"https://a.example"}, Roles: []string{"AISP"}}}
		rec := before
		if err := rec.apply(data, roles); err != nil {
			require.Equal(t, http.StatusBadRequest, asProblem(err).status, "%v", err)
			require.Equal(t, before, rec)
			return
		}
		require.Equal(t, []string{"https://a.example"}, before.RedirectURI, "shared lists are not written to")
		require.LessOrEqual(t, len([]rune(rec.ClientName)), 40)
		require.Equal(t, "x", rec.ID)
		written, err := json.Marshal(rec)
		require.NoError(t, err)
		again := rec
		require.NoError(t, again.apply(written, roles))
		require.Equal(t, rec, again)
	})
}
