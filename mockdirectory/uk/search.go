package uk

import (
	"net/http"
	"slices"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
	"github.com/dcrkit/dcrkit/mockdirectory/rest"
)

// scimPage is the most that a list shows at a time, and what it shows when
// nobody says how many.
const scimPage = 100

// search is a query, as it comes in a URL or in a SearchRequest.
type search struct {
	Schemas            []string `json:"schemas"`
	Filter             *string  `json:"filter"`
	StartIndex         int      `json:"startIndex"`
	Count              int      `json:"count"`
	Attributes         []string `json:"attributes"`
	ExcludedAttributes []string `json:"excludedAttributes"`
}

// messageAttributes belong to the list and not to its resources. Clients that
// only count ask for nothing else.
var messageAttributes = []string{"totalResults", "itemsPerPage", "startIndex"}

// answerSearch counts everything that the filter takes and shows one page of it.
func (f face) answerSearch(w http.ResponseWriter, r *http.Request, of resourceType, s search) error {
	media, err := negotiate(r, mediaSCIM, mediaJSON)
	if err != nil {
		return err
	}
	var only filter
	if s.Filter != nil {
		if only, err = parseFilter(*s.Filter, of.schema); err != nil {
			return err
		}
	}
	// Banks ask for totalResults alone, to learn whether there is anybody.
	counting := len(s.Attributes) > 0 && !slices.ContainsFunc(s.Attributes, func(name string) bool { return !slices.Contains(messageAttributes, name) })
	show, err := of.projection(s.Attributes, s.ExcludedAttributes)
	if err != nil {
		return err
	}
	// RFC 7644 section 3.4.2.4: values too small count as the smallest.
	first, limit := max(s.StartIndex, 1), min(max(s.Count, 0), scimPage)
	total, left := 0, mostStatements
	ids, pins := f.leads(only)
	resources := []object{}
	for o := range f.candidates(r.Context(), of, ids) {
		if only != nil && !only.matches(o) {
			continue
		}
		total++
		if counting || total < first || len(resources) >= limit || left <= 0 {
			continue
		}
		// Counting goes on to the end, and only what is shown is made.
		done := f.finished(o, show, pins, left)
		if inner, ok := done[urnSoftware].(object); ok {
			statements, _ := inner["SoftwareStatements"].([]object)
			left -= len(statements)
		}
		resources = append(resources, done)
	}
	// Whoever is still there, as when the directory closes, must not take half a count
	// for the whole.
	if r.Context().Err() != nil {
		return &problem.Problem{Status: http.StatusServiceUnavailable, Code: "temporarily_unavailable", Text: "the search was broken off"}
	}
	answer := object{"schemas": []string{listResponse}, "totalResults": total}
	if !counting {
		answer["startIndex"], answer["itemsPerPage"], answer["Resources"] = first, len(resources), resources
	}
	return writeAs(w, http.StatusOK, media, answer)
}

// finished is a resource as it is sent: with what is shown, and its software
// looked up only if that is among it.
func (f face) finished(o object, show projection, pins []string, most int) object {
	if software, ok := o[urnSoftware].(object); ok && show.shows(urnSoftware, "SoftwareStatements") {
		software["SoftwareStatements"] = f.latest(o["id"].(string), pins, most)
	} else if ok {
		delete(o, urnSoftware)
	}
	return show.of(o, nil)
}

// projection reads the two lists of names, of which one at most may be there.
func (of resourceType) projection(only, without []string) (projection, error) {
	var p projection
	if len(only) > 0 && len(without) > 0 {
		return p, problem.Invalid("excludedAttributes", "expected either attributes or excludedAttributes")
	}
	// A list of names that nobody knows would show nothing, or leave nothing out.
	for _, list := range []struct {
		name  string
		names []string
		into  *[][]string
	}{{"attributes", only, &p.only}, {"excludedAttributes", without, &p.without}} {
		for _, name := range list.names {
			path, _, ok := of.schema.resolve(name)
			if slices.Contains(messageAttributes, name) {
				path, ok = []string{name}, true
			}
			if !ok {
				return p, problem.Invalid(list.name, "unknown attribute %q of %s", clip(name), of.name)
			}
			*list.into = append(*list.into, path)
		}
	}
	return p, nil
}

// leads are the only ids whose resources can satisfy a filter, and the software
// that it names. No ids at all mean that any resource can.
func (f face) leads(only filter) (ids, pins []string) {
	switch only := only.(type) {
	case comparison:
		if id, ok := only.want.(string); ok && (slices.Equal(only.path, []string{"id"}) || slices.Equal(only.path, []string{urnOrganisation, "OBOrganisationId"})) {
			return []string{id}, nil
		}
	case within:
		// Software that is not there can be nobody's: no ids, rather than any.
		pin := pinOf(only.of)
		if pin == "" || only.path[0] != urnSoftware {
			return nil, nil
		}
		soft, org, err := f.Registry.SoftwareByID(pin)
		if err != nil || soft.ID != pin {
			return []string{}, nil
		}
		return []string{org.ID}, []string{pin}
	case both:
		leftIDs, leftPins := f.leads(only.left)
		rightIDs, rightPins := f.leads(only.right)
		pins = slices.Concat(leftPins, rightPins)
		if leftIDs == nil {
			return rightIDs, pins
		}
		return leftIDs, pins
	// One side that any resource may satisfy makes the whole so.
	case either:
		leftIDs, leftPins := f.leads(only.left)
		rightIDs, rightPins := f.leads(only.right)
		pins = slices.Concat(leftPins, rightPins)
		if leftIDs == nil || rightIDs == nil {
			return nil, pins
		}
		ids = slices.Concat(leftIDs, rightIDs)
		slices.Sort(ids)
		return slices.Compact(ids), pins
	}
	return nil, nil
}

// writeAs answers with a JSON document of another media type.
func writeAs(w http.ResponseWriter, status int, media string, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	return rest.WriteBytes(w, status, media, body)
}
