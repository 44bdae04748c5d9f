package uk

import (
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Config is what the API stands on.
type Config struct {
	Desk *desk.Desk
	// Guard holds calls to their tokens. Nil lets everything pass that brings no
	// token, as a guard that does not require one does.
	Guard *access.Guard
	// Beside names the other APIs of this directory, for the list of descriptions.
	Beside []string
}

// face is the API in front of the desk.
type face struct {
	*desk.Desk
	guard  *access.Guard
	beside []string
}

// Classes of endpoints.
const (
	Enrolment        = "enrolment"
	Assertion        = "assertion"
	DirectoryKeys    = "directory-jwks"
	OwnerKeys        = "software-jwks" // of organisations too
	RevokedKeys      = "revoked-jwks"
	CertificateFiles = "certificate"
	OIDC             = "oidc"
	Token            = "token"
	SCIM             = "scim"
	Description      = "openapi"
	Health           = "health"
)

// Classes lists them.
var Classes = []string{Enrolment, Assertion, DirectoryKeys, OwnerKeys, RevokedKeys, CertificateFiles, OIDC, Token, SCIM, Description, Health}

// Routes is the API. The directory API's three families of paths have the same
// endpoints: /v2.1/organisation/{org}, /v2/organisation/{org} and the legacy
// /organisation/{aspsp or tpp}/{org}, which has only what the real one had.
func Routes(cfg Config) []rest.Route {
	f := face{cfg.Desk, cfg.Guard, cfg.Beside}
	if f.guard == nil {
		f.guard = access.New(access.Config{Desk: cfg.Desk})
	}
	var routes []rest.Route
	for _, version := range []string{"/v2.1", "/v2"} {
		routes = append(routes, f.route(version+"/organisation", row{"", Enrolment,
			get(access.Read, f.listOrganisations).and(post(access.Operate, jsonBody, f.enrolOrganisation))}))
		for _, r := range slices.Concat(f.members(), f.membersNow()) {
			routes = append(routes, f.route(version+"/organisation/{org}"+r.path, r))
		}
	}
	for _, legacy := range []struct {
		kind string
		is   func(roles []string) bool
	}{{"tpp", access.ThirdParty}, {"aspsp", access.Bank}} {
		for _, r := range f.members() {
			// The type is part of the pattern: with a wildcard the multiplexer could not tell
			// /organisation/{type}/{org} from /{org}/revoked/{document}.
			routes = append(routes, f.route("/organisation/"+legacy.kind+"/{org}"+r.path, r, f.ofType(legacy.kind, legacy.is)))
		}
	}
	for _, r := range f.others() {
		routes = append(routes, f.route(r.path, r))
	}
	for _, of := range resourceTypes {
		routes = append(routes, f.scimRoutes(of)...)
	}
	return append(routes, f.open()...)
}

// members are the operations below an organisation that every family has.
func (f face) members() []row {
	const (
		soft     = "/software-statement"
		oneSoft  = soft + "/{software}"
		softCert = oneSoft + "/certificate/{type}"
	)
	// What only a mock can do is taken from members one parameter at a time, so that
	// the rest of an operation stays theirs.
	var (
		enrol     = access.Manage
		certify   = access.Manage.Without("wrong", "issuer", "publish")
		revoke    = access.Manage.Without("in")
		assertion = access.Read.Without("malformation", "canary", "kid")
	)
	return []row{
		{"", Enrolment, get(access.Read, f.showOrganisation)},
		{"/certificate/{type}", Enrolment, post(certify, pemBody, f.certifyOrganisation)},
		{"/certificate/kid/{kid}", Enrolment, get(access.Read, f.showKey).and(remove(revoke, f.revokeKey))},
		{soft, Enrolment, get(access.Read, f.listSoftware).and(post(enrol, jsonBody, f.enrolSoftware))},
		{oneSoft, Enrolment, get(access.Read, f.showSoftware).and(put(enrol, jsonBody, f.updateSoftware))},
		{oneSoft + "/redirect-uri", Enrolment, post(enrol, jsonBody, f.addRedirectURIs)},
		{oneSoft + "/software-statement-assertion", Assertion, get(assertion, f.assertion)},
		{softCert, Enrolment, post(certify, pemBody, f.certifySoftware)},
		{softCert + "/{kid}", Enrolment, put(enrol, noBody, f.associateCertificate)},
	}
}

// membersNow are those that the legacy family never had, the mock's own among
// them.
func (f face) membersNow() []row {
	const oneSoft = "/software-statement/{software}"
	return []row{
		{"/status", Enrolment, put(access.Operate, jsonBody, f.setOrganisationStatus)},
		{"/authorisation-servers", Enrolment, put(access.ManageBank, jsonBody, f.setAuthorisationServers)},
		{"/certificate", Enrolment, get(access.Read, f.listCertificates)},
		{"/certificate/serial/{serial}", Enrolment, remove(access.Manage.Without("in"), f.revokeCertificate)},
		{oneSoft + "/status", Enrolment, put(access.Operate, jsonBody, f.setSoftwareStatus)},
		{oneSoft + "/jwk", Enrolment, post(access.Manage, jsonBody, f.publishJWK)},
	}
}

// others are the operations that are not below an organisation.
func (f face) others() []row {
	// Whoever may read may ask after any certificate: a bank is shown one by a client
	// that it does not know yet.
	validate := post(access.Read, pemBody, f.validateCertificate)
	return []row{
		{"/v2.1/certificate/validate", Enrolment, validate},
		{"/v2/certificate/validate", Enrolment, validate},
		{"/certificate/validate", Enrolment, validate},
		{"/keystore/rotate", Enrolment, post(access.Operate, noBody, f.rotateKey)},
		{"/keystore/key", Enrolment, get(access.Nobody, f.listKeys).and(post(access.Operate, noBody, f.addKey))},
		{"/keystore/key/{kid}", Enrolment, remove(access.Operate, f.withdrawKey).and(put(access.Operate, noBody, f.reinstateKey))},
		{"/ca/issuing", Enrolment, get(access.Nobody, f.listAuthorities).and(post(access.Operate, noBody, f.addAuthority))},
		{"/ca/issuing/{slug}", Enrolment, remove(access.Operate, f.revokeAuthority)},
		{"/ca/listener", Enrolment, post(access.Operate, pemBody, f.certifyListener)},
	}
}

// open is what needs no token: whoever is to trust the directory begins here.
func (f face) open() []rest.Route {
	return []rest.Route{
		{Pattern: "/keystore/{document}", Class: DirectoryKeys, Methods: rest.Get(f.directoryKeys)},
		{Pattern: "/{org}/{document}", Class: OwnerKeys, Methods: rest.Get(f.keySet)},
		{Pattern: "/{org}/revoked/{document}", Class: RevokedKeys, Methods: rest.Get(f.revokedKeySet)},
		{Pattern: "/{org}/{owner}/{document}", Class: CertificateFiles, Methods: rest.Get(f.certificateFile)},
		{Pattern: "/ca/root.pem", Class: CertificateFiles, Methods: rest.Get(f.rootCertificate)},
		{Pattern: "/.well-known/openid-configuration", Class: OIDC, Methods: rest.Get(f.guard.Discovery)},
		{Pattern: access.TokenPath, Class: Token, Methods: rest.Methods{http.MethodPost: f.guard.Token}},
		{Pattern: "/openapi", Class: Description, Methods: rest.Get(f.listDescriptions)},
		{Pattern: openAPIPath, Class: Description, Methods: rest.Get(f.showDescription)},
		{Pattern: "/healthz", Class: Health, Methods: rest.Get(f.health)},
	}
}
