package reports

import (
	"github.com/stretchr/testify/require"
	"os"
	"os/exec"
	"testing"
)

func TestTmp(t *testing.T) {
	require.NoError(t, WriteFile("/tmp/rep", fixture()))
	require.NoError(t, WriteFile("/tmp/repbig", broad(200)))
	WriteTerminal(os.Stdout, fixture(), TerminalOptions{Width: 90, ReportDir: "out"})
	o, _ := exec.Command("ls", "-la", "/tmp/rep", "/tmp/repbig").CombinedOutput()
	os.Stdout.Write(o)
}
