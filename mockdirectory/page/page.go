// Package page is the mock directory for people: what its APIs do, in a browser. It works without
// scripts; those it has copy text and keep the list of fetches up to date.
package page

import (
	"log/slog"
	"net/http"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// Config is what the page shows and works on. Desk, Panel, Fetches and Keys are required.
type Config struct {
	Desk    *desk.Desk
	Panel   *knob.Panel
	Fetches *watch.List
	// Keys is where the RSA keys come from that a visitor has made. Nothing keeps them.
	Keys   *pki.KeyPool
	PKIURL string // where CRLs and OCSP answers are served, without a slash at its end

	// Addresses are shown among those that a bank configures, after the ones that every directory
	// has: what the APIs of this one add.
	Addresses []Address
	// Classes are the kinds of endpoints that knobs may name and fetches are of.
	Classes []string

	// APIToken says that the public API wants the tokens of members, which an operator has none of.
	// Commands for the terminal go to the management port then, which has the same APIs.
	APIToken bool
	// ManagementToken says that the management port wants a token. Commands name the variable to put
	// it in: a page never shows a secret that it can do without.
	ManagementToken bool

	// Turned is called after a knob was turned or taken back here, as its API would be. Nil is nobody.
	Turned func()

	// Closing ends those who follow the list of fetches. A server closes it before it waits for its
	// handlers, which Shutdown of net/http does without telling them. Nil never ends them.
	Closing <-chan struct{}
	Log     *slog.Logger // of failures that are the directory's own; none when nil
}

// Address is a URL with what it is for.
type Address struct{ Name, URL, Note string }

// Root is the path below which everything is.
const Root = "/ui/"

// site is the page with what it stands on.
type site struct {
	Config
	follow chan struct{} // one for each place among the followers
}

// New serves the page below Root, and leads from / to it. Whoever mounts it sees to it that only
// those come in who may: it knows nobody.
func New(cfg Config) http.Handler {
	if cfg.Turned == nil {
		cfg.Turned = func() {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &site{Config: cfg, follow: make(chan struct{}, mostFollowers)}
	mux := http.NewServeMux()
	mux.Handle("/{$}", http.RedirectHandler(Root, http.StatusSeeOther))
	mux.Handle("GET "+Root+"static/{file}", static())
	mux.HandleFunc("GET "+Root+"fetches/events", s.events)
	for path, draw := range map[string]drawing{
		"{$}":                 s.overview,
		"organisations":       s.organisations,
		"organisations/{org}": s.organisation,
		"organisations/{org}/software/{software}":           s.software,
		"organisations/{org}/software/{software}/statement": s.statement,
		"knobs":   s.knobs,
		"fetches": s.fetches,
	} {
		mux.Handle("GET "+Root+path, s.shows(draw))
	}
	s.acts(mux)
	mux.Handle("/", s.shows(s.lost))
	return guarded(mux)
}

// acts mounts what changes something: by POST alone, so that no link and no image can do it.
func (s *site) acts(mux *http.ServeMux) {
	const org, soft = "organisations/{org}/", "organisations/{org}/software/{software}/"
	for _, a := range []struct {
		path string
		draw drawing
		read reading
	}{
		{"keys", s.overview, s.signingKey},
		{"authorities", s.overview, s.authority},
		{"listener", s.overview, s.certifyListener},
		{"organisations", s.organisations, s.enrol},
		{org + "status", s.organisation, s.organisationStatus},
		{org + "servers", s.organisation, s.servers},
		{org + "software", s.organisation, s.enrolSoftware},
		{org + "certificate", s.organisation, s.certify},
		{org + "revoke", s.organisation, s.revokeCertificate},
		{org + "revoke-key", s.organisation, s.revokeKey},
		{soft + "edit", s.software, s.editSoftware},
		{soft + "status", s.software, s.softwareStatus},
		{soft + "certificate", s.software, s.certify},
		{soft + "share", s.software, s.share},
		{soft + "jwk", s.software, s.publishJWK},
		{soft + "revoke", s.software, s.revokeCertificate},
		{soft + "revoke-key", s.software, s.revokeKey},
		{"knobs", s.knobs, s.turn},
		{"knobs/remove", s.knobs, s.removeKnob},
		{"knobs/clear", s.knobs, s.clearKnobs},
	} {
		mux.Handle("POST "+Root+a.path, s.takes(a.draw, a.read))
	}
}

// guarded sets what holds for every answer. The policy admits our own style, script and icon and
// nothing else, so that an escape that was missed still could not run; what is shown is of the
// moment and may be a private key, so nothing of it is kept.
func guarded(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
