package reports

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes the whole model, evidence included, as described by
// docs/report.schema.json. Lists that are required are present even when empty.
func WriteJSON(w io.Writer, r Run) error {
	if r.Checks == nil {
		r.Checks = []Check{}
	}
	if r.Leftovers == nil {
		r.Leftovers = []Leftover{}
	}
	enc := json.NewEncoder(w)
	// The file is data, not a part of a page: keep URLs and claims readable.
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}
