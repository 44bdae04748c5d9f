package store

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// childDir is the environment variable that makes this binary the other
// process.
const childDir = "DCRKIT_STORE_TEST_DIR"

// child holds the store open until its input ends. A refusal is on its output.
func child(dir string) int {
	s, err := Open(dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if err := s.Save(row("child", 1)); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0 // without Close, as a process that ends early
}

// startChild returns the first line that the other process writes.
func startChild(t *testing.T, dir string) (said string, process *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	process = exec.CommandContext(t.Context(), self)
	process.Env = append(os.Environ(), childDir+"="+dir)
	_, err = process.StdinPipe() // open until Wait
	require.NoError(t, err)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return line, process
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	refusal := "data: the directory in " + dir + " is in use by another process"
	said, process := startChild(t, dir)
	require.Equal(t, "open\n", said)
	_, err := Open(dir)
	require.EqualError(t, err, refusal)

	require.NoError(t, process.Process.Kill())
	_ = process.Wait()
	s := open(t, dir)
	require.Equal(t, []string{"child=1"}, load(t, s, Software), "the lock dies with the process, what it saved does not")
	_, err = Open(dir)
	require.EqualError(t, err, refusal, "not twice in one process either")
	// That attempt must not have loosened the lock of this process.
	said, _ = startChild(t, dir)
	require.Equal(t, refusal+"\n", said)
	require.NoError(t, s.Save(row("b", 2)))
}
