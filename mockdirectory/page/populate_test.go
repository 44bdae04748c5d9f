package page_test

import (
	"net/url"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// populate fills a directory as a week of tests does, hostile and long names included.
func (h *house) populate(org registry.Organisation, soft registry.Software) {
	h.t.Helper()
	members := h.desk.Registry
	for _, name := range []string{"Ünïcode & Söhne GmbH", `<img src=x onerror=alert(1)>`, strings.Repeat("Unbreakable", 12), "Right to left \u202e name"} {
		_, err := members.AddOrganisation(registry.Enrolment{OrganisationName: name})
		require.NoError(h.t, err)
	}
	others, _ := members.Organisations(1, 3)
	require.NoError(h.t, members.SetOrganisationStatus(others[0].ID, registry.Suspended))
	require.NoError(h.t, members.SetOrganisationStatus(others[1].ID, registry.Withdrawn))
	_, err := members.AddSoftware(org.ID, registry.Fields{ClientName: strings.Repeat("W", 40), RedirectURI: []string{"https://" + strings.Repeat("long.", 40) + "example/cb"}})
	require.NoError(h.t, err)
	for _, form := range []url.Values{
		{"type": {"obtransport"}, "key": {"ec"}}, {"type": {"obsigning"}, "key": {"ec"}},
		{"type": {"obtransport"}, "key": {"ec"}, "wrong": {"expired"}}, {"type": {"obtransport"}, "key": {"ec"}, "wrong": {"not-yet-valid"}},
		{"type": {"obsigning"}, "key": {"ec"}, "wrong": {"dn-long"}},
	} {
		h.post(201, softwarePath(soft)+"/certificate", form)
	}
	h.post(201, organisationPath(org)+"/certificate", url.Values{"type": {"obwac"}, "key": {"ec"}})
	require.NoError(h.t, members.RevokeKey(org.ID, h.keysOf(org.ID, soft.ID)[1].KeyID, registry.Revocation{Reason: "keyCompromise"}))
	require.NoError(h.t, h.desk.PublishJWK(org.ID, soft.ID, []byte(`{"kid":"`+strings.Repeat("verbatim", 12)+`"}`)))
	h.done("/ui/keys", url.Values{"what": {"add"}})
	h.done("/ui/keys", url.Values{"what": {"rotate"}})
	h.done("/ui/keys", url.Values{"what": {"withdraw"}, "kid": {h.desk.Trust.Signing().States()[1].KeyID}})
	h.done("/ui/authorities", url.Values{"what": {"add-ca"}})
	for range 12 {
		h.fetch("/"+org.ID+"/"+soft.ID+".jwks", "Bank/2.1 (authorisation server)")
	}
	h.fetch("/keystore/openbanking.jwks", strings.Repeat("Agent", 20))
	h.fetch("/"+strings.Repeat("very-long-path-", 15), "curl/8.5.0")
	for _, set := range []knob.Setting{
		{Knob: "latency", Value: "2s", Endpoint: "directory-jwks", Path: "/keystore/*", Times: 3, For: 5 * time.Minute},
		{Knob: "redirect", Value: "https://elsewhere.example/" + strings.Repeat("long", 30), Share: 0.25},
		{Knob: "ocsp", Value: "revoked", Serial: strings.Repeat("5f2a90c1", 5)},
	} {
		_, err := h.panel.Set(set)
		require.NoError(h.t, err)
	}
}
