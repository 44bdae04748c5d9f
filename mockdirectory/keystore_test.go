package mockdirectory

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

func TestJWKMembers(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	soft, id := c.enrolSoftware(org, plainSoftware)
	key, err := testKeys.RSA(t.Context())
	require.NoError(t, err)
	root := parseChain(t, s.RootPEM())[0]

	cases := []struct{ path, owner, use string }{
		{soft + "/certificate/obtransport", id, "tls"},
		{soft + "/certificate/obsigning", id, "sig"},
		{"/v2.1/organisation/" + org + "/certificate/obwac", org, "tls"},
		{"/v2.1/organisation/" + org + "/certificate/obseal", org, "sig"},
	}
	for _, in := range cases {
		kid, chain := c.certify(in.path, key)
		_, keys := c.keySet("/" + org + "/" + in.owner + ".jwks")
		jwk := keys[len(keys)-1]
		var names []string
		for _, m := range jwk {
			names = append(names, m.Name)
		}
		require.ElementsMatch(t, []string{"kty", "n", "e", "kid", "use", "x5c", "x5t", "x5t#S256", "x5u"}, names)
		require.Equal(t, kid, jwk.String("kid"))
		require.Equal(t, in.use, jwk.String("use"))
		require.Equal(t, []string{
			base64.StdEncoding.EncodeToString(chain[0].Raw),
			base64.StdEncoding.EncodeToString(chain[1].Raw),
			base64.StdEncoding.EncodeToString(root.Raw),
		}, jwk.Strings("x5c"))
		require.Equal(t, pki.X5T(chain[0]), jwk.String("x5t"))
		require.Equal(t, pki.X5TS256(chain[0]), jwk.String("x5t#S256"))
	}
	// The two keys of each set share a kid, as they are one key; each has its own certificate.
	require.Len(t, c.kids("/"+org+"/"+id+".jwks"), 2)
	require.Len(t, c.kids("/"+org+"/"+org+".jwks"), 2)
}

func TestX5UIsServed(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	soft, id := c.enrolSoftware(org, plainSoftware)
	kid, chain := c.certify(soft+"/certificate/obsigning", newECKey(t))
	fetch := func(set string) {
		_, keys := c.keySet(set)
		require.Len(t, keys, 1)
		require.Equal(t, keys[0].String("x5t#S256"), pki.X5TS256(parseChain(t, c.must(200, "GET", keys[0].String("x5u"), nil))[0]))
	}
	fetch("/" + org + "/" + id + ".jwks")
	fetch("/keystore/openbanking.jwks")
	c.must(204, "DELETE", "/v2.1/organisation/"+org+"/certificate/kid/"+kid, nil)
	fetch("/" + org + "/revoked/" + id + ".jwks")
	require.Equal(t, id, chain[0].Subject.CommonName)
	require.Equal(t, []string{org}, chain[0].Subject.OrganizationalUnit)
}

func TestRevocationMovesAKeyEverywhere(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	first, id1 := c.enrolSoftware(org, plainSoftware)
	second, id2 := c.enrolSoftware(org, plainSoftware)
	seal := newECKey(t)
	sealPath := "/v2.1/organisation/" + org + "/certificate/obseal"
	shared, _ := c.certify(sealPath, seal)
	own, _ := c.certify(first+"/certificate/obsigning", newECKey(t))
	for _, soft := range []string{first, second, second} { // twice is no harm
		c.must(204, "PUT", soft+"/certificate/obseal/"+shared, nil)
	}
	set := func(owner string) string { return "/" + org + "/" + owner + ".jwks" }
	gone := func(owner string) string { return "/" + org + "/revoked/" + owner + ".jwks" }
	require.Equal(t, []string{own, shared}, c.kids(set(id1)))
	require.Equal(t, []string{shared}, c.kids(set(id2)))
	require.Empty(t, c.kids(gone(org)))

	// A renewed certificate takes the place of the old one in every set.
	_, renewed := c.certify(sealPath, seal)
	for _, owner := range []string{org, id2} {
		_, keys := c.keySet(set(owner))
		require.Len(t, keys, 1)
		require.Equal(t, pki.X5TS256(renewed[0]), keys[0].String("x5t#S256"))
	}

	c.must(204, "DELETE", "/v2.1/organisation/"+org+"/certificate/kid/"+shared, nil)
	require.Equal(t, []string{own}, c.kids(set(id1)))
	require.Empty(t, c.kids(set(id2)))
	require.Empty(t, c.kids(set(org)))
	for _, owner := range []string{org, id1, id2} {
		require.Equal(t, []string{shared}, c.kids(gone(owner)))
	}
	c.refused(404, "DELETE", "/v2.1/organisation/"+org+"/certificate/kid/"+shared, nil)
	c.refused(404, "PUT", first+"/certificate/obseal/"+shared, nil)
	require.Contains(t, c.refused(409, "POST", sealPath, newCSR(t, seal, nil)), shared)
}

func TestVerbatimJWK(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	soft, id := c.enrolSoftware(org, plainSoftware)
	c.must(204, "POST", soft+"/jwk", []byte(`{"kid":"odd.kid","kty":"OKP","use":"enc","use":"sig"}`))
	c.must(204, "POST", soft+"/jwk", []byte(`{"kid":7}`))
	got := c.must(200, "GET", "/"+org+"/"+id+".jwks", nil)
	require.Equal(t, `{"keys":[{"kid":"odd.kid","kty":"OKP","use":"enc","use":"sig"},{"kid":7}]}`, string(got))
	c.must(204, "DELETE", "/v2.1/organisation/"+org+"/certificate/kid/odd.kid", nil)
	require.Equal(t, []string{"odd.kid"}, c.kids("/"+org+"/revoked/"+id+".jwks"))
	require.Contains(t, c.refused(400, "POST", soft+"/jwk", []byte(`[{"kid":"a"}]`)), "body")
	require.Contains(t, c.refused(404, "POST", "/v2.1/organisation/"+org+"/software-statement/"+org+"/jwk", []byte(`{}`)), "SoftwareStatementId")
}

// A test server with a certificate from the directory is trusted by its roots.
func TestListenerCertificate(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	key := newECKey(t)
	chain := parseChain(t, c.must(201, "POST", "/ca/listener", newCSR(t, key, []string{"bank.example"})))
	require.Len(t, chain, 2)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{chain[0].Raw, chain[1].Raw}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: s.Roots(), ServerName: "bank.example"}}
	conn, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().(*net.TCPAddr).String())
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.Contains(t, c.refused(400, "POST", "/ca/listener", newCSR(t, key, nil)), "subjectAltName")
	require.Equal(t, s.RootPEM(), c.must(200, "GET", "/ca/root.pem", nil))
	require.Equal(t, "ok\n", string(c.must(200, "GET", "/healthz", nil)))
}
