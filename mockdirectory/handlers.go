package mockdirectory

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/access"
	"github.com/dcrkit/dcrkit/mockdirectory/australia"
	"github.com/dcrkit/dcrkit/mockdirectory/brazil"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/page"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/trust"
	"github.com/dcrkit/dcrkit/mockdirectory/uk"
)

// apiRoutes are the APIs of the ecosystems, behind a guard who lets in members
// or the operator.
func (s *Server) apiRoutes(guard *access.Guard) []rest.Route {
	return slices.Concat(
		uk.Routes(uk.Config{Desk: s.desk, Guard: guard, Beside: []string{"brazil", "australia"}}),
		brazil.Routes(s.desk, guard), australia.Routes(s.desk, guard),
		[]rest.Route{{Pattern: "/{$}", Class: uk.Health, Methods: rest.Get(s.index)}},
	)
}

// publicHandler is what members and servers under test reach.
func (s *Server) publicHandler() http.Handler {
	return rest.Handler(s.apiRoutes(s.guard), s.cfg.Log, s.fetches.Wrap, s.panel.Wrap)
}

// pkiHandler is what certificates point to. The responder is found before a
// multiplexer would tidy its paths.
func (s *Server) pkiHandler() http.Handler {
	t := s.desk.Trust
	ocsp := s.fetches.Wrap(trust.OCSPClass, s.panel.Wrap(trust.OCSPClass, t.OCSP()))
	lists := rest.Handler(t.ListRoutes(), s.cfg.Log, s.fetches.Wrap, s.panel.Wrap)
	issuers := rest.Handler(t.Routes(), s.cfg.Log, s.fetches.Wrap, s.panel.Wrap)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.EscapedPath(); {
		case path == pki.OCSPPath || strings.HasPrefix(path, pki.OCSPPath+"/"):
			ocsp.ServeHTTP(w, r)
		case strings.HasSuffix(path, ".crl"):
			lists.ServeHTTP(w, r)
		default:
			issuers.ServeHTTP(w, r)
		}
	})
}

// managementHandler has the APIs too, without the knobs' effects, so that an
// operator can still see and mend things while the public side is down.
func (s *Server) managementHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", rest.Handler(slices.Concat(s.apiRoutes(s.guard.Operator()), s.managementRoutes()), s.cfg.Log))
	mux.Handle("/knobs/", http.StripPrefix("/knobs", s.freshConnections(s.panel.Handler())))
	mux.Handle("/metrics", s.metrics.Handler())
	people := s.page()
	mux.Handle("/{$}", people)
	mux.Handle(page.Root, people)
	return s.gate(mux)
}

// page is for people, with what the other APIs add to the addresses.
func (s *Server) page() http.Handler {
	return page.New(page.Config{
		Desk: s.desk, Panel: s.panel, Fetches: s.fetches, Keys: s.cfg.Keys, PKIURL: s.pkiURL,
		Addresses: []page.Address{
			{Name: "Discovery", URL: s.url + "/.well-known/openid-configuration", Note: "token endpoint of the directory"},
			{Name: "SCIM", URL: s.url + "/scim/v2", Note: "participants and their status (UK)"},
			{Name: "Participants", URL: s.url + "/brazil/participants", Note: "participants (Brazil)"},
			{Name: "Register", URL: s.url + "/cdr-register/v1", Note: "register (Australia)"},
			{Name: "OpenAPI", URL: s.url + "/openapi", Note: "descriptions of the APIs"},
		},
		Classes: classes(), APIToken: s.cfg.RequireToken, ManagementToken: s.cfg.ManagementToken != "",
		Turned: s.turned, Closing: s.ending, Log: s.cfg.Log,
	})
}

// freshConnections looks at the knobs after each call to them.
func (s *Server) freshConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		s.turned()
	})
}

// noticeTime lets clients see that a connection was closed before whoever turned
// the knob makes them use it. Over HTTP/2 they would take it for a failed request.
const noticeTime = 50 * time.Millisecond

// turned has clients connect anew when the listener's certificate has changed: it
// is looked at in the handshake alone, and servers keep connections open.
func (s *Server) turned() {
	foreign := slices.ContainsFunc(s.panel.List(), func(k knob.Setting) bool { return k.Knob == foreignCertificate })
	if s.foreign.Swap(foreign) != foreign {
		s.public.renew()
		time.Sleep(noticeTime)
	}
}

// classes are the kinds of endpoints that knobs can be turned at.
func classes() []string {
	all := slices.Concat(uk.Classes, brazil.Classes, australia.Classes, trust.Classes, []string{tlsClass})
	slices.Sort(all)
	return slices.Compact(all)
}
