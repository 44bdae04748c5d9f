package mockdirectory

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/fixtures/jose"
)

// maxBody bounds a request body in bytes; an honest one has a few thousand.
const maxBody = 64 << 10

// readBody reads the whole body, or answers 413.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, invalid("body", "it could not be read to its end")
	}
	return body, nil
}

// readJSON reads the body into a struct; see decodeJSON.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	return decodeJSON(body, into)
}

// decodeJSON reads exactly one JSON object into a struct of strings and lists
// of strings. It is stricter than encoding/json, which takes a member in any
// case and the last of several: a typing error in a test must not pass for a
// member left out. Members that are left out or null keep what into has.
func decodeJSON(data []byte, into any) error {
	if !utf8.Valid(data) {
		return invalid("body", "expected UTF-8 (RFC 8259, section 8.1)")
	}
	obj, err := jose.ParseObject(data)
	if err != nil {
		return invalid("body", "%v", err)
	}
	if name := obj.Duplicate(); name != "" {
		return invalid(name, "the member is there twice")
	}
	known := memberNames(into)
	for _, m := range obj {
		if !slices.Contains(known, m.Name) {
			return invalid(m.Name, "unknown member, expected one of %s", strings.Join(known, ", "))
		}
	}
	err = json.Unmarshal(data, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return invalid(field, "expected a %s, got %s", jsonType(wrong.Type), wrong.Value)
	}
	if err != nil {
		return invalid("body", "%v", err)
	}
	return nil
}

// memberNames lists the JSON names of a struct's fields, embedded ones included.
func memberNames(of any) []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(of).Elem()) {
		if name := f.Tag.Get("json"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// jsonType names a Go type in the words of JSON.
func jsonType(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "list of strings"
	}
	return t.Kind().String()
}

// readParameters returns the query parameters, each given once, or an error
// that names one which the request does not have. It is strict for the same
// reason as decodeJSON.
func readParameters(r *http.Request, names ...string) (map[string]string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalid("query", "%v", err)
	}
	out := map[string]string{}
	for got, values := range query {
		if !slices.Contains(names, got) {
			return nil, invalid(got, "unknown parameter, expected %s", strings.Join(names, " or "))
		}
		if len(values) > 1 {
			return nil, invalid(got, "expected one value, got %d", len(values))
		}
		out[got] = values[0]
	}
	return out, nil
}
