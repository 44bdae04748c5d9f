package rest

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
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// MaxBody bounds a request body in bytes; an honest one has a few thousand.
const MaxBody = 64 << 10

// ReadBody reads the whole body, or answers 413.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, problem.TooLarge(MaxBody)
	}
	if err != nil {
		return nil, problem.Invalid("body", "it could not be read to its end")
	}
	return body, nil
}

// ReadJSON reads the body into a struct; see DecodeJSON.
func ReadJSON(w http.ResponseWriter, r *http.Request, into any) error {
	body, err := ReadBody(w, r)
	if err != nil {
		return err
	}
	return DecodeJSON(body, into)
}

// DecodeJSON reads exactly one JSON object into a struct of strings, lists of
// strings, and lists of such structs. It is stricter than encoding/json, which
// takes a member in any case and the last of several: a typing error in a test
// must not pass for a member left out. Members that are left out or null keep
// what into has.
func DecodeJSON(data []byte, into any) error {
	if !utf8.Valid(data) {
		return problem.Invalid("body", "expected UTF-8 (RFC 8259, section 8.1)")
	}
	obj, err := jose.ParseObject(data)
	if err != nil {
		return problem.Invalid("body", "%v", err)
	}
	if err := checkMembers(obj, reflect.TypeOf(into).Elem()); err != nil {
		return err
	}
	for _, m := range slices.Clone(obj) {
		if string(m.Value) == "null" {
			obj.Remove(m.Name)
		}
	}
	err = json.Unmarshal(obj.Bytes(), into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return problem.Invalid(field, "expected a %s, got %s", jsonType(wrong.Type), wrong.Value)
	}
	if err != nil {
		return problem.Invalid("body", "%v", err)
	}
	return nil
}

// checkMembers holds the names in an object to a struct, and those in the lists
// below it. What is of another type is left to the decoder.
func checkMembers(obj jose.Object, of reflect.Type) error {
	if name := obj.Duplicate(); name != "" {
		return problem.Invalid(name, "the member is there twice")
	}
	fields := members(of)
	for _, m := range obj {
		at := slices.IndexFunc(fields, func(f reflect.StructField) bool { return f.Tag.Get("json") == m.Name })
		if at < 0 {
			var known []string
			for _, f := range fields {
				known = append(known, f.Tag.Get("json"))
			}
			return problem.Invalid(m.Name, "unknown member, expected one of %s", strings.Join(known, ", "))
		}
		if t := fields[at].Type; t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			if err := checkList(m, t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkList(m jose.Member, of reflect.Type) error {
	var list []json.RawMessage
	if json.Unmarshal(m.Value, &list) != nil {
		return problem.Invalid(m.Name, "expected a list of objects")
	}
	for _, raw := range list {
		obj, err := jose.ParseObject(raw)
		if err != nil {
			return problem.Invalid(m.Name, "expected a list of objects: %v", err)
		}
		if err := checkMembers(obj, of); err != nil {
			return err
		}
	}
	return nil
}

// members are a struct's fields that have a name in JSON, embedded ones included.
func members(of reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(of), func(f reflect.StructField) bool {
		name := f.Tag.Get("json")
		return name == "" || name == "-"
	})
}

// jsonType names a Go type in the words of JSON.
func jsonType(t reflect.Type) string {
	if t.Kind() == reflect.Slice {
		return "list of strings"
	}
	return t.Kind().String()
}

// Parameters returns the query parameters, each given once, or an error
// that names one which the request does not have. It is strict for the same
// reason as DecodeJSON.
func Parameters(r *http.Request, names ...string) (map[string]string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem.Invalid("query", "%v", err)
	}
	out := map[string]string{}
	for got, values := range query {
		if !slices.Contains(names, got) {
			return nil, problem.Invalid(got, "unknown parameter, expected %s", strings.Join(names, " or "))
		}
		if len(values) > 1 {
			return nil, problem.Invalid(got, "expected one value, got %d", len(values))
		}
		out[got] = values[0]
	}
	return out, nil
}
