package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// fileName is the database in the directory; SQLite puts -wal beside it.
const fileName = "directory.db"

// prepare makes the directory and the file before SQLite would make it readable
// for everybody. SQLite gives the files beside the database its permissions. A
// directory that was there keeps its own: it may be shared for a reason.
func prepare(dir string) (path string, err error) {
	if dir == "" {
		return "", errors.New("data: expected the path of a directory, got none")
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", fmt.Errorf("data: make the directory: %w", err)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return "", fmt.Errorf("data: make the directory: %w", err)
		}
	}
	if path, err = filepath.Abs(filepath.Join(dir, fileName)); err != nil {
		return "", fmt.Errorf("data: %w", err)
	}
	if err := makeFile(path); err != nil {
		return "", fmt.Errorf("data: make the database: %w", err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("data: permissions: %w", err)
		}
	}
	return path, nil
}

// makeFile opens no file that is there. When a process closes a file, all its
// POSIX locks on it go, those of a database that it has open included.
func makeFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

// dataSource is the path as a URI, since SQLite and the driver would read a
// question mark in a plain path.
func dataSource(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // of Windows: a drive's letter comes first
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path}).String()
}
