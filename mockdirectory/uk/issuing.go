package uk

import (
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// addAuthority answers 201 with the slug of a further issuing CA, which issues
// the certificates that ask for it: it can be revoked without harm to others.
func (f face) addAuthority(w http.ResponseWriter, r *http.Request) error {
	slug, err := f.Trust.AddIssuing(r.Context())
	if err != nil {
		return err
	}
	return rest.WriteJSON(w, http.StatusCreated, map[string]string{"slug": slug})
}

// listAuthorities shows the issuing CAs, the first one first.
func (f face) listAuthorities(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"authorities": f.Trust.Authorities()})
}

// revokeAuthority puts an issuing CA on the root's revocation list.
func (f face) revokeAuthority(w http.ResponseWriter, r *http.Request) error {
	if err := f.Trust.RevokeIssuing(r.PathValue("slug")); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}
