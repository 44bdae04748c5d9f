package uk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Paths, media type and messages of RFC 7644.
const (
	scimPath  = "/scim/v2/"
	mediaSCIM = "application/scim+json"

	listResponse  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	searchRequest = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	scimErrorURN  = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// Types of errors of RFC 7644 table 9.
const (
	scimInvalidFilter = "invalidFilter"
	scimInvalidSyntax = "invalidSyntax"
	scimInvalidValue  = "invalidValue"
)

// resourceType is one of the five lists.
type resourceType struct {
	name   string
	need   access.Need
	schema attribute
	// Either it lists organisations, or what all returns.
	lists func(roles []string) bool
	all   func(face, resourceType) []object
}

// resourceTypes are the lists of the UK directory. Participants are third parties
// and banks together.
var resourceTypes = []resourceType{
	{name: "OBThirdPartyProviders", need: access.ReadThirdParty, schema: providerSchema, lists: access.ThirdParty},
	{name: "OBAccountPaymentServiceProviders", need: access.ReadBank, schema: providerSchema, lists: access.Bank},
	{name: "Participants", need: access.Read, schema: providerSchema, lists: access.Participant},
	{name: "OBAuthorities", need: access.ReadAuthorities, schema: authoritySchema, all: face.authorities},
	{name: "OBQualifiedTrustServiceProviders", need: access.ReadAuthorities, schema: trustSchema, all: face.trustServices},
}

// scimRoutes are the routes of one list.
func (f face) scimRoutes(of resourceType) []rest.Route {
	offered := func(e rest.Endpoint) rest.Endpoint { return scimErrors(f.guard.Protect(of.need, e)) }
	path := scimPath + of.name
	return []rest.Route{
		{Pattern: path, Class: SCIM, Methods: rest.Get(offered(f.scimList(of)))},
		{Pattern: path + "/.search", Class: SCIM, Methods: rest.Methods{http.MethodPost: offered(f.scimSearch(of))}},
		{Pattern: path + "/{id}", Class: SCIM, Methods: rest.Get(offered(f.scimShow(of)))},
	}
}

// scimErrors answers refusals in the form of RFC 7644 section 3.12. The
// directory's own trouble is left to whom it is logged by.
func scimErrors(e rest.Endpoint) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := e(w, r)
		p := problem.Of(err)
		if err == nil || p.Status >= http.StatusInternalServerError {
			return err
		}
		body := object{"schemas": []string{scimErrorURN}, "status": strconv.Itoa(p.Status), "detail": p.Text}
		if p.Status == http.StatusBadRequest {
			body["scimType"] = scimInvalidValue
			if p.Code == scimInvalidFilter || p.Code == scimInvalidSyntax {
				body["scimType"] = p.Code
			}
		}
		return writeAs(w, p.Status, mediaSCIM, body)
	}
}

// scimList has the query in the URL. Sorting is left out, as RFC 7644 section
// 3.4.2.3 allows.
func (f face) scimList(of resourceType) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		query, err := rest.Parameters(r, "filter", "startIndex", "count", "attributes", "excludedAttributes")
		if err != nil {
			return err
		}
		s := search{StartIndex: 1, Count: scimPage}
		for name, into := range map[string]*int{"startIndex": &s.StartIndex, "count": &s.Count} {
			if text, there := query[name]; there {
				if *into, err = strconv.Atoi(text); err != nil {
					return problem.Invalid(name, "expected a whole number, got %q", text)
				}
			}
		}
		if filter, there := query["filter"]; there {
			s.Filter = &filter
		}
		s.Attributes, s.ExcludedAttributes = names(query["attributes"]), names(query["excludedAttributes"])
		return f.answerSearch(w, r, of, s)
	}
}

// scimSearch is the same with the parameters in a body (RFC 7644, section 3.4.3).
func (f face) scimSearch(of resourceType) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := checkMedia(r, isJSON, mediaSCIM+" or application/json"); err != nil {
			return err
		}
		s := search{StartIndex: 1, Count: scimPage}
		if err := rest.ReadJSON(w, r, &s); err != nil {
			return err
		}
		// The one thing that tells a SearchRequest from another message.
		if !slices.Equal(s.Schemas, []string{searchRequest}) {
			return &problem.Problem{Status: http.StatusBadRequest, Code: scimInvalidSyntax, Text: "schemas: expected " + searchRequest}
		}
		return f.answerSearch(w, r, of, s)
	}
}

// scimShow finds whoever is enrolled, whatever its status: that it is revoked is
// what a bank wants to learn.
func (f face) scimShow(of resourceType) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		media, err := negotiate(r, mediaSCIM, mediaJSON)
		if err != nil {
			return err
		}
		query, err := rest.Parameters(r, "attributes", "excludedAttributes")
		if err != nil {
			return err
		}
		show, err := of.projection(names(query["attributes"]), names(query["excludedAttributes"]))
		if err != nil {
			return err
		}
		id := r.PathValue("id")
		for o := range f.candidates(r.Context(), of, []string{id}) {
			return writeAs(w, http.StatusOK, media, f.finished(o, show, nil, mostStatements))
		}
		return problem.NotFound("id: %s has no %q", of.name, clip(id))
	}
}

// names reads a list with commas.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// candidates goes through the resources, or through those of some ids.
func (f face) candidates(ctx context.Context, of resourceType, ids []string) func(yield func(object) bool) {
	return func(yield func(object) bool) {
		if of.all != nil {
			for _, o := range of.all(f, of) {
				if (ids == nil || slices.Contains(ids, o["id"].(string))) && !yield(o) {
					return
				}
			}
			return
		}
		for org := range f.organisations(ctx, ids) {
			if of.lists(org.Roles) && !yield(f.provider(org, of)) {
				return
			}
		}
	}
}

// organisations goes through all, in the order of enrolment, or through those
// of some ids. It ends when nobody waits for the answer any more.
func (f face) organisations(ctx context.Context, ids []string) func(yield func(registry.Organisation) bool) {
	return func(yield func(registry.Organisation) bool) {
		// An id that is none, or the UUID of other ecosystems, finds nothing.
		if ids != nil {
			for _, id := range ids {
				org, err := f.Registry.Organisation(id)
				if err == nil && org.ID == id && !yield(org) {
					return
				}
			}
			return
		}
		for offset := 0; ctx.Err() == nil; offset += statementPage {
			page, _ := f.Registry.Organisations(offset, statementPage)
			for _, org := range page {
				if !yield(org) {
					return
				}
			}
			if len(page) == 0 {
				return
			}
		}
	}
}
