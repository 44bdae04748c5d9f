package page

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dcrkit/dcrkit/mockdirectory/knob"
	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// knobsBody is what can be turned and what is.
type knobsBody struct {
	Definitions []definitionRow
	Settings    []settingRow
}

// definitionRow is a knob with the way to a form that has its example.
type definitionRow struct {
	knob.Definition
	Try string
}

// settingRow is a setting in words, with the form that takes it back.
type settingRow struct {
	knob.Setting
	Scope, End string
	Act        *form
}

const knobsPath = Root + "knobs"

// knobs draws the panel. A knob in the query fills the form with its example.
func (s *site) knobs(r *http.Request) (*screen, error) {
	page := &screen{template: "knobs", Title: "Knobs", Here: knobsPath}
	var body knobsBody
	turn := s.turnForm()
	for _, d := range knob.Definitions() {
		row := definitionRow{d, knobsPath + "?knob=" + url.QueryEscape(d.Name) + "#turn"}
		body.Definitions = append(body.Definitions, row)
		if d.Name == r.URL.Query().Get("knob") {
			turn.fill(exampleOf(d))
		}
	}
	for _, set := range s.Panel.List() {
		row := settingRow{Setting: set, Scope: scopeOf(set), End: endOf(set), Act: &form{
			ID: "remove-" + set.ID, Action: knobsPath + "/remove", Submit: "Take back", Inline: true,
			Fields: []field{{Name: "id", Type: "hidden", Values: []string{set.ID}}},
		}}
		page.with(row.Act)
		body.Settings = append(body.Settings, row)
	}
	page.with(turn, &form{ID: "clear", Action: knobsPath + "/clear", Submit: "Take all back", Inline: true, Danger: true})
	page.Body = body
	page.Reads = []shown{{"The knobs and their settings", s.curl(r, command{path: "/knobs/", management: true})}}
	return page, nil
}

// turnForm offers every class of endpoints with every knob. Which go together is the panel's to
// say, in words better than a missing choice.
func (s *site) turnForm() *form {
	var names []choice
	for _, d := range knob.Definitions() {
		names = append(names, choice{d.Name, d.Name + ": " + d.Summary})
	}
	return &form{
		ID: "turn", Action: knobsPath, Submit: "Turn the knob",
		Fields: []field{
			{Name: "knob", Label: "Knob", Type: "select", Choices: []group{{Choices: names}}},
			{Name: "value", Label: "Value", Hint: "the knob's default when empty"},
			{Name: "endpoint", Label: "Endpoint", Type: "select", Choices: optional("every one the knob acts at", plain(s.Classes...))},
			{Name: "path", Label: "Path", Hint: "of the request, or the beginning of one with * after it"},
			{Name: "serial", Label: "Serial number", Hint: "for the ocsp knob: of one certificate"},
			{Name: "share", Label: "Share", Hint: "of the requests, above 0 and at most 1; all when empty"},
			{Name: "times", Label: "Times", Hint: "ends after so many answers"},
			{Name: "for", Label: "For", Hint: "ends after a while: 90s, 10m"},
		},
	}
}

// exampleOf is the example of a knob as it would be typed.
func exampleOf(d knob.Definition) url.Values {
	values := url.Values{"knob": {d.Name}}
	var example map[string]json.RawMessage
	if json.Unmarshal([]byte(d.Example), &example) != nil {
		return values
	}
	for name, raw := range example {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		values.Set(name, text)
	}
	return values
}

// settingOf writes what was typed as the API takes it. What is no number is sent as the text that
// it is, for the API to refuse in its own words.
func settingOf(typed url.Values) string {
	var parts []string
	for _, name := range []string{"knob", "value", "endpoint", "path", "serial", "share", "times", "for"} {
		value := strings.TrimSpace(typed.Get(name))
		if value == "" && name != "knob" {
			continue
		}
		written := jsonText(value)
		if name == "share" || name == "times" {
			if _, err := strconv.ParseFloat(value, 64); err == nil && json.Valid([]byte(value)) {
				written = value
			}
		}
		parts = append(parts, jsonText(name)+":"+written)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// turn reads a setting.
func (s *site) turn(r *http.Request) (act, error) {
	text := settingOf(r.PostForm)
	a := act{form: "turn", command: command{method: http.MethodPost, path: "/knobs/", media: "application/json", body: text, management: true}}
	set, err := knob.ParseSetting([]byte(text))
	if err != nil {
		return a, knobProblem(err)
	}
	a.do = func(context.Context) (outcome, error) {
		_, err := s.Panel.Set(set)
		s.Turned()
		return after(knobsPath, "turned"), knobProblem(err)
	}
	return a, nil
}

// knobProblem keeps the words of the panel, all of which are for the tester.
func knobProblem(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, knob.ErrFull), errors.Is(err, knob.ErrClosed):
		return problem.Conflict("%s", err.Error())
	}
	member, text, _ := strings.Cut(err.Error(), ": ")
	return problem.Invalid(member, "%s", text)
}

// removeKnob reads which setting to take back.
func (s *site) removeKnob(r *http.Request) (act, error) {
	id := r.PostForm.Get("id")
	return act{
		form:    "remove-" + id,
		command: command{method: http.MethodDelete, path: "/knobs/" + url.PathEscape(id), management: true},
		do: func(context.Context) (outcome, error) {
			if !s.Panel.Remove(id) {
				return outcome{}, problem.NotFound("id: no such setting: %q; it may have come to its end", id)
			}
			s.Turned()
			return after(knobsPath, "removed"), nil
		},
	}, nil
}

// clearKnobs takes every setting back.
func (s *site) clearKnobs(*http.Request) (act, error) {
	return act{
		form:    "clear",
		command: command{method: http.MethodDelete, path: "/knobs/", management: true},
		do: func(context.Context) (outcome, error) {
			s.Panel.Clear()
			s.Turned()
			return after(knobsPath, "cleared"), nil
		},
	}, nil
}

// scopeOf says on which requests a setting acts.
func scopeOf(set knob.Setting) string {
	var parts []string
	for _, p := range []struct{ before, value string }{{"", set.Endpoint}, {"", set.Path}, {"certificate ", set.Serial}} {
		if p.value != "" {
			parts = append(parts, p.before+p.value)
		}
	}
	if set.Share > 0 && set.Share < 1 {
		parts = append(parts, strconv.FormatFloat(set.Share*100, 'g', 4, 64)+" % of them")
	}
	if parts == nil {
		return "all"
	}
	return strings.Join(parts, ", ")
}

// endOf says when a setting ends by itself.
func endOf(set knob.Setting) string {
	var parts []string
	if set.Times > 0 {
		parts = append(parts, "after "+plural(set.Times, "answer", "answers"))
	}
	if !set.Until.IsZero() {
		parts = append(parts, "at "+set.Until.UTC().Format(time.TimeOnly)+" UTC")
	}
	if parts == nil {
		return "when taken back"
	}
	return strings.Join(parts, " or ")
}
