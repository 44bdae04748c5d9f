package mockdirectory

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/pki"
)

func TestWrongCertificates(t *testing.T) {
	t.Parallel()
	s, c := startDirectory(t, Config{})
	org := c.enrol(`{"OrganisationName":"A"}`)
	soft, id := c.enrolSoftware(org, plainSoftware)
	// verify judges the chain alone, as a server does in the handshake.
	verify := func(chain []*x509.Certificate) error {
		intermediates := x509.NewCertPool()
		intermediates.AddCert(chain[1])
		_, err := chain[0].Verify(x509.VerifyOptions{
			Roots: s.Roots(), Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		return err
	}
	cases := []struct {
		name  pki.Wrong
		check func(t *testing.T, chain []*x509.Certificate)
	}{
		{pki.Expired, func(t *testing.T, chain []*x509.Certificate) { require.True(t, chain[0].NotAfter.Before(time.Now())) }},
		{pki.NotYetValid, func(t *testing.T, chain []*x509.Certificate) { require.True(t, chain[0].NotBefore.After(time.Now())) }},
		{pki.OtherCA, func(t *testing.T, chain []*x509.Certificate) {
			require.Equal(t, chain[1].RawSubject, chain[0].RawIssuer)
			require.Error(t, verify(chain))
		}},
		{pki.NoClientAuth, func(t *testing.T, chain []*x509.Certificate) { require.Error(t, verify(chain)) }},
		{pki.OtherSubject, func(t *testing.T, chain []*x509.Certificate) { require.NotEqual(t, id, chain[0].Subject.CommonName) }},
		{pki.OtherOrganisation, func(t *testing.T, chain []*x509.Certificate) {
			require.NotEqual(t, []string{org}, chain[0].Subject.OrganizationalUnit)
		}},
		{pki.WeakSignature, func(t *testing.T, chain []*x509.Certificate) {
			require.Equal(t, x509.SHA1WithRSA, chain[0].SignatureAlgorithm)
		}},
	}
	_, honest := c.certify(soft+"/certificate/obtransport", newECKey(t))
	require.NoError(t, verify(honest))
	for _, in := range cases {
		t.Run(string(in.name), func(t *testing.T) {
			_, chain := c.in(t).certify(soft+"/certificate/obtransport?wrong="+string(in.name), newECKey(t))
			in.check(t, chain)
		})
	}
	require.Len(t, c.kids("/"+org+"/"+id+".jwks"), 1, "only the honest certificate's key is published")

	refusals := map[string]string{
		soft + "/certificate/obtransport?wrong=self-signed":                                   "private key",
		soft + "/certificate/obtransport?wrong=":                                              "no such deviation",
		soft + "/certificate/obtransport?wrong=upside-down":                                   "no such deviation",
		soft + "/certificate/obtransport?wrong=expired&wrong=cloned":                          "expected one value",
		soft + "/certificate/obtransport?worng=expired":                                       "unknown parameter",
		soft + "/certificate/obtransport?wrong=%zz":                                           "query",
		soft + "/certificate/obsigning?wrong=without-client-auth":                             "clientAuth",
		"/v2.1/organisation/" + org + "/certificate/obseal?wrong=without-client-auth&wrong=x": "expected one value",
	}
	for path, want := range refusals {
		require.Contains(t, c.refused(400, "POST", path, newCSR(t, newECKey(t), nil)), want, path)
	}
}

// Every malformation by name: those of the statement differ from their twin
// and, tampered with, verify no more; of the rest none is made.
func TestMalformedStatements(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	soft, _ := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	set, _ := c.keySet("/keystore/openbanking.jwks")
	// These need a canary host or the client's key, which a directory does not have.
	unavailable := []string{
		"statement-jwks-endpoint-foreign", "statement-jku-rogue", "statement-x5u-rogue",
		"statement-own-jwks-uri", "statement-signed-by-client",
	}
	made := 0
	for _, m := range malformation.All() {
		path := soft + "/software-statement-assertion?malformation=" + m.Name
		if !m.OfStatement() {
			require.Contains(t, c.refused(400, "GET", path, nil), m.Name)
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			c := c.in(t)
			if slices.Contains(unavailable, m.Name) {
				require.Contains(t, c.refused(409, "GET", path, nil), m.Name)
				return
			}
			made++
			token := string(c.must(200, "GET", path, nil))
			_, err := set.Keys()[0].Verify("PS256", token)
			if m.Part == malformation.Tampering && m.Name != "statement-loose-bits" {
				require.Error(t, err)
			}
		})
	}
	require.Greater(t, made, 30)
	require.Contains(t, c.refused(400, "GET", soft+"/software-statement-assertion?malformation=statement-kid-mising", nil), "did you mean")
	require.Contains(t, c.refused(400, "GET", soft+"/software-statement-assertion?malformation=", nil), "malformation")
	require.Contains(t, c.refused(400, "GET", soft+"/software-statement-assertion?malformaton=statement-kid-missing", nil), "unknown parameter")
}

func TestAMalformationChangesOneThing(t *testing.T) {
	t.Parallel()
	_, c := startDirectory(t, Config{})
	soft, _ := c.enrolSoftware(c.enrol(`{"OrganisationName":"A"}`), plainSoftware)
	fetch := func(name string) jose.Token {
		token, err := jose.Inspect(string(c.must(200, "GET", soft+"/software-statement-assertion"+name, nil)))
		require.NoError(t, err)
		return token
	}
	honest, wrong := fetch(""), fetch("?malformation=statement-org-status-revoked")
	require.Equal(t, honest.Header, wrong.Header)
	require.Equal(t, "Revoked", wrong.Claims.String("org_status"))
	for _, m := range honest.Claims {
		if slices.Contains([]string{"org_status", "jti", "iat"}, m.Name) {
			continue
		}
		got, _ := wrong.Claims.Get(m.Name)
		require.Equal(t, string(m.Value), string(got), m.Name)
	}

	// Tampering keeps the signature of the genuine statement, which covers the list without the addition.
	tampered := fetch("?malformation=statement-redirect-added")
	require.Len(t, tampered.Claims.Strings("software_redirect_uris"), 2)
	none := fetch("?malformation=statement-alg-none")
	require.Empty(t, none.Signature)
	require.True(t, strings.EqualFold(none.Header.String("alg"), "none"))
}
