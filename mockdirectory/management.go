package mockdirectory

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// managementRoutes are for whoever runs the directory.
func (s *Server) managementRoutes() []rest.Route {
	return []rest.Route{
		{Pattern: "/fetches", Class: "management", Methods: rest.Get(s.showFetches)},
	}
}

// mostFetches is how many are shown at a time.
const mostFetches = 500

// showFetches answers with the requests after the number in the query, the
// oldest first.
func (s *Server) showFetches(w http.ResponseWriter, r *http.Request) error {
	query, err := rest.Parameters(r, "after")
	if err != nil {
		return err
	}
	after := int64(0)
	if text, there := query["after"]; there {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return problem.Invalid("after", "expected the number of a fetch, got %q", text)
		}
	}
	fetches, last := s.fetches.Since(after, mostFetches)
	if fetches == nil {
		fetches = []watch.Fetch{}
	}
	return rest.WriteJSON(w, http.StatusOK, map[string]any{"fetches": fetches, "last": last})
}

// gate lets the operator in. On the loopback without a token that is whoever is
// on this machine, though not a page of another site in their browser: neither
// by a form (CrossOriginProtection) nor by a name of its own that leads to
// 127.0.0.1 (the Host header). With a token it is who has it, as Bearer or as
// the password of Basic, which browsers ask for.
func (s *Server) gate(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(next)
	refuse := rest.Refusing(s.cfg.Log)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.ManagementToken == "" {
			if !loopbackHost(r.Host) {
				refuse(w, r, problem.Forbidden("Host: expected localhost or an address of the loopback, got %q", r.Host))
				return
			}
		} else if !carries(r, s.cfg.ManagementToken) {
			w.Header().Set("WWW-Authenticate", `Basic realm="dcrkit directory", charset="UTF-8"`)
			refuse(w, r, problem.Unauthorised("Authorization: expected the management token, as Bearer or as the password of Basic"))
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// carries compares hashes, so that the time says nothing of the token, its
// length included.
func carries(r *http.Request, token string) bool {
	got, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, password, basic := r.BasicAuth(); basic {
		got, bearer = password, true
	}
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(token))
	return bearer && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
