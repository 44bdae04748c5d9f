package uk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// filter is the part of SCIM's filter language (RFC 7644, section 3.4.2.2) that
// clients of the UK directory use: eq, and, or, parentheses, and brackets after
// an attribute of many values.
type filter interface {
	matches(object) bool
}

// comparison is attribute eq value.
type comparison struct {
	path  []string
	exact bool // with regard to case
	want  any  // string or bool
}

// within asks for one element that satisfies all of a filter: attribute[filter].
type within struct {
	path []string
	of   filter
}

// both is and.
type both struct{ left, right filter }

// either is or.
type either struct{ left, right filter }

// matches compares with each value, where there are several: one that is equal
// will do (RFC 7644, section 3.4.2.2).
func (c comparison) matches(o object) bool {
	for value := range o.values(c.path) {
		text, isText := value.(string)
		want, wantText := c.want.(string)
		switch {
		case isText && wantText && !c.exact:
			if strings.EqualFold(text, want) {
				return true
			}
		case value == c.want:
			return true
		}
	}
	return false
}

// matches hands the value of Id down, so that one software of a hundred
// thousand is looked up and not looked for.
func (w within) matches(o object) bool {
	for element := range o.elements(w.path, pinOf(w.of)) {
		if w.of.matches(element) {
			return true
		}
	}
	return false
}

func (b both) matches(o object) bool { return b.left.matches(o) && b.right.matches(o) }

func (e either) matches(o object) bool { return e.left.matches(o) || e.right.matches(o) }

// pinOf is the id that an element must have to satisfy the filter; empty when
// more than one will do.
func pinOf(f filter) string {
	switch f := f.(type) {
	case comparison:
		if slices.Equal(f.path, []string{"Id"}) || slices.Equal(f.path, []string{"ClientId"}) {
			id, _ := f.want.(string)
			return id
		}
	case both:
		if pin := pinOf(f.left); pin != "" {
			return pin
		}
		return pinOf(f.right)
	}
	return ""
}

// badFilter is 400 with the scimType of RFC 7644 table 9.
func badFilter(at int, format string, args ...any) error {
	return &problem.Problem{
		Status: http.StatusBadRequest, Code: scimInvalidFilter,
		Text: fmt.Sprintf("filter, character %d: ", at+1) + fmt.Sprintf(format, args...),
	}
}
