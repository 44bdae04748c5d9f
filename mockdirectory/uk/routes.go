package uk

import (
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// face is the API in front of the desk.
type face struct{ *desk.Desk }

// Classes of endpoints.
const (
	Enrolment        = "enrolment"
	Assertion        = "assertion"
	DirectoryKeys    = "directory-jwks"
	OwnerKeys        = "software-jwks" // of organisations too
	RevokedKeys      = "revoked-jwks"
	CertificateFiles = "certificate"
	Health           = "health"
)

// Classes lists them.
var Classes = []string{Enrolment, Assertion, DirectoryKeys, OwnerKeys, RevokedKeys, CertificateFiles, Health}

// Routes is the API.
func Routes(d *desk.Desk) []rest.Route {
	f := face{d}
	const (
		org      = "/v2.1/organisation"
		oneOrg   = org + "/{org}"
		soft     = oneOrg + "/software-statement"
		oneSoft  = soft + "/{software}"
		softCert = oneSoft + "/certificate/{type}"
	)
	return []rest.Route{
		{Pattern: org, Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.enrolOrganisation, http.MethodGet: f.listOrganisations}},
		{Pattern: oneOrg, Class: Enrolment, Methods: rest.Get(f.showOrganisation)},
		{Pattern: oneOrg + "/status", Class: Enrolment, Methods: rest.Methods{http.MethodPut: f.setOrganisationStatus}},
		{Pattern: oneOrg + "/authorisation-servers", Class: Enrolment, Methods: rest.Methods{http.MethodPut: f.setAuthorisationServers}},
		{Pattern: oneOrg + "/certificate", Class: Enrolment, Methods: rest.Get(f.listCertificates)},
		{Pattern: oneOrg + "/certificate/{type}", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.certifyOrganisation}},
		{Pattern: oneOrg + "/certificate/kid/{kid}", Class: Enrolment, Methods: rest.Methods{http.MethodDelete: f.revokeKey}},
		{Pattern: oneOrg + "/certificate/serial/{serial}", Class: Enrolment, Methods: rest.Methods{http.MethodDelete: f.revokeCertificate}},
		{Pattern: soft, Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.enrolSoftware, http.MethodGet: f.listSoftware}},
		{Pattern: oneSoft, Class: Enrolment, Methods: rest.Methods{http.MethodGet: f.showSoftware, http.MethodPut: f.updateSoftware}},
		{Pattern: oneSoft + "/status", Class: Enrolment, Methods: rest.Methods{http.MethodPut: f.setSoftwareStatus}},
		{Pattern: softCert, Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.certifySoftware}},
		{Pattern: softCert + "/{kid}", Class: Enrolment, Methods: rest.Methods{http.MethodPut: f.associateCertificate}},
		{Pattern: oneSoft + "/jwk", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.publishJWK}},
		{Pattern: oneSoft + "/software-statement-assertion", Class: Assertion, Methods: rest.Get(f.assertion)},

		{Pattern: "/keystore/{document}", Class: DirectoryKeys, Methods: rest.Get(f.directoryKeys)},
		{Pattern: "/keystore/rotate", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.rotateKey}},
		{Pattern: "/keystore/key", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.addKey, http.MethodGet: f.listKeys}},
		{Pattern: "/keystore/key/{kid}", Class: Enrolment, Methods: rest.Methods{http.MethodDelete: f.withdrawKey, http.MethodPut: f.reinstateKey}},
		{Pattern: "/{org}/{document}", Class: OwnerKeys, Methods: rest.Get(f.keySet)},
		{Pattern: "/{org}/revoked/{document}", Class: RevokedKeys, Methods: rest.Get(f.revokedKeySet)},
		{Pattern: "/{org}/{owner}/{document}", Class: CertificateFiles, Methods: rest.Get(f.certificateFile)},

		{Pattern: "/ca/issuing", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.addAuthority, http.MethodGet: f.listAuthorities}},
		{Pattern: "/ca/issuing/{slug}", Class: Enrolment, Methods: rest.Methods{http.MethodDelete: f.revokeAuthority}},
		{Pattern: "/ca/listener", Class: Enrolment, Methods: rest.Methods{http.MethodPost: f.certifyListener}},
		{Pattern: "/ca/root.pem", Class: CertificateFiles, Methods: rest.Get(f.rootCertificate)},
		{Pattern: "/healthz", Class: Health, Methods: rest.Get(f.health)},
	}
}
