package brazil

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is sent is accepted or the sender's fault, and what was accepted can
// be read again and has a statement.
func FuzzEnrolment(f *testing.F) {
	for _, seed := range []string{
		`{"OrganisationName":"A"}`, `{"OrganisationName":"A","RegistrationNumber":"13.353.236/0001-89","Roles":["DADOS"]}`,
		`{"OrganisationName":"A","AuthorisationServers":[{"OpenIDDiscoveryDocument":"https://a.example/d","AutoRegistrationSupported":true}]}`,
		`{"OrganisationName":"A","AuthorisationServers":[null]}`, `{"AuthorisationServers":[{"AutoRegistrationSupported":1}]}`, `null`, `{}`, `{"Roles":[null]}`,
	} {
		f.Add([]byte(seed), []byte(plainSoftware))
	}
	f.Add([]byte(`{"OrganisationName":"A"}`), []byte(`{"ClientName":"A","RedirectUri":["https://[::1]/","https://%zz"],"Roles":["CONTA"],"Locked":false}`))
	f.Fuzz(func(t *testing.T, organisationBody, softwareBody []byte) {
		s := newSite(t)
		path := s.enrol(`{"OrganisationName":"A"}`)
		for _, c := range []call{
			{Method: "POST", Path: "/brazil/organisations", Body: string(organisationBody)}, {Method: "POST", Path: path + "/softwarestatements", Body: string(softwareBody)},
		} {
			res := s.Do(c)
			if res.Status != 201 {
				require.Contains(t, []int{400, 413}, res.Status)
				continue
			}
			var soft software
			require.NoError(t, json.Unmarshal(res.Body, &soft))
			if soft.ID != "" {
				s.get(path + "/softwarestatements/" + soft.ID + "/assertion")
			}
		}
		s.get("/brazil/participants")
	})
}
