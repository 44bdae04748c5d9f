package desk

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/dcrkit/dcrkit/fixtures/statement"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// Acting returns software that may act: it and its organisation are Active.
// Otherwise it is forbidden.
func (d *Desk) Acting(orgID, id string) (registry.Software, registry.Organisation, error) {
	soft, org, err := d.Registry.Software(orgID, id)
	if err != nil {
		return soft, org, err
	}
	if org.Status != registry.Active {
		return soft, org, problem.Forbidden("organisation %s is %s", org.ID, org.Status)
	}
	if soft.Status != registry.Active {
		return soft, org, problem.Forbidden("software %s is %s", soft.ID, soft.Status)
	}
	return soft, org, nil
}

// statement says what the directory knows of a software that may act. The jti
// and the time of issue are new each time, so no two statements are alike.
func (d *Desk) statement(orgID, id string) (statement.Statement, error) {
	soft, org, err := d.Acting(orgID, id)
	if err != nil {
		return statement.Statement{}, err
	}
	return statement.Statement{
		Issuer:       d.Issuer,
		ID:           newStatementID(),
		IssuedAt:     d.Now(),
		Software:     d.software(soft),
		Organisation: d.organisation(org),
	}, nil
}

// newStatementID is a jti as the UK directory writes it: 16 hexadecimal digits.
// It tells statements apart and need not be secret.
func newStatementID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// software is the software's part of a statement. Where its keys are follows
// from the ids and cannot be set: a statement leads to this key store alone.
func (d *Desk) software(s registry.Software) statement.Software {
	return statement.Software{
		ID:           s.ID,
		ClientName:   s.ClientName,
		Description:  s.Description,
		ClientURI:    s.ClientURI,
		Version:      s.Version,
		Environment:  s.Environment,
		Mode:         s.Mode,
		RedirectURIs: s.RedirectURI,
		Roles:        s.Roles,
		LogoURI:      s.LogoURI,
		PolicyURI:    s.PolicyURI,
		TermsURI:     s.TermsOfServiceURI,
		OnBehalfOf:   s.OnBehalfOfOBOrganisation,
		JWKS:         d.JWKSURL(s.OrganisationID, s.ID),
		RevokedJWKS:  d.RevokedURL(s.OrganisationID, s.ID),
	}
}

// organisation is the organisation's part of a statement. The competent
// authority's status is always that of the organisation: tests set one and get
// both.
func (d *Desk) organisation(o registry.Organisation) statement.Organisation {
	return statement.Organisation{
		ID:     o.ID,
		Name:   o.Name,
		Status: o.Status,
		Authority: statement.Authority{
			AuthorityID:    o.AuthorityID,
			RegistrationID: o.RegistrationID,
			Status:         o.Status,
			Authorisations: []statement.Authorisation{{MemberState: "GB", Roles: o.Roles}},
		},
		// Telephone numbers that Ofcom keeps free for fiction.
		Contacts: []statement.Contact{
			{Name: "Technical", Email: "technical@tpp.example", Phone: "+442079460001", Type: "Technical"},
			{Name: "Business", Email: "business@tpp.example", Phone: "+442079460002", Type: "Business"},
		},
		JWKS:        d.JWKSURL(o.ID, o.ID),
		RevokedJWKS: d.RevokedURL(o.ID, o.ID),
	}
}
