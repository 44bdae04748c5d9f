package brazil

import (
	"net/http"

	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// guarded holds each route to what its call needs. Lists and keys are for
// everybody; who enrols organisations is the operator; a member sees to its own.
func guarded(g *access.Guard, routes []rest.Route) []rest.Route {
	for i, route := range routes {
		methods := rest.Methods{}
		for method, e := range route.Methods {
			methods[method] = g.Protect(need(route, method), e)
		}
		routes[i].Methods = methods
	}
	return routes
}

func need(route rest.Route, method string) access.Need {
	reading := method == http.MethodGet || method == http.MethodHead
	switch {
	case route.Class == Assertion:
		return access.Manage
	case route.Class != Enrolment:
		return access.Nobody
	case reading:
		return access.Read
	case route.Pattern == organisations:
		return access.Operate
	}
	return access.Manage.Without("wrong")
}
