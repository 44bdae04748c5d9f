package mockdirectory

import (
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/uk"
)

// apiRoutes are the APIs of the ecosystems.
func (s *Server) apiRoutes() []rest.Route {
	return uk.Routes(s.desk)
}

// publicHandler is what members and servers under test reach.
func (s *Server) publicHandler() http.Handler {
	return rest.Handler(s.apiRoutes(), s.cfg.Log, s.fetches.Wrap, s.panel.Wrap)
}

// pkiHandler is what certificates point to.
func (s *Server) pkiHandler() http.Handler {
	return rest.Handler(nil, s.cfg.Log, s.fetches.Wrap, s.panel.Wrap)
}

// managementHandler has the APIs too, without the knobs' effects, so that an
// operator can still see and mend things while the public side is down.
func (s *Server) managementHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", rest.Handler(slices.Concat(s.apiRoutes(), s.managementRoutes()), s.cfg.Log))
	mux.Handle("/knobs/", http.StripPrefix("/knobs", s.panel.Handler()))
	mux.Handle("/metrics", s.metrics.Handler())
	return s.gate(mux)
}

// classes are the kinds of endpoints that knobs can be turned at.
func classes() []string {
	return uk.Classes
}
