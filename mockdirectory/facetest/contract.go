package facetest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Contract is the OpenAPI description of an API, and what was tried of it.
type Contract struct {
	doc               *openapi3.T
	accepted, refused map[string]bool // by method and path
}

// NewContract reads a description, which has to be sound.
func NewContract(t testing.TB, description []byte) *Contract {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(context.Background()))
	return &Contract{doc, map[string]bool{}, map[string]bool{}}
}

// operations are all that are described, by method and path.
func (c *Contract) operations() []string {
	var all []string
	for path, item := range c.doc.Paths.Map() {
		for method := range item.Operations() {
			all = append(all, method+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// Covers wants every route described, with every method, and nothing else; and
// the classes to be those of the routes. Where a pattern serves several paths
// of the description, pattern names it; nil stands for the path itself.
func (c *Contract) Covers(t testing.TB, routes []rest.Route, classes []string, pattern func(path string) string) {
	t.Helper()
	described, offered, used := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for path, item := range c.doc.Paths.Map() {
		if pattern != nil {
			path = pattern(path)
		}
		for method := range item.Operations() {
			described[method+" "+path] = true
		}
	}
	for _, route := range routes {
		used[route.Class] = true
		for method := range route.Methods {
			if method != http.MethodHead { // RFC 9110 section 9.3.2: GET without the body
				offered[method+" "+route.Pattern] = true
			}
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(offered)), slices.Sorted(maps.Keys(described)))
	require.ElementsMatch(t, classes, slices.Collect(maps.Keys(used)))
}

// Exchange is a request that nobody has read, and what it was answered with.
type Exchange struct {
	Operation string // path of the description
	Request   *http.Request
	Answer
}

// Hold wants the exchange to be as described. The request that was refused need
// not be; its answer has to. A method that is not offered has the refusal that
// all operations of a path share.
func (c *Contract) Hold(t testing.TB, x Exchange) {
	t.Helper()
	at := x.Request.Method + " " + x.Request.URL.Path
	item := c.doc.Paths.Value(x.Operation)
	require.NotNil(t, item, "%s is not described", x.Operation)
	operation := item.GetOperation(x.Request.Method)
	if operation == nil && x.Status == http.StatusMethodNotAllowed {
		operation = item.Get
	}
	require.NotNil(t, operation, "%s %s is not described", x.Request.Method, x.Operation)
	input := &openapi3filter.RequestValidationInput{
		Request: x.Request, PathParams: pathParams(t, x.Operation, x.Request.URL),
		Route:   &routers.Route{Spec: c.doc, Path: x.Operation, PathItem: item, Method: x.Request.Method, Operation: operation},
		Options: &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if accepted(x.Status) {
		require.NoError(t, openapi3filter.ValidateRequest(context.Background(), input), at)
	}
	require.NoError(t, openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: x.Status, Header: x.Header, Body: io.NopCloser(bytes.NewReader(x.Body)),
		Options: input.Options,
	}), "%s: %s", at, x.Body)
}

func accepted(status int) bool { return status < 300 }

var parameter = regexp.MustCompile(`\\\{([a-z]+)\\\}`)

// pathParams reads a path by its template.
func pathParams(t testing.TB, template string, at *url.URL) map[string]string {
	t.Helper()
	names := regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(template), `(?P<$1>[^/]+)`) + "$")
	found := names.FindStringSubmatch(at.EscapedPath())
	require.NotNil(t, found, "%s is not at %s", at, template)
	params := map[string]string{}
	for i, name := range names.SubexpNames() {
		if name == "" {
			continue
		}
		value, err := url.PathUnescape(found[i])
		require.NoError(t, err)
		params[name] = value
	}
	return params
}
