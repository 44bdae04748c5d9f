package uk

import (
	"iter"
	"slices"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// mostStatements is how many software statements one answer has. Ten thousand
// take some ten megabytes; a list ends its page early rather than have more, and
// only an organisation that has more by itself is shown with its latest.
const mostStatements = 10_000

// statementPage is how many are read at a time from the registry.
const statementPage = 1000

// provider is an organisation as SCIM shows it. Its software is a list, which is
// looked up when a filter or an answer gets there.
func (f face) provider(org registry.Organisation, of resourceType) object {
	schemas := []string{"urn:openbanking:" + of.name + ":1.0", urnOrganisation, urnAuthority, urnLegal, urnSoftware}
	o := object{
		"schemas": schemas, "id": org.ID, "externalId": org.OrganisationIdentifier(),
		"meta": f.meta(of, org.ID, org.Enrolled, org.Changed),
		urnOrganisation: object{
			"OrganisationCommonName": org.Name, "OBOrganisationId": org.ID, "Status": org.Status,
			"CreateTimestamp": stamp(org.Enrolled), "ModifyTimestamp": stamp(org.Changed),
		},
		urnAuthority: object{
			"AuthorityId": org.AuthorityID, "RegistrationId": org.RegistrationID, "MemberState": memberState,
			"Authorisations": authorisations(org),
		},
		urnLegal: object{"LegalAuthorityClaims": []object{{
			"RegisteredId": org.RegistrationID, "RegisteredName": org.Name, "RegistrationAuthorityId": org.AuthorityID,
		}}},
		urnSoftware: object{"SoftwareStatements": f.statementsOf(org)},
	}
	if access.Bank(org.Roles) {
		o["AuthorisationServers"] = authorisationServers(org)
	}
	return o
}

// memberState is where the directory's organisations are authorised.
const memberState = "GB"

// authorisations are the roles one by one, as SCIM has them. They end with the
// status of the organisation, which is also that of the authority in a statement.
func authorisations(org registry.Organisation) []object {
	list := []object{}
	for _, role := range org.PSD2Roles() {
		list = append(list, object{"MemberState": memberState, "Psd2Role": role, "Active": org.Status == registry.Active})
	}
	return list
}

// authorisationServers are how a client finds the registration endpoint of a bank.
func authorisationServers(org registry.Organisation) []object {
	list := []object{}
	for _, s := range org.AuthorisationServers {
		list = append(list, object{
			"CustomerFriendlyName": s.Name, "OpenIDConfigEndPointUri": s.DiscoveryDocument,
			"BaseApiDNSUri": s.BaseURI, "AutoRegistrationSupported": s.AutoRegistration,
		})
	}
	return list
}

// meta is RFC 7643 section 3.1, without versions: nothing is written by SCIM.
func (f face) meta(of resourceType, id string, created, modified time.Time) object {
	return object{
		"resourceType": of.name, "created": stamp(created), "lastModified": stamp(modified),
		"location": f.Base + scimPath + of.name + "/" + id,
	}
}

// stamp is a dateTime (RFC 7643, section 2.3.5).
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// statementsOf goes through the software of an organisation, or looks one up.
func (f face) statementsOf(org registry.Organisation) list {
	return func(pin string) iter.Seq[object] {
		return func(yield func(object) bool) {
			if pin != "" {
				// By its id in the UK alone, as the filter says it.
				soft, _, err := f.Registry.Software(org.ID, pin)
				if err == nil && soft.ID == pin {
					yield(f.statement(soft))
				}
				return
			}
			for offset := 0; ; offset += statementPage {
				page, _, err := f.Registry.SoftwareOf(org.ID, offset, statementPage)
				if err != nil || len(page) == 0 {
					return
				}
				for _, soft := range page {
					if !yield(f.statement(soft)) {
						return
					}
				}
			}
		}
	}
}

// statement is a software statement with the member names of the real
// directory's SCIM. Software that was switched off is not Active and still there.
func (f face) statement(s registry.Software) object {
	signing, transport := f.keyIDs(s)
	o := object{
		"Id": s.ID, "ClientId": s.ID, "ClientName": s.ClientName, "Description": s.Description, "ClientUri": s.ClientURI,
		"LogoUri": s.LogoURI, "PolicyUri": s.PolicyURI, "TermsOfServiceUri": s.TermsOfServiceURI,
		"RedirectUri": s.RedirectURI, "Roles": s.Roles, "Mode": s.Mode, "Version": s.Version, "Environment": s.Environment,
		"OnBehalfOfObOrganisation": s.OnBehalfOfOBOrganisation,
		"Active":                   s.Status == registry.Active, "ObClientCreated": true,
		"SigningKeyIds": signing, "TransportKeyIds": transport,
	}
	return o
}

// keyIDs lists the keys in use: those with a certificate, by its kind.
func (f face) keyIDs(s registry.Software) (signing, transport []string) {
	signing, transport = []string{}, []string{}
	keys, err := f.Registry.Keys(s.OrganisationID, s.ID)
	if err != nil {
		return signing, transport
	}
	for _, k := range keys {
		switch {
		// A key published verbatim has no certificate, and may be anything.
		case k.Revoked != nil || k.Kind == "":
		case k.Kind.Transport():
			transport = append(transport, k.KeyID)
		default:
			signing = append(signing, k.KeyID)
		}
	}
	return signing, transport
}

// latest are at most so many of an organisation's software statements, the last
// enrolled ones: a test asks after what it has just enrolled. What the filter
// named comes first if it would be left out.
func (f face) latest(org string, pins []string, most int) []object {
	out := []object{}
	_, total, err := f.Registry.SoftwareOf(org, 0, 0)
	if err != nil {
		return out
	}
	from := max(total-most, 0)
	page, _, err := f.Registry.SoftwareOf(org, from, most)
	if err != nil {
		return out
	}
	for _, pin := range pins {
		shown := slices.ContainsFunc(page, func(s registry.Software) bool { return s.ID == pin })
		if soft, _, err := f.Registry.Software(org, pin); err == nil && !shown {
			out = append(out, f.statement(soft))
		}
	}
	for _, soft := range page {
		out = append(out, f.statement(soft))
	}
	return out
}
