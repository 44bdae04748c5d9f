package reports

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
)

// Progress shows a run while it goes on. Its methods may be called concurrently;
// Start comes first, and Stop, which may be called again, last.
type Progress interface {
	// Start announces how many checks will run.
	Start(total int)
	// Done tells that one check has ended.
	Done(Check)
	// Stop leaves the terminal clean for what is printed next.
	Stop()
}

// reportEvery is how many checks pass in silence in a log file before a line says
// that the run is alive.
const reportEvery = 25

// NewProgress returns a progress that writes to w. On a terminal it is one line
// that is redrawn. Otherwise it is plain lines for a log: one for each check that
// needs attention, and a count every 25 checks; checks that pass are silent.
func NewProgress(w io.Writer, tty, color bool) Progress {
	if tty {
		return &barProgress{out: w, paint: paint(color)}
	}
	return &lineProgress{out: w, paint: paint(color)}
}

type lineProgress struct {
	mu     sync.Mutex
	out    io.Writer
	paint  paint
	total  int
	totals Totals
}

var _ Progress = (*lineProgress)(nil)

// print ignores a log that cannot be written: that must not end a run whose
// reports still come.
func (p *lineProgress) print(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format+"\n", args...)
}

func (p *lineProgress) Start(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
	p.print("running %d %s", total, plural(total, "check", "checks"))
}

func (p *lineProgress) Done(c Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.totals.count(c.Verdict)
	if c.Verdict != Passed && c.Verdict != Skipped {
		line, _ := clip(printable(headline(c)), clipAt/4)
		p.print("%s %s: %s", p.paint.verdict(c.Verdict, strings.ToUpper(string(c.Verdict))), printable(c.ID), line)
	}
	if p.totals.Total%reportEvery == 0 {
		p.print("%d/%d checks: %s", p.totals.Total, p.total, tally(p.totals, p.paint))
	}
}

func (p *lineProgress) Stop() {}

type barProgress struct {
	mu     sync.Mutex
	out    io.Writer
	paint  paint
	bar    *progressbar.ProgressBar
	totals Totals
}

var _ Progress = (*barProgress)(nil)

func (p *barProgress) Start(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if total <= 0 {
		return
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.out),
		progressbar.OptionSetDescription("running"),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}

func (p *barProgress) Done(c Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	p.totals.count(c.Verdict)
	p.bar.Describe(tally(p.totals, p.paint))
	// As with print: a bar that cannot be drawn is no reason to stop.
	_ = p.bar.Add(1)
}

func (p *barProgress) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		return
	}
	_ = p.bar.Clear()
	p.bar = nil
}

// tally renders the counts that are not zero: "12 passed, 1 failed".
func tally(t Totals, paint paint) string {
	var parts []string
	for _, v := range ascending {
		if n := t.of(v); n > 0 {
			parts = append(parts, paint.verdict(v, fmt.Sprintf("%d %s", n, v)))
		}
	}
	return strings.Join(parts, ", ")
}
