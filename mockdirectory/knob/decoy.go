package knob

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"sync"
)

// decoys makes keys that look like RSA keys of 2048 bits and are none: nobody
// knows the factors of a random number, so nothing is ever signed with them. They
// follow from the seed.
type decoys struct {
	seed uint64

	mu   sync.Mutex
	text []byte // decoys with a comma between them
	ends []int  // where each of them ends
}

// first returns that many decoys with a comma between them. They are made once
// for all answers; a longer list begins with the shorter one.
func (d *decoys) first(n int) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.ends) < n {
		// Into a new text: answers under way still read the old one.
		text := bytes.NewBuffer(make([]byte, 0, n*(len(d.key("decoy-10000", nil))+1)))
		text.Write(d.text)
		for i := len(d.ends); i < n; i++ {
			if i > 0 {
				text.WriteByte(',')
			}
			text.Write(d.key("decoy-"+strconv.Itoa(i+1), nil))
			d.ends = append(d.ends, text.Len())
		}
		d.text = text.Bytes()
	}
	return d.text[:d.ends[n-1]]
}

// twin is a decoy under the kid of a key. It has its use, and its alg when that
// is one for RSA.
func (d *decoys) twin(key []member) (json.RawMessage, bool) {
	kid, kty := "", ""
	var copied []member
	for _, m := range key {
		switch m.name {
		case "kid":
			kid, _ = m.text()
		case "kty":
			kty, _ = m.text()
		case "use", "alg":
			copied = append(copied, m)
		}
	}
	if kid == "" {
		return nil, false
	}
	if kty != "RSA" {
		copied = withoutAlg(copied)
	}
	return d.key(kid, copied), true
}

func withoutAlg(members []member) []member {
	var out []member
	for _, m := range members {
		if m.name != "alg" {
			out = append(out, m)
		}
	}
	return out
}

// key makes the decoy of a kid; without other members it is one to verify with.
func (d *decoys) key(kid string, more []member) json.RawMessage {
	if more == nil {
		more = []member{{"use", json.RawMessage(`"sig"`)}}
	}
	return renderObject(append([]member{
		{"kty", json.RawMessage(`"RSA"`)},
		{"kid", quote(kid)},
		{"n", quote(d.modulus(kid))},
		{"e", json.RawMessage(`"AQAB"`)},
	}, more...))
}

// modulus has its highest bit set, which makes its length, and its lowest: an
// even one would be told apart at a glance.
func (d *decoys) modulus(kid string) string {
	var n [256]byte
	source := rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64([]byte(kid), d.seed)))
	_, _ = source.Read(n[:])
	n[0] |= 0x80
	n[len(n)-1] |= 1
	return base64.RawURLEncoding.EncodeToString(n[:])
}
