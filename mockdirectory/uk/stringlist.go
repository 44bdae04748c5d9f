package uk

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// decodeStrings reads a body that is a list of strings with at least one. A
// null in it would read as an empty string, so it is refused by name.
func decodeStrings(data []byte) ([]string, error) {
	var list []*string
	if !utf8.Valid(data) {
		return nil, problem.Invalid("body", "expected UTF-8 (RFC 8259, section 8.1)")
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, problem.Invalid("body", "expected a list of strings: %v", err)
	}
	if len(list) == 0 {
		return nil, problem.Invalid("body", "expected a list with at least one string")
	}
	out := make([]string, len(list))
	for i, one := range list {
		if one == nil {
			return nil, problem.Invalid("body", "expected a list of strings, got null at %d", i+1)
		}
		out[i] = *one
	}
	return out, nil
}
