package brazil

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/facetest"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// members of a set, by kid.
func (s site) keys(path string) map[string]jose.Object {
	s.T.Helper()
	var doc struct{ Keys []json.RawMessage }
	require.NoError(s.T, json.Unmarshal(s.get(path), &doc))
	out := map[string]jose.Object{}
	for _, raw := range doc.Keys {
		key, err := jose.ParseObject(raw)
		require.NoError(s.T, err)
		out[key.String("kid")] = key
	}
	return out
}

// A BRCAC names the software, and its key shows in the transport set alone until
// it is revoked.
func TestTransportCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"Banco A","RegistrationNumber":"43142666000197"}`)
	soft := s.enrolSoftware(org, `{"ClientName":"Contas","ClientUri":"https://web.tpp.example/","RedirectUri":["https://tpp.example/cb"]}`)
	var got certificate
	s.JSON(call{Method: "POST", Path: soft + "/certificates/brcac", Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &got)
	block, _ := pem.Decode([]byte(got.PEM))
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	dn, err := pki.SubjectDN(leaf)
	require.NoError(t, err)
	want, err := pki.ParseDN("CN=web.tpp.example,UID=" + idOf(soft) + ",2.5.4.97=OFBBR-" + idOf(org) +
		",L=SAO PAULO,ST=SP,O=Banco A,C=BR,2.5.4.5=43142666000197,1.3.6.1.4.1.311.60.2.1.3=BR,2.5.4.15=Private Organization")
	require.NoError(t, err)
	require.True(t, dn.Equal(want), "got %s", dn.RFC4514())

	jwk := s.keys(keysOf(soft) + "/transport.jwks")[got.KeyID]
	require.NotNil(t, jwk)
	require.Regexp(t, `^CN=web\.tpp\.example,UID=[0-9a-f-]{36},2\.5\.4\.97=#0c2a[0-9a-f]+,L=SAO PAULO,ST=SP,O=Banco A,C=BR,2\.5\.4\.5=#130e[0-9a-f]+,1\.3\.6\.1\.4\.1\.311\.60\.2\.1\.3=#13024252,2\.5\.4\.15=#0c14[0-9a-f]+$`, jwk.String("x5dn"))
	require.Equal(t, "tls", jwk.String("use"))
	require.Equal(t, pki.X5TS256(leaf), jwk.String("x5t#S256"))
	require.Equal(t, got.PEM, string(s.get(jwk.String("x5u"))))
	require.Equal(t, facetest.Base+keysOf(soft)+"/transport.jwks", got.JWKPath)
	require.Equal(t, got.Subject, jwk.String("x5dn"))
	require.Empty(t, s.keys(keysOf(soft)+"/application.jwks"))
	require.Empty(t, s.keys(keysOf(soft)+"/inactive/transport.jwks"))
	require.Empty(t, s.keys(keysOf(org)+"/transport.jwks"))

	require.NoError(t, s.Desk.Registry.RevokeKey(idOf(org), got.KeyID, registry.Revocation{}))
	require.Empty(t, s.keys(keysOf(soft)+"/transport.jwks"))
	require.Contains(t, s.keys(keysOf(soft)+"/inactive/transport.jwks"), got.KeyID)
	require.Empty(t, s.keys(keysOf(soft)+"/inactive/application.jwks"))
	require.Equal(t, got.PEM, string(s.get(jwk.String("x5u"))), "x5u leads somewhere even then")
}

// A BRSEAL names the organisation, and its key shows in the application set,
// also of software that shares it.
func TestSealCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"Banco A"}`)
	soft := s.enrolSoftware(org, plainSoftware)
	key := facetest.NewKey(t)
	var got certificate
	s.JSON(call{Method: "POST", Path: org + "/certificates/brseal", Body: facetest.NewCSR(t, key), Status: 201}, &got)
	require.Equal(t, []string{}, got.SoftwareIDs)
	s.Do(call{Method: "PUT", Path: soft + "/certificates/brseal/" + got.KeyID, Status: 204})
	for _, owner := range []string{keysOf(org), keysOf(soft)} {
		jwk := s.keys(owner + "/application.jwks")[got.KeyID]
		require.NotNil(t, jwk, owner)
		require.Equal(t, "sig", jwk.String("use"))
		require.Regexp(t, `^CN=Banco A,OU=.*,O=ICP-Brasil,C=BR,UID=`+idOf(org)+`$`, jwk.String("x5dn"))
		require.Empty(t, s.keys(owner+"/transport.jwks"))
	}

	var again certificate
	s.JSON(call{Method: "POST", Path: org + "/certificates/brseal", Body: facetest.NewCSR(t, key), Status: 201}, &again)
	require.Equal(t, got.KeyID, again.KeyID)
	require.NotEqual(t, got.SerialNumber, again.SerialNumber)
	for _, owner := range []string{keysOf(org), keysOf(soft)} {
		require.Len(t, s.keys(owner+"/application.jwks"), 1, "a renewed certificate takes the place of the old one")
		require.Equal(t, again.Thumbprint, s.keys(owner + "/application.jwks")[got.KeyID].String("x5t#S256"))
	}
	require.NoError(t, s.Desk.Registry.RevokeKey(idOf(org), got.KeyID, registry.Revocation{}))
	require.Contains(t, s.refused(call{Method: "POST", Path: org + "/certificates/brseal", Body: facetest.NewCSR(t, key), Status: 409}), "revoked")
	require.Contains(t, s.keys(keysOf(org)+"/inactive/application.jwks"), got.KeyID)
}

// A certificate that is wrong on purpose is answered and not published.
func TestWrongCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	soft := s.enrolSoftware(s.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	var got certificate
	s.JSON(call{Method: "POST", Path: soft + "/certificates/brcac?wrong=expired", Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &got)
	require.Empty(t, got.JWKPath)
	block, _ := pem.Decode([]byte(got.PEM))
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	require.True(t, leaf.NotAfter.Before(facetest.Instant))
	require.Empty(t, s.keys(keysOf(soft)+"/transport.jwks"))
	s.JSON(call{Method: "POST", Path: soft + "/certificates/brcac", Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &got)
	require.Len(t, s.keys(keysOf(soft)+"/transport.jwks"), 1)
}

// A BRCAC bears the host that the software names, or one of its own.
func TestHostOfTransportCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enrol(`{"OrganisationName":"A"}`)
	for _, in := range []struct{ body, want string }{
		{`{"ClientName":"A","ClientUri":"https://a.example:8443/x","RedirectUri":["https://b.example/cb"]}`, "CN=a.example,"},
		{`{"ClientName":"A","ClientUri":"urn:a","RedirectUri":["com.example.app:/cb","https://b.example/cb"]}`, "CN=b.example,"},
		{`{"ClientName":"A"}`, "CN="},
	} {
		soft := s.enrolSoftware(org, in.body)
		if in.want == "CN=" {
			in.want += idOf(soft) + ".example,"
		}
		var got certificate
		s.JSON(call{Method: "POST", Path: soft + "/certificates/brcac", Body: facetest.NewCSR(t, facetest.NewKey(t)), Status: 201}, &got)
		require.Regexp(t, "^"+in.want, got.Subject)
	}
}
