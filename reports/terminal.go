package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// TerminalOptions say what the terminal can show.
type TerminalOptions struct {
	Color bool
	// Width is the number of columns; 0 means 100.
	Width int
	// ReportDir is where [WriteFile] put the reports, for the pointers to the
	// evidence; empty when none were written.
	ReportDir string
}

const (
	defaultWidth = 100
	narrowest    = 40
	// labelWidth is the indent plus the longest label of a check.
	labelWidth = 14
)

// WriteTerminal writes the closing summary: every check that needs attention, the
// strongest verdict last so that it stays on the screen, then why checks were
// skipped, which clients are left behind, the totals, and the verdict on the last line.
func WriteTerminal(w io.Writer, r Run, opt TerminalOptions) error {
	t := &terminal{paint: paint(opt.Color), width: max(narrowest, cmp.Or(opt.Width, defaultWidth)), dir: opt.ReportDir}
	fragment := anchors(r.Checks)
	for _, v := range []Verdict{Warning, Failed, Error} {
		for i, c := range r.Checks {
			if c.Verdict == v {
				t.check(c, fragment[i])
			}
		}
	}
	t.skipped(r.Checks)
	t.leftovers(r.Leftovers)
	t.closing(r)
	if _, err := t.out.WriteTo(w); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

type terminal struct {
	out   bytes.Buffer
	paint paint
	width int
	dir   string
}

func (t *terminal) check(c Check, fragment string) {
	head := printable(c.ID)
	if c.Level != "" {
		head += " (" + printable(c.Level) + ")"
	}
	fmt.Fprintf(&t.out, "%s  %s\n", t.paint.verdict(c.Verdict, strings.ToUpper(string(c.Verdict))), t.paint.bold(head))
	t.wrap("  ", c.Scenario)
	if !strings.HasPrefix(c.ID, c.Rule) {
		t.field("rule", c.Rule)
	}
	t.field("clause", strings.Join(c.Clauses, ", "))
	t.field("obligation", c.Obligation)
	t.field("changed", c.Malformation)
	t.field("expected", c.Expected)
	t.field("got", c.Got)
	if !c.reasonIsFinding() {
		t.field("reason", c.Reason)
	}
	t.field("fix", c.Fix)
	t.field("scenario", c.Location)
	if t.dir != "" {
		// Never wrapped: a path has to survive a double click.
		fmt.Fprintf(&t.out, "  %-*s%s#%s\n", labelWidth-2, "evidence", filepath.Join(t.dir, HTMLFile), fragment)
	}
	t.out.WriteByte('\n')
}

func (t *terminal) field(label, value string) {
	if value == "" {
		return
	}
	value, cut := clip(value, clipAt/4)
	if cut > 0 {
		value += fmt.Sprintf(" ... (%d more bytes)", cut)
	}
	t.wrap(fmt.Sprintf("  %-*s", labelWidth-2, label), value)
}

// wrap writes text behind lead, with the following lines indented below its start.
// A word longer than the line stands alone: cutting a URL would make it useless.
func (t *terminal) wrap(lead, text string) {
	column := utf8.RuneCountInString(lead)
	line, used := lead, column
	for i, word := range strings.Fields(printable(text)) {
		n := utf8.RuneCountInString(word)
		if i > 0 && used+1+n > t.width {
			t.out.WriteString(line + "\n")
			line, used = strings.Repeat(" ", column), column
		} else if i > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	t.out.WriteString(line + "\n")
}

// reasonCount is one reason for skipping and how many checks gave it.
type reasonCount struct {
	Reason string
	Count  int
}

// skippedReasons groups the skipped checks, the most frequent reason first.
func skippedReasons(checks []Check) []reasonCount {
	var out []reasonCount
	for _, c := range checks {
		if c.Verdict != Skipped {
			continue
		}
		reason := cmp.Or(c.Reason, "no reason was given")
		i := slices.IndexFunc(out, func(s reasonCount) bool { return s.Reason == reason })
		if i < 0 {
			i, out = len(out), append(out, reasonCount{Reason: reason})
		}
		out[i].Count++
	}
	slices.SortStableFunc(out, func(a, b reasonCount) int { return b.Count - a.Count })
	return out
}

func (t *terminal) skipped(checks []Check) {
	reasons := skippedReasons(checks)
	if len(reasons) == 0 {
		return
	}
	fmt.Fprintln(&t.out, t.paint.bold("Skipped"))
	for _, s := range reasons {
		t.wrap(fmt.Sprintf("%6d  ", s.Count), s.Reason)
	}
	t.out.WriteByte('\n')
}

func (t *terminal) leftovers(list []Leftover) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(&t.out, t.paint.bold("Clients left behind at the target"))
	for _, l := range list {
		t.wrap("  ", fmt.Sprintf("%s at %s: %s", l.ClientID, l.RegistrationEndpoint, l.Reason))
		if l.Journal != "" {
			t.wrap("    ", "journal: "+l.Journal)
		}
	}
	t.out.WriteByte('\n')
}

func (t *terminal) closing(r Run) {
	line := fmt.Sprintf("%d %s", r.Totals.Total, plural(r.Totals.Total, "check", "checks"))
	if counts := tally(r.Totals, t.paint); counts != "" {
		line += ": " + counts
	}
	fmt.Fprintf(&t.out, "%s in %s, profile %s, seed %d\n", line, Duration(r.elapsed()), printable(cmp.Or(r.Profile, "none")), r.Seed)
	if r.Reason != "" {
		t.wrap("reason: ", r.Reason)
	}
	if t.dir != "" {
		fmt.Fprintf(&t.out, "reports: %s\n", t.dir)
	}
	fmt.Fprintf(&t.out, "verdict: %s\n", t.paint.verdict(r.Verdict, string(r.Verdict)))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
