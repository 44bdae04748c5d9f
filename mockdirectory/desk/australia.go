package desk

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// The states that the CDR register knows. Withdrawn is surrendered there.
const (
	CDRActive      = "ACTIVE"
	CDRInactive    = "INACTIVE"
	CDRRemoved     = "REMOVED"
	CDRSuspended   = "SUSPENDED"
	CDRRevoked     = "REVOKED"
	CDRSurrendered = "SURRENDERED"
)

// cdrLifetime is how long a statement of the register can be used.
const cdrLifetime = 10 * time.Minute

// cdrScope is what a data recipient's software may ask for: every recipient is
// accredited for everything.
const cdrScope = "openid profile common:customer.basic:read common:customer.detail:read " +
	"bank:accounts.basic:read bank:accounts.detail:read bank:transactions:read bank:regular_payments:read bank:payees:read " +
	"energy:electricity.servicepoints.basic:read energy:electricity.servicepoints.detail:read energy:electricity.usage:read " +
	"energy:electricity.der:read energy:accounts.basic:read energy:accounts.detail:read energy:accounts.concessions:read " +
	"energy:accounts.paymentschedule:read energy:accounts.billing:read cdr:registration"

// BrandID is the organisation's brand at the register. Each has one, which bears
// its name.
func BrandID(org registry.Organisation) string { return derivedID(org, "brand") }

// EntityStatus is the state of the legal entity.
func EntityStatus(org registry.Organisation) string {
	return map[string]string{
		registry.Active: CDRActive, registry.Suspended: CDRSuspended,
		registry.Revoked: CDRRevoked, registry.Withdrawn: CDRSurrendered,
	}[org.Status]
}

// BrandStatus follows from the entity's: the register's states cascade.
func BrandStatus(org registry.Organisation) string {
	switch org.Status {
	case registry.Active:
		return CDRActive
	case registry.Suspended:
		return CDRInactive
	}
	return CDRRemoved
}

// ProductStatus is that of the software or that of its brand, whichever is the
// worse.
func ProductStatus(org registry.Organisation, soft registry.Software) string {
	own := map[string]string{registry.Active: CDRActive, registry.Inactive: CDRInactive, registry.Removed: CDRRemoved}[soft.Status]
	order := []string{CDRActive, CDRInactive, CDRRemoved}
	return order[max(slices.Index(order, own), slices.Index(order, BrandStatus(org)))]
}

// AustraliaAssertion returns a software statement as the CDR register signs it,
// by the key of that kid or the one that signs now. It is forbidden unless the
// product is ACTIVE, and 422 when the product lacks what a statement has to say.
func (d *Desk) AustraliaAssertion(org registry.Organisation, soft registry.Software, kid string) (string, error) {
	if status := ProductStatus(org, soft); status != CDRActive {
		return "", problem.Forbidden("software product %s is %s", soft.UUID, status)
	}
	claims, err := d.australiaClaims(org, soft)
	if err != nil {
		return "", err
	}
	signer, err := d.Trust.Signing().Signer(kid)
	if err != nil {
		return "", err
	}
	return jose.NewDraft(signer.Key, claims).Seal()
}

// australiaClaims has the claims that Dynamic Client Registration of the
// Consumer Data Standards lists. The registry has no recipient_base_uri: it is
// the origin of client_uri, and revocation_uri is below it.
func (d *Desk) australiaClaims(org registry.Organisation, soft registry.Software) (jose.Object, error) {
	base := strings.Join(Origins([]string{soft.ClientURI}), "")
	var lacking []string
	for _, need := range []struct{ field, value string }{
		{"Description", soft.Description}, {"ClientUri of https", base}, {"LogoUri", soft.LogoURI},
		{"RedirectUri", strings.Join(soft.RedirectURI, "")},
	} {
		if need.value == "" {
			lacking = append(lacking, need.field)
		}
	}
	if len(lacking) > 0 {
		return nil, &problem.Problem{
			Status: http.StatusUnprocessableEntity, Code: "unprocessable",
			Text: fmt.Sprintf("%s: a statement of the register cannot do without, and software %s has none", strings.Join(lacking, ", "), soft.UUID),
		}
	}
	var id [16]byte
	rand.Read(id[:])
	now := d.Now()
	var o jose.Object
	o.Set("iss", "cdr-register")
	o.Set("iat", now.Unix())
	o.Set("exp", now.Add(cdrLifetime).Unix())
	o.Set("jti", hex.EncodeToString(id[:]))
	o.Set("legal_entity_id", org.UUID)
	o.Set("legal_entity_name", org.Name)
	o.Set("org_id", BrandID(org))
	o.Set("org_name", org.Name)
	o.Set("client_name", soft.ClientName)
	o.Set("client_description", soft.Description)
	o.Set("client_uri", soft.ClientURI)
	o.Set("redirect_uris", soft.RedirectURI)
	o.Set("logo_uri", soft.LogoURI)
	if soft.TermsOfServiceURI != "" {
		o.Set("tos_uri", soft.TermsOfServiceURI)
	}
	if soft.PolicyURI != "" {
		o.Set("policy_uri", soft.PolicyURI)
	}
	o.Set("jwks_uri", d.JWKSURL(org.UUID, soft.UUID))
	o.Set("revocation_uri", base+"/revocation")
	o.Set("recipient_base_uri", base)
	o.Set("software_id", soft.UUID)
	o.Set("software_roles", "data-recipient-software-product")
	o.Set("scope", cdrScope)
	return o, nil
}

// ServerID names an authorisation server of an organisation: it follows from
// what is advertised (RFC 9562 section 5.5), so it stays while that stays.
func ServerID(org registry.Organisation, server registry.AuthorisationServer) string {
	return derivedID(org, "authorisation server "+server.Name+" "+server.DiscoveryDocument)
}

func derivedID(org registry.Organisation, name string) string {
	return uuid.NewSHA1(uuid.MustParse(org.UUID), []byte(name)).String()
}

// Members are the organisations with one of the roles, in the order of
// enrolment. They are read bit by bit, so that nobody waits for a long list.
func (d *Desk) Members(roles []string) iter.Seq[registry.Organisation] {
	const step = 500
	return func(yield func(registry.Organisation) bool) {
		for at := 0; ; at += step {
			list, total := d.Registry.Organisations(at, step)
			for _, org := range list {
				if len(RolesIn(org.Roles, roles)) > 0 && !yield(org) {
					return
				}
			}
			if at+step >= total {
				return
			}
		}
	}
}
