// Package store keeps what a directory must not forget: rows of JSON in named tables.
package store

// The tables. Each row has an id that is unique in its table.
const (
	Organisations = "organisation" // by OrganisationId
	Software      = "software"     // by SoftwareStatementId
	Keys          = "key"          // by owner, kind and number
	Certificates  = "certificate"  // by serial number in hexadecimal digits
	Authorities   = "authority"    // by the name of a CA; with private keys
	SigningKeys   = "signing_key"  // by kid; with private keys
	Settings      = "setting"      // by name
)

// Tables lists all of them.
var Tables = []string{Organisations, Software, Keys, Certificates, Authorities, SigningKeys, Settings}

// Row is one thing to remember: a value that encoding/json can write. A row
// without a value is to be forgotten.
type Row struct {
	Table string
	ID    string
	Value any
}

// Store remembers rows across restarts. Save is one transaction: when it
// returns nil, all rows survive the process being killed; when it returns an
// error, none has changed. Load gives the rows of a table in the order in which
// they were first saved. It is safe for concurrent use.
type Store interface {
	Save(rows ...Row) error
	Load(table string, each func(id string, json []byte) error) error
	Close() error
}

// Memory is the store of a directory that forgets: the registry itself holds
// everything while the process lives.
type Memory struct{}

// Save has nothing to do.
func (Memory) Save(...Row) error { return nil }

// Load finds nothing.
func (Memory) Load(string, func(string, []byte) error) error { return nil }

// Close has nothing to do.
func (Memory) Close() error { return nil }
