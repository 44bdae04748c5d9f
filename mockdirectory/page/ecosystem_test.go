package page_test

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// memberOf enrols an organisation of one role with all that a statement can ask for.
func (h *house) memberOf(role string) (registry.Organisation, registry.Software) {
	h.t.Helper()
	org, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Of " + role, Roles: []string{role}})
	require.NoError(h.t, err)
	soft, err := h.desk.Registry.AddSoftware(org.ID, registry.Fields{
		ClientName: "App of " + role, Description: "an app", ClientURI: "https://tpp.example", LogoURI: "https://tpp.example/logo.png",
		RedirectURI: []string{"https://tpp.example/cb"},
	})
	require.NoError(h.t, err)
	return org, soft
}

func TestStatementsOfOtherEcosystems(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.terminal()
	for _, tt := range []struct{ role, ecosystem, says string }{
		{"DADOS", "brazil", `"software_statement_roles"`},
		{"ADR", "australia", `"legal_entity_id"`},
		{"DADOS", "", `"org_jwks_endpoint"`},
	} {
		_, soft := h.memberOf(tt.role)
		require.Contains(t, h.get(200, softwarePath(soft)), `name="ecosystem"`)
		got := h.get(200, softwarePath(soft)+"/statement?ecosystem="+tt.ecosystem)
		require.Contains(t, html.UnescapeString(got), tt.says, tt.ecosystem)
		token := c.run(200, shownCommand(t, got, "statement-curl"))
		require.Len(t, strings.Split(token, "."), 3, tt.ecosystem)
	}
	_, british := h.member()
	require.NotContains(t, h.get(200, softwarePath(british)), `name="ecosystem"`)
	require.Contains(t, h.get(409, softwarePath(british)+"/statement?ecosystem=brazil"), "Roles: expected software with one of")
	require.Contains(t, h.get(400, softwarePath(british)+"/statement?ecosystem=france"), "ecosystem: expected brazil or australia")
	_, brazilian := h.memberOf("DADOS")
	require.Contains(t, h.get(400, softwarePath(brazilian)+"/statement?ecosystem=brazil&malformation=statement-iss-wrong"), "malformation: expected none")
}

func TestBrazilsCertificates(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.terminal()
	org, soft := h.memberOf("PAGTO")
	h.post(201, softwarePath(soft)+"/certificate", url.Values{"type": {"brcac"}, "key": {"rsa"}})
	h.post(201, organisationPath(org)+"/certificate", url.Values{"type": {"brseal"}, "key": {"rsa"}})
	require.EqualValues(t, "brcac", h.keysOf(org.ID, soft.ID)[0].Kind)
	seal := h.keysOf(org.ID, org.ID)[0]
	require.EqualValues(t, "brseal", seal.Kind)
	_, got := h.post(400, softwarePath(soft)+"/certificate", url.Values{"type": {"brcac"}, "key": {"rsa"}, "issuer": {"cross-signed"}})
	require.Contains(t, got, "issuer: expected the first one")
	_, british := h.member()
	_, got = h.post(400, softwarePath(british)+"/certificate", url.Values{"type": {"brcac"}, "key": {"rsa"}})
	require.Contains(t, got, "type: expected obtransport or obsigning here")

	c.run(204, h.command(softwarePath(soft)+"/share", "share", url.Values{"kid": {"brseal " + seal.KeyID}}))
	require.Len(t, h.keysOf(org.ID, soft.ID), 2)
	require.NoError(t, os.WriteFile(filepath.Join(c.folder, "request.csr"), []byte(newCSR(t)), 0o600))
	c.run(201, h.command(softwarePath(soft)+"/certificate", "certificate", url.Values{"type": {"brcac"}, "key": {"rsa"}}))
	c.run(201, h.command(organisationPath(org)+"/certificate", "certificate", url.Values{"type": {"brseal"}, "key": {"rsa"}, "wrong": {"expired"}}))

	got = h.get(200, softwarePath(soft))
	require.Contains(t, got, "transport.jwks")
	keys := "/brazil/keystore/" + org.UUID + "/" + soft.UUID + "/transport.jwks"
	c.run(200, "curl --cacert directory-ca.pem '"+h.desk.Base+keys+"'")
	// An answer is noted when it is out, which its reader may be ahead of.
	soon := func(path, want string) {
		require.Eventually(t, func() bool { return strings.Contains(h.get(200, path), want) }, 5*time.Second, 10*time.Millisecond, "%s has %q", path, want)
	}
	soon(softwarePath(soft), "Fetched 1 time")
	h.fetch("/brazil/keystore/"+org.UUID+"/inactive/application.jwks", "bank")
	soon(organisationPath(org), "Fetched 1 time")
	h.fetch("/cdr-register/v1/jwks", "holder")
	soon("/ui/fetches", "keys of the directory")
	soon("/ui/fetches", "revoked keys of Of PAGTO")
}
