package knob

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBody bounds a request body in bytes; a setting has a few hundred.
const maxBody = 64 << 10

// Handler is the HTTP API of the panel, to be mounted with http.StripPrefix.
//
//	GET /         200 {"definitions":[…],"settings":[…],"seed":"…","endpoints":[…]}
//	POST /        201 the setting as it is held; 400, 409, 413
//	DELETE /      204; every setting is taken back
//	DELETE /{id}  204; 404 when there is no such setting
//
// Errors are JSON, {"error","error_description"}.
func (p *Panel) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.Trim(r.URL.Path, "/")
		status, v, err := p.serve(w, r, id)
		switch {
		case err != nil:
			writeRefusal(w, asRefusal(err))
		case v == nil:
			w.WriteHeader(status)
		default:
			writeJSON(w, status, v)
		}
	})
}

// serve finds what to answer.
func (p *Panel) serve(w http.ResponseWriter, r *http.Request, id string) (status int, v any, err error) {
	allowed := []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPost}
	if id != "" {
		allowed = allowed[:1]
	}
	switch {
	case !slices.Contains(allowed, r.Method):
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return 0, nil, &refusal{http.StatusMethodNotAllowed, "method_not_allowed", "method: expected " + strings.Join(allowed, " or ") + ", got " + clip(r.Method)}
	case r.Method == http.MethodPost:
		s, err := p.post(w, r)
		return http.StatusCreated, s, err
	case r.Method != http.MethodDelete:
		return http.StatusOK, p.state(), nil
	case id == "":
		p.Clear()
	case !p.Remove(id):
		return 0, nil, &refusal{http.StatusNotFound, "not_found", "id: no such setting: " + strconv.Quote(clip(id))}
	}
	return http.StatusNoContent, nil, nil
}

// post turns a knob.
func (p *Panel) post(w http.ResponseWriter, r *http.Request) (Setting, error) {
	tooLarge := &refusal{http.StatusRequestEntityTooLarge, "request_too_large", "body: expected at most " + strconv.Itoa(maxBody) + " bytes"}
	if r.ContentLength > maxBody {
		return Setting{}, tooLarge
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return Setting{}, tooLarge
	}
	if err != nil {
		return Setting{}, invalid("body", "it could not be read to its end")
	}
	s, err := ParseSetting(text)
	if err != nil {
		return Setting{}, err
	}
	return p.Set(s)
}

// panelState is everything that a page of knobs is drawn from. The seed is text,
// since a browser would round it (RFC 8259, section 6).
type panelState struct {
	Definitions []Definition `json:"definitions"`
	Settings    []Setting    `json:"settings"`
	Seed        uint64       `json:"seed,string"`
	Endpoints   []string     `json:"endpoints"`
}

// state spells out the endpoints of knobs that act everywhere.
func (p *Panel) state() panelState {
	all := Definitions()
	for i := range all {
		if len(all[i].Endpoints) == 0 && all[i].Kind != Clock {
			all[i].Endpoints = p.options.Endpoints
		}
	}
	endpoints := append([]string{}, p.options.Endpoints...)
	return panelState{all, p.List(), p.options.Seed, endpoints}
}

// writeRefusal answers with the error body of the directory.
func writeRefusal(w http.ResponseWriter, r *refusal) {
	writeJSON(w, r.status, struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}{r.code, r.text})
}

// writeJSON answers with a document of ours, which can always be marshalled.
func writeJSON(w http.ResponseWriter, status int, v any) {
	text, _ := json.Marshal(v)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
