package page

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/watch"
)

// fetchesBody is the list of fetches, the newest first.
type fetchesBody struct {
	Class   string
	Classes []string
	Rows    []fetchRow
	Keys    []keyFetch
	Older   string
	Newest  string
	Last    int64  // number of the newest there is, for who follows from here on
	Events  string // where to follow; empty on an older page
}

// fetchRow is a fetch with whether it was of keys.
type fetchRow struct {
	watch.Fetch
	OfKeys bool
}

const fetchesPath = Root + "fetches"

// mostFetches bounds what is read from the list at a time. It remembers no more.
const mostFetches = 2000

// shownFetches is how many are on a page.
const shownFetches = 100

// fetches draws the list of fetches. Its pages are found by number, since it moves.
func (s *site) fetches(r *http.Request) (*screen, error) {
	query := r.URL.Query()
	body := fetchesBody{Class: query.Get("class"), Classes: s.Classes, Keys: s.keyFetches()}
	before, err := strconv.ParseInt(query.Get("before"), 10, 64)
	paged := err == nil && before > 0
	all, last := s.Fetches.Since(0, mostFetches)
	body.Last = last
	for _, f := range slices.Backward(all) {
		if !fits(f, body.Class) || paged && f.Number >= before {
			continue
		}
		if len(body.Rows) == shownFetches {
			body.Older = fetchesLink(body.Class, body.Rows[shownFetches-1].Number)
			break
		}
		body.Rows = append(body.Rows, newFetchRow(f))
	}
	if paged {
		body.Newest = fetchesLink(body.Class, 0)
	} else {
		body.Events = fetchesPath + "/events?" + url.Values{"class": {body.Class}, "after": {strconv.FormatInt(last, 10)}}.Encode()
	}
	page := &screen{template: "fetches", Title: "Fetches", Here: fetchesPath, Body: body}
	page.Reads = []shown{{"The fetches after a number", s.curl(r, command{path: "/fetches", query: url.Values{"after": {"0"}}, management: true})}}
	return page, nil
}

// fits tells whether a fetch is of the class that is looked at; no class is all of them.
func fits(f watch.Fetch, class string) bool { return class == "" || f.Class == class }

// fetchesLink leads to the fetches before a number; 0 leads to the newest.
func fetchesLink(class string, before int64) string {
	query := url.Values{}
	if class != "" {
		query.Set("class", class)
	}
	if before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	return fetchesPath + "?" + query.Encode()
}

// newFetchRow goes by the path, since in every ecosystem key sets are named so and classes differ.
func newFetchRow(f watch.Fetch) fetchRow {
	return fetchRow{f, strings.HasSuffix(f.Path, ".jwks") || strings.HasSuffix(f.Path, "/jwks")}
}
