package knob

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"
)

// The members of a setting; the last ones are not the tester's to give.
var (
	givenMembers = []string{"knob", "value", "endpoint", "path", "serial", "share", "times", "for", "until"}
	allMembers   = append(slices.Clone(givenMembers), "id", "created", "hits")
)

// ParseSetting reads a setting as a tester writes it. It is strict: a typing
// error must not pass for a member left out, and turn a knob for all endpoints
// that was meant for one. Every error begins with the name of the member. The
// names of endpoints are known to a Panel only, which checks them in Set.
func ParseSetting(data []byte) (Setting, error) {
	s, err := decode(data, givenMembers)
	if err != nil {
		return Setting{}, err
	}
	if _, _, err := s.check(); err != nil {
		return Setting{}, err
	}
	return s, nil
}

// UnmarshalJSON reads what MarshalJSON has written, with the members that a
// tester does not give. It is as strict about names and types as ParseSetting.
func (s *Setting) UnmarshalJSON(data []byte) error {
	read, err := decode(data, allMembers)
	if err == nil {
		*s = read
	}
	return err
}

// decode reads names and types; it does not know what makes sense.
func decode(data []byte, expected []string) (Setting, error) {
	if !utf8.Valid(data) {
		return Setting{}, invalid("body", "expected UTF-8 (RFC 8259, section 8.1)")
	}
	members, err := parseObject(data)
	if err != nil {
		return Setting{}, invalid("body", "%v", err)
	}
	var s Setting
	seen := map[string]bool{}
	for _, m := range members {
		switch {
		case seen[m.name]:
			return s, invalid(clip(m.name), "the member is there twice")
		case slices.Contains(expected, m.name):
		case slices.Contains(allMembers, m.name):
			return s, invalid(m.name, "expected none, as the directory fills it in")
		default:
			return s, invalid(clip(m.name), "unknown member, %s", suggest(m.name, expected))
		}
		seen[m.name] = true
		if err := s.fill(m); err != nil {
			return s, err
		}
	}
	return s, nil
}

// fill sets the field of a member.
func (s *Setting) fill(m member) error {
	switch m.name {
	case "share":
		// Zero stands for a share that was not given, so it is refused here already.
		if err := m.into(&s.Share, "a number above 0 and at most 1"); err != nil || s.Share > 0 {
			return err
		}
		return invalid("share", "expected a number above 0 and at most 1, got %s", clip(string(m.raw)))
	case "times":
		return m.into(&s.Times, "a whole number")
	case "hits":
		return m.into(&s.Hits, "a whole number")
	case "for":
		return m.duration(&s.For)
	case "until":
		return m.time(&s.Until)
	case "created":
		return m.time(&s.Created)
	}
	return m.into(map[string]*string{
		"id": &s.ID, "knob": &s.Knob, "value": &s.Value, "endpoint": &s.Endpoint, "path": &s.Path, "serial": &s.Serial,
	}[m.name], "a string")
}

// into unmarshals a member. null is refused, which encoding/json takes for
// everything.
func (m member) into(field any, expected string) error {
	if string(m.raw) == "null" || json.Unmarshal(m.raw, field) != nil {
		return invalid(m.name, "expected %s, got %s", expected, clip(string(m.raw)))
	}
	return nil
}

func (m member) duration(field *time.Duration) error {
	text, ok := m.text()
	d, err := time.ParseDuration(text)
	if !ok || err != nil || d <= 0 {
		return invalid(m.name, `expected a duration above 0 such as "90s", got %s`, clip(string(m.raw)))
	}
	*field = d
	return nil
}

func (m member) time(field *time.Time) error {
	text, ok := m.text()
	t, err := time.Parse(time.RFC3339, text)
	// Outside these years JSON cannot have the time back, or it would pass for none.
	if !ok || err != nil || t.UTC().Year() < 1970 || t.UTC().Year() > 9999 {
		return invalid(m.name, `expected a time such as "2026-01-31T12:00:00Z" (RFC 3339), got %s`, clip(string(m.raw)))
	}
	*field = t.UTC()
	return nil
}
