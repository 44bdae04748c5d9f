package registry

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// The states of organisations and software. Suspended is of Australia's
// register, which also calls Withdrawn surrendered.
const (
	Active    = "Active"
	Suspended = "Suspended"
	Revoked   = "Revoked"
	Withdrawn = "Withdrawn"
	Inactive  = "Inactive"
	Removed   = "Removed"
)

// The states that an organisation and a software may be put into.
var (
	OrganisationStates = []string{Active, Suspended, Revoked, Withdrawn}
	SoftwareStates     = []string{Active, Inactive, Removed}
)

// Roles of the authorisation domains: PSD2 and the confirmation of payee
// directory in the UK, Open Finance Brasil, and Australia's data recipients and
// holders.
var (
	psd2Roles   = []string{"AISP", "PISP", "CBPII", "ASPSP"}
	cdRoles     = []string{"CD_AISP", "CD_CBPII", "CD_ASPSP"}
	BrazilRoles = []string{"DADOS", "PAGTO", "CONTA", "CCORR"}
	CDRRoles    = []string{"ADR", "DH"}

	domains = [][]string{psd2Roles, cdRoles, BrazilRoles, CDRRoles}
)

func allRoles() []string { return slices.Concat(domains...) }

// domainOf is the domain in which a role is.
func domainOf(role string) []string {
	for _, d := range domains {
		if slices.Contains(d, role) {
			return d
		}
	}
	return nil
}

// firstDomain keeps the roles that are in the domain of the first.
func firstDomain(roles []string) []string {
	var kept []string
	for _, role := range roles {
		if slices.Contains(domainOf(roles[0]), role) {
			kept = append(kept, role)
		}
	}
	return kept
}

// text is a string member with its limit in characters.
type text struct {
	field, value string
	limit        int
}

// check holds the text to its limit. Control characters have no place in what
// ends up in a certificate's subject.
func (t text) check() error {
	if n := utf8.RuneCountInString(t.value); n > t.limit {
		return problem.Invalid(t.field, "expected at most %d characters, got %d", t.limit, n)
	}
	if strings.ContainsFunc(t.value, unicode.IsControl) {
		return problem.Invalid(t.field, "expected no control characters")
	}
	// JSON could not say it: after a restart it would be another text.
	if !utf8.ValidString(t.value) {
		return problem.Invalid(t.field, "expected UTF-8, got %q", t.value)
	}
	return nil
}

// checkURI takes any scheme: apps have redirect URIs of their own, and what a
// bank makes of a javascript: URI is a test of the bank.
func (t text) checkURI() error {
	if err := t.check(); err != nil {
		return err
	}
	if u, err := url.Parse(t.value); err != nil || !u.IsAbs() {
		return problem.Invalid(t.field, "expected an absolute URI, got %q", t.value)
	}
	return nil
}

// dates are those that the directory sets in a record.
type dates struct{ enrolled, changed time.Time }

// checkDates names the one that was changed.
func checkDates(was, next dates) error {
	for _, d := range []struct {
		field     string
		was, next time.Time
	}{{"Enrolled", was.enrolled, next.enrolled}, {"Changed", was.changed, next.changed}} {
		if !d.next.Equal(d.was) {
			return problem.Invalid(d.field, "expected %s, which the directory sets, got %s", d.was.Format(time.RFC3339Nano), d.next.Format(time.RFC3339Nano))
		}
	}
	return nil
}

// oneOf accepts a value of a closed list.
func oneOf(field, value string, allowed []string) error {
	if !slices.Contains(allowed, value) {
		return problem.Invalid(field, "expected %s, got %q", strings.Join(allowed, " or "), value)
	}
	return nil
}

// checkRoles accepts a list without repetition that stays in the allowed ones.
func checkRoles(roles, allowed []string) error {
	if len(roles) == 0 {
		return problem.Invalid("Roles", "expected at least one")
	}
	for i, role := range roles {
		if err := oneOf("Roles", role, allowed); err != nil {
			return err
		}
		if slices.Contains(roles[:i], role) {
			return problem.Invalid("Roles", "%s is there twice", role)
		}
	}
	return nil
}

// checkDomain holds software to one authorisation domain, and to the bank's
// side or the third party's, as the directory does. The caller has seen to it
// that there is at least one role.
func checkDomain(roles []string) error {
	domain := domainOf(roles[0])
	for _, role := range roles {
		if !slices.Contains(domain, role) {
			return problem.Invalid("Roles", "%s and %s belong to different authorisation domains", roles[0], role)
		}
		if (strings.HasSuffix(role, "ASPSP") || role == "DH") && len(roles) > 1 {
			return problem.Invalid("Roles", "%s excludes every other role", role)
		}
	}
	return nil
}
