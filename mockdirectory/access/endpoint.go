package access

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// TokenPath is where the UK directory has its token endpoint.
const TokenPath = "/as/token.oauth2"

const (
	clientCredentials = "client_credentials"
	assertionType     = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// tokenURL is the audience that an assertion has to name.
func (g *Guard) tokenURL() string { return g.desk.Base + TokenPath }

// tokenAnswer is RFC 6749 section 5.1.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// Token is the token endpoint. The client proves itself twice: by the
// certificate of the connection (RFC 8705) and by an assertion that its own key
// signed (RFC 7523).
func (g *Guard) Token(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := checkForm(form); err != nil {
		return err
	}
	client, err := g.readAssertion(form.Get("client_assertion"))
	if err != nil {
		return err
	}
	if id := form.Get("client_id"); id != "" && id != client.software.ID {
		return refuse(invalidClient, "client_id: expected %s as in the assertion, got %s", client.software.ID, shown(id))
	}
	leaf := presented(r)
	if fault := g.checkCertificate(leaf, client.software); fault != "" {
		return refuse(invalidClient, "%s", fault)
	}
	now := g.desk.Now()
	// Last of all that authenticates, so that nobody can use up the jti of another.
	if err := g.seen.use(client.software.ID, client.jti, client.expires, now); err != nil {
		return err
	}
	scopes, err := scopesOf(form, client)
	if err != nil {
		return err
	}
	token, err := g.tokens.issue(Grant{
		OrganisationID: client.software.OrganisationID, SoftwareID: client.software.ID,
		Scopes: scopes, certificate: pki.X5TS256(leaf),
	}, now)
	if err != nil {
		return err
	}
	w.Header().Set("Pragma", "no-cache")
	return rest.WriteJSON(w, http.StatusOK, tokenAnswer{token, "Bearer", int(tokenLifetime.Seconds()), strings.Join(scopes, " ")})
}

// readForm reads the body, each parameter of which may be there once (RFC 6749,
// section 3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	// A faulty body is invalid_request too, for which RFC 6749 section 5.2 wants 400
	// where HTTP would have 415.
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, refuse(invalidRequest, "Content-Type: expected application/x-www-form-urlencoded, got %s", shown(r.Header.Get("Content-Type")))
	}
	if r.URL.RawQuery != "" {
		return nil, refuse(invalidRequest, "query: expected the parameters in the body")
	}
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse(invalidRequest, "body: expected a form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, refuse(invalidRequest, "%s: expected one value, got %d", shown(name), len(values))
		}
	}
	if form.Has("client_secret") || r.Header.Get("Authorization") != "" {
		return nil, refuse(invalidRequest, "expected no more than one way of authentication, client_assertion (RFC 6749, section 2.3)")
	}
	return form, nil
}

// checkForm tells what is missing from what is wrong. Without an assertion the
// client has not authenticated at all, which has a code of its own.
func checkForm(form url.Values) error {
	switch grant := form.Get("grant_type"); grant {
	case clientCredentials:
	case "":
		return refuse(invalidRequest, "grant_type: expected %s", clientCredentials)
	default:
		return refuse(unsupportedGrant, "grant_type: expected %s, got %s", clientCredentials, shown(grant))
	}
	if got := form.Get("client_assertion_type"); form.Has("client_assertion_type") && got != assertionType {
		return refuse(invalidRequest, "client_assertion_type: expected %s, got %s", assertionType, shown(got))
	}
	if form.Get("client_assertion") == "" {
		return refuse(invalidClient, "client_assertion: expected one, which proves who the client is")
	}
	if !form.Has("client_assertion_type") {
		return refuse(invalidRequest, "client_assertion_type: expected %s", assertionType)
	}
	return nil
}

// scopesOf settles the scopes: those of the form, with which the assertion
// must agree if it names any, or else those of the assertion.
func scopesOf(form url.Values, client assertion) ([]string, error) {
	list := form.Get("scope")
	if list == "" {
		list = client.scope
	}
	if client.scope != "" && !sameScopes(list, client.scope) {
		return nil, refuse(invalidScope, "scope: expected %s as in the assertion, got %s", shown(client.scope), shown(list))
	}
	return scopesFor(list, client.software.Roles)
}

// metadata is the document of OpenID Connect Discovery 1.0 section 3 and RFC
// 8414, as far as a directory without users has anything to say.
type metadata struct {
	Issuer                string            `json:"issuer"`
	TokenEndpoint         string            `json:"token_endpoint"`
	JWKSURI               string            `json:"jwks_uri"`
	Scopes                []string          `json:"scopes_supported"`
	ResponseTypes         []string          `json:"response_types_supported"`
	GrantTypes            []string          `json:"grant_types_supported"`
	SubjectTypes          []string          `json:"subject_types_supported"`
	IDTokenAlgorithms     []string          `json:"id_token_signing_alg_values_supported"`
	AuthMethods           []string          `json:"token_endpoint_auth_methods_supported"`
	AuthAlgorithms        []string          `json:"token_endpoint_auth_signing_alg_values_supported"`
	CertificateBound      bool              `json:"tls_client_certificate_bound_access_tokens"`
	MutualTLSAliases      map[string]string `json:"mtls_endpoint_aliases"`
	ServiceDocumentations string            `json:"service_documentation"`
}

// Discovery answers /.well-known/openid-configuration.
func (g *Guard) Discovery(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteJSON(w, http.StatusOK, metadata{
		Issuer: g.desk.Base, TokenEndpoint: g.tokenURL(), JWKSURI: g.desk.Base + "/keystore/openbanking.jwks",
		Scopes: Scopes, ResponseTypes: []string{}, GrantTypes: []string{clientCredentials},
		SubjectTypes: []string{"public"}, IDTokenAlgorithms: []string{"PS256"},
		AuthMethods: []string{"private_key_jwt"}, AuthAlgorithms: algorithms,
		CertificateBound: true, MutualTLSAliases: map[string]string{"token_endpoint": g.tokenURL()},
		ServiceDocumentations: g.desk.Base + "/openapi",
	})
}
