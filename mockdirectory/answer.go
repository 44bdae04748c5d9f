package mockdirectory

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// answering turns the error of an endpoint into its JSON answer. An endpoint
// returns an error only before it has written. From 500 on the cause is logged,
// which the caller does not get to see.
func answering(e endpoint, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := e(w, r)
		if err == nil {
			return
		}
		p := asProblem(err)
		if p.status >= http.StatusInternalServerError {
			log.ErrorContext(r.Context(), "directory request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		if err := writeJSON(w, p.status, problemBody{p.code, p.text}); err != nil {
			log.DebugContext(r.Context(), "directory could not answer", "path", r.URL.Path, "error", err)
		}
	})
}

// problemBody has the member names of OAuth errors (RFC 6749, section 5.2),
// though the codes are the directory's own.
type problemBody struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// writeJSON answers with a JSON document. It leaves <, > and & in names as they
// are. Encoding ends before the first byte is sent, so that an error can still
// become an answer.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	return writeBytes(w, status, "application/json", body.Bytes())
}

// writeBytes answers. That the client has gone away is no error of the endpoint.
func writeBytes(w http.ResponseWriter, status int, mediaType string, body []byte) error {
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

// writeNothing is the answer to what was done and has nothing to show: 204.
func writeNothing(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// logged writes the access log. It costs nothing when debug records are off.
func logged(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		seen := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		log.DebugContext(r.Context(), "directory request", "method", r.Method, "path", r.URL.Path, "status", seen.status, "took", time.Since(start))
	})
}

// statusRecorder remembers the status that was sent.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status. It is not called for a plain 200, which is why
// the recorder begins with that.
func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}
