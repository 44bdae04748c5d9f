package australia

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
)

// testKeys serves every test; TestMain closes it before it looks for leaks.
var testKeys = pki.NewKeyPool(3)

type closingPool struct{ m *testing.M }

func (c closingPool) Run() int {
	defer testKeys.Close()
	return c.m.Run()
}

func TestMain(m *testing.M) {
	for _, mediaType := range []string{"application/jwt", "application/yaml"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.PlainBodyDecoder)
	}
	goleak.VerifyTestMain(closingPool{m})
}

const base = "https://directory.example"

var instant = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// sharedTrust makes the RSA keys once.
var sharedTrust = sync.OnceValues(func() (*trust.Trust, error) {
	now := func() time.Time { return instant }
	members, err := registry.Open(store.Memory{}, now)
	if err != nil {
		return nil, err
	}
	return trust.Open(context.Background(), trust.Config{
		Keys: testKeys, Store: store.Memory{}, Registry: members, Panel: knob.New(knob.Options{Now: now}),
		Now: now, BaseURL: base, PKIURL: "http://pki.example",
	})
})

// site is a registry of its own behind the real handler.
type site struct {
	t       testing.TB
	desk    *desk.Desk
	handler http.Handler
}

func newSite(t testing.TB) site {
	t.Helper()
	tr, err := sharedTrust()
	require.NoError(t, err)
	now := func() time.Time { return instant }
	members, err := registry.Open(store.Memory{}, now)
	require.NoError(t, err)
	d := &desk.Desk{Base: base, Issuer: "OpenBanking Ltd", Now: now, Registry: members, Trust: tr}
	return site{t, d, rest.Handler(Routes(d, access.New(access.Config{Desk: d})), slog.New(slog.DiscardHandler))}
}

func (s site) in(t testing.TB) site { return site{t, s.desk, s.handler} }

// call is a request with what it has to be answered with.
type call struct {
	method, path string
	header       map[string]string
	body         string
	status       int
}

func (s site) do(c call) *http.Response {
	s.t.Helper()
	path := strings.TrimPrefix(c.path, base)
	req := httptest.NewRequest(c.method, path, strings.NewReader(c.body))
	for name, value := range c.header {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	res := w.Result()
	if c.status != 0 {
		require.Equal(s.t, c.status, res.StatusCode, "%s %s: %s", c.method, c.path, w.Body)
	}
	return res
}

// get wants 200 and the body, of the newest version of most endpoints.
func (s site) get(path string) []byte {
	s.t.Helper()
	return s.read(call{method: "GET", path: path, header: version("3"), status: 200})
}

func (s site) read(c call) []byte {
	s.t.Helper()
	body, err := io.ReadAll(s.do(c).Body)
	require.NoError(s.t, err)
	return body
}

// refused wants a refusal in the form of the standards and returns it.
func (s site) refused(c call) refusal {
	s.t.Helper()
	res := s.do(c)
	require.Equal(s.t, "application/json", res.Header.Get("Content-Type"))
	var body struct {
		Errors []refusal `json:"errors"`
	}
	require.NoError(s.t, json.NewDecoder(res.Body).Decode(&body))
	require.Len(s.t, body.Errors, 1)
	return body.Errors[0]
}

// list reads a document into a struct with the members that a test wants.
func (s site) list(path string, into any) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal(s.get(path), into))
}

// enrol enrols as the UK's API does.
func (s site) enrol(name string, roles ...string) registry.Organisation {
	s.t.Helper()
	org, err := s.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: name, Roles: roles})
	require.NoError(s.t, err)
	return org
}

// enrolSoftware has all that a statement needs, unless change takes it away.
func (s site) enrolSoftware(org registry.Organisation, change ...func(*registry.Fields)) registry.Software {
	s.t.Helper()
	fields := registry.Fields{
		ClientName: "Budgets", Description: "keeps them", ClientURI: "https://tpp.example/home", LogoURI: "https://tpp.example/logo.png",
		RedirectURI: []string{"https://tpp.example/cb"}, Roles: []string{recipientRole},
	}
	for _, c := range change {
		c(&fields)
	}
	soft, err := s.desk.Registry.AddSoftware(org.ID, fields)
	require.NoError(s.t, err)
	return soft
}

// statement is the path of a software statement.
func statement(org registry.Organisation, soft registry.Software) string {
	return "/cdr-register/v1/all/data-recipients/brands/" + desk.BrandID(org) + "/software-products/" + soft.UUID + "/ssa"
}

// version is the header that asks for one.
func version(v string) map[string]string { return map[string]string{"x-v": v} }

// specification reads the description as a caller would.
func specification(s site) *openapi3.T {
	s.t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(s.get("/openapi/australia.yaml"))
	require.NoError(s.t, err)
	require.NoError(s.t, doc.Validate(context.Background()))
	return doc
}

// described is a call with the path of its operation.
type described struct {
	operation string // path of the description
	call
}

// check sends the call and holds request and answer to the description. A
// refusal's request need not be as described; its answer has to.
func (d described) check(s site, doc *openapi3.T) {
	s.t.Helper()
	item := doc.Paths.Value(d.operation)
	require.NotNil(s.t, item, d.operation)
	path, _, _ := strings.Cut(d.path, "?")
	want, got := strings.Split(d.operation, "/"), strings.Split(path, "/")
	require.Len(s.t, got, len(want), "%s is not %s", d.path, d.operation)
	params := map[string]string{}
	for i, segment := range want {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			params[strings.TrimSuffix(name, "}")] = got[i]
		}
	}
	operation := item.GetOperation(d.method)
	if operation == nil { // a method that is not offered, with the refusal that all share
		operation = item.Get
	}
	req := httptest.NewRequest(d.method, d.path, bytes.NewReader([]byte(d.body)))
	for name, value := range d.header {
		req.Header.Set(name, value)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params,
		Route: &routers.Route{Spec: doc, Path: d.operation, PathItem: item, Method: d.method, Operation: operation},
	}
	if d.status < 300 {
		require.NoError(s.t, openapi3filter.ValidateRequest(context.Background(), input))
	}
	res := s.do(d.call)
	body, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}), "%s %s: %s", d.method, d.path, body)
}
