package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// schemaVersion counts the layouts of the database. It stands in the file's
// header (PRAGMA user_version), where zero is a new file.
const schemaVersion = 1

// pragmas come before the first access. The exclusive lock is advisory, is held
// until the connection closes and dies with the process; with it SQLite keeps the
// index of the log in memory, so there is no -shm file. It waits for nobody: a
// directory is served by one process.
var pragmas = []string{
	"busy_timeout = 0",
	"locking_mode = EXCLUSIVE",
	"journal_mode = WAL",
	"synchronous = NORMAL",
	"cache_size = -16000", // kibibytes: the ids of 100,000 software stay in memory
}

// settle locks the database and makes the tables of a new one.
func settle(ctx context.Context, conn *sql.Conn) error {
	for _, pragma := range pragmas {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := layOut(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func layOut(ctx context.Context, tx *sql.Tx) error {
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version < 0 || version > schemaVersion {
		return fmt.Errorf("expected schema version %d at most, got %d: a newer version wrote it", schemaVersion, version)
	}
	for _, table := range Tables {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS `+table+
			` (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, json TEXT NOT NULL)`)
		if err != nil {
			return err
		}
	}
	// Written each time: a write takes the lock for good, a read need not.
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
	return err
}

// refusal says in words what a busy database means here.
func refusal(dir string, err error) error {
	if coded, ok := errors.AsType[*sqlite.Error](err); ok && coded.Code()&0xff == sqlite3.SQLITE_BUSY {
		return fmt.Errorf("data: the directory in %s is in use by another process", dir)
	}
	return fmt.Errorf("data: open the database in %s: %w", dir, err)
}

// encode writes the values as they will be read, outside of any lock.
func encode(rows []Row) ([]string, error) {
	written := make([]string, len(rows))
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for i, row := range rows {
		if !slices.Contains(Tables, row.Table) {
			return nil, unknownTable(row.Table)
		}
		if row.Value == nil {
			continue
		}
		out.Reset()
		if err := enc.Encode(row.Value); err != nil {
			return nil, fmt.Errorf("data: write %s %q: %w", row.Table, row.ID, err)
		}
		written[i] = string(bytes.TrimSuffix(out.Bytes(), []byte("\n")))
	}
	return written, nil
}
