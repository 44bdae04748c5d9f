package brazil

import (
	_ "embed" // for OpenAPI
	"net/http"

	"github.com/google/uuid"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// face is the API in front of the desk.
type face struct{ *desk.Desk }

// Classes of endpoints.
const (
	Participants     = "participants"
	Enrolment        = "enrolment"
	Assertion        = "assertion"
	DirectoryKeys    = "directory-jwks"
	OwnerKeys        = "software-jwks" // of organisations too
	InactiveKeys     = "revoked-jwks"
	CertificateFiles = "certificate"
	Description      = "openapi"
)

// Classes lists them.
var Classes = []string{Participants, Enrolment, Assertion, DirectoryKeys, OwnerKeys, InactiveKeys, CertificateFiles, Description}

// OpenAPI describes everything in this package.
//
//go:embed openapi.yaml
var OpenAPI []byte

// organisations is where they are enrolled.
const organisations = "/brazil/organisations"

// Routes is the API, behind a guard.
func Routes(d *desk.Desk, g *access.Guard) []rest.Route { return guarded(g, routes(face{d})) }

func routes(f face) []rest.Route {
	const (
		orgs    = organisations
		oneOrg  = orgs + "/{org}"
		soft    = oneOrg + "/softwarestatements"
		oneSoft = soft + "/{software}"
		keys    = "/brazil/keystore"
		orgKeys = keys + "/{org}"
		own     = orgKeys + "/{software}"
	)
	return append(keyRoutes(f, orgKeys, own),
		rest.Route{Pattern: "/brazil/participants", Class: Participants, Methods: rest.Get(f.listParticipants)},
		rest.Route{Pattern: orgs, Class: Enrolment, Methods: tracked(rest.Methods{http.MethodPost: f.enrolOrganisation, http.MethodGet: f.listOrganisations})},
		rest.Route{Pattern: oneOrg, Class: Enrolment, Methods: tracked(rest.Get(f.showOrganisation))},
		rest.Route{Pattern: oneOrg + "/certificates/{type}", Class: Enrolment, Methods: tracked(rest.Methods{http.MethodPost: f.certifyOrganisation})},
		rest.Route{Pattern: soft, Class: Enrolment, Methods: tracked(rest.Methods{http.MethodPost: f.enrolSoftware, http.MethodGet: f.listSoftware})},
		rest.Route{Pattern: oneSoft, Class: Enrolment, Methods: tracked(rest.Methods{http.MethodGet: f.showSoftware, http.MethodPut: f.updateSoftware})},
		rest.Route{Pattern: oneSoft + "/certificates/{type}", Class: Enrolment, Methods: tracked(rest.Methods{http.MethodPost: f.certifySoftware})},
		rest.Route{Pattern: oneSoft + "/certificates/{type}/{kid}", Class: Enrolment, Methods: tracked(rest.Methods{http.MethodPut: f.associateCertificate})},
		rest.Route{Pattern: oneSoft + "/assertion", Class: Assertion, Methods: tracked(rest.Get(f.assertion))},
		rest.Route{Pattern: keys + "/openbanking.jwks", Class: DirectoryKeys, Methods: rest.Get(f.directoryKeys)},
		rest.Route{Pattern: "/openapi/brazil.yaml", Class: Description, Methods: rest.Get(describe)},
	)
}

// keyRoutes are the four sets of an organisation and those of its software, each
// beside the certificates that x5u leads to.
func keyRoutes(f face, orgKeys, own string) []rest.Route {
	var routes []rest.Route
	for _, owner := range []string{orgKeys, own} {
		routes = append(routes,
			rest.Route{Pattern: owner + "/application.jwks", Class: OwnerKeys, Methods: rest.Get(f.keySet(signing, false))},
			rest.Route{Pattern: owner + "/transport.jwks", Class: OwnerKeys, Methods: rest.Get(f.keySet(transport, false))},
			rest.Route{Pattern: owner + "/inactive/application.jwks", Class: InactiveKeys, Methods: rest.Get(f.keySet(signing, true))},
			rest.Route{Pattern: owner + "/inactive/transport.jwks", Class: InactiveKeys, Methods: rest.Get(f.keySet(transport, true))},
			rest.Route{Pattern: owner + "/{document}", Class: CertificateFiles, Methods: rest.Get(f.certificateFile)},
		)
	}
	return routes
}

// tracked gives every answer, refusals included, the id of the interaction: the
// caller's own when it is a UUID, else a new one.
func tracked(methods rest.Methods) rest.Methods {
	const header = "X-Fapi-Interaction-Id"
	out := rest.Methods{}
	for method, e := range methods {
		out[method] = func(w http.ResponseWriter, r *http.Request) error {
			id := r.Header.Get(header)
			if uuid.Validate(id) != nil {
				id = uuid.NewString()
			}
			w.Header().Set(header, id)
			return e(w, r)
		}
	}
	return out
}

// describe answers with this API's OpenAPI document (RFC 9512 for its type).
func describe(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, "application/yaml", OpenAPI)
}
