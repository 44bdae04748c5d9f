package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	require.NoError(t, WriteFile(dir, Run{}))
	require.NoError(t, WriteFile(dir, fixture()), "a second run replaces the first")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		info, err := e.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o644), info.Mode().Perm(), e.Name())
	}
	require.Equal(t, []string{"junit.xml", "report.html", "report.json"}, names, "nothing temporary is left")
	var want bytes.Buffer
	require.NoError(t, WriteJSON(&want, fixture()))
	got, err := os.ReadFile(filepath.Join(dir, JSONFile))
	require.NoError(t, err)
	require.Equal(t, want.String(), string(got))
}

func TestWriteFileNamesWhatItCannotWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, JUnitFile), 0o755))
	require.ErrorContains(t, WriteFile(dir, fixture()), JUnitFile)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "the other two are written and nothing temporary is left")
	require.ErrorContains(t, WriteFile(filepath.Join(dir, JSONFile), fixture()), "create the report folder")
}
