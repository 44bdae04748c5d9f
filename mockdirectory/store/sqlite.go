package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// SQLite is a store in one file. A process that is killed loses nothing that
// Save has acknowledged. When the machine itself stops, the last moments before
// it may be missing, whole saves at a time: each save goes to the write-ahead log,
// which is not flushed to the disk every time (synchronous=NORMAL). The log
// is in order, so that what is there has no gaps.
//
// Saves are made one after the other. Registry holds a lock of its own around
// them, so there would be nothing to put into one transaction together.
type SQLite struct {
	db *sql.DB

	mu     sync.Mutex
	conn   *sql.Conn // nil when closed
	upsert map[string]*sql.Stmt
	remove map[string]*sql.Stmt
}

// errClosed is what a store answers after Close.
var errClosed = errors.New("data: the store is closed")

// Open opens the store in a directory, or makes both. The directory is for the
// owner alone if it is made here, and the files always are: private keys are in
// them. A directory that another process has open is an error at once, and so
// is a database that a newer version wrote.
func Open(dir string) (*SQLite, error) {
	path, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	s := &SQLite{db: db, upsert: map[string]*sql.Stmt{}, remove: map[string]*sql.Stmt{}}
	if err := s.open(dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// open takes the one connection there is: the exclusive lock is the
// connection's, so a pool would lock itself out.
func (s *SQLite) open(dir string) (err error) {
	ctx := context.Background()
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return refusal(dir, err)
	}
	if err = settle(ctx, s.conn); err != nil {
		return refusal(dir, err)
	}
	for _, table := range Tables {
		s.upsert[table], err = s.conn.PrepareContext(ctx,
			`INSERT INTO `+table+` (id, json) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json`)
		if err != nil {
			return fmt.Errorf("data: table %s: %w", table, err)
		}
		if s.remove[table], err = s.conn.PrepareContext(ctx, `DELETE FROM `+table+` WHERE id = ?`); err != nil {
			return fmt.Errorf("data: table %s: %w", table, err)
		}
	}
	return nil
}

// Save writes all rows in one transaction, or none.
func (s *SQLite) Save(rows ...Row) error {
	written, err := encode(rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return errClosed
	}
	ctx := context.Background()
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("data: begin: %w", err)
	}
	for i, row := range rows {
		if row.Value == nil {
			_, err = tx.StmtContext(ctx, s.remove[row.Table]).ExecContext(ctx, row.ID)
		} else {
			_, err = tx.StmtContext(ctx, s.upsert[row.Table]).ExecContext(ctx, row.ID, written[i])
		}
		if err != nil {
			return errors.Join(fmt.Errorf("data: write %s %q: %w", row.Table, row.ID, err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("data: commit: %w", err)
	}
	return nil
}

// Load reads a table. Saves wait for its end, so each must not call the store.
// It may keep the JSON.
func (s *SQLite) Load(table string, each func(id string, json []byte) error) (err error) {
	if !slices.Contains(Tables, table) {
		return unknownTable(table)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return errClosed
	}
	rows, err := s.conn.QueryContext(context.Background(), `SELECT id, json FROM `+table+` ORDER BY number`)
	if err != nil {
		return fmt.Errorf("data: read %s: %w", table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		var json []byte
		if err := rows.Scan(&id, &json); err != nil {
			return fmt.Errorf("data: read %s: %w", table, err)
		}
		if err := each(id, json); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("data: read %s: %w", table, err)
	}
	return nil
}

// Close gives the directory free for others. It may be called more than once.
func (s *SQLite) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, statements := range []map[string]*sql.Stmt{s.upsert, s.remove} {
		for table, statement := range statements {
			if statement != nil {
				errs = append(errs, statement.Close())
			}
			delete(statements, table)
		}
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
		s.conn = nil
	}
	return errors.Join(append(errs, s.db.Close())...)
}

func unknownTable(table string) error {
	return fmt.Errorf("data: expected a table of %q, got %q", Tables, table)
}
