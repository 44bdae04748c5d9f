//go:build unix

package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// It is not parallel: the umask is the process's.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	for _, umask := range []int{0, 0o277} {
		dir := filepath.Join(t.TempDir(), "data")
		former := syscall.Umask(umask)
		s, err := Open(dir)
		syscall.Umask(former)
		require.NoError(t, err)
		require.NoError(t, s.Save(row("a", 1)))
		modes := map[string]os.FileMode{}
		for _, name := range []string{"", fileName, fileName + "-wal"} {
			info, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err)
			modes[name] = info.Mode().Perm()
		}
		require.Equal(t, map[string]os.FileMode{"": 0o700, fileName: 0o600, fileName + "-wal": 0o600}, modes)
		require.NoError(t, s.Close())
	}

	// What was there before is mended, except for the directory.
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, fileName)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Chmod(path, 0o644))
	open(t, dir)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o755), info.Mode().Perm())
}
