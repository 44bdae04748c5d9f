package mockdirectory

import (
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/fixtures/pki"
)

// directory is what the endpoints stand on. Only the registry and the signing
// keys change while it runs; both lock for themselves.
type directory struct {
	base      string
	issuer    string
	now       func() time.Time
	authority *pki.Authority
	signing   *signingKeys
	registry  *registry
}

// endpoint answers a request, or returns the refusal to answer with. Once it
// has written anything it returns nil.
type endpoint func(http.ResponseWriter, *http.Request) error

// methods are the endpoints at one path. Keys are the names of RFC 9110 section
// 9, in capitals.
type methods map[string]endpoint

// routes is the whole API. A path has one entry with its methods, because the
// multiplexer would answer a wrong method in plain text, and would not take
// /{org}/{document} beside paths that are bound to a method.
func (d *directory) routes() map[string]methods {
	const (
		org      = "/v2.1/organisation"
		oneOrg   = org + "/{org}"
		soft     = oneOrg + "/software-statement"
		oneSoft  = soft + "/{software}"
		softCert = oneSoft + "/certificate/{type}"
	)
	get := func(e endpoint) methods { return methods{http.MethodGet: e, http.MethodHead: e} }
	return map[string]methods{
		org:                               {http.MethodPost: d.enrolOrganisation},
		oneOrg + "/status":                {http.MethodPut: d.setOrganisationStatus},
		oneOrg + "/certificate/{type}":    {http.MethodPost: d.certifyOrganisation},
		oneOrg + "/certificate/kid/{kid}": {http.MethodDelete: d.revokeCertificate},
		soft:                              {http.MethodPost: d.enrolSoftware},
		oneSoft:                           {http.MethodGet: d.showSoftware, http.MethodPut: d.updateSoftware},
		oneSoft + "/status":               {http.MethodPut: d.setSoftwareStatus},
		softCert:                          {http.MethodPost: d.certifySoftware},
		softCert + "/{kid}":               {http.MethodPut: d.associateCertificate},
		oneSoft + "/jwk":                  {http.MethodPost: d.publishJWK},
		oneSoft + "/software-statement-assertion": {http.MethodGet: d.assertion},

		"/keystore/{document}":      get(d.directoryKeys),
		"/keystore/rotate":          {http.MethodPost: d.rotateKey},
		"/keystore/key":             {http.MethodPost: d.addKey},
		"/{org}/{document}":         get(d.keySet),
		"/{org}/revoked/{document}": get(d.revokedKeySet),
		"/{org}/{owner}/{document}": get(d.certificateFile),

		"/ca/listener": {http.MethodPost: d.certifyListener},
		"/ca/root.pem": get(d.rootCertificate),
		"/healthz":     get(d.health),
	}
}

// newHandler serves the API, refuses what no route takes, and logs.
func newHandler(d *directory, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	for pattern, m := range d.routes() {
		mux.Handle(pattern, answering(m.choose, log))
	}
	lost := answering(func(_ http.ResponseWriter, r *http.Request) error {
		return notFound("no such resource: %q", r.URL.Path)
	}, log)
	mux.Handle("/", lost)
	return logged(log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The multiplexer would redirect to the cleaned path, and a client follow.
		if path.Clean(r.URL.Path) != r.URL.Path {
			lost.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
}

// choose finds the endpoint of the method, or answers 405 with those that there
// are (RFC 9110, section 15.5.6). A body that declares itself too large is
// refused unread.
func (m methods) choose(w http.ResponseWriter, r *http.Request) error {
	e, ok := m[r.Method]
	if !ok {
		var allowed []string
		for method := range m {
			allowed = append(allowed, method)
		}
		slices.Sort(allowed)
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		return methodNotAllowed(r.Method, r.URL.Path)
	}
	if r.ContentLength > maxBody {
		return tooLarge()
	}
	return e(w, r)
}
