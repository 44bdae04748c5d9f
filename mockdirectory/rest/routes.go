package rest

import (
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// Endpoint answers a request, or returns the refusal to answer with. Once it
// has written anything it returns nil.
type Endpoint func(http.ResponseWriter, *http.Request) error

// Methods are the endpoints at one path. Keys are the names of RFC 9110 section
// 9, in capitals.
type Methods map[string]Endpoint

// Get is for what can only be read.
func Get(e Endpoint) Methods { return Methods{http.MethodGet: e, http.MethodHead: e} }

// Route is one path of an API. A path has one route with its methods, because
// the multiplexer would answer a wrong method in plain text, and would not take
// /{org}/{document} beside paths that are bound to a method.
type Route struct {
	Pattern string // of http.ServeMux, without method
	Class   string // what kind of endpoint it is, for knobs, metrics and the list of fetches
	Methods Methods
}

// Around wraps the handler of a class of endpoints.
type Around func(class string, next http.Handler) http.Handler

// Handler serves the routes and refuses what no route takes. Each is wrapped by
// around, the first outermost. The log is told of what is the directory's own
// fault.
func Handler(routes []Route, log *slog.Logger, around ...Around) http.Handler {
	mux := http.NewServeMux()
	wrapped := func(class string, h http.Handler) http.Handler {
		for _, a := range slices.Backward(around) {
			h = a(class, h)
		}
		return h
	}
	for _, route := range routes {
		mux.Handle(route.Pattern, wrapped(route.Class, answering(route.Methods.choose, log)))
	}
	lost := wrapped("", answering(func(_ http.ResponseWriter, r *http.Request) error {
		return problem.NotFound("no such resource: %q", r.URL.Path)
	}, log))
	mux.Handle("/", lost)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The multiplexer would redirect to the cleaned path, and a client follow.
		if cleaned := path.Clean(r.URL.Path); cleaned != r.URL.Path && cleaned+"/" != r.URL.Path {
			lost.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// choose finds the endpoint of the method, or answers 405 with those that there
// are (RFC 9110, section 15.5.6). A body that declares itself too large is
// refused unread.
func (m Methods) choose(w http.ResponseWriter, r *http.Request) error {
	e, ok := m[r.Method]
	if !ok {
		var allowed []string
		for method := range m {
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return problem.MethodNotAllowed(r.Method, r.URL.Path)
	}
	if r.ContentLength > MaxBody {
		return problem.TooLarge(MaxBody)
	}
	return e(w, r)
}
