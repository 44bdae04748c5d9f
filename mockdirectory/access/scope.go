package access

import (
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

// Scopes of the UK directory. Reading is split by what is read and not by who
// reads: a third party looks banks up under ASPSPReadAccess.
const (
	TPPReadAccess         = "TPPReadAccess"
	TPPReadAll            = "TPPReadAll" // what banks ask for
	TPPManage             = "TPPManage"
	ASPSPReadAccess       = "ASPSPReadAccess"
	ASPSPManage           = "ASPSPManage"
	AuthoritiesReadAccess = "AuthoritiesReadAccess"
)

// Scopes lists them.
var Scopes = []string{TPPReadAccess, TPPReadAll, TPPManage, ASPSPReadAccess, ASPSPManage, AuthoritiesReadAccess}

// grants tells who gets a scope, by the roles of the software.
var grants = map[string]struct {
	to      string
	granted func(roles []string) bool
}{
	TPPReadAccess:         {"a third party or an ASPSP", anybody},
	ASPSPReadAccess:       {"a third party or an ASPSP", anybody},
	AuthoritiesReadAccess: {"a third party or an ASPSP", anybody},
	TPPReadAll:            {"an ASPSP", holder},
	ASPSPManage:           {"an ASPSP", holder},
	TPPManage:             {"a third party", receiver},
}

// The roles of PSD2, and those of the directory for confirmation of payee.
var (
	thirdPartyRoles = []string{"AISP", "PISP", "CBPII", "CD_AISP", "CD_CBPII"}
	bankRoles       = []string{"ASPSP", "CD_ASPSP"}

	// Members of the other ecosystems get the same scopes. Brazil's roles are of
	// those who receive data as well as of those who hold it.
	otherReceivers = slices.Concat([]string{"ADR"}, registry.BrazilRoles)
	otherHolders   = []string{"DH"}
)

// ThirdParty tells whether one of the roles is that of a third party in the UK.
func ThirdParty(roles []string) bool { return anyOf(roles, thirdPartyRoles) }

// Bank tells whether one of the roles is that of an account provider in the UK.
func Bank(roles []string) bool { return anyOf(roles, bankRoles) }

// Participant tells whether one of the roles is that of either. The registry has
// members of other ecosystems too, who are nobody here.
func Participant(roles []string) bool { return ThirdParty(roles) || Bank(roles) }

// receiver, holder and anybody are the same among all ecosystems.
func receiver(roles []string) bool { return ThirdParty(roles) || anyOf(roles, otherReceivers) }
func holder(roles []string) bool   { return Bank(roles) || anyOf(roles, otherHolders) }
func anybody(roles []string) bool  { return receiver(roles) || holder(roles) }

// anyOf tells whether two lists have something in common.
func anyOf(have, wanted []string) bool {
	return slices.ContainsFunc(have, func(s string) bool { return slices.Contains(wanted, s) })
}

// scopesFor reads a list of scopes (RFC 6749, section 3.3), in any order and
// with each name once, and holds it to what the software may have.
func scopesFor(list string, roles []string) ([]string, error) {
	var scopes []string
	for _, name := range strings.Fields(list) {
		if slices.Contains(scopes, name) {
			continue
		}
		grant, known := grants[name]
		if !known {
			return nil, refuse(invalidScope, "scope: expected %s, got %s", strings.Join(Scopes, " or "), shown(name))
		}
		if !grant.granted(roles) {
			return nil, refuse(invalidScope, "scope: %s is for %s, and the software's roles are %s", name, grant.to, strings.Join(roles, ", "))
		}
		scopes = append(scopes, name)
	}
	if len(scopes) == 0 {
		return nil, refuse(invalidScope, "scope: expected at least one of %s", strings.Join(Scopes, ", "))
	}
	return scopes, nil
}

// sameScopes compares two lists without regard to their order.
func sameScopes(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}
