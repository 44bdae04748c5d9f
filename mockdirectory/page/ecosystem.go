package page

import (
	"context"
	"net/url"
	"slices"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// The ecosystems beside the UK's, which is the empty choice. Members see of them what their roles
// are in.
const (
	brazil    = "brazil"
	australia = "australia"
)

// brazilAPI is where Brazil's API has an organisation, or its software.
func brazilAPI(org, id string) string {
	path := "/brazil/organisations/" + url.PathEscape(org)
	if id != "" {
		path += "/softwarestatements/" + url.PathEscape(id)
	}
	return path
}

// within tells whether one of the roles is in a domain.
func within(roles, domain []string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(domain, role) })
}

// ecosystems are those whose statements a software can have, its own first.
func ecosystems(roles []string) []choice {
	uk := choice{"", "UK"}
	switch {
	case within(roles, registry.BrazilRoles):
		return []choice{{brazil, "Brazil"}, uk}
	case within(roles, registry.CDRRoles):
		return []choice{{australia, "Australia"}, uk}
	}
	return []choice{uk}
}

// assertion issues a statement in the form of an ecosystem, with the command that does. Only the
// UK's API makes malformed ones.
func (s *site) assertion(ctx context.Context, soft registry.Software, org registry.Organisation, asked url.Values) (string, command, error) {
	query := url.Values{}
	for _, name := range []string{"malformation", "canary", "kid"} {
		if value := asked.Get(name); value != "" {
			query.Set(name, value)
		}
	}
	q := desk.AssertionQuery{Canary: query.Get("canary"), KeyID: query.Get("kid")}
	if query.Has("malformation") {
		name := query.Get("malformation")
		q.Malformation = &name
	}
	ecosystem := asked.Get("ecosystem")
	c := command{path: softwareAPI(org.ID, soft.ID) + "/software-statement-assertion", query: query}
	if ecosystem == "" {
		token, err := s.Desk.Assertion(ctx, org.ID, soft.ID, q)
		return token, c, err
	}
	if q.Malformation != nil || q.Canary != "" {
		return "", c, problem.Invalid("malformation", "expected none, and no canary, outside the UK's ecosystem: only its API makes malformed statements")
	}
	var token string
	var err error
	switch ecosystem {
	case brazil:
		c.path = brazilAPI(org.ID, soft.ID) + "/assertion"
		token, err = s.Desk.BrazilAssertion(org.ID, soft.ID, q.KeyID)
	case australia:
		c.path = "/cdr-register/v1/all/data-recipients/brands/" + desk.BrandID(org) + "/software-products/" + soft.UUID + "/ssa"
		c.header = "x-v: 3" // the register answers nobody who names no version
		token, err = s.Desk.AustraliaAssertion(org, soft, q.KeyID)
	default:
		err = problem.Invalid("ecosystem", "expected brazil or australia, or nothing for the UK, got %q", ecosystem)
	}
	return token, c, err
}

// kindsOf are the certificates that an organisation, or software of such roles, can be issued.
func kindsOf(roles []string, software bool) []pki.Kind {
	kinds, other := []pki.Kind{pki.OBWAC, pki.OBSeal}, pki.BRSeal
	if software {
		kinds, other = []pki.Kind{pki.OBTransport, pki.OBSigning}, pki.BRCAC
	}
	if within(roles, registry.BrazilRoles) {
		return append([]pki.Kind{other}, kinds...)
	}
	return kinds
}

// certificateAPI is where the kind is asked for.
func certificateAPI(org, id string, kind pki.Kind) string {
	switch {
	case kind == pki.BRCAC || kind == pki.BRSeal:
		return brazilAPI(org, id) + "/certificates/" + string(kind)
	case id != "":
		return softwareAPI(org, id) + "/certificate/" + string(kind)
	}
	return apiPath(org) + "/certificate/" + string(kind)
}

// issue asks the desk that the page is for: an empty id is the organisation itself.
func (s *site) issue(ctx context.Context, org, id string, req desk.CertificateRequest) (desk.Issued, error) {
	switch {
	case req.Kind == pki.BRCAC:
		c, err := s.Desk.CertifyBrazilSoftware(ctx, org, id, req)
		return c.Issued, err
	case req.Kind == pki.BRSeal:
		c, err := s.Desk.CertifyBrazilOrganisation(ctx, org, req)
		return c.Issued, err
	case id == "":
		return s.Desk.CertifyOrganisation(ctx, org, req)
	}
	return s.Desk.CertifySoftware(ctx, org, id, req)
}
