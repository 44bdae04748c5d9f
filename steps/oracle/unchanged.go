package oracle

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/dcrkit/dcrkit/fixtures/jose"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

// SameBodies makes sure that two answers are the same JSON, apart from the
// members that may change at every answer. A member that only one of them has
// counts as a difference.
func SameBodies(a, b *tpp.Exchange, except ...string) error {
	x, err := body(a)
	if err != nil {
		return err
	}
	y, err := body(b)
	if err != nil {
		return err
	}
	for _, name := range memberNames(x, y) {
		if slices.Contains(except, name) {
			continue
		}
		left, _ := x.Get(name)
		right, _ := y.Get(name)
		if !sameJSON(left, right) {
			return finding(name+" "+excerpt(left), "%s", excerpt(right))
		}
	}
	return nil
}

// memberNames lists each name once, in the order of first appearance, so that
// the same difference is reported on every run.
func memberNames(objects ...jose.Object) []string {
	var names []string
	for _, o := range objects {
		for _, m := range o {
			if !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// sameJSON compares two values; lists of strings count as sets, as RFC 7591
// gives their order no meaning.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return string(canonical(x)) == string(canonical(y))
}

// canonical sorts lists at the top and lists directly inside lists. Lists
// inside objects, such as the keys of a jwks, keep their order.
func canonical(v any) []byte {
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, item := range list {
			parts[i] = string(canonical(item))
		}
		slices.Sort(parts)
		return []byte("[" + strings.Join(parts, ",") + "]")
	}
	raw, _ := json.Marshal(v)
	return raw
}

// Unchanged makes sure that what two answers about one client both show is
// the same. Credentials may rotate, and the server's own bookkeeping is its
// own. Members that only one answer shows are passed over, as a read may show
// less than a registration.
func Unchanged(before, after *tpp.Exchange) error {
	a, err := body(before)
	if err != nil {
		return err
	}
	b, err := body(after)
	if err != nil {
		return err
	}
	for _, m := range a {
		switch m.Name {
		case "registration_access_token", "registration_client_uri", "client_secret", "client_secret_expires_at", "client_id_issued_at":
			continue
		}
		if now, ok := b.Get(m.Name); ok && !sameJSON(m.Value, now) {
			return finding(m.Name+" unchanged: "+excerpt(m.Value), "%s", excerpt(now))
		}
	}
	return nil
}
