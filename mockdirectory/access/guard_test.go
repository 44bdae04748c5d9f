package access

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func status(err error) int { return problem.Of(err).Status }

// ask calls the API with Authorization headers.
func (w *world) ask(method, path string, leaf *x509.Certificate, authorization ...string) reply {
	w.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	r.Header["Authorization"] = authorization
	return w.call(r, leaf)
}

func TestGuardLetsMembersIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	bank := w.enrol("ASPSP")
	read, manage := "Bearer "+w.token(w.member, "TPPReadAccess ASPSPReadAccess AuthoritiesReadAccess"), "bearer "+w.token(w.member, "TPPManage")
	own := "/member/" + w.org.ID
	for _, in := range []struct{ method, path, token string }{
		{"GET", own, read}, {"GET", own, manage}, {"PUT", own, manage}, {"POST", own, manage},
		{"GET", "/member/" + w.org.UUID, read}, {"GET", "/list", read}, {"GET", "/authorities", read}, {"GET", "/open", ""},
		{"GET", "/open", "Bearer nonsense"},
	} {
		got := w.ask(in.method, in.path, w.leaf, in.token)
		require.Equal(t, http.StatusOK, got.status, "%s %s: %s", in.method, in.path, got.Description)
	}
	require.Equal(t, "TPPManage", w.ask("GET", own, w.leaf, manage).Scope, "the endpoint learns who calls")
	token := "Bearer " + w.token(bank, "ASPSPManage")
	require.Equal(t, http.StatusOK, w.ask("PUT", "/bank/"+bank.org.ID, bank.leaf, token).status)
}

// A call about one software is for that software, by either of its ids, and not
// for another of the same organisation.
func TestGuardHoldsToTheSoftware(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	sibling, err := w.desk.Registry.AddSoftware(w.org.ID, registry.Fields{ClientName: "Sibling"})
	require.NoError(t, err)
	token := "Bearer " + w.token(w.member, "TPPReadAccess")
	for path, status := range map[string]int{
		w.soft.ID: 200, w.soft.UUID: 200, sibling.ID: 403, sibling.UUID: 403, w.enrol("AISP").soft.ID: 403, "none": 403,
	} {
		require.Equal(t, status, w.ask("GET", "/product/"+path, w.leaf, token).status, path)
	}
}

// Members of the other ecosystems get scopes too, and no more than their roles allow.
func TestScopesOfOtherEcosystems(t *testing.T) {
	t.Parallel()
	for _, in := range []struct {
		role, scope string
		granted     bool
	}{
		{"DADOS", "TPPManage", true}, {"ADR", "TPPReadAccess TPPManage", true}, {"DH", "ASPSPManage", true},
		{"DADOS", "ASPSPManage", false}, {"ADR", "TPPReadAll", false}, {"DH", "TPPManage", false},
	} {
		_, err := scopesFor(in.scope, []string{in.role})
		require.Equal(t, in.granted, err == nil, "%s for %s", in.scope, in.role)
	}
}

func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	for _, requireToken := range []bool{true, false} {
		w := newWorld(t, requireToken)
		other := w.enrol("AISP")
		sibling, _ := w.certify(w.member, pki.OBTransport, "")
		read, manage := "Bearer "+w.token(w.member, "TPPReadAccess"), "Bearer "+w.token(w.member, "TPPManage")
		own, foreign := "/member/"+w.org.ID, "/member/"+other.org.ID
		cases := []struct {
			name, method, path string
			leaf               *x509.Certificate
			authorization      []string
			status             int
			code, want         string
		}{
			{"unknown token", "GET", own, w.leaf, []string{"Bearer x"}, 401, invalidToken, "unknown"},
			{"no token after the scheme", "GET", own, w.leaf, []string{"Bearer"}, 401, invalidToken, "unknown"},
			{"empty header", "GET", own, w.leaf, []string{""}, 401, invalidToken, "Bearer"},
			{"another scheme", "GET", own, w.leaf, []string{"Basic YTpi"}, 401, invalidToken, "Bearer"},
			{"two tokens", "GET", own, w.leaf, []string{read, read}, 401, invalidToken, "one Bearer"},
			{"no certificate", "GET", own, nil, []string{read}, 401, invalidToken, "bound"},
			{"another certificate of the same software", "GET", own, sibling, []string{read}, 401, invalidToken, "bound"},
			{"certificate of another member", "GET", own, other.leaf, []string{read}, 401, invalidToken, "bound"},
			{"writing with a scope to read", "PUT", own, w.leaf, []string{read}, 403, insufficientScope, "TPPManage"},
			{"another list", "GET", "/list", w.leaf, []string{read}, 403, insufficientScope, "ASPSPReadAccess"},
			{"bank's business", "PUT", "/bank/" + w.org.ID, w.leaf, []string{manage}, 403, insufficientScope, "ASPSPManage"},
			{"another organisation", "GET", foreign, w.leaf, []string{read}, 403, "forbidden", w.org.ID},
			{"another organisation, by its other id", "GET", "/member/" + other.org.UUID, w.leaf, []string{read}, 403, "forbidden", w.org.ID},
			{"organisation that is none", "GET", "/member/x", w.leaf, []string{read}, 403, "forbidden", w.org.ID},
			{"writing for another organisation", "PUT", foreign, w.leaf, []string{manage}, 403, "forbidden", w.org.ID},
			{"the operator's business", "DELETE", own, w.leaf, []string{manage}, 403, "forbidden", "operator"},
			{"the operator's parameter", "POST", own + "?wrong=expired", w.leaf, []string{manage}, 403, "forbidden", "wrong"},
			{"the operator's parameter, empty", "POST", own + "?wrong", w.leaf, []string{manage}, 403, "forbidden", "wrong"},
			{"query that is none", "POST", own + "?a=%zz", w.leaf, []string{manage}, 400, "invalid_request", "query"},
		}
		for _, in := range cases {
			t.Run(in.name, func(t *testing.T) {
				got := w.ask(in.method, in.path, in.leaf, in.authorization...)
				require.Equal(t, in.status, got.status, "%s", got.Description)
				require.Equal(t, in.code, got.Code)
				require.Contains(t, got.Description, in.want)
				challenged := got.header.Get("WWW-Authenticate")
				require.Equal(t, in.code == invalidToken || in.code == insufficientScope, challenged != "")
				if challenged != "" {
					require.Contains(t, challenged, `Bearer realm="directory", error="`+in.code+`"`)
				}
			})
		}
		require.Equal(t, http.StatusOK, w.ask("GET", own, w.leaf, read).status)
		require.Equal(t, http.StatusOK, w.ask("POST", own, w.leaf, manage).status)
	}
}

func TestGuardWithoutAToken(t *testing.T) {
	t.Parallel()
	open, closed := newWorld(t, false), newWorld(t, true)
	for _, method := range []string{"GET", "PUT", "POST", "DELETE"} {
		require.Equal(t, http.StatusOK, open.ask(method, "/member/x?wrong=1", nil).status)
		got := closed.ask(method, "/member/x?wrong=1", nil)
		require.Equal(t, http.StatusUnauthorized, got.status)
		require.Equal(t, `Bearer realm="directory"`, got.header.Get("WWW-Authenticate"), "RFC 6750 section 3.1: no error code")
		require.Equal(t, http.StatusOK, closed.asOperator(method, "/member/x?wrong=1", ""))
		require.Equal(t, http.StatusOK, closed.asOperator(method, "/member/x?wrong=1", "Bearer of-the-management-port"))
	}
}

func (w *world) asOperator(method, path, authorization string) int {
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	r.Header.Set("Authorization", authorization)
	answer := httptest.NewRecorder()
	w.handler(w.guard.Operator()).ServeHTTP(answer, r)
	return answer.Code
}

// A token ends with its time, with its certificate and with the standing of its
// member.
func TestGuardForgetsTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	own := "/member/" + w.org.ID
	fresh := func() string { return "Bearer " + w.token(w.member, "TPPManage") }
	ask := func(token string) reply { return w.ask("GET", own, w.leaf, token) }

	token := fresh()
	w.clock.Later(tokenLifetime - time.Second)
	require.Equal(t, http.StatusOK, ask(token).status)
	w.clock.Later(time.Second)
	require.Contains(t, ask(token).Description, "expired")

	token = fresh()
	require.NoError(t, w.desk.Registry.SetOrganisationStatus(w.org.ID, registry.Revoked))
	got := ask(token)
	require.Equal(t, http.StatusForbidden, got.status)
	require.Contains(t, got.Description, registry.Revoked)
	require.NoError(t, w.desk.Registry.SetOrganisationStatus(w.org.ID, registry.Active))
	require.NoError(t, w.desk.Registry.SetSoftwareStatus(w.org.ID, w.soft.ID, registry.Inactive))
	require.Equal(t, http.StatusForbidden, ask(token).status)
	require.NoError(t, w.desk.Registry.SetSoftwareStatus(w.org.ID, w.soft.ID, registry.Active))
	require.Equal(t, http.StatusOK, ask(token).status)

	require.NoError(t, w.desk.Registry.RevokeCertificate(w.org.ID, w.leaf.SerialNumber.Text(16), registry.Revocation{}))
	got = ask(token)
	require.Equal(t, http.StatusUnauthorized, got.status)
	require.Contains(t, got.Description, "revoked")
}
