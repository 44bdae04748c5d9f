package page

import (
	"net/http"
	"net/url"
	"strconv"
)

// perPage is how many rows of a list are shown at a time.
const perPage = 25

// paging is which part of a list is shown, with the way to its neighbours.
type paging struct {
	Total, First, Last int // rows; the first is 1, and 0 of an empty list
	Newer, Older       string
	Anchor             string
}

// offset reads where the list of that parameter begins. What is no page is the first one: a link
// that was cut off still leads somewhere.
func offset(r *http.Request, parameter string) int {
	page, err := strconv.Atoi(r.URL.Query().Get(parameter))
	if err != nil || page < 1 || page > 1_000_000 {
		page = 1
	}
	return (page - 1) * perPage
}

// list is a list of a page: the page's path, and the parameter that turns its pages.
type list struct {
	r               *http.Request
	path, parameter string
}

// paging keeps what else the query says. Shown is the number of rows on the page.
func (l list) paging(shown, total int) paging {
	from := offset(l.r, l.parameter)
	p := paging{Total: total, Last: from + shown, Anchor: l.parameter}
	if shown > 0 {
		p.First = from + 1
	}
	if from > 0 {
		p.Newer = l.turnTo(from / perPage)
	}
	if from+shown < total && shown > 0 {
		p.Older = l.turnTo(from/perPage + 2)
	}
	return p
}

// turnTo keeps the place of the other lists on the page, but not the words for what was done.
func (l list) turnTo(page int) string {
	query := url.Values{}
	for name, values := range l.r.URL.Query() {
		if name != "done" {
			query[name] = values
		}
	}
	query.Set(l.parameter, strconv.Itoa(page))
	return l.path + "?" + query.Encode() + "#" + l.parameter
}

// part cuts the page out of a list that is whole.
func part[T any](l list, all []T) ([]T, paging) {
	from := min(offset(l.r, l.parameter), len(all))
	rows := all[from:min(from+perPage, len(all))]
	return rows, l.paging(len(rows), len(all))
}
