package steps

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// tolerableSkew is how far two clocks may be apart before it is worth a word:
// servers allow a minute or so (RFC 7519, section 4.1.4).
const tolerableSkew = time.Minute

// remarks are oddities of the environment that explain why an honest
// registration might be refused.
func (r *runner) remarks() string {
	out := append([]string(nil), r.Target.Remarks...)
	if skew := r.clockSkew(); skew.Abs() > tolerableSkew {
		side := "ahead of"
		if skew < 0 {
			side = "behind"
		}
		out = append(out, fmt.Sprintf("the target's clock is %s %s this machine's: set the wrong one right", skew.Abs().Round(time.Second), side))
	}
	return strings.Join(out, "; ")
}

// clockSkew is how far the target's clock is ahead, by the Date of its
// metadata (RFC 9110, section 6.6.1).
func (r *runner) clockSkew() time.Duration {
	x := r.Target.Exchange
	if x == nil || x.Header == nil {
		return 0
	}
	date, err := http.ParseTime(x.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return date.Sub(x.Started.Add(x.Timing.Total))
}
