package steps

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
)

func TestRemarksNameAWrongClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for date, want := range map[string]string{
		now.Format(http.TimeFormat):                       "",
		now.Add(30 * time.Second).Format(http.TimeFormat): "",
		now.Add(time.Hour).Format(http.TimeFormat):        "the target's clock is 1h0m0s ahead of this machine's: set the wrong one right",
		now.Add(-time.Hour).Format(http.TimeFormat):       "the target's clock is 1h0m0s behind this machine's: set the wrong one right",
		"yesterday": "",
		"":          "",
	} {
		r := &runner{Plan: Plan{Target: &tpp.Target{Exchange: &tpp.Exchange{Started: now, Header: http.Header{"Date": {date}}}}}}
		require.Equal(t, want, r.remarks(), date)
	}
}
