package uk

import (
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// software is a software statement under the real directory's media type. It has
// the members of application/json and those that only the real one has.
type software struct {
	registry.Software
	SID             string   `json:"Id"`
	ClientID        string   `json:"ClientId"`
	Active          bool     `json:"Active"`
	ObClientCreated bool     `json:"ObClientCreated"`
	SigningKeyIDs   []string `json:"SigningKeyIds"`
	TransportKeyIDs []string `json:"TransportKeyIds"`
}

// vendor shows software in that form.
func (f face) vendor(s registry.Software) software {
	// The client_id is the software's own, as in its statements.
	signing, transport := f.keyIDs(s)
	return software{s, s.ID, s.ID, s.Status == registry.Active, true, signing, transport}
}

// asked finds out in which form to show software, before anything is changed.
func asked(r *http.Request) (media string, err error) {
	return negotiate(r, mediaJSON, mediaSoftware)
}

// writeSoftware answers in the form that was asked for.
func (f face) writeSoftware(w http.ResponseWriter, status int, media string, s registry.Software) error {
	if media == mediaSoftware {
		return writeAs(w, status, media, f.vendor(s))
	}
	return rest.WriteJSON(w, status, s)
}

// enrolSoftware answers 201 with the new software statement, which is Active.
// Roles that are left out are those of the organisation.
func (f face) enrolSoftware(w http.ResponseWriter, r *http.Request) error {
	media, err := asked(r)
	if err != nil {
		return err
	}
	var body registry.Fields
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	soft, err := f.Registry.AddSoftware(r.PathValue("org"), body)
	if err != nil {
		return err
	}
	return f.writeSoftware(w, http.StatusCreated, media, soft)
}

// listSoftware has an envelope with the total only as application/json: the real
// list is a bare array.
func (f face) listSoftware(w http.ResponseWriter, r *http.Request) error {
	media, err := negotiate(r, mediaJSON, mediaSoftwareList)
	if err != nil {
		return err
	}
	offset, limit, err := pageOf(r)
	if err != nil {
		return err
	}
	page, total, err := f.Registry.SoftwareOf(r.PathValue("org"), offset, limit)
	if err != nil {
		return err
	}
	if media == mediaSoftwareList {
		out := []software{}
		for _, s := range page {
			out = append(out, f.vendor(s))
		}
		return writeAs(w, http.StatusOK, media, out)
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{
		"totalResults": total, "startIndex": offset + 1, "SoftwareStatements": append([]registry.Software{}, page...),
	})
}

// showSoftware answers 200 whatever the status, which is part of what it shows.
func (f face) showSoftware(w http.ResponseWriter, r *http.Request) error {
	media, err := asked(r)
	if err != nil {
		return err
	}
	soft, _, err := f.Registry.Software(r.PathValue("org"), r.PathValue("software"))
	if err != nil {
		return err
	}
	return f.writeSoftware(w, http.StatusOK, media, soft)
}

// updateSoftware changes what the body names. The statements already handed
// out say what they said: a bank sees the change with the next one.
func (f face) updateSoftware(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	return f.changeSoftware(w, r, func(s *registry.Software) error { return rest.DecodeJSON(body, s) })
}

// mostRedirectURIs bounds what grows with each call; nothing else does.
const mostRedirectURIs = 200

// addRedirectURIs takes a list of them. One that is there is a conflict, and
// then none is added.
func (f face) addRedirectURIs(w http.ResponseWriter, r *http.Request) error {
	body, err := rest.ReadBody(w, r)
	if err != nil {
		return err
	}
	uris, err := decodeStrings(body)
	if err != nil {
		return err
	}
	return f.changeSoftware(w, r, func(s *registry.Software) error {
		there := map[string]bool{}
		for _, uri := range s.RedirectURI {
			there[uri] = true
		}
		for _, uri := range uris {
			if there[uri] {
				return problem.Conflict("RedirectUri: %q is there already", clip(uri))
			}
			there[uri] = true
			s.RedirectURI = append(s.RedirectURI, uri)
		}
		if len(s.RedirectURI) > mostRedirectURIs {
			return problem.Invalid("RedirectUri", "expected at most %d, got %d", mostRedirectURIs, len(s.RedirectURI))
		}
		return nil
	})
}

// changeSoftware settles the form of the answer before it changes anything: a call
// that ends with 406 has done nothing.
func (f face) changeSoftware(w http.ResponseWriter, r *http.Request, change func(*registry.Software) error) error {
	media, err := asked(r)
	if err != nil {
		return err
	}
	soft, err := f.Registry.UpdateSoftware(r.PathValue("org"), r.PathValue("software"), change)
	if err != nil {
		return err
	}
	return f.writeSoftware(w, http.StatusOK, media, soft)
}

// setSoftwareStatus switches the software off or on again. Off means that no
// statement is issued for it; its keys stay published.
func (f face) setSoftwareStatus(w http.ResponseWriter, r *http.Request) error {
	var body statusChange
	if err := rest.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := f.Registry.SetSoftwareStatus(r.PathValue("org"), r.PathValue("software"), body.Status); err != nil {
		return err
	}
	return rest.WriteNothing(w)
}
