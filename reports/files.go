package reports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The names of the files that [WriteFile] makes in the report folder.
const (
	JSONFile  = "report.json"
	JUnitFile = "junit.xml"
	HTMLFile  = "report.html"
)

// WriteFile writes report.json, junit.xml and report.html into dir, which it
// creates. Every file is complete or absent: it is written beside its place and
// renamed, so that a run killed half-way never leaves a torn report for CI to
// read. One file that cannot be written does not keep the others from being so.
func WriteFile(dir string, r Run) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the report folder: %w", err)
	}
	writers := []struct {
		name  string
		write func(io.Writer, Run) error
	}{{JSONFile, WriteJSON}, {JUnitFile, WriteJUnit}, {HTMLFile, WriteHTML}}
	var all error
	for _, out := range writers {
		if err := replace(filepath.Join(dir, out.name), r, out.write); err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

func replace(path string, r Run, write func(io.Writer, Run) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f, r)
	// CreateTemp keeps the file to its owner; a CI runner uploads as somebody else.
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
