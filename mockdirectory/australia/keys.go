package australia

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// directoryKeys answers with what statements are verified with, in the register's
// form: without certificates, and with the operations of a pair where a public
// key alone could only verify.
func (f face) directoryKeys(w http.ResponseWriter, _ *http.Request) error {
	var published struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(f.Trust.Signing().Document(), &published); err != nil {
		return fmt.Errorf("published keys: %w", err)
	}
	var keys []jose.Object
	for _, raw := range published.Keys {
		key, err := jose.ParseObject(raw)
		if err != nil {
			return fmt.Errorf("published keys: %w", err)
		}
		var out jose.Object
		out.Set("alg", "PS256")
		out.Set("e", key.String("e"))
		out.Set("key_ops", []string{"sign", "verify"})
		out.Set("kid", key.String("kid"))
		out.Set("kty", key.String("kty"))
		out.Set("n", key.String("n"))
		keys = append(keys, out)
	}
	return rest.WriteBytes(w, http.StatusOK, "application/json", jose.Set(keys...))
}
