package knob

import (
	"bytes"
	"encoding/json"
)

// keySet is a JWK Set document (RFC 7517, section 5) with the place of its keys.
// Everything around them stays as it was written.
type keySet struct {
	before []byte // up to the bracket that opens the keys
	keys   []json.RawMessage
	rest   []byte // the keys as written, and everything after them
	after  []byte // from the bracket that closes the keys on
}

// parseKeySet reports whether the text is a JSON object with a list of keys. Of
// two lists it takes the first.
func parseKeySet(text []byte) (keySet, bool) {
	var set keySet
	if !json.Valid(text) {
		return set, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, _ := dec.Token(); t != json.Delim('{') {
		return set, false
	}
	for dec.More() {
		name, _ := dec.Token()
		if name != "keys" {
			var skipped json.RawMessage
			_ = dec.Decode(&skipped)
			continue
		}
		if t, _ := dec.Token(); t != json.Delim('[') {
			return set, false
		}
		set.before, set.rest = text[:dec.InputOffset()], text[dec.InputOffset():]
		for dec.More() {
			var key json.RawMessage
			_ = dec.Decode(&key)
			set.keys = append(set.keys, key)
		}
		_, _ = dec.Token()
		set.after = text[dec.InputOffset()-1:]
		return set, true
	}
	return set, false
}

// with writes the document with other keys.
func (s keySet) with(keys []json.RawMessage) []byte {
	raw := make([][]byte, len(keys))
	for i, k := range keys {
		raw[i] = k
	}
	return bytes.Join([][]byte{s.before, bytes.Join(raw, []byte(",")), s.after}, nil)
}

// editKeys changes the keys one by one. It reports whether one changed.
func (a *answer) editKeys(edit func([]member) ([]member, bool)) (applied bool) {
	set, ok := a.trueKeys()
	if !ok {
		return false
	}
	for i, raw := range set.keys {
		members, err := parseObject(raw)
		if err != nil {
			continue
		}
		if edited, ok := edit(members); ok {
			set.keys[i], applied = renderObject(edited), true
		}
	}
	if applied {
		a.setBody(newBody(set.with(set.keys)))
	}
	return applied
}

// trueKeys is the key set that a good answer has.
func (a *answer) trueKeys() (keySet, bool) {
	if !a.good() {
		return keySet{}, false
	}
	return parseKeySet(a.body.bytes())
}
