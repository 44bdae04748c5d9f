package uk

import (
	"maps"
	"slices"
	"strings"
)

// URNs of the UK directory's extensions of SCIM.
const (
	urnOrganisation = "urn:openbanking:organisation:1.0"
	urnAuthority    = "urn:openbanking:competentauthorityclaims:1.0"
	urnLegal        = "urn:openbanking:legalauthorityclaims:1.0"
	urnSoftware     = "urn:openbanking:softwarestatement:1.0"
)

// kind is how an attribute is compared.
type kind int

const (
	text        kind = iota // without regard to case (RFC 7643, section 2.2)
	exact                   // identifiers and URIs
	flag                    // true or false
	complexOne              // has attributes
	complexMany             // has several values with attributes
)

// attribute is a node of a schema.
type attribute struct {
	kind kind
	sub  map[string]attribute
}

// fields makes the attributes of a node from lists of names.
func fields(of kind, lists map[kind]string, nested map[string]attribute) attribute {
	a := attribute{of, maps.Clone(nested)}
	if a.sub == nil {
		a.sub = map[string]attribute{}
	}
	for is, names := range lists {
		for name := range strings.FieldsSeq(names) {
			a.sub[name] = attribute{kind: is}
		}
	}
	return a
}

// The schemas have what a filter may name. An attribute of a resource that is not
// here could be neither searched for nor asked for.
var (
	metaSchema = fields(complexOne, map[kind]string{text: "resourceType created lastModified", exact: "location"}, nil)

	providerSchema = fields(complexOne, map[kind]string{exact: "id externalId schemas"}, map[string]attribute{
		"meta": metaSchema,
		urnOrganisation: fields(complexOne, map[kind]string{
			text: "OrganisationCommonName Status CreateTimestamp ModifyTimestamp", exact: "OBOrganisationId",
		}, nil),
		urnAuthority: fields(complexOne, map[kind]string{text: "MemberState", exact: "AuthorityId RegistrationId"}, map[string]attribute{
			"Authorisations": fields(complexMany, map[kind]string{text: "MemberState Psd2Role", flag: "Active"}, nil),
		}),
		urnLegal: fields(complexOne, nil, map[string]attribute{
			"LegalAuthorityClaims": fields(complexMany, map[kind]string{text: "RegisteredName", exact: "RegisteredId RegistrationAuthorityId"}, nil),
		}),
		urnSoftware: fields(complexOne, nil, map[string]attribute{
			"SoftwareStatements": fields(complexMany, map[kind]string{
				text:  "ClientName Description Environment Mode OnBehalfOfObOrganisation Roles Version",
				exact: "Id ClientId ClientUri LogoUri PolicyUri RedirectUri SigningKeyIds TermsOfServiceUri TransportKeyIds",
				flag:  "Active ObClientCreated",
			}, nil),
		}),
		"AuthorisationServers": fields(complexMany, map[kind]string{
			text: "CustomerFriendlyName", exact: "BaseApiDNSUri OpenIDConfigEndPointUri", flag: "AutoRegistrationSupported",
		}, nil),
	})

	authoritySchema = fields(complexOne, map[kind]string{text: "AuthorityDescription Country", exact: "id schemas AuthorityId"}, map[string]attribute{
		"meta":          metaSchema,
		urnOrganisation: fields(complexOne, map[kind]string{text: "OrganisationCommonName Status"}, nil),
	})

	trustSchema = fields(complexOne, map[kind]string{
		text:  "ServiceCountry ServiceLanguage ServiceName ServiceStatus ServiceType StatusStartingTime X509SubjectName",
		exact: "id schemas CertificateFingerprint X509Certificate X509SKI",
	}, map[string]attribute{"meta": metaSchema})
)

// names lists the attributes of a node.
func (a attribute) names() []string { return slices.Sorted(maps.Keys(a.sub)) }

// find looks an attribute up without regard to case (RFC 7643, section 2.1).
func (a attribute) find(name string) (string, attribute, bool) {
	for known, is := range a.sub {
		if strings.EqualFold(known, name) {
			return known, is, true
		}
	}
	return "", attribute{}, false
}

// resolve reads a path: a name, after its URN and a colon if it belongs to an
// extension, with the names of inner attributes after dots. It returns the names
// as the schema has them.
func (a attribute) resolve(path string) ([]string, attribute, bool) {
	for urn, is := range a.sub {
		if !strings.HasPrefix(urn, "urn:") || len(path) < len(urn) || !strings.EqualFold(path[:len(urn)], urn) {
			continue
		}
		if len(path) == len(urn) {
			return []string{urn}, is, true
		}
		if path[len(urn)] == ':' {
			rest, inner, ok := is.resolve(path[len(urn)+1:])
			return append([]string{urn}, rest...), inner, ok
		}
	}
	// A URN has dots in its version, so it is taken off before the path is split.
	var names []string
	for name := range strings.SplitSeq(path, ".") {
		known, is, ok := a.find(name)
		if !ok {
			return nil, attribute{}, false
		}
		names, a = append(names, known), is
	}
	return names, a, true
}

// at is the node at a path that was resolved.
func (a attribute) at(path []string) attribute {
	for _, name := range path {
		a = a.sub[name]
	}
	return a
}
