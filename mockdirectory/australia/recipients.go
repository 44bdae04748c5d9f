package australia

import (
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// The roles of the Consumer Data Right.
const (
	recipientRole = "ADR"
	holderRole    = "DH"
)

// noLogo stands in where the register has to show a logo and the registry has
// none.
const noLogo = "https://none.example/logo.png"

// recipient is an accredited data recipient: RegisterDataRecipient of the
// standards.
type recipient struct {
	ID          string  `json:"legalEntityId"`
	Name        string  `json:"legalEntityName"`
	Number      string  `json:"accreditationNumber"`
	Level       string  `json:"accreditationLevel"`
	Logo        string  `json:"logoUri"`
	Brands      []brand `json:"dataRecipientBrands"`
	Status      string  `json:"status"`
	LastUpdated string  `json:"lastUpdated"`
}

// brand is DataRecipientBrandMetaData.
type brand struct {
	ID       string    `json:"dataRecipientBrandId"`
	Name     string    `json:"brandName"`
	Logo     string    `json:"logoUri"`
	Products []product `json:"softwareProducts"`
	Status   string    `json:"status"`
}

// product is SoftwareProductMetaData.
type product struct {
	ID          string `json:"softwareProductId"`
	Name        string `json:"softwareProductName"`
	Description string `json:"softwareProductDescription"`
	Logo        string `json:"logoUri"`
	Status      string `json:"status"`
}

// entityStatus and productStatus are the entries of the lists of states.
type entityStatus struct {
	ID     string `json:"legalEntityId"`
	Status string `json:"status"`
}

type productStatus struct {
	ID     string `json:"softwareProductId"`
	Status string `json:"status"`
}

// products are an organisation's software with the recipient's role, in the
// order of enrolment.
func (f face) products(org registry.Organisation) iter.Seq[registry.Software] {
	const step = 500
	return func(yield func(registry.Software) bool) {
		for at := 0; ; at += step {
			list, total, err := f.Registry.SoftwareOf(org.ID, at, step)
			if err != nil {
				return // organisations are never deleted
			}
			for _, s := range list {
				if isRecipient(s.Roles) && !yield(s) {
					return
				}
			}
			if at+step >= total {
				return
			}
		}
	}
}

// isRecipient tells software of a data recipient from that of other ecosystems.
func isRecipient(roles []string) bool { return len(desk.RolesIn(roles, []string{recipientRole})) > 0 }

// listRecipients shows those that lost their accreditation as well: a holder is
// to learn of it here.
func (f face) listRecipients(w http.ResponseWriter, r request) error {
	list := []recipient{}
	for org := range f.Members([]string{recipientRole}) {
		b := brand{desk.BrandID(org), org.Name, noLogo, []product{}, desk.BrandStatus(org)}
		for s := range f.products(org) {
			p := product{s.UUID, s.ClientName, s.Description, s.LogoURI, desk.ProductStatus(org, s)}
			if p.Logo == "" {
				p.Logo = noLogo
			}
			b.Products = append(b.Products, p)
		}
		list = append(list, recipient{
			org.UUID, org.Name, org.RegistrationID, "UNRESTRICTED", noLogo, []brand{b},
			desk.EntityStatus(org), org.Changed.Format(time.RFC3339),
		})
	}
	return f.writeList(w, r, list)
}

// listEntityStatus is one of the two lists that holders poll, every few minutes.
func (f face) listEntityStatus(w http.ResponseWriter, r request) error {
	list := []entityStatus{}
	for org := range f.Members([]string{recipientRole}) {
		list = append(list, entityStatus{org.UUID, desk.EntityStatus(org)})
	}
	return f.writeList(w, r, list)
}

// listProductStatus has the states after the cascade, so a holder need not work
// it out.
func (f face) listProductStatus(w http.ResponseWriter, r request) error {
	list := []productStatus{}
	for org := range f.Members([]string{recipientRole}) {
		for s := range f.products(org) {
			list = append(list, productStatus{s.UUID, desk.ProductStatus(org, s)})
		}
	}
	return f.writeList(w, r, list)
}

// assertion answers with the compact JWS. A brand is found by its software,
// since its id follows from the organisation's.
func (f face) assertion(w http.ResponseWriter, r request) error {
	query, err := rest.Parameters(r.Request, "kid")
	if err != nil {
		return err
	}
	id, brandID := canonical(r.PathValue("software")), canonical(r.PathValue("brand"))
	soft, org, err := f.Registry.SoftwareByID(id)
	if err != nil || soft.UUID != id || !isRecipient(soft.Roles) {
		return invalidProduct(id)
	}
	if desk.BrandID(org) != brandID {
		return refuse(http.StatusNotFound, "cds-register:Field/InvalidBrand", "Invalid Brand", "software product "+id+" is not of the brand "+brandID)
	}
	token, err := f.AustraliaAssertion(org, soft, query["kid"])
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, http.StatusOK, "application/jwt", []byte(token))
}

// canonical is a UUID in the lower case that ids are kept in: the register takes
// either.
func canonical(id string) string { return strings.ToLower(id) }
