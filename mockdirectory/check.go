package mockdirectory

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The states of organisations and software.
const (
	active    = "Active"
	revoked   = "Revoked"
	withdrawn = "Withdrawn"
	inactive  = "Inactive"
)

// Roles of the directory's two authorisation domains.
var (
	psd2Roles = []string{"AISP", "PISP", "CBPII", "ASPSP"}
	cdRoles   = []string{"CD_AISP", "CD_CBPII", "CD_ASPSP"}
)

// text is a string member with its limit in characters.
type text struct {
	field, value string
	limit        int
}

// check holds the text to its limit. Control characters have no place in what
// ends up in a certificate's subject.
func (t text) check() error {
	if n := utf8.RuneCountInString(t.value); n > t.limit {
		return invalid(t.field, "expected at most %d characters, got %d", t.limit, n)
	}
	if strings.ContainsFunc(t.value, unicode.IsControl) {
		return invalid(t.field, "expected no control characters")
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
		return invalid(t.field, "expected an absolute URI, got %q", t.value)
	}
	return nil
}

// oneOf accepts a value of a closed list.
func oneOf(field, value string, allowed ...string) error {
	if !slices.Contains(allowed, value) {
		return invalid(field, "expected %s, got %q", strings.Join(allowed, " or "), value)
	}
	return nil
}

// checkRoles accepts a list without repetition that stays in the allowed ones.
func checkRoles(roles, allowed []string) error {
	if len(roles) == 0 {
		return invalid("Roles", "expected at least one")
	}
	for i, role := range roles {
		if err := oneOf("Roles", role, allowed...); err != nil {
			return err
		}
		if slices.Contains(roles[:i], role) {
			return invalid("Roles", "%s is there twice", role)
		}
	}
	return nil
}

// checkDomain holds software to one authorisation domain, and to the bank's
// side or the third party's, as the directory does. The caller has seen to it
// that there is at least one role.
func checkDomain(roles []string) error {
	domain := psd2Roles
	if slices.Contains(cdRoles, roles[0]) {
		domain = cdRoles
	}
	for _, role := range roles {
		if !slices.Contains(domain, role) {
			return invalid("Roles", "%s and %s belong to different authorisation domains", roles[0], role)
		}
		if strings.HasSuffix(role, "ASPSP") && len(roles) > 1 {
			return invalid("Roles", "%s excludes every other role", role)
		}
	}
	return nil
}
