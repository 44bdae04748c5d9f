package australia

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// document is the frame around every list.
type document struct {
	Data  any `json:"data"`
	Links any `json:"links"`
	Meta  any `json:"meta"`
}

// selfLink is the link of a list that has no pages.
type selfLink struct {
	Self string `json:"self"`
}

// self is the address under which others know the directory, and not the one
// that the request happened to come by.
func (f face) self(r request) string { return f.Base + r.URL.RequestURI() }

// writeList answers with a list that has no pages, or with 304 when the caller
// has it already (RFC 9110 section 13.1.2): holders poll these every few minutes.
func (f face) writeList(w http.ResponseWriter, r request, data any) error {
	return write(w, r, document{data, selfLink{f.self(r)}, struct{}{}})
}

// write tags the document by its bytes: the registry counts no versions.
func write(w http.ResponseWriter, r request, d document) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return err
	}
	sum := sha256.Sum256(body.Bytes())
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return rest.WriteBytes(w, http.StatusOK, "application/json", body.Bytes())
}

// matches compares weakly, as RFC 9110 section 13.1.2 has it for If-None-Match.
func matches(condition, tag string) bool {
	return slices.ContainsFunc(strings.Split(condition, ","), func(one string) bool {
		one = strings.TrimSpace(one)
		return one == "*" || strings.TrimPrefix(one, "W/") == tag
	})
}
