package desk

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// What Brazil's directory says in every statement and list. The issuer's words
// are doubled in the real one too; the authority is the central bank.
const (
	BrazilIssuer        = "Open Banking Open Banking Brasil sandbox SSA issuer"
	BrazilDomain        = "Open Banking"
	BrazilAuthorityID   = "687a1c94-b360-4e04-9589-0fa5cb16451b"
	BrazilAuthorityName = "Banco Central"
	BrazilAuthorityCode = "BCB"
)

// BrazilKeys is a URL of Brazil's key store: of the document at the end of the
// path that owner ids begin.
func (d *Desk) BrazilKeys(path ...string) string {
	return d.Base + "/brazil/keystore/" + strings.Join(path, "/")
}

// BrazilAssertion returns a software statement as Open Finance Brasil's
// directory signs it, by the key of that kid or the one that signs now. It is
// forbidden while software or organisation are not active, and a conflict for
// software without a Brazilian role.
func (d *Desk) BrazilAssertion(orgID, id, kid string) (string, error) {
	soft, org, err := d.Acting(orgID, id)
	if err != nil {
		return "", err
	}
	roles := RolesIn(soft.Roles, registry.BrazilRoles)
	if len(roles) == 0 {
		return "", problem.Conflict("Roles: expected software with one of %s, got %s", strings.Join(registry.BrazilRoles, ", "), strings.Join(soft.Roles, ", "))
	}
	signer, err := d.Trust.Signing().Signer(kid)
	if err != nil {
		return "", err
	}
	return jose.NewDraft(signer.Key, d.brazilClaims(org, soft, roles)).Seal()
}

// roleClaim is an entry of software_statement_roles.
type roleClaim struct {
	Role   string `json:"role"`
	Domain string `json:"authorisation_domain"`
	Status string `json:"status"`
}

// authorityClaim is an entry of organisation_competent_authority_claims, which
// is a list in Brazil and one object in the UK.
type authorityClaim struct {
	Domain         string   `json:"authorisation_domain"`
	Authorisations []string `json:"authorisations"`
	RegistrationID string   `json:"registration_id"`
	AuthorityID    string   `json:"authority_id"`
	AuthorityName  string   `json:"authority_name"`
	Role           string   `json:"authorisation_role"`
	AuthorityCode  string   `json:"authority_code"`
	Status         string   `json:"status"`
}

// brazilClaims keeps the order of the example in Open Finance Brasil's DCR
// profile, with the newer claims behind. There is neither exp nor jti: a bank
// goes by iat. The registry has no webhooks and no origins: the origins of the
// redirect URIs stand in for both.
func (d *Desk) brazilClaims(org registry.Organisation, soft registry.Software, roles []string) jose.Object {
	keys := func(path ...string) string { return d.BrazilKeys(append([]string{org.UUID}, path...)...) }
	var claimed []roleClaim
	for _, role := range roles {
		claimed = append(claimed, roleClaim{role, BrazilDomain, registry.Active})
	}
	number := CompanyNumber(org)
	authorities := []authorityClaim{}
	for _, role := range RolesIn(org.Roles, registry.BrazilRoles) {
		authorities = append(authorities, authorityClaim{
			Domain: BrazilDomain, Authorisations: []string{}, RegistrationID: BrazilRegistration(number, role),
			AuthorityID: BrazilAuthorityID, AuthorityName: BrazilAuthorityName, Role: role,
			AuthorityCode: BrazilAuthorityCode, Status: registry.Active,
		})
	}
	origins := Origins(soft.RedirectURI)
	var o jose.Object
	o.Set("software_mode", soft.Mode)
	o.Set("software_redirect_uris", soft.RedirectURI)
	o.Set("software_statement_roles", claimed)
	o.Set("software_client_name", soft.ClientName)
	o.Set("org_status", org.Status)
	o.Set("software_client_id", soft.UUID)
	o.Set("iss", BrazilIssuer)
	o.Set("software_tos_uri", soft.TermsOfServiceURI)
	o.Set("software_client_description", soft.Description)
	o.Set("software_jwks_uri", keys(soft.UUID, "application.jwks"))
	o.Set("software_policy_uri", soft.PolicyURI)
	o.Set("software_id", soft.UUID)
	o.Set("software_client_uri", soft.ClientURI)
	o.Set("software_jwks_inactive_uri", keys(soft.UUID, "inactive", "application.jwks"))
	o.Set("software_jwks_transport_inactive_uri", keys(soft.UUID, "inactive", "transport.jwks"))
	o.Set("software_jwks_transport_uri", keys(soft.UUID, "transport.jwks"))
	o.Set("software_logo_uri", soft.LogoURI)
	o.Set("org_id", org.UUID)
	o.Set("org_number", number)
	o.Set("software_environment", soft.Environment)
	o.Set("software_version", soft.Version)
	o.Set("software_roles", roles)
	o.Set("org_name", org.Name)
	o.Set("iat", d.Now().Unix())
	o.Set("organisation_competent_authority_claims", authorities)
	o.Set("software_status", soft.Status)
	o.Set("software_api_webhook_uris", origins)
	o.Set("software_origin_uris", origins)
	o.Set("org_jwks_uri", keys("application.jwks"))
	o.Set("org_jwks_inactive_uri", keys("inactive", "application.jwks"))
	o.Set("org_jwks_transport_uri", keys("transport.jwks"))
	o.Set("org_jwks_transport_inactive_uri", keys("inactive", "transport.jwks"))
	return o
}

// BrazilCertificate is a certificate of Open Finance Brasil with what the
// directory notes of it.
type BrazilCertificate struct {
	Issued
	Organisation string // UUID
	Software     string // UUID; empty for a BRSEAL
	Set          string // URL of the key set that has the key
	Record       registry.Certificate
	JWK          jose.Object // as it is published; nil for one that is wrong and is not
}

// CertifyBrazilSoftware issues a BRCAC, which names the software, and publishes
// its key in the transport set.
func (d *Desk) CertifyBrazilSoftware(ctx context.Context, orgID, id string, req CertificateRequest) (BrazilCertificate, error) {
	soft, org, err := d.Registry.Software(orgID, id)
	if err != nil {
		return BrazilCertificate{}, err
	}
	subject := brazilSubject(org)
	subject.SoftwareID, subject.CommonName = soft.UUID, hostOf(soft)
	out := BrazilCertificate{Organisation: org.UUID, Software: soft.UUID, Set: d.BrazilKeys(org.UUID, soft.UUID, "transport.jwks")}
	return d.certifyBrazil(ctx, holder{org.ID, soft.ID, subject}, req, out)
}

// CertifyBrazilOrganisation issues a BRSEAL, which names the organisation, and
// publishes its key in the organisation's application set.
func (d *Desk) CertifyBrazilOrganisation(ctx context.Context, orgID string, req CertificateRequest) (BrazilCertificate, error) {
	org, err := d.Registry.Organisation(orgID)
	if err != nil {
		return BrazilCertificate{}, err
	}
	out := BrazilCertificate{Organisation: org.UUID, Set: d.BrazilKeys(org.UUID, "application.jwks")}
	return d.certifyBrazil(ctx, holder{org.ID, org.ID, brazilSubject(org)}, req, out)
}

// brazilSubject has the organisation under its Brazilian ids. All live in one
// city: the registry knows no addresses.
func brazilSubject(org registry.Organisation) pki.Subject {
	return pki.Subject{
		OrganisationID: org.UUID, OrganisationName: org.Name, CommonName: org.Name,
		CompanyNumber: CompanyNumber(org), State: "SP", Locality: "SAO PAULO",
	}
}

// hostOf is the host name that a BRCAC bears, from what the software says of
// itself.
func hostOf(soft registry.Software) string {
	for _, uri := range append([]string{soft.ClientURI}, soft.RedirectURI...) {
		if u, err := url.Parse(uri); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return soft.UUID + ".example"
}

// certifyBrazil publishes the key once more, with what Brazil's key store has
// and the UK's has not: x5dn is the subject as RFC 4514 writes it, and x5u leads
// beside the set. Nobody knows of the key before this has answered. A wrong
// certificate is not published at all.
func (d *Desk) certifyBrazil(ctx context.Context, h holder, req CertificateRequest, out BrazilCertificate) (BrazilCertificate, error) {
	issued, err := d.certify(ctx, h, req)
	if err != nil {
		return BrazilCertificate{}, err
	}
	out.Issued, out.Record = issued, *d.Registry.Certificate(issued.Serial)
	if req.Wrong != "" {
		return out, nil
	}
	keys, err := d.Registry.Keys(h.organisationID, h.owner)
	if err != nil {
		return BrazilCertificate{}, err
	}
	i := slices.IndexFunc(keys, func(k registry.Key) bool { return k.Serial == issued.Serial && k.Revoked == nil })
	if i < 0 {
		return BrazilCertificate{}, problem.Conflict("kid: the key %s was revoked before it was published", issued.KeyID)
	}
	if out.JWK, err = jose.ParseObject([]byte(keys[i].JWK)); err != nil {
		return BrazilCertificate{}, fmt.Errorf("publish: %w", err)
	}
	out.JWK.Set("x5u", out.Set[:strings.LastIndexByte(out.Set, '/')+1]+issued.KeyID+".pem")
	out.JWK.Set("x5dn", out.Record.Subject)
	keys[i].JWK = string(out.JWK.Bytes())
	return out, d.Registry.Publish(h.organisationID, h.owner, keys[i], nil)
}

// CompanyNumber is the CNPJ of an organisation: its registration id when that
// is one. Otherwise it is made up from the UUID, with the right check digits,
// since neither statements nor certificates can do without.
func CompanyNumber(org registry.Organisation) string {
	if n, ok := ParseCompanyNumber(org.RegistrationID); ok {
		return n
	}
	sum := sha256.Sum256([]byte(org.UUID))
	n := fmt.Sprintf("%08d0001", binary.BigEndian.Uint64(sum[:])%1e8)
	for len(n) < 14 {
		total := 0
		for i, digit := range n {
			total += (2 + (len(n)-1-i)%8) * int(digit-'0')
		}
		n += string("00987654321"[total%11])
	}
	return n
}

// ParseCompanyNumber takes a CNPJ with or without punctuation. Since 2026 it has
// letters too. The check digits are not looked at: examples rarely have them.
func ParseCompanyNumber(text string) (string, bool) {
	n := strings.NewReplacer(".", "", "/", "", "-", "").Replace(text)
	return n, len(n) == 14 && strings.Trim(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// BrazilRegistration is the number under which the authority registered a role:
// the root of the CNPJ with the role behind it.
func BrazilRegistration(companyNumber, role string) string {
	return companyNumber[:8] + "-OBB-" + role
}

// RolesIn keeps the roles that are in the list, as the owner ordered them.
func RolesIn(roles, list []string) []string {
	return slices.DeleteFunc(slices.Clone(roles), func(role string) bool { return !slices.Contains(list, role) })
}

// Origins are the https origins of URIs, each once (RFC 6454 section 6.2).
func Origins(uris []string) []string {
	out := []string{}
	for _, uri := range uris {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			continue
		}
		if origin := "https://" + u.Host; !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	return out
}
