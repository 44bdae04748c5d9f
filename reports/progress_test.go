package reports

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlainProgress(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := NewProgress(&b, false, false)
	p.Start(51)
	for i := range 51 {
		c := Check{ID: fmt.Sprintf("A-%d", i), Verdict: Passed}
		switch i {
		case 3:
			c.Verdict, c.Expected, c.Got = Failed, "status 400", "status 201"
		case 4:
			c.Verdict = Skipped
		case 30:
			c.Verdict, c.Reason = Error, "two\nlines\x1b[2J"
		}
		p.Done(c)
	}
	p.Stop()
	require.Equal(t, strings.Join([]string{
		"running 51 checks",
		"FAILED A-3: expected status 400, got status 201",
		"25/51 checks: 1 skipped, 23 passed, 1 failed",
		`ERROR A-30: two lines\u001b[2J`,
		"50/51 checks: 1 skipped, 47 passed, 1 failed, 1 error",
		"",
	}, "\n"), b.String())
}

func TestPlainProgressInColor(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := NewProgress(&b, false, true)
	p.Start(1)
	p.Done(Check{ID: "A-1", Verdict: Warning, Reason: "why"})
	require.Equal(t, "running 1 check\n\x1b[1;33mWARNING\x1b[0m A-1: why\n", b.String())
}

func TestBarStaysOnOneLine(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := NewProgress(&b, true, false)
	p.Start(3)
	for _, v := range []Verdict{Passed, Failed, Passed} {
		p.Done(Check{ID: "A", Verdict: v})
	}
	p.Stop()
	p.Stop()
	require.NotContains(t, b.String(), "\n")
	require.Contains(t, b.String(), "1 passed, 1 failed")
	tail := b.String()[strings.LastIndex(strings.TrimRight(b.String(), "\r"), "\r"):]
	require.Empty(t, strings.TrimSpace(tail), "the line is clean at the end")
}

func TestBarWithNothingToDo(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	p := NewProgress(&b, true, false)
	p.Start(0)
	p.Done(Check{Verdict: Passed})
	p.Stop()
	require.Empty(t, b.String())
}

func TestProgressIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	for _, tty := range []bool{false, true} {
		var b bytes.Buffer
		p := NewProgress(&b, tty, true)
		p.Start(100)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 25 {
					p.Done(Check{ID: "A", Verdict: Passed})
				}
			})
		}
		wg.Wait()
		p.Stop()
		require.Contains(t, b.String(), "100 passed")
	}
}
