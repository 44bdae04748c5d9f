package brazil

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

func TestMain(m *testing.M) {
	facetest.Main(m, "application/jwt", "application/x-pem-file", "application/yaml")
}

// site is the API of a registry of its own.
type site struct{ facetest.Site }

func newSite(t testing.TB) site {
	t.Helper()
	return site{facetest.NewSite(t, func(d *desk.Desk) []rest.Route { return Routes(d, access.New(access.Config{Desk: d})) })}
}

func (s site) in(t testing.TB) site { return site{s.In(t)} }

type call = facetest.Call

// get wants 200 and the body.
func (s site) get(path string) []byte {
	s.T.Helper()
	return s.Do(call{Method: "GET", Path: path, Status: 200}).Body
}

// refused wants a refusal in the directory's form and returns its words.
func (s site) refused(c call) string {
	s.T.Helper()
	var p struct {
		Code string `json:"error"`
		Text string `json:"error_description"`
	}
	got := s.JSON(c, &p)
	require.Equal(s.T, "application/json", got.Header.Get("Content-Type"))
	require.NotEmpty(s.T, p.Code)
	return p.Text
}

// enrol returns the path of a new organisation.
func (s site) enrol(body string) string {
	s.T.Helper()
	var org organisation
	s.JSON(call{Method: "POST", Path: "/brazil/organisations", Body: body, Status: 201}, &org)
	return "/brazil/organisations/" + org.ID
}

// enrolSoftware returns the path of new software.
func (s site) enrolSoftware(org, body string) string {
	s.T.Helper()
	var soft software
	s.JSON(call{Method: "POST", Path: org + "/softwarestatements", Body: body, Status: 201}, &soft)
	return org + "/softwarestatements/" + soft.ID
}

// keysOf is the path of a set in the key store, for that of a member.
func keysOf(member string) string {
	ids := strings.TrimPrefix(member, "/brazil/organisations/")
	return "/brazil/keystore/" + strings.Replace(ids, "/softwarestatements", "", 1)
}

const plainSoftware = `{"ClientName":"Contas","RedirectUri":["https://tpp.example/cb"]}`
