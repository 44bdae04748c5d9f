package uk

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// The whole way of a member at a directory that requires tokens: discovery,
// token, software, certificate, statement.
func TestMemberWithAToken(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP", "PISP")
	var doc struct{ Issuer, TokenEndpoint string }
	d.caller(nil).get("/.well-known/openid-configuration", &doc)
	require.Equal(t, d.base, doc.Issuer)

	c := d.as(tpp, "TPPManage")
	org := "/v2.1/organisation/" + tpp.org.ID
	var soft registry.Software
	c.must(201, call{method: "POST", path: org + "/software-statement", body: `{"ClientName":"A"}`, headers: asJSON}, &soft)
	one := org + "/software-statement/" + soft.ID
	c.must(201, call{method: "POST", path: one + "/certificate/obtransport", body: facetest.NewCSR(t, facetest.NewKey(t)), headers: asPEM}, nil)
	got := c.get(one+"/software-statement-assertion", nil)
	_, err := jose.Inspect(string(got.body))
	require.NoError(t, err)

	var list struct {
		TotalResults  int
		Organisations []registry.Organisation
	}
	d.enrol("AISP")
	c.get("/v2.1/organisation", &list)
	require.Equal(t, 1, list.TotalResults, "a member sees itself alone")
	require.Equal(t, tpp.org.ID, list.Organisations[0].ID)
	c.get("/v2.1/organisation?startIndex=2", &list)
	require.Empty(t, list.Organisations)
}

func TestFamiliesOfPaths(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp, bank := d.enrol("AISP"), d.enrol("ASPSP")
	want := string(c.get("/v2.1/organisation/"+tpp.org.ID, nil).body)
	for _, family := range []string{"/v2/organisation/", "/organisation/tpp/"} {
		require.Equal(t, want, string(c.get(family+tpp.org.ID, nil).body))
		c.get(family+tpp.org.ID+"/software-statement/"+tpp.soft.ID+"/software-statement-assertion", nil)
	}
	c.get("/organisation/aspsp/"+bank.org.ID, nil)
	for _, path := range []string{"/organisation/aspsp/" + tpp.org.ID, "/organisation/tpp/" + bank.org.ID + "/software-statement"} {
		require.Contains(t, c.must(404, call{method: "GET", path: path}, nil).reason(t), "OrganisationType")
	}
	require.Contains(t, c.must(404, call{method: "GET", path: "/organisation/tpp/" + nobody}, nil).reason(t), "OrganisationId")
	require.Contains(t, c.must(404, call{method: "PUT", path: "/organisation/tpp/" + tpp.org.ID + "/status", body: `{"Status":"Revoked"}`}, nil).reason(t), "no such resource")
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP")
	c := d.as(tpp, "TPPReadAccess")
	path := "/v2.1/organisation/" + tpp.org.ID
	require.Equal(t, "mine-1", c.must(200, call{method: "GET", path: path, headers: []string{requestID, "mine-1"}}, nil).header.Get(requestID))
	for _, headers := range [][]string{nil, {requestID, "with a blank"}, {requestID, "é"}} {
		first, second := c.must(200, call{method: "GET", path: path, headers: headers}, nil), c.must(200, call{method: "GET", path: path, headers: headers}, nil)
		require.Regexp(t, `^[0-9a-f-]{36}$`, first.header.Get(requestID))
		require.NotEqual(t, first.header.Get(requestID), second.header.Get(requestID))
	}
	got := d.caller(nil).must(401, call{method: "GET", path: path, headers: []string{requestID, "mine-2"}}, nil)
	require.Equal(t, "mine-2", got.header.Get(requestID), "refusals have it too")
}

func TestMediaTypesOfSoftware(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	path := "/v2.1/organisation/" + tpp.org.ID + "/software-statement/" + tpp.soft.ID
	for _, in := range []struct{ accept, want string }{
		{"", mediaJSON}, {"*/*", mediaJSON}, {"application/*", mediaJSON}, {mediaJSON, mediaJSON}, {mediaSoftware, mediaSoftware},
		{"text/html, " + mediaSoftware, mediaSoftware}, {mediaJSON + ";q=0.5, " + mediaSoftware, mediaSoftware},
		{mediaSoftware + ";q=0.1, */*;q=0.2", mediaJSON}, {mediaJSON + ";q=0, */*", mediaSoftware},
		{"text/html", ""}, {mediaJSON + ";q=0", ""}, {"nonsense", ""}, {"*/*;q=x", ""},
	} {
		got := c.do(call{method: "GET", path: path, headers: []string{"Accept", in.accept}})
		if in.want == "" {
			require.Equal(t, 406, got.status, in.accept)
			require.Contains(t, got.reason(t), "Accept")
			continue
		}
		require.Equal(t, 200, got.status, in.accept)
		require.Equal(t, in.want, got.header.Get("Content-Type"), in.accept)
	}
	var plain, vendor map[string]any
	c.get(path, &plain)
	c.must(200, call{method: "GET", path: path, headers: []string{"Accept", mediaSoftware}}, &vendor)
	for name, value := range plain {
		require.Equal(t, value, vendor[name])
	}
	require.Equal(t, tpp.soft.ID, vendor["Id"])
	require.Equal(t, true, vendor["Active"])
	require.Equal(t, []any{tpp.transportID}, vendor["TransportKeyIds"])

	before := c.get(path, nil)
	c.must(406, call{method: "PUT", path: path, body: `{"ClientName":"Other"}`, headers: append([]string{"Accept", "text/html"}, asJSON...)}, nil)
	require.Equal(t, string(before.body), string(c.get(path, nil).body), "what cannot be answered is not done")
}

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	path := "/v2.1/organisation/" + tpp.org.ID + "/software-statement/" + tpp.soft.ID
	var got registry.Software
	c.must(200, call{method: "POST", path: path + "/redirect-uri", body: `["https://a.example/cb","com.example.app:/cb"]`, headers: asJSON}, &got)
	want := []string{"https://tpp.example/cb", "https://a.example/cb", "com.example.app:/cb"}
	require.Equal(t, want, got.RedirectURI)
	require.Contains(t, c.must(409, call{method: "POST", path: path + "/redirect-uri", body: `["https://b.example","https://a.example/cb"]`}, nil).reason(t), "a.example")
	var many []string
	for range mostRedirectURIs {
		many = append(many, "https://a.example/"+jose.Encode([]byte{byte(len(many)), byte(len(many) >> 8)}))
	}
	require.Contains(t, c.must(400, call{method: "POST", path: path + "/redirect-uri", body: string(jose.Raw(many))}, nil).reason(t), "at most")
	c.get(path, &got)
	require.Equal(t, want, got.RedirectURI, "a refused call adds nothing")
	c.must(200, call{method: "POST", path: path + "/redirect-uri", body: string(jose.Raw(many[:mostRedirectURIs-3]))}, nil)
}

func TestValidateCertificate(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	stranger := newDirectory(t, false).enrol("AISP")
	ask := func(text string) (got validation) {
		c.must(200, call{method: "POST", path: "/v2.1/certificate/validate", body: text, headers: asPEM}, &got)
		return got
	}
	got := ask(tpp.pem)
	require.Equal(t, validatedCertificate{Status: "valid", Type: "obtransport", Roles: []string{"AISP"}, Valid: true}, got.Data.Certificate)
	require.Equal(t, tpp.org.ID, got.Data.Organisation.ID)
	require.Equal(t, []validatedUser{{tpp.soft.ID}}, got.Data.Organisation.Software)
	require.Equal(t, "Active", got.Data.Organisation.Claims[0].Status)

	unknown := ask(stranger.pem)
	require.Equal(t, validatedCertificate{Status: "unknown"}, unknown.Data.Certificate)
	require.Nil(t, unknown.Data.Organisation)

	wrong, err := d.desk.CertifySoftware(t.Context(), tpp.org.ID, tpp.soft.ID, desk.CertificateRequest{Kind: pki.OBTransport, Wrong: string(pki.NoClientAuth), CSR: []byte(facetest.NewCSR(t, facetest.NewKey(t)))})
	require.NoError(t, err)
	require.Equal(t, "unknown", ask(wrong.PEM).Data.Certificate.Status, "the directory does not vouch for it")
	notYet, err := d.desk.CertifySoftware(t.Context(), tpp.org.ID, tpp.soft.ID, desk.CertificateRequest{Kind: pki.OBTransport, Wrong: string(pki.NotYetValid), CSR: []byte(facetest.NewCSR(t, facetest.NewKey(t)))})
	require.NoError(t, err)
	require.Equal(t, "not_yet_valid", ask(notYet.PEM).Data.Certificate.Status)

	ours, err := d.desk.CertifyOrganisation(t.Context(), tpp.org.ID, desk.CertificateRequest{Kind: pki.OBWAC, CSR: []byte(facetest.NewCSR(t, facetest.NewKey(t)))})
	require.NoError(t, err)
	second := d.addSoftware(tpp.org)
	require.Equal(t, []validatedUser{{tpp.soft.ID}, {second.soft.ID}}, ask(ours.PEM).Data.Organisation.Software)

	require.NoError(t, d.desk.Registry.RevokeKey(tpp.org.ID, tpp.transportID, registry.Revocation{}))
	got = ask(tpp.pem)
	require.Equal(t, "revoked", got.Data.Certificate.Status)
	require.True(t, got.Data.Certificate.Revoked)
	d.clock.Later(2 * 365 * 24 * time.Hour)
	got = ask(ours.PEM)
	require.Equal(t, "expired", got.Data.Certificate.Status)
	require.True(t, got.Data.Certificate.Expired)
}

func TestKeyByID(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, false)
	c := d.caller(nil)
	tpp := d.enrol("AISP")
	second := d.addSoftware(tpp.org)
	ours, err := d.desk.CertifyOrganisation(t.Context(), tpp.org.ID, desk.CertificateRequest{Kind: pki.OBSeal, CSR: []byte(facetest.NewCSR(t, facetest.NewKey(t)))})
	require.NoError(t, err)
	require.NoError(t, d.desk.Registry.Associate(tpp.org.ID, second.soft.ID, pki.OBSeal, ours.KeyID))
	path := "/v2.1/organisation/" + tpp.org.ID + "/certificate/kid/"
	var got struct {
		Kid, Use, Status, KeyType, OBOrganisationID string
		Associations                                []string
		ExpiryDateTime                              time.Time
	}
	answer := c.get(path+ours.KeyID, &got)
	require.Equal(t, mediaJWK, answer.header.Get("Content-Type"))
	require.Equal(t, ours.KeyID, got.Kid)
	require.Equal(t, "sig", got.Use)
	require.Equal(t, "Active", got.Status)
	require.Equal(t, "obseal", got.KeyType)
	require.Equal(t, tpp.org.ID, got.OBOrganisationID)
	require.Equal(t, []string{second.soft.ID}, got.Associations)
	require.WithinDuration(t, d.desk.Now().AddDate(1, 0, 0), got.ExpiryDateTime, 48*time.Hour)
	_, err = jose.ParsePublicKey(answer.body)
	require.NoError(t, err)

	c.get(path+tpp.transportID, &got)
	require.Equal(t, []string{tpp.soft.ID}, got.Associations)
	c.must(204, call{method: "DELETE", path: path + tpp.transportID}, nil)
	c.get(path+tpp.transportID, &got)
	require.Equal(t, "Revoked", got.Status)
	d.clock.Later(2 * 365 * 24 * time.Hour)
	c.get(path+ours.KeyID, &got)
	require.Equal(t, "Expired", got.Status)
	other := d.enrol("AISP")
	c.must(404, call{method: "GET", path: path + other.transportID}, nil)
}

// The guard of the management port lets everything pass, whatever its
// Authorization header says, which is the port's own business.
func TestOperatorsPort(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP")
	enrolment := call{method: "POST", path: "/v2.1/organisation", body: `{"OrganisationName":"A"}`, headers: append([]string{"Authorization", "Bearer of-the-port"}, asJSON...)}
	port := httptest.NewServer(rest.Handler(Routes(Config{Desk: d.desk, Guard: d.guard.Operator()}), slog.New(slog.DiscardHandler)))
	t.Cleanup(port.Close)
	operator := *d
	operator.base = port.URL
	operator.caller(nil).must(201, enrolment, nil)
	operator.caller(nil).get("/v2.1/organisation/"+tpp.org.ID+"/certificate", nil)
	require.Contains(t, d.caller(nil).must(401, enrolment, nil).reason(t), "token")
}

// A guard is made for who brings none.
func TestRoutesWithoutAGuard(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, true)
	tpp := d.enrol("AISP")
	port := httptest.NewServer(rest.Handler(Routes(Config{Desk: d.desk}), slog.New(slog.DiscardHandler)))
	t.Cleanup(port.Close)
	open := *d
	open.base = port.URL
	path := "/v2.1/organisation/" + tpp.org.ID
	open.caller(nil).get(path, nil)
	open.caller(nil).must(401, call{method: "GET", path: path, headers: []string{"Authorization", "Bearer x"}}, nil)
}
