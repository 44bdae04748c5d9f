package reports

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestWriteTerminal(t *testing.T) {
	t.Parallel()
	empty := Run{}
	empty.Finish(started)
	tests := []struct {
		golden string
		run    Run
		opt    TerminalOptions
	}{
		{"terminal.txt", fixture(), TerminalOptions{Width: 80, ReportDir: "out"}},
		{"terminal-color.txt", fixture(), TerminalOptions{Color: true, ReportDir: "out"}},
		{"terminal-empty.txt", empty, TerminalOptions{}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			require.NoError(t, WriteTerminal(&b, tt.run, tt.opt))
			golden(t, tt.golden, b.Bytes())
			require.Equal(t, tt.opt.Color, strings.Contains(b.String(), "\x1b["))
			lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
			require.Contains(t, lines[len(lines)-1], "verdict: ")
		})
	}
}

func TestTerminalWraps(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, WriteTerminal(&b, fixture(), TerminalOptions{Width: 60}))
	for line := range strings.SplitSeq(b.String(), "\n") {
		if len(strings.Fields(line)) > 2 && !strings.Contains(line, "profile") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 60, line)
		}
	}
}

func TestTerminalIsNotSteeredByTheTarget(t *testing.T) {
	t.Parallel()
	r := Run{Checks: []Check{{ID: "a\x1b[2J", Rule: "\x07", Level: "\u202e", Verdict: Failed, Scenario: "s\r\nverdict: passed", Got: hostile}},
		Leftovers: []Leftover{{ClientID: "\x1b]0;x\x07"}}, Reason: "\x1b[0m"}
	r.Finish(started)
	var b bytes.Buffer
	require.NoError(t, WriteTerminal(&b, r, TerminalOptions{}))
	for _, c := range "\x00\x07\x1b\r\u202e" {
		require.NotContains(t, b.String(), string(c))
	}
	require.NotContains(t, b.String(), "\nverdict: passed")
}

// fullDisk refuses every write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWritersReportThatTheyCannotWrite(t *testing.T) {
	t.Parallel()
	r := fixture()
	require.ErrorContains(t, WriteJSON(fullDisk{}, r), "no space left")
	require.ErrorContains(t, WriteJUnit(fullDisk{}, r), "no space left")
	require.ErrorContains(t, WriteHTML(fullDisk{}, r), "no space left")
	require.ErrorContains(t, WriteTerminal(fullDisk{}, r, TerminalOptions{}), "no space left")
}

func TestWritersDoNotChangeTheRun(t *testing.T) {
	t.Parallel()
	r := fixture()
	var b bytes.Buffer
	require.NoError(t, errors.Join(WriteJUnit(&b, r), WriteHTML(&b, r), WriteTerminal(&b, r, TerminalOptions{}), WriteJSON(&b, r)))
	require.Equal(t, fmt.Sprintf("%+v", fixture().Checks[0]), fmt.Sprintf("%+v", r.Checks[0]))
	require.Equal(t, fixture(), r)
}
