package uk

import (
	"net/http"
	"regexp"

	"github.com/google/uuid"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// operation is one method at one path: what its caller needs, what its body is
// and what it does.
type operation struct {
	need  access.Need
	takes payload
	do    rest.Endpoint
}

// payload is what an operation reads.
type payload int

// What a body can be.
const (
	noBody payload = iota
	jsonBody
	pemBody
)

// operations are those of one path, by method.
type operations map[string]operation

// get is for what can only be read.
func get(need access.Need, do rest.Endpoint) operations {
	return operations{http.MethodGet: {need, noBody, do}, http.MethodHead: {need, noBody, do}}
}

// post, put and remove are for paths that have one operation.
func post(need access.Need, takes payload, do rest.Endpoint) operations {
	return operations{http.MethodPost: {need, takes, do}}
}

func put(need access.Need, takes payload, do rest.Endpoint) operations {
	return operations{http.MethodPut: {need, takes, do}}
}

func remove(need access.Need, do rest.Endpoint) operations {
	return operations{http.MethodDelete: {need, noBody, do}}
}

// and joins the operations of one path.
func (o operations) and(others operations) operations {
	for method, other := range others {
		o[method] = other
	}
	return o
}

// row is a line of the table of routes.
type row struct {
	path  string
	class string
	operations
}

// route is the row at a path, with everything around its endpoints.
func (f face) route(path string, r row, around ...func(rest.Endpoint) rest.Endpoint) rest.Route {
	methods := rest.Methods{}
	for method, o := range r.operations {
		do := o.takes.check(o.do)
		for _, a := range around {
			do = a(do)
		}
		methods[method] = numbered(f.guard.Protect(o.need, do))
	}
	return rest.Route{Pattern: path, Class: r.class, Methods: methods}
}

// check holds the Content-Type to what the operation reads.
func (b payload) check(e rest.Endpoint) rest.Endpoint {
	fits, expected := isJSON, mediaJSON
	switch b {
	case noBody:
		return e
	case pemBody:
		fits, expected = isPEM, mediaPEM
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := checkMedia(r, fits, expected); err != nil {
			return err
		}
		return e(w, r)
	}
}

// requestID is the header by which the help desk of the real directory finds a
// request.
const requestID = "OB-Request-Id"

// requestIDs are those that are echoed. Others might be meant for the log of
// whoever reads the answer.
var requestIDs = regexp.MustCompile(`^[!-~]{1,100}$`)

// numbered echoes the id of the request, or gives it one.
func numbered(e rest.Endpoint) rest.Endpoint {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := r.Header.Get(requestID)
		if !requestIDs.MatchString(id) {
			id = uuid.NewString()
		}
		w.Header().Set(requestID, id)
		return e(w, r)
	}
}

// ofType is for the legacy paths, which name the type of the organisation. One
// that is of another type is not there.
func (f face) ofType(kind string, is func(roles []string) bool) func(rest.Endpoint) rest.Endpoint {
	return func(e rest.Endpoint) rest.Endpoint {
		return func(w http.ResponseWriter, r *http.Request) error {
			org, err := f.Registry.Organisation(r.PathValue("org"))
			if err != nil {
				return err
			}
			if !is(org.Roles) {
				return problem.NotFound("OrganisationType: organisation %s is no %s", org.ID, kind)
			}
			return e(w, r)
		}
	}
}
