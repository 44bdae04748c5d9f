package reports

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The plain-text pieces that more than one writer shows.

// clipAt is how many bytes of a body a summary quotes; the whole is in report.json.
const clipAt = 2048

// headline says in one line why a check did not pass.
func headline(c Check) string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Expected != "" || c.Got != "":
		return fmt.Sprintf("expected %s, got %s", cmp.Or(c.Expected, "something else"), cmp.Or(c.Got, "nothing"))
	default:
		return "no reason was given"
	}
}

// judgement is what a reader needs to act on a check: who asks what, and the gap.
func judgement(c Check) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name+":", value)
		}
	}
	line("check", c.ID)
	line("level", c.Level)
	line("obligation", c.Obligation)
	line("clauses", strings.Join(c.Clauses, ", "))
	line("changed", c.Malformation)
	line("expected", c.Expected)
	line("got", c.Got)
	line("reason", c.Reason)
	line("fix", c.Fix)
	line("scenario", c.Location)
	return b.String()
}

// summary is judgement with the exchanges behind it.
func summary(c Check) string {
	var b strings.Builder
	b.WriteString(judgement(c))
	for i, e := range c.Exchanges {
		fmt.Fprintf(&b, "\n%d. %s\n", i+1, exchangeLine(e))
		if e.Response != nil && e.Response.Body != "" {
			text, cut := clip(e.Response.Body, clipAt)
			b.WriteString(text + "\n")
			if cut += e.Response.Truncated; cut > 0 {
				fmt.Fprintf(&b, "(%d more bytes)\n", cut)
			}
		}
	}
	return b.String()
}

// exchangeLine renders "malformed: POST https://... -> 400 in 34 ms".
func exchangeLine(e Exchange) string {
	return fmt.Sprintf("%s: %s %s -> %s in %s", cmp.Or(e.Label, "exchange"), e.Request.Method, e.Request.URL, outcome(e), e.Duration)
}

// outcome is the status of the response, or why there was none.
func outcome(e Exchange) string {
	switch {
	case e.Response != nil && e.Failure != "":
		return fmt.Sprintf("%d, then %s", e.Response.Status, e.Failure)
	case e.Response != nil:
		return fmt.Sprint(e.Response.Status)
	default:
		return cmp.Or(e.Failure, "no response")
	}
}

// clip cuts s to at most n bytes, on a character boundary, and returns how many
// bytes it left out.
func clip(s string, n int) (string, int) {
	if len(s) <= n {
		return s, 0
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], len(s) - n
}

// reasonIsFinding tells that the reason only repeats what was expected and got.
func (c Check) reasonIsFinding() bool {
	return c.Expected != "" && c.Reason == "expected "+c.Expected+", got "+c.Got
}
