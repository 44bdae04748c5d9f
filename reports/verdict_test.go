package reports

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMaxTakesTheStrongerVerdict(t *testing.T) {
	t.Parallel()
	order := []Verdict{"", Skipped, Passed, Warning, Failed, Error, "nonsense"}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, order[max(i, j)], a.Max(b), "%q and %q", a, b)
		}
	}
}

func TestFinish(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		reason   string
		verdicts []Verdict
		want     Verdict
		because  string
		exit     int
	}{
		{"empty run", "", nil, Error, reasonNothingSelected, 3},
		{"all skipped", "", []Verdict{Skipped, Skipped}, Error, reasonAllSkipped, 3},
		{"passed", "", []Verdict{Passed, Skipped}, Passed, "", 0},
		{"warning", "", []Verdict{Passed, Warning}, Warning, "", 0},
		{"failed", "", []Verdict{Failed, Warning, Passed}, Failed, "", 1},
		{"error beats failed", "", []Verdict{Failed, Error}, Error, "", 3},
		{"ended early", "interrupted", []Verdict{Passed}, Error, "interrupted", 3},
		{"ended early before the first check", "the target does not answer", nil, Error, "the target does not answer", 3},
		{"check without verdict", "", []Verdict{Passed, ""}, Error, "", 3},
		{"check with an unknown verdict", "", []Verdict{"pass"}, Error, "", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := Run{Reason: tt.reason}
			for i, v := range tt.verdicts {
				r.Checks = append(r.Checks, Check{ID: string(rune('z' - i)), Verdict: v})
			}
			for range 2 { // finishing again changes nothing
				r.Finish(started.Add(time.Minute))
				require.Equal(t, tt.want, r.Verdict)
				require.Equal(t, tt.because, r.Reason)
				require.Equal(t, tt.exit, r.ExitCode())
				require.Equal(t, len(tt.verdicts), r.Totals.Total)
				require.Equal(t, r.Totals.Total, r.Totals.Passed+r.Totals.Warning+r.Totals.Failed+r.Totals.Error+r.Totals.Skipped)
			}
			for i := 1; i < len(r.Checks); i++ {
				require.Less(t, r.Checks[i-1].ID, r.Checks[i].ID)
			}
		})
	}
	require.Equal(t, 3, Run{}.ExitCode(), "a run that was never finished is no success")
}

func TestFinishGivesACheckWithoutVerdictAReason(t *testing.T) {
	t.Parallel()
	r := Run{Checks: []Check{{ID: "a"}, {ID: "b", Reason: "it panicked"}}}
	r.Finish(started)
	require.Equal(t, []Check{{ID: "a", Verdict: Error, Reason: reasonNoVerdict}, {ID: "b", Verdict: Error, Reason: "it panicked"}}, r.Checks)
}

func TestDuration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in         time.Duration
		json, text string
	}{
		{0, "0", "0 ms"},
		{1500 * time.Nanosecond, "0.002", "<1 ms"},
		{12345 * time.Microsecond, "12.345", "12 ms"},
		{12 * time.Second, "12000", "12.0 s"},
		{3 * time.Minute, "180000", "3m0s"},
	}
	for _, tt := range tests {
		b, err := json.Marshal(Duration(tt.in))
		require.NoError(t, err)
		require.Equal(t, tt.json, string(b))
		require.Equal(t, tt.text, Duration(tt.in).String())
		var back Duration
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, tt.in.Round(time.Microsecond), back.Std())
	}
	require.ErrorContains(t, new(Duration).UnmarshalJSON([]byte(`"1s"`)), `expected a number of milliseconds, got "1s"`)
}
