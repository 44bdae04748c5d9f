package knob

import (
	"bytes"
	"encoding/json"
)

// keySet is a JWK Set document (RFC 7517, section 5) taken apart at its keys.
// Everything around them stays as it was written: a directory may say a member
// twice, and a knob is to change one thing only.
type keySet struct {
	before []byte // up to the bracket that opens the keys
	keys   []json.RawMessage
	after  []byte // from the bracket that closes the keys on
}

// findKeys looks for the list of keys in a JSON object and returns the document
// in two parts, the second of which begins after the bracket that opens the list.
// Of two lists it takes the first. some tells whether there is a key.
func findKeys(text []byte) (before, rest []byte, some, ok bool) {
	if !json.Valid(text) {
		return nil, nil, false, false
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, _ := dec.Token(); t != json.Delim('{') {
		return nil, nil, false, false
	}
	for dec.More() {
		name, _ := dec.Token()
		if name == "keys" {
			t, _ := dec.Token()
			at := dec.InputOffset()
			return text[:at], text[at:], dec.More(), t == json.Delim('[')
		}
		var skipped json.RawMessage
		_ = dec.Decode(&skipped)
	}
	return nil, nil, false, false
}

// parseKeySet reports whether the text is a JSON object with a list of keys.
// Errors of the decoder need no look, as the text is known to be JSON.
func parseKeySet(text []byte) (keySet, bool) {
	before, _, _, ok := findKeys(text)
	if !ok {
		return keySet{}, false
	}
	set := keySet{before: before}
	// From the bracket on, which the decoder wants to see.
	list := text[len(before)-1:]
	dec := json.NewDecoder(bytes.NewReader(list))
	_, _ = dec.Token()
	for dec.More() {
		var key json.RawMessage
		_ = dec.Decode(&key)
		set.keys = append(set.keys, key)
	}
	_, _ = dec.Token()
	set.after = list[dec.InputOffset()-1:]
	return set, true
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
