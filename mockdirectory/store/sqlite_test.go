package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain lets a test start this binary once more as another process: see
// TestSecondProcessIsRefused.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, dir string) *SQLite {
	t.Helper()
	s, err := Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// load lists a table as "id=json".
func load(t testing.TB, s Store, table string) []string {
	t.Helper()
	got := []string{}
	require.NoError(t, s.Load(table, func(id string, row []byte) error {
		got = append(got, id+"="+string(row))
		return nil
	}))
	return got
}

func row(id string, value any) Row { return Row{Table: Software, ID: id, Value: value} }

func TestRowsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Save(row("z", 1), row("a", "<&>\u2028")))
	require.NoError(t, s.Save(row("m", map[string]any{"é": nil}), row("z", 2)))
	require.NoError(t, s.Save(Row{Table: Keys, ID: "z", Value: "elsewhere"}))
	want := []string{"z=2", `a="<&>` + `\u2028"`, `m={"é":null}`}
	require.Equal(t, want, load(t, s, Software))
	require.NoError(t, s.Close())

	s = open(t, dir)
	require.Equal(t, want, load(t, s, Software))
	require.Equal(t, []string{`z="elsewhere"`}, load(t, s, Keys))
	require.NoError(t, s.Save(row("a", nil), row("none", nil)))
	require.NoError(t, s.Save(row("a", "again")))
	require.Equal(t, []string{"z=2", `m={"é":null}`, `a="again"`}, load(t, s, Software), "what was forgotten is new")
	require.NoError(t, s.Save())
}

func TestFailedSaveChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	require.NoError(t, s.Save(row("a", 1)))
	// A trigger stands for the disk that fails in the middle of a transaction.
	_, err := s.conn.ExecContext(t.Context(), `CREATE TEMP TRIGGER full BEFORE INSERT ON software WHEN NEW.id = 'full' BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	require.NoError(t, err)
	cases := []struct {
		name string
		bad  Row
		want string
	}{
		{"no JSON", row("b", math.NaN()), "NaN"},
		{"no table", Row{Table: "softwares", ID: "b", Value: 1}, `got "softwares"`},
		{"table of SQLite", Row{Table: "sqlite_master", ID: "b", Value: 1}, `got "sqlite_master"`},
		{"disk", row("full", 1), "disk full"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			require.ErrorContains(t, s.Save(row("a", 2), row("new", 1), in.bad), in.want)
			require.Equal(t, []string{"a=1"}, load(t, s, Software))
		})
	}
	require.NoError(t, s.Save(row("a", 2), row("new", 1)))
	require.Equal(t, []string{"a=2", "new=1"}, load(t, s, Software))
}

func TestLoadPassesErrorsOn(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	require.NoError(t, s.Save(row("a", 1), row("b", 2)))
	broken := errors.New("broken")
	seen := 0
	require.ErrorIs(t, s.Load(Software, func(string, []byte) error { seen++; return broken }), broken)
	require.Equal(t, 1, seen)
	require.ErrorContains(t, s.Load("softwares", nil), `got "softwares"`)
	require.NoError(t, s.Save(row("c", 3)), "a load that was broken off leaves the store usable")
	require.Len(t, load(t, s, Software), 3)
}

func TestClosedStore(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Save(row("a", 1)), errClosed)
	require.ErrorIs(t, s.Load(Software, nil), errClosed)
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plain", "a b", "a?mode=memory", "a#b", "a%41", "a&b=c", "é", "deep/er/still"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), filepath.FromSlash(name))
			s := open(t, dir)
			require.NoError(t, s.Save(row("a", 1)))
			require.NoError(t, s.Close())
			require.FileExists(t, filepath.Join(dir, "directory.db"))
			require.Equal(t, []string{"a=1"}, load(t, open(t, dir), Software))
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	foreign := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(foreign, fileName), []byte(strings.Repeat("no database ", 100)), 0o600))
	newer := t.TempDir()
	s := open(t, newer)
	_, err := s.conn.ExecContext(t.Context(), "PRAGMA user_version = 7")
	require.NoError(t, err)
	require.NoError(t, s.Close())

	cases := []struct{ name, dir, want string }{
		{"no path", "", "expected the path of a directory, got none"},
		{"a file", file, "file"},
		{"below a file", filepath.Join(file, "data"), "file"},
		{"no database", foreign, "not a database"},
		{"newer", newer, "expected schema version 1 at most, got 7"},
	}
	for _, in := range cases {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(in.dir)
			require.ErrorContains(t, err, in.want)
			require.ErrorContains(t, err, "data: ")
		})
	}
}

func TestConcurrentSaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	for writer := range 4 {
		wg.Go(func() {
			for i := range 25 {
				id := fmt.Sprintf("%d/%02d", writer, i)
				if err := s.Save(row(id, i), Row{Table: Keys, ID: id, Value: i}); err != nil {
					t.Errorf("save %s: %v", id, err)
				}
				if err := s.Load(Keys, func(_ string, row []byte) error { return json.Unmarshal(row, new(int)) }); err != nil {
					t.Errorf("load: %v", err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, s.Close())
	s = open(t, dir)
	got := load(t, s, Software)
	require.Len(t, got, 100)
	require.Equal(t, got, load(t, s, Keys), "both rows of a save have the same place")
}

func TestMemoryForgets(t *testing.T) {
	t.Parallel()
	var s Store = Memory{}
	require.NoError(t, s.Save(row("a", 1)))
	require.Empty(t, load(t, s, Software))
	require.NoError(t, s.Close())
}
