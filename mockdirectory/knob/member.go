package knob

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// member is one of a JSON object, as it was written. Objects are taken apart
// rather than unmarshalled, because a map would lose their order and the members
// they say twice: a directory may publish both.
type member struct {
	name string
	raw  json.RawMessage
}

// parseObject takes exactly one JSON object apart.
func parseObject(data []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, notObject(err)
	}
	members := []member{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, notObject(err)
		}
		name, ok := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil || !ok {
			return nil, notObject(err)
		}
		members = append(members, member{name, raw})
	}
	if _, err := dec.Token(); err != nil {
		return nil, notObject(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("expected one JSON object, got more after it")
	}
	return members, nil
}

// notObject words the error of a decoder; that of an early end is its own.
func notObject(err error) error {
	switch {
	case err == nil:
		return errors.New("expected a JSON object")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("expected a JSON object, got the end of the text")
	default:
		return errors.New("expected a JSON object: " + clip(err.Error()))
	}
}

// renderObject writes an object with its members as they are.
func renderObject(members []member) json.RawMessage {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quote(m.name)...), ':'), m.raw...)
	}
	return append(out, '}')
}

// quote writes a JSON string. Marshalling one has no way to go wrong.
func quote(s string) json.RawMessage {
	out, _ := json.Marshal(s)
	return out
}

// text is the value of a member that is a string.
func (m member) text() (string, bool) {
	var s *string
	if json.Unmarshal(m.raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}
