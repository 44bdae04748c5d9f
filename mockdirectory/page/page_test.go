package page_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/registry"
)

func TestEveryPageIsThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"/ui/", 200, h.desk.Base + "/keystore/openbanking.jwks"},
		{"/ui/", 200, "http://pki.example" + pki.OCSPPath},
		{"/ui/", 200, "/.well-known/openid-configuration"},
		{"/ui/organisations", 200, "Budgets Ltd"},
		{"/ui/organisations?q=budg", 200, org.ID},
		{"/ui/organisations?q=" + soft.ID, 200, org.ID},
		{"/ui/organisations?q=nobody", 200, "No organisation or software"},
		{"/ui/organisations?list=99", 200, "No organisation is enrolled"},
		{"/ui/organisations?list=x", 200, org.ID},
		{organisationPath(org), 200, soft.ID},
		{softwarePath(soft), 200, "https://tpp.example/cb"},
		{softwarePath(soft) + "/statement", 200, "software_client_name"},
		{"/ui/knobs", 200, "waits before the answer"},
		{"/ui/fetches", 200, "Nothing was fetched yet"},
		{"/ui/fetches?class=software-jwks&before=7", 200, "To the newest"},
		{"/ui/static/page.css", 200, "prefers-color-scheme"},
		{"/ui/static/page.js", 200, "EventSource"},
		{"/ui/static/icon.svg", 200, "<svg"},
		{"/ui/static/page.go", 404, "no file"},
		{"/ui/nothing", 404, "there is no page"},
		{"/ui/organisations/short", 404, "expected 18 letters and digits"},
		{"/ui/organisations/" + strings.Repeat("A", 18), 404, "no organisation is enrolled"},
		{organisationPath(org) + "/software/" + strings.Repeat("A", 22), 404, "has no software"},
	} {
		got := h.get(tt.status, tt.path)
		require.Contains(t, got, tt.want, tt.path)
	}
	res, err := h.http.Get(h.manage.URL + "/")
	require.NoError(t, err)
	h.body(http.StatusSeeOther, res)
	require.Equal(t, "/ui/", res.Header.Get("Location"))
}

func TestHeadersAndMarkup(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, soft := h.member()
	for _, path := range []string{"/ui/", "/ui/organisations", organisationPath(org), softwarePath(soft), softwarePath(soft) + "/statement", "/ui/knobs", "/ui/fetches", "/ui/nothing"} {
		res, err := h.http.Get(h.manage.URL + path)
		require.NoError(t, err)
		got := h.body(res.StatusCode, res)
		policy := res.Header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
		require.NotRegexp(t, `(?i)<[^>]*\s(on[a-z]+|style)\s*=`, got, "%s: neither handlers nor styles inside", path)
		require.NotRegexp(t, `(?i)<script[^>]*>[^<]`, got, path)
		require.NotContains(t, got, "ZgotmplZ", path)
		require.NotRegexp(t, `(?i)\s(src|href)\s*=\s*"(https?:)?//[^"]*\.(css|js)`, got, path)
		require.Len(t, regexp.MustCompile(`<h1`).FindAllString(got, -1), 1, path)
		require.Contains(t, got, `<html lang="en">`)
		require.Contains(t, got, `class="skip"`)
		uniqueIDs(t, path, got)
		labelled(t, path, got)
		headingsInOrder(t, path, got)
	}
}

func uniqueIDs(t *testing.T, path, page string) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.False(t, seen[m[1]], "%s: the id %q is there twice", path, m[1])
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`\s(?:aria-describedby|aria-labelledby|for|data-copy)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, seen[m[1]], "%s: nothing has the id %q", path, m[1])
	}
}

func labelled(t *testing.T, path, page string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`<(?:input type="(?:text|search|file)"|select|textarea)[^>]*`).FindAllString(page, -1) {
		id := regexp.MustCompile(`\sid="([^"]*)"`).FindStringSubmatch(m)
		require.NotNil(t, id, "%s: %s", path, m)
		require.Contains(t, page, `for="`+id[1]+`"`, "%s: a label", path)
	}
}

func headingsInOrder(t *testing.T, path, page string) {
	t.Helper()
	last := "0"
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
		require.LessOrEqual(t, m[1][0], last[0]+1, "%s: h%s after h%s", path, m[1], last)
		last = m[1]
	}
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&` + "\u202e\u200b"

func TestHostileNamesAreText(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: hostile, RegistrationID: hostile, AuthorityID: "<b>"})
	require.NoError(t, err)
	soft, err := h.desk.Registry.AddSoftware(org.ID, registry.Fields{
		ClientName: `<img src=x onerror=a()>` + "\u202e", Description: hostile, RedirectURI: []string{"javascript:alert('x')"}, ClientURI: `https://x.example/"><script>`,
	})
	require.NoError(t, err)
	require.NoError(t, h.desk.PublishJWK(org.ID, soft.ID, []byte(`{"kid":"<script>x</script>"}`)))
	h.fetch("/<script>a</script>/b.jwks", `<img src=x>`)
	for _, path := range []string{"/ui/organisations", "/ui/organisations?q=" + url.QueryEscape(hostile), organisationPath(org), softwarePath(soft), softwarePath(soft) + "/statement?canary=" + url.QueryEscape(hostile), "/ui/fetches?class=" + url.QueryEscape(hostile)} {
		got := h.get(http.StatusOK, path)
		require.NotRegexp(t, `(?i)<script>|<img`, got, path)
		require.NotRegexp(t, `(?i)href="javascript:`, got, path)
		shown := regexp.MustCompile(`(?s)<textarea.*?</textarea>|value="[^"]*"`).ReplaceAllString(got, "")
		require.NotContains(t, shown, "\u202e", "%s: nothing turns a line around", path)
	}
	require.Contains(t, h.get(200, "/ui/organisations"), `\u202e`, "it is shown as what it is")
	require.Contains(t, h.get(200, "/ui/organisations"), "&lt;script&gt;", "and not dropped")
	_, got := h.post(http.StatusBadRequest, "/ui/organisations", url.Values{"OrganisationName": {strings.Repeat(hostile, 9)}})
	require.NotRegexp(t, `(?i)<script>|<img`, got)
}

func TestPagesOfLists(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, _ := h.member()
	for range 60 {
		_, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "Crowd"})
		require.NoError(t, err)
		_, err = h.desk.Registry.AddSoftware(org.ID, registry.Fields{ClientName: "Crowd"})
		require.NoError(t, err)
	}
	rows := func(path string) (int, string) {
		got := h.get(http.StatusOK, path)
		return strings.Count(got, `<th scope="row">`), got
	}
	for path, want := range map[string]int{
		"/ui/organisations": 25, "/ui/organisations?list=2": 25, "/ui/organisations?list=3": 11, "/ui/organisations?list=4": 0,
		"/ui/organisations?q=crowd": 25, "/ui/organisations?q=crowd&list=3": 10, "/ui/organisations?q=budgets": 1,
		organisationPath(org): 25, organisationPath(org) + "?software=3": 11,
	} {
		n, _ := rows(path)
		require.Equal(t, want, n, path)
	}
	_, first := rows("/ui/organisations?q=crowd")
	require.Contains(t, first, "1 to 25 of 60")
	require.Contains(t, first, `href="/ui/organisations?list=2&amp;q=crowd#list"`)
	_, last := rows("/ui/organisations?q=crowd&list=3")
	require.Contains(t, last, "51 to 60 of 60")
	require.NotContains(t, last, `rel="next"`)
}

// Every role and every malformation that the page offers is one that the directory knows, and
// none is left out.
func TestChoicesAreTheDirectorys(t *testing.T) {
	t.Parallel()
	h := open(t)
	offered := values(h.get(200, "/ui/organisations"), "Roles")
	require.GreaterOrEqual(t, len(offered), 13)
	for _, role := range offered {
		_, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "A", Roles: []string{role}})
		require.NoError(t, err, role)
	}
	_, err := h.desk.Registry.AddOrganisation(registry.Enrolment{OrganisationName: "A", Roles: []string{"KING"}})
	require.Error(t, err)
	for _, known := range regexp.MustCompile(`[A-Z_]{2,}`).FindAllString(strings.TrimSuffix(err.Error(), `"KING"`), -1) {
		require.Contains(t, offered, known, "the directory knows it")
	}

	_, soft := h.member()
	got := h.get(200, softwarePath(soft))
	wanted := 0
	for _, m := range malformation.All() {
		if m.OfStatement() {
			wanted++
			require.Contains(t, got, `<option value="`+m.Name+`"`)
		} else {
			require.NotContains(t, got, `<option value="`+m.Name+`"`)
		}
	}
	require.Positive(t, wanted)
	for _, w := range pki.Wrongs() {
		if w.Name == pki.SelfSigned {
			require.NotContains(t, got, `<option value="`+string(w.Name)+`"`)
			continue
		}
		require.Contains(t, got, `<option value="`+string(w.Name)+`"`)
	}
}

// values lists the values of the checkboxes of a name.
func values(page, name string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}
