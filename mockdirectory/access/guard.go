package access

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/desk"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// Config is what a guard is made of.
type Config struct {
	Desk *desk.Desk
	// Require turns away who brings no token. Without it such a caller is taken
	// for the operator, which is what a test on one machine wants.
	Require bool
	Random  io.Reader // of tokens; crypto/rand when nil
}

// Guard is safe for concurrent use.
type Guard struct {
	desk     *desk.Desk
	require  bool
	operator bool
	seen     *seen
	tokens   *tokens
}

// New makes a guard with a token endpoint of its own.
func New(cfg Config) *Guard {
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Guard{
		desk: cfg.Desk, require: cfg.Require,
		seen: newSeen(mostAssertions), tokens: newTokens(cfg.Random, mostTokens),
	}
}

// Operator is the same guard for a port behind which only the operator is: it
// lets everything pass and does not look at tokens.
func (g *Guard) Operator() *Guard {
	twin := *g
	twin.operator = true
	return &twin
}

// Need is what a call needs. The zero value is for what only the operator may
// do.
type Need struct {
	anyOf []string // scopes of which one will do
	open  bool
	// software is a path parameter that has to be the caller's software.
	software string
	mock     []string // query parameters that only the operator may use
}

// What calls need. Scopes to manage let their holder read as well.
var (
	Nobody          = Need{open: true} // needs no token, and none is looked at
	Operate         = Need{}
	Read            = Need{anyOf: []string{TPPReadAccess, TPPReadAll, ASPSPReadAccess, TPPManage, ASPSPManage}}
	Manage          = Need{anyOf: []string{TPPManage, ASPSPManage}}
	ManageBank      = Need{anyOf: []string{ASPSPManage}}
	ReadThirdParty  = Need{anyOf: []string{TPPReadAccess, TPPReadAll, TPPManage}}
	ReadBank        = Need{anyOf: []string{ASPSPReadAccess, ASPSPManage}}
	ReadAuthorities = Need{anyOf: []string{AuthoritiesReadAccess}}
)

// Without is the same need, where those query parameters are the operator's:
// they make the directory do what a real one never does.
func (n Need) Without(parameters ...string) Need {
	n.mock = parameters
	return n
}

// OfSoftware is the same need, where that part of the path has to name the
// caller's own software.
func (n Need) OfSoftware(parameter string) Need {
	n.software = parameter
	return n
}

// Protect holds the calls of an endpoint to a need. A path with {org} has to
// lead to the caller's own organisation.
func (g *Guard) Protect(need Need, e rest.Endpoint) rest.Endpoint {
	if need.open || g.operator {
		return e
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		authorization := r.Header.Values("Authorization")
		if len(authorization) == 0 && !g.require {
			return e(w, r)
		}
		caller, err := g.admit(w.Header(), r, authorization)
		if err != nil {
			return err
		}
		if err := g.permit(w.Header(), r, caller, need); err != nil {
			return err
		}
		return e(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	}
}

// callerKey is where the caller is kept in the context of a request.
type callerKey struct{}

// Caller is the member who calls. There is none when the call was let through
// as the operator's.
func Caller(ctx context.Context) (Grant, bool) {
	g, ok := ctx.Value(callerKey{}).(Grant)
	return g, ok
}

// admit finds out who brings the token (RFC 6750, RFC 8705 section 3). That its
// certificate is still in force is looked at each time.
func (g *Guard) admit(h http.Header, r *http.Request, authorization []string) (Grant, error) {
	if len(authorization) == 0 {
		return Grant{}, challenge{status: http.StatusUnauthorized, text: "Authorization: expected an access token of " + g.tokenURL()}.refuse(h)
	}
	deny := func(text string) (Grant, error) {
		return Grant{}, challenge{status: http.StatusUnauthorized, code: invalidToken, text: text}.refuse(h)
	}
	scheme, token, _ := strings.Cut(authorization[0], " ")
	if len(authorization) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return deny("Authorization: expected one Bearer token")
	}
	grant, ok := g.tokens.find(strings.TrimSpace(token), g.desk.Now())
	if !ok {
		return deny("the access token is unknown or has expired")
	}
	leaf := presented(r)
	if leaf == nil || pki.X5TS256(leaf) != grant.certificate {
		return deny("the access token is bound to another client certificate than that of the TLS connection")
	}
	soft, _, err := g.desk.Registry.SoftwareByID(grant.SoftwareID)
	if err != nil {
		return deny("the software of the access token is not enrolled any more")
	}
	if fault := g.checkCertificate(leaf, soft); fault != "" {
		return deny(fault)
	}
	return grant, nil
}

// permit looks at what a member may do. Members that are suspended or revoked
// keep their tokens and may do nothing with them.
func (g *Guard) permit(h http.Header, r *http.Request, caller Grant, need Need) error {
	// The standing of a member counts before what it asks for.
	if _, _, err := g.desk.Acting(caller.OrganisationID, caller.SoftwareID); err != nil {
		return err
	}
	if need.anyOf == nil {
		return problem.Forbidden("%s %s is for the operator of the directory, not for its members", r.Method, r.URL.Path)
	}
	if !anyOf(caller.Scopes, need.anyOf) {
		return challenge{
			status: http.StatusForbidden, code: insufficientScope, scope: strings.Join(need.anyOf, " "),
			text: "expected the scope " + strings.Join(need.anyOf, " or ") + ", the access token has " + strings.Join(caller.Scopes, " "),
		}.refuse(h)
	}
	if err := g.checkOwn(r.PathValue("org"), caller); err != nil {
		return err
	}
	if need.software != "" {
		soft, _, err := g.desk.Registry.SoftwareByID(r.PathValue(need.software))
		if err != nil || soft.ID != caller.SoftwareID {
			return problem.Forbidden("the access token is of software %s and not of the one in the path", caller.SoftwareID)
		}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return problem.Invalid("query", "%v", err)
	}
	for name := range query {
		if slices.Contains(need.mock, name) {
			return problem.Forbidden("%s is for the operator of the directory, not for its members", name)
		}
	}
	return nil
}

// checkOwn compares records, because an organisation has two ids. What another
// has, and whether there is another, is nobody else's business.
func (g *Guard) checkOwn(path string, caller Grant) error {
	if path == "" {
		return nil
	}
	org, err := g.desk.Registry.Organisation(path)
	if err != nil || org.ID != caller.OrganisationID {
		return problem.Forbidden("the access token is of organisation %s and not of the one in the path", caller.OrganisationID)
	}
	return nil
}
