package page_test

import (
	"bytes"
	"encoding/pem"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func TestEnrolment(t *testing.T) {
	t.Parallel()
	h := open(t)
	location, got := h.done("/ui/organisations", url.Values{"OrganisationName": {"Ünïcode & Söhne"}, "AuthorityId": {"FCAGBR"}, "RegistrationId": {"77"}, "Roles": {"AISP", "PISP"}})
	require.Contains(t, got, "Ünïcode &amp; Söhne")
	list, total := h.desk.Registry.Organisations(0, 10)
	require.Equal(t, 1, total)
	org := list[0]
	require.Equal(t, []string{"AISP", "PISP"}, org.Roles)
	require.Equal(t, "FCAGBR", org.AuthorityID)
	require.Equal(t, organisationPath(org)+"?done=enrolled#done", location)

	location, _ = h.done(organisationPath(org)+"/software", url.Values{"ClientName": {"Budgets"}, "RedirectUri": {"https://a.example/cb\r\n\r\n  https://b.example/cb\r\n"}, "Mode": {"Live"}})
	software, _, err := h.desk.Registry.SoftwareOf(org.ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, software, 1)
	require.Equal(t, []string{"https://a.example/cb", "https://b.example/cb"}, software[0].RedirectURI)
	require.Equal(t, []string{"AISP", "PISP"}, software[0].Roles, "those of the organisation, as none was chosen")
	require.Equal(t, "Live", software[0].Mode)
	require.Contains(t, location, softwarePath(software[0]))

	h.done(softwarePath(software[0])+"/edit", url.Values{"ClientName": {"Other"}, "RedirectUri": {"https://c.example/cb"}, "Roles": {"PISP"}, "Mode": {"Test"}, "Version": {"2.0"}})
	soft, _, err := h.desk.Registry.Software(org.ID, software[0].ID)
	require.NoError(t, err)
	require.Equal(t, "Other", soft.ClientName)
	require.Equal(t, []string{"https://c.example/cb"}, soft.RedirectURI)
	require.Equal(t, []string{"PISP"}, soft.Roles)

	for _, status := range registry.OrganisationStates {
		_, got := h.done(organisationPath(org)+"/status", url.Values{"Status": {status}})
		require.Regexp(t, `class="badge (good|warn|bad)">`+status, got)
	}
	h.done(organisationPath(org)+"/status", url.Values{"Status": {"Active"}})
	for _, status := range registry.SoftwareStates {
		_, got := h.done(softwarePath(soft)+"/status", url.Values{"Status": {status}})
		require.Regexp(t, `class="badge (good|warn|bad)">`+status, got)
	}

	h.done(organisationPath(org)+"/servers", url.Values{"AuthorisationServers": {"Main | https://as.example/.well-known/openid-configuration | https://api.example | auto\nOther | https://o.example/conf"}})
	changed, err := h.desk.Registry.Organisation(org.ID)
	require.NoError(t, err)
	require.Equal(t, []registry.AuthorisationServer{
		{Name: "Main", DiscoveryDocument: "https://as.example/.well-known/openid-configuration", BaseURI: "https://api.example", AutoRegistration: true},
		{Name: "Other", DiscoveryDocument: "https://o.example/conf"},
	}, changed.AuthorisationServers)
}

// Whatever is refused stays in the form, beside the words of the refusal.
func TestRefusalsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	long := strings.Repeat("x", 41)
	for _, tt := range []struct {
		path   string
		form   url.Values
		status int
		words  string
		field  string // that is marked; empty for none
	}{
		{"/ui/organisations", url.Values{"OrganisationName": {" "}, "AuthorityId": {"KEPT"}}, 400, "OrganisationName: expected a name", "enrol-OrganisationName"},
		{"/ui/organisations", url.Values{"OrganisationName": {"KEPT"}, "AuthorityId": {long}}, 400, "AuthorityId: expected at most 40 characters, got 41", "enrol-AuthorityId"},
		{"/ui/organisations", url.Values{"OrganisationName": {"KEPT"}, "Roles": {"KING"}}, 400, "Roles: expected", ""},
		{organisationPath(org) + "/status", url.Values{"Status": {"Asleep"}}, 400, "Status: expected", "status-Status"},
		{organisationPath(org) + "/software", url.Values{"ClientName": {"KEPT"}, "RedirectUri": {"cb"}}, 400, "RedirectUri: expected an absolute URI", "enrol-software-RedirectUri"},
		{organisationPath(org) + "/servers", url.Values{"AuthorisationServers": {"KEPT"}}, 400, "line 1: expected", "servers-AuthorisationServers"},
		{organisationPath(org) + "/servers", url.Values{"AuthorisationServers": {"KEPT|https://a.example||perhaps"}}, 400, "expected auto", "servers-AuthorisationServers"},
		{organisationPath(org) + "/certificate", url.Values{"type": {"obtransport"}}, 400, "type: expected obwac or obseal", "certificate-type"},
		{organisationPath(org) + "/certificate", url.Values{"type": {"obwac"}, "body": {"KEPT"}}, 400, "body: expected a certificate signing request", "certificate-body"},
		{organisationPath(org) + "/certificate", url.Values{"type": {"obwac"}, "key": {"dsa"}}, 400, "key: expected rsa or ec", "certificate-key"},
		{organisationPath(org) + "/certificate", url.Values{"type": {"obwac"}, "key": {"ec"}, "wrong": {"weak-key"}}, 400, "key: expected an RSA key", "certificate-key"},
		{organisationPath(org) + "/revoke-key", url.Values{"kid": {"KEPT"}, "in": {"jwks", "crl", "ocsp"}}, 404, "kid: organisation", "revoke-key-kid"},
		{organisationPath(org) + "/revoke-key", url.Values{"kid": {"KEPT"}}, 400, "in: expected at least one of jwks, crl, ocsp", ""},
		{organisationPath(org) + "/revoke-key", url.Values{"kid": {" "}, "in": {"crl"}}, 400, "kid: expected the kid", "revoke-key-kid"},
		{organisationPath(org) + "/revoke", url.Values{"SerialNumber": {"0"}, "in": {"crl"}}, 400, "SerialNumber: expected hexadecimal digits", "revoke-SerialNumber"},
		{organisationPath(org) + "/revoke", url.Values{"SerialNumber": {"abc"}, "in": {"crl"}, "reason": {"boredom"}}, 400, "reason: expected one of", "revoke-reason"},
		{softwarePath(soft) + "/edit", url.Values{"ClientName": {"KEPT"}, "Mode": {"Test"}}, 400, "Roles: expected at least one", ""},
		{softwarePath(soft) + "/jwk", url.Values{"body": {"KEPT"}}, 400, "body: ", "jwk-body"},
		{softwarePath(soft) + "/certificate", url.Values{"type": {"obwac"}}, 400, "type: expected obtransport or obsigning", "certificate-type"},
		{"/ui/listener", url.Values{"body": {newCSR(t)}}, 400, "subjectAltName: expected at least one", ""},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "value": {"KEPT"}}, 400, "value: latency: expected duration", "turn-value"},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "share": {"2"}}, 400, "share: expected", "turn-share"},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "share": {"half"}}, 400, "share: expected a number", "turn-share"},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "times": {"1.5"}}, 400, "times: expected a whole number", "turn-times"},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "for": {"soon"}}, 400, "for: expected a duration", "turn-for"},
		{"/ui/knobs", url.Values{"knob": {"latency"}, "endpoint": {"nowhere"}}, 400, "endpoint: unknown endpoint", "turn-endpoint"},
		{"/ui/knobs", url.Values{"knob": {"latencie"}}, 400, "unknown knob", "turn-knob"},
		{"/ui/keys", url.Values{"what": {"eat"}}, 400, "no such form", ""},
		{"/ui/keys", url.Values{"what": {"withdraw"}, "kid": {"unknown"}}, 400, "no such form", ""},
		{"/ui/authorities", url.Values{"what": {"revoke-ca"}, "slug": {"unknown"}}, 400, "no such form", ""},
		{"/ui/knobs/remove", url.Values{"id": {"knob-9"}}, 400, "no such form", ""},
		{"/ui/organisations/x/status", url.Values{"Status": {"Active"}}, 404, "expected 18 letters", ""},
	} {
		_, got := h.post(tt.status, tt.path, tt.form)
		require.Contains(t, html.UnescapeString(got), tt.words, tt.path)
		if tt.field != "" {
			require.Regexp(t, `id="`+tt.field+`"[^>]*aria-invalid="true"`, got, "%s marks %s", tt.path, tt.field)
		}
		for _, typed := range tt.form {
			if strings.Contains(typed[0], "KEPT") || typed[0] == long {
				require.Regexp(t, `value="`+regexp.QuoteMeta(typed[0])+`"|>\s*`+regexp.QuoteMeta(typed[0])+`</textarea>`, got, tt.path)
			}
		}
	}
	_, total := h.desk.Registry.Organisations(0, 1)
	require.Equal(t, 1, total, "nothing was done")
	require.Empty(t, h.panel.List())
}

func TestFormsBeyondTheirBounds(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, _ := h.member()
	_, got := h.post(http.StatusRequestEntityTooLarge, "/ui/organisations", url.Values{"OrganisationName": {strings.Repeat("x", 1<<18)}})
	require.Contains(t, got, "expected at most 131072 bytes")
	_, got = h.post(http.StatusRequestEntityTooLarge, organisationPath(org)+"/certificate", url.Values{"type": {"obwac"}, "body": {strings.Repeat("x", 70_000)}})
	require.Contains(t, got, "expected at most 65536 bytes")
	res, err := h.http.Post(h.manage.URL+"/ui/organisations", "application/json", strings.NewReader(`{}`))
	require.NoError(t, err)
	require.Contains(t, h.body(http.StatusUnsupportedMediaType, res), "expected a form")
	res, err = h.http.Post(h.manage.URL+"/ui/organisations", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nnonsense"))
	require.NoError(t, err)
	require.Contains(t, h.body(http.StatusBadRequest, res), "the form cannot be read")
}

// Only POST changes things, and only from a page of this origin.
func TestNothingChangesByGetOrFromElsewhere(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, _ := h.member()
	for _, path := range []string{"/ui/keys?what=rotate", "/ui/knobs/clear", organisationPath(org) + "/status?Status=Revoked"} {
		h.get(http.StatusNotFound, path)
	}
	req, err := http.NewRequest(http.MethodPost, h.manage.URL+"/ui/keys", strings.NewReader("what=rotate"))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := h.http.Do(req)
	require.NoError(t, err)
	h.body(http.StatusForbidden, res)
	require.Len(t, h.desk.Trust.Signing().States(), 1)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Body, _ = req.GetBody()
	res, err = h.http.Do(req)
	require.NoError(t, err)
	h.body(http.StatusSeeOther, res)
	require.Len(t, h.desk.Trust.Signing().States(), 2)
}

func TestSigningKeysAndAuthorities(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := h.desk.Trust.Signing().States()[0].KeyID
	h.done("/ui/keys", url.Values{"what": {"rotate"}})
	h.done("/ui/keys", url.Values{"what": {"add"}})
	require.Len(t, h.desk.Trust.Signing().States(), 3)
	_, got := h.done("/ui/keys", url.Values{"what": {"withdraw"}, "kid": {first}})
	require.Contains(t, got, "withdrawn</span>")
	require.NotNil(t, h.desk.Trust.Signing().States()[0].Withdrawn)
	h.done("/ui/keys", url.Values{"what": {"reinstate"}, "kid": {first}})
	require.Nil(t, h.desk.Trust.Signing().States()[0].Withdrawn)

	h.done("/ui/authorities", url.Values{"what": {"add-ca"}})
	made := h.desk.Trust.Authorities()
	require.Len(t, made, 2)
	_, got = h.done("/ui/authorities", url.Values{"what": {"revoke-ca"}, "slug": {made[1].Slug}})
	require.Contains(t, got, "revoked</span>")
	require.NotNil(t, h.desk.Trust.Authorities()[1].Revoked)
}

func TestCertificatesAndTheirStates(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()

	_, got := h.post(http.StatusCreated, softwarePath(soft)+"/certificate", url.Values{"type": {"obsigning"}, "body": {newCSR(t)}})
	require.NotContains(t, got, "PRIVATE KEY")
	require.Contains(t, got, "BEGIN CERTIFICATE")
	keys, err := h.desk.Registry.Keys(org.ID, soft.ID)
	require.NoError(t, err)
	require.Len(t, keys, 1)
	kid := keys[0].KeyID

	_, got = h.post(http.StatusCreated, organisationPath(org)+"/certificate", url.Values{"type": {"obwac"}, "key": {"ec"}})
	require.Contains(t, got, "shown once")
	require.Equal(t, 2, strings.Count(got, "BEGIN CERTIFICATE"))
	h.done(softwarePath(soft)+"/share", url.Values{"kid": {"obwac " + h.keysOf(org.ID, org.ID)[0].KeyID}})
	require.Len(t, h.keysOf(org.ID, soft.ID), 2)
	h.done(softwarePath(soft)+"/jwk", url.Values{"body": {`{"kty":"EC","kid":"mine"}`}})
	require.Contains(t, h.get(200, softwarePath(soft)), "verbatim")

	_, got = h.post(http.StatusCreated, softwarePath(soft)+"/certificate", url.Values{"type": {"obtransport"}, "key": {"ec"}, "wrong": {"expired"}})
	require.Contains(t, got, "Wrong on purpose")
	got = h.get(200, softwarePath(soft))
	require.Contains(t, got, `badge good">valid`)
	require.Contains(t, got, `badge warn">expired`)

	h.post(http.StatusCreated, softwarePath(soft)+"/certificate", url.Values{"type": {"obtransport"}, "key": {"rsa"}, "wrong": {"weak-key"}})
	_, got = h.post(http.StatusCreated, softwarePath(soft)+"/certificate", url.Values{"type": {"obtransport"}, "key": {"ec"}, "publish": {"no"}})
	require.Contains(t, got, "BEGIN PRIVATE KEY")
	certificates, err := h.desk.Registry.Certificates(org.ID)
	require.NoError(t, err)
	spare := certificates[len(certificates)-1]
	require.Len(t, h.keysOf(org.ID, soft.ID), 3, "neither the wrong ones nor the spare one")

	_, got = h.done(softwarePath(soft)+"/revoke", url.Values{"SerialNumber": {strings.ToUpper(spare.Serial)}, "reason": {"superseded"}, "in": {"ocsp"}})
	require.Contains(t, got, "superseded; OCSP only")
	require.Equal(t, []string{"ocsp"}, h.desk.Registry.Certificate(spare.Serial).Revocation.In)
	_, got = h.done(softwarePath(soft)+"/revoke-key", url.Values{"kid": {kid}, "reason": {"keyCompromise"}, "in": {"jwks", "crl", "ocsp"}})
	require.Contains(t, got, "keyCompromise; CRL and OCSP")
	require.Contains(t, got, `badge bad">revoked`)
	for _, k := range h.keysOf(org.ID, soft.ID) {
		require.Equal(t, k.KeyID == kid, k.Revoked != nil, k.KeyID)
	}
}

func (h *house) keysOf(org, owner string) []registry.Key {
	h.t.Helper()
	keys, err := h.desk.Registry.Keys(org, owner)
	require.NoError(h.t, err)
	return keys
}

// The key that is made belongs to the certificate, and nothing of it stays behind.
func TestKeyMadeOnRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	for _, kind := range []string{"rsa", "ec"} {
		res, got := h.post(http.StatusCreated, softwarePath(soft)+"/certificate", url.Values{"type": {"obtransport"}, "key": {kind}})
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		link := regexp.MustCompile(`href="data:application/x-pem-file;base64,([^"]+)"`).FindStringSubmatch(got)
		require.NotNil(t, link)
		bundle := decode64(t, html.UnescapeString(link[1]))
		block, rest := pem.Decode(bundle)
		require.Equal(t, "PRIVATE KEY", block.Type)
		pair(t, bundle)
		require.Contains(t, html.UnescapeString(got), string(pem.EncodeToMemory(block)))
		require.NotEmpty(t, rest)
		for _, path := range []string{softwarePath(soft), organisationPath(org), "/ui/"} {
			require.NotContains(t, h.get(200, path), "PRIVATE KEY")
		}
	}
}

func TestUploadedRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, soft := h.member()
	upload := func(text string) (*http.Response, error) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		require.NoError(t, form.WriteField("type", "obsigning"))
		require.NoError(t, form.WriteField("body", ""))
		file, err := form.CreateFormFile("body-file", "any.csr")
		require.NoError(t, err)
		_, err = file.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, form.Close())
		return h.http.Post(h.manage.URL+softwarePath(soft)+"/certificate", form.FormDataContentType(), &body)
	}
	res, err := upload(newCSR(t))
	require.NoError(t, err)
	require.Contains(t, h.body(http.StatusCreated, res), "BEGIN CERTIFICATE")
	res, err = upload("no <request>")
	require.NoError(t, err)
	require.Contains(t, h.body(http.StatusBadRequest, res), "no &lt;request&gt;</textarea>", "the file's text can be mended")
}

func TestListenerCertificate(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, got := h.post(http.StatusCreated, "/ui/listener", url.Values{"body": {newCSR(t, "as.bank.example")}})
	require.Equal(t, 2, strings.Count(got, "BEGIN CERTIFICATE"))
}

func TestStatement(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	got := html.UnescapeString(h.get(200, softwarePath(soft)+"/statement"))
	require.Contains(t, got, `"software_id": "`+soft.ID+`"`)
	require.Contains(t, got, `"alg": "PS256"`)
	token := regexp.MustCompile(`id="token"[^>]*>([^<]+)<`).FindStringSubmatch(got)[1]
	require.Len(t, strings.Split(token, "."), 3)
	require.Contains(t, got, `download="statement-`+soft.ID+`.jwt"`)

	got = html.UnescapeString(h.get(200, softwarePath(soft)+"/statement?malformation=statement-jwks-endpoint-foreign&canary=https://canary.example"))
	require.Contains(t, got, "canary.example")
	require.Contains(t, got, "Malformed on purpose")
	require.Contains(t, got, "malformation=statement-jwks-endpoint-foreign")
	got = html.UnescapeString(h.get(400, softwarePath(soft)+"/statement?malformation=nothing&canary=https://kept.example"))
	require.Contains(t, got, `no malformation is called "nothing"`)
	require.Contains(t, got, `value="https://kept.example"`)
	require.NotContains(t, got, `id="token"`)
	h.get(400, softwarePath(soft)+"/statement?kid=unknown")

	require.NoError(t, h.desk.Registry.SetOrganisationStatus(org.ID, registry.Revoked))
	require.Contains(t, h.get(403, softwarePath(soft)+"/statement"), "is Revoked")
}

// Whatever a malformation does to a statement, the page shows it.
func TestEveryMalformationIsShown(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, soft := h.member()
	shown := 0
	for _, m := range regexp.MustCompile(`<option value="(statement-[^"]*)"`).FindAllStringSubmatch(h.get(200, softwarePath(soft)), -1) {
		res, err := h.http.Get(h.manage.URL + softwarePath(soft) + "/statement?canary=https://canary.example&malformation=" + m[1])
		require.NoError(t, err)
		switch res.StatusCode {
		case http.StatusOK:
			got := h.body(200, res)
			require.Contains(t, got, `id="token"`, m[1])
			require.Contains(t, got, "<h3>", m[1])
			shown++
		default:
			require.Contains(t, h.body(http.StatusConflict, res), "malformation: the directory cannot make "+m[1])
		}
	}
	require.Greater(t, shown, 40)
}

func TestKnobs(t *testing.T) {
	t.Parallel()
	h := open(t)
	got := h.get(200, "/ui/knobs?knob=latency")
	require.Contains(t, got, `name="value" value="2s"`)
	require.Contains(t, got, `<option value="directory-jwks" selected>`)
	_, got = h.done("/ui/knobs", url.Values{"knob": {"outage"}, "endpoint": {"directory-jwks"}, "times": {"1"}, "share": {"1"}, "for": {"5m"}, "path": {"/keystore/*"}})
	require.Contains(t, got, "directory-jwks, /keystore/*")
	require.Contains(t, got, "after 1 answer or at")
	h.fetch("/keystore/openbanking.jwks", "bank")
	fetches, _ := h.fetches.Since(0, 10)
	require.Equal(t, http.StatusServiceUnavailable, fetches[0].Status)

	h.done("/ui/knobs", url.Values{"knob": {"clock"}, "value": {"-10m"}})
	list := h.panel.List()
	require.Len(t, list, 1)
	h.done("/ui/knobs/remove", url.Values{"id": {list[0].ID}})
	h.done("/ui/knobs", url.Values{"knob": {"latency"}, "share": {"0.5"}})
	require.Contains(t, h.get(200, "/ui/knobs"), "50 % of them")
	h.done("/ui/knobs/clear", nil)
	require.Empty(t, h.panel.List())
	require.EqualValues(t, 5, h.turned.Load(), "the server is told of each change")
}
