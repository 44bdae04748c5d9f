package australia

import (
	_ "embed" // for OpenAPI
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// face is the API in front of the desk.
type face struct{ *desk.Desk }

// Classes of endpoints.
const (
	Participants  = "participants"
	Status        = "status"
	Assertion     = "assertion"
	DirectoryKeys = "directory-jwks"
	Description   = "openapi"
)

// Classes lists them.
var Classes = []string{Participants, Status, Assertion, DirectoryKeys, Description}

// OpenAPI describes everything in this package.
//
//go:embed openapi.yaml
var OpenAPI []byte

// Routes is the API. The keys of software are where the UK's key store has them.
// Only the SSA is for members, each for its own product; the rest of the register
// is public.
func Routes(d *desk.Desk, g *access.Guard) []rest.Route {
	f := face{d}
	own := access.Read.OfSoftware("software")
	const (
		register   = "/cdr-register/v1"
		recipients = register + "/{industry}/data-recipients"
		ssa        = recipients + "/brands/{brand}/software-products/{software}/ssa"
	)
	return []rest.Route{
		{Pattern: register + "/jwks", Class: DirectoryKeys, Methods: rest.Get(f.directoryKeys)},
		{Pattern: recipients, Class: Participants, Methods: rest.Get(versioned(recipientVersions, f.listRecipients))},
		{Pattern: recipients + "/status", Class: Status, Methods: rest.Get(versioned(statusVersions, f.listEntityStatus))},
		{Pattern: recipients + "/brands/software-products/status", Class: Status, Methods: rest.Get(versioned(statusVersions, f.listProductStatus))},
		{Pattern: ssa, Class: Assertion, Methods: rest.Get(g.Protect(own, versioned(recipientVersions, f.assertion)))},
		{Pattern: register + "/{industry}/data-holders/brands", Class: Participants, Methods: rest.Get(versioned(holderVersions, f.listHolders))},
		{Pattern: "/openapi/australia.yaml", Class: Description, Methods: rest.Get(describe)},
	}
}

// describe answers with this API's OpenAPI document (RFC 9512 for its type).
func describe(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, "application/yaml", OpenAPI)
}
