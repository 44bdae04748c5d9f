package rest

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// answering turns the error of an endpoint into its JSON answer. An endpoint
// returns an error only before it has written. From 500 on the cause is logged,
// which the caller does not get to see.
func answering(e Endpoint, log *slog.Logger) http.Handler {
	refuse := Refusing(log)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := e(w, r); err != nil {
			refuse(w, r, err)
		}
	})
}

// Refusing answers with an error, for handlers that are no endpoints.
func Refusing(log *slog.Logger) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		p := problem.Of(err)
		if p.Status >= http.StatusInternalServerError {
			log.ErrorContext(r.Context(), "directory request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		if err := WriteJSON(w, p.Status, problemBody{p.Code, p.Text}); err != nil {
			log.DebugContext(r.Context(), "directory could not answer", "path", r.URL.Path, "error", err)
		}
	}
}

// problemBody has the member names of OAuth errors (RFC 6749, section 5.2),
// though the codes are the directory's own.
type problemBody struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// WriteJSON answers with a JSON document. It leaves <, > and & in names as they
// are. Encoding ends before the first byte is sent, so that an error can still
// become an answer.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return WriteBytes(w, status, "application/json", body.Bytes())
}

// WriteBytes answers. That the client has gone away is no error of the endpoint.
func WriteBytes(w http.ResponseWriter, status int, mediaType string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	// Keys come and go during a run: nobody is to judge by an old set.
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return nil
}

// WriteNothing is the answer to what was done and has nothing to show: 204.
func WriteNothing(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
