package knob

import (
	"encoding/json"
	"slices"
)

// pollution is the text that one day stood after the base64 of every x5c value in
// the UK directory's key sets. RFC 7517 section 4.7 has room for base64 only.
const pollution = "-----END CERTIFICATE-----"

// polluteX5C is the knob polluted-x5c.
func (a *answer) polluteX5C(amount) (applied bool) {
	return a.editKeys(func(key []member) ([]member, bool) {
		changed := false
		for i, m := range key {
			var chain []string
			if m.name != "x5c" || json.Unmarshal(m.raw, &chain) != nil || len(chain) == 0 {
				continue
			}
			for j := range chain {
				chain[j] += pollution
			}
			key[i].raw, _ = json.Marshal(chain)
			changed = true
		}
		return key, changed
	})
}

// wrongUse is the knob wrong-use (RFC 7517, section 4.2): a key for encryption
// verifies no signature. One that has that use already stays.
func (a *answer) wrongUse(v amount) (applied bool) {
	use := quote(v.text)
	return a.editKeys(func(key []member) ([]member, bool) {
		i := slices.IndexFunc(key, func(m member) bool { return m.name == "use" })
		if i < 0 {
			return append(key, member{"use", use}), true
		}
		was, _ := key[i].text()
		key[i].raw = use
		return key, was != v.text
	})
}

// missingKid is the knob missing-kid. The member is optional (RFC 7517, section
// 4.5), but a bank that chooses by it is left without a key.
func (a *answer) missingKid(amount) (applied bool) {
	return a.editKeys(func(key []member) ([]member, bool) {
		left := slices.DeleteFunc(slices.Clone(key), func(m member) bool { return m.name == "kid" })
		return left, len(left) < len(key)
	})
}

// duplicateKid is the knob duplicate-kid. The decoys keep what a verifier chooses
// keys by and lose the certificate, which would give them away.
func (a *answer) duplicateKid(v amount) (applied bool) {
	set, ok := a.trueKeys()
	if !ok {
		return false
	}
	var decoys []json.RawMessage
	for _, raw := range set.keys {
		key, err := parseObject(raw)
		if err != nil {
			continue
		}
		if decoy, ok := a.panel.decoys.twin(key); ok {
			decoys = append(decoys, decoy)
		}
	}
	if decoys == nil {
		return false
	}
	keys := slices.Concat(decoys, set.keys)
	if v.text == "last" {
		keys = slices.Concat(set.keys, decoys)
	}
	a.setBody(newBody(set.with(keys)))
	return true
}

// huge is the knob of that name. The decoys are those of every other request, and
// the true keys are neither taken apart nor copied. They come last, so that a bank
// which stops reading after so many keys, or bytes, misses them.
func (a *answer) huge(v amount) (applied bool) {
	if !a.good() {
		return false
	}
	before, rest, some, ok := findKeys(a.body.bytes())
	if !ok {
		return false
	}
	pieces := [][]byte{before, a.panel.decoys.first(v.number)}
	if some {
		pieces = append(pieces, []byte(","))
	}
	a.setBody(newBody(append(pieces, rest)...))
	return true
}
