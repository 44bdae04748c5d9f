package registry

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// keyRow is a key as it is stored: with whose it is. A key that software shares
// with its organisation is stored once, with the organisation; thousands of
// software may share one.
type keyRow struct {
	Organisation string `json:"organisation"`
	Owner        string `json:"owner"`
	Shares       string `json:"shares,omitempty"` // the organisation's row; there is no key then
	Raw          []byte `json:"raw,omitempty"`    // the JWK, when it is no UTF-8: as a string it would come back changed
	*Key
}

func ownRow(o owner, e entry) store.Row {
	row := keyRow{Organisation: o.org.record.ID, Owner: o.id, Key: e.key}
	if !utf8.ValidString(e.key.JWK) {
		row.Raw = []byte(e.key.JWK)
	}
	return store.Row{Table: store.Keys, ID: e.row, Value: row}
}

func sharedRow(o owner, e entry, from string) store.Row {
	return store.Row{Table: store.Keys, ID: e.row, Value: keyRow{Organisation: o.org.record.ID, Owner: o.id, Shares: from}}
}

// rowFor is the row of a key that is to be put into its owner's set: that of an
// older certificate for the same key, whose place it takes, or a new one. The
// caller holds writing.
func (r *Registry) rowFor(o owner, k *Key) string {
	if former := o.keys.current.find(k.Kind, k.KeyID); former != nil {
		return former.row
	}
	return r.newRow(o)
}

// newRow numbers rows, as an owner may publish the same kid more than once.
func (r *Registry) newRow(o owner) string {
	r.lastKey++
	return fmt.Sprintf("%s/%08d", o.id, r.lastKey)
}

// loadKeys reads all rows before it puts any into a set: the row of a key that
// software made its own first and shared later comes before the one it shares.
// Rows come in the order of publication and of revocation.
func (r *Registry) loadKeys() error {
	type loaded struct {
		id  string
		row keyRow
	}
	var all []loaded
	byRow := map[string]*Key{}
	err := r.store.Load(store.Keys, func(id string, row []byte) error {
		stored := keyRow{Key: &Key{}}
		if err := json.Unmarshal(row, &stored); err != nil {
			return fmt.Errorf("key %s: %w", id, err)
		}
		if stored.Raw != nil {
			stored.JWK = string(stored.Raw)
		}
		if stored.Shares == "" && stored.Owner == stored.Organisation {
			byRow[id] = stored.Key
		}
		all = append(all, loaded{id, stored})
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.row.Shares != "" {
			if l.row.Key = byRow[l.row.Shares]; l.row.Key == nil {
				return fmt.Errorf("key %s: the key %s that it shares is not there", l.id, l.row.Shares)
			}
		}
		if err := r.loadKey(l.id, l.row); err != nil {
			return fmt.Errorf("key %s: %w", l.id, err)
		}
	}
	return nil
}

func (r *Registry) loadKey(id string, row keyRow) error {
	o, err := r.findOwner(row.Organisation, row.Owner)
	if err != nil {
		return err
	}
	// The highest number and not the count: rows are deleted, and a save that
	// failed used up a number.
	number, err := strconv.Atoi(id[strings.LastIndexByte(id, '/')+1:])
	if err != nil {
		return fmt.Errorf("expected a number at its end: %w", err)
	}
	r.lastKey = max(r.lastKey, number)
	set := &o.keys.current
	if row.Revoked != nil {
		set = &o.keys.revoked
		o.org.revokedKeys[row.KeyID] = true
	}
	set.put(entry{id, row.Key})
	return nil
}
