package uk

import (
	_ "embed"
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// OpenAPI describes everything in this package. What the real directory lacks is
// marked there with x-mock.
//
//go:embed openapi.yaml
var OpenAPI []byte

// openAPIPath is where the description is served.
const openAPIPath = "/openapi/uk.yaml"

// listDescriptions leads to the descriptions of the APIs.
func (f face) listDescriptions(w http.ResponseWriter, _ *http.Request) error {
	list := []map[string]string{{"name": "uk", "url": f.Base + openAPIPath}}
	for _, name := range f.beside {
		list = append(list, map[string]string{"name": name, "url": f.Base + "/openapi/" + name + ".yaml"})
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"descriptions": list})
}

// showDescription has the media type of RFC 9512.
func (f face) showDescription(w http.ResponseWriter, _ *http.Request) error {
	return rest.WriteBytes(w, http.StatusOK, "application/yaml", OpenAPI)
}
