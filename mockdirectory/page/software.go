package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// softwareBody is a software with what hangs on it.
type softwareBody struct {
	registry.Software
	Organisation  registry.Organisation
	JWKS, Revoked string
	Holdings      holdings
	Fetched       []keyFetch
	Shareable     bool // the organisation has a certificate to share
}

// softwarePath is the page of a software, and the beginning of where its forms go.
func softwarePath(org, id string) string {
	return organisationPath(org) + "/software/" + url.PathEscape(id)
}

// softwareAPI is where the API has a software.
func softwareAPI(org, id string) string {
	return apiPath(org) + "/software-statement/" + url.PathEscape(id)
}

// software draws the page of a software.
func (s *site) software(r *http.Request) (*screen, error) {
	soft, org, err := s.Desk.Registry.Software(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return nil, err
	}
	path, api := softwarePath(org.ID, soft.ID), softwareAPI(org.ID, soft.ID)
	body := softwareBody{Software: soft, Organisation: org, JWKS: s.Desk.JWKSURL(org.ID, soft.ID), Revoked: s.Desk.RevokedURL(org.ID, soft.ID)}
	if body.Holdings, err = s.holdings(r, owner{org: org.ID, id: soft.ID, path: path}); err != nil {
		return nil, err
	}
	body.Fetched = s.keyFetches(soft.ID, soft.UUID)
	share := s.shareForm(org.ID, path)
	body.Shareable = share != nil
	page := &screen{
		template: "software", Title: plainly(soft.ClientName), Here: organisationsPath, Body: body,
		Trail: []link{{"Organisations", organisationsPath}, {plainly(org.Name), organisationPath(org.ID)}},
	}
	page.with(editForm(path, soft, org), statusForm(path, registry.SoftwareStates, soft.Status),
		s.certificateForm(path, kindsOf(soft.Roles, true)...), jwkForm(path), s.statementForm(path, soft.Roles))
	if share != nil {
		page.with(share)
	}
	page.with(revocationForms(path, body.Holdings)...)
	page.Reads = []shown{
		s.read(r, "The software", api),
		s.read(r, "A software statement for it", api+"/software-statement-assertion"),
		s.read(r, "Its keys", "/"+org.ID+"/"+soft.ID+".jwks"),
		s.read(r, "Its revoked keys", "/"+org.ID+"/revoked/"+soft.ID+".jwks"),
	}
	if within(soft.Roles, registry.BrazilRoles) {
		store := "/brazil/keystore/" + org.UUID + "/" + soft.UUID
		page.Reads = append(page.Reads,
			s.read(r, "Its keys for signatures, in Brazil's key store", store+"/application.jwks"),
			s.read(r, "Its keys for mutual TLS, in Brazil's key store", store+"/transport.jwks"))
	}
	return page, nil
}

// softwareStatus reads a new status of a software.
func (s *site) softwareStatus(r *http.Request) (act, error) {
	org, id, status := r.PathValue("org"), r.PathValue("software"), r.PostForm.Get("Status")
	return act{
		form:    "status",
		command: jsonCommand(http.MethodPut, softwareAPI(org, id)+"/status", members{"Status": status}),
		do: func(context.Context) (outcome, error) {
			return after(softwarePath(org, id), "status"), s.Desk.Registry.SetSoftwareStatus(org, id, status)
		},
	}, nil
}

// jwkForm says in so many words that nothing is checked: it is how a key set is spoilt for good,
// which a knob does for a while.
func jwkForm(path string) *form {
	return &form{
		ID: "jwk", Action: path + "/jwk", Submit: "Publish the JWK as it is",
		Fields: []field{{
			Name: "body", Label: "JWK", Type: "area", Required: true,
			Hint: "any JSON object; nothing in it is checked or added, so that a key set can be made wrong",
		}},
	}
}

// publishJWK reads a JWK to publish verbatim.
func (s *site) publishJWK(r *http.Request) (act, error) {
	org, id, body := r.PathValue("org"), r.PathValue("software"), r.PostForm.Get("body")
	return act{
		form:    "jwk",
		command: command{method: http.MethodPost, path: softwareAPI(org, id) + "/jwk", media: "application/json", body: body},
		do: func(context.Context) (outcome, error) {
			return after(softwarePath(org, id), "published"), s.Desk.PublishJWK(org, id, []byte(body))
		},
	}, nil
}

// shareForm offers the organisation's certified keys, if it has any in use.
func (s *site) shareForm(org, path string) *form {
	keys, err := s.Desk.Registry.Keys(org, org)
	if err != nil {
		return nil
	}
	var shared []choice
	for _, k := range keys {
		if k.Revoked == nil && k.Kind != "" && len(shared) < perPage {
			shared = append(shared, choice{string(k.Kind) + " " + k.KeyID, string(k.Kind) + ", key " + k.KeyID})
		}
	}
	if shared == nil {
		return nil
	}
	return &form{
		ID: "share", Action: path + "/share", Submit: "Share it with this software",
		Fields: []field{{Name: "kid", Label: "Certificate of the organisation", Type: "select", Choices: []group{{Choices: shared}}}},
	}
}

// share reads which of the organisation's keys joins the software's set.
func (s *site) share(r *http.Request) (act, error) {
	org, id := r.PathValue("org"), r.PathValue("software")
	kind, kid, _ := strings.Cut(r.PostForm.Get("kid"), " ")
	path := softwareAPI(org, id) + "/certificate/" + url.PathEscape(kind)
	if pki.Kind(kind) == pki.BRSeal {
		path = brazilAPI(org, id) + "/certificates/" + kind
	}
	return act{
		form:    "share",
		command: command{method: http.MethodPut, path: path + "/" + url.PathEscape(kid)},
		do: func(context.Context) (outcome, error) {
			return after(softwarePath(org, id), "shared"), s.Desk.Registry.Associate(org, id, pki.Kind(kind), kid)
		},
	}, nil
}
