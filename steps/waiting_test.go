package steps

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// waitingWorld is a story whose attempts find something until the change is
// noticed.
func waitingWorld(maxWait time.Duration, told *[]string) *world {
	return &world{
		run: &runner{Plan: Plan{
			Now: time.Now, MaxWait: maxWait, Timeout: time.Minute, Redactor: reports.NewRedactor(),
			Waiting: func(check, what string) { *told = append(*told, check+": "+what) },
		}},
		entry: &Entry{}, check: reports.Check{ID: "DIR-99/waits"},
	}
}

func TestComesTo(t *testing.T) {
	t.Parallel()
	heavy, minor, trouble := &oracle.Finding{Got: "status 201"}, &oracle.Finding{Minor: true}, errors.New("no answer")
	for name, test := range map[string]struct {
		maxWait time.Duration
		notices time.Duration // after which the judgement is good
		until   error         // the judgement before
		want    error
		told    bool
		most    int // attempts
	}{
		"at once":                    {time.Minute, 0, heavy, nil, false, 1},
		"soon":                       {time.Minute, 500 * time.Millisecond, heavy, nil, false, 20},
		"late":                       {time.Minute, 30 * time.Second, heavy, nil, true, 40},
		"after minutes":              {time.Hour, 50 * time.Minute, heavy, nil, true, 400},
		"never":                      {time.Minute, 2 * time.Minute, heavy, &oracle.Finding{Got: "status 201, still after 1m0s"}, true, 60},
		"no time":                    {0, time.Second, heavy, heavy, false, 1},
		"in another form":            {time.Minute, time.Second, minor, minor, false, 1},
		"the tool is in the way":     {time.Minute, time.Second, trouble, trouble, false, 1},
		"noticed on the last second": {time.Minute, time.Minute, heavy, nil, true, 60},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []string
				w := waitingWorld(test.maxWait, &told)
				begun, attempts := time.Now(), 0
				err := w.comesTo(t.Context(), "a change", func(context.Context) error {
					attempts++
					w.note(&tpp.Exchange{Status: attempts})
					return nil
				}, func(context.Context) error {
					if time.Since(begun) >= test.notices {
						return nil
					}
					return test.until
				})
				require.Equal(t, test.want, err)
				require.LessOrEqual(t, time.Since(begun), test.maxWait)
				require.LessOrEqual(t, attempts, test.most)
				require.Equal(t, test.told, slices.Equal([]string{"DIR-99/waits: a change"}, told), "%v", told)
				evidence := []int{1}
				if attempts > 1 {
					evidence = []int{1, attempts}
				}
				got := []int{}
				for _, x := range w.exchanges {
					got = append(got, x.Status)
				}
				require.Equal(t, evidence, got, "the first and the last attempt stay")
			})
		})
	}
}

// An attempt that cannot be made ends the waiting, and so does the story's own end.
func TestComesToEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []string
		w := waitingWorld(time.Hour, &told)
		broken := errors.New("no statement")
		require.Equal(t, broken, w.comesTo(t.Context(), "a change", func(context.Context) error { return broken }, nil))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun, found := time.Now(), &oracle.Finding{}
		err := w.comesTo(ctx, "a change", func(context.Context) error { return nil }, func(context.Context) error { return found })
		require.Equal(t, error(found), err)
		require.Equal(t, time.Second, time.Since(begun))
	})
}

// A twin that is not accepted is no finding. Without time it says nothing at all.
func TestComesToAccept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for maxWait, want := range map[time.Duration]reports.Verdict{0: reports.Skipped, time.Second: reports.Error} {
			var told []string
			w := waitingWorld(maxWait, &told)
			w.last = &tpp.Exchange{Outcome: tpp.Answered, Status: 400}
			err := w.comesToAccept(t.Context(), "a change", func(context.Context) error { return nil })
			verdict, reason, _, _ := w.judge(err)
			require.Equal(t, want, verdict)
			require.Contains(t, reason, "a change")
			if maxWait == 0 {
				require.Contains(t, reason, "--max-wait")
			}
		}
	})
}

func TestUntimely(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		maxWait time.Duration
		tags    []string
		want    bool
	}{{0, []string{waits}, true}, {0, []string{alone}, false}, {time.Second, []string{waits}, false}} {
		var told []string
		w := waitingWorld(test.maxWait, &told)
		w.entry.Tags = test.tags
		require.Equal(t, test.want, w.untimely() != "")
		require.Equal(t, time.Minute+mostWaits*test.maxWait, w.patience())
	}
}

// The directory is put back in the opposite order and each thing once, also
// where another one cannot be; then the check is an error.
func TestPutBack(t *testing.T) {
	t.Parallel()
	var told, order []string
	w := waitingWorld(0, &told)
	w.check.Verdict = reports.Passed
	put := func(what string, err error) func(context.Context) error {
		return w.restore(what, func(context.Context) error {
			order = append(order, what)
			return err
		})
	}
	early := put("first", nil)
	put("second", nil)
	require.NoError(t, early(t.Context()))
	w.putBack(t.Context())
	require.Equal(t, []string{"first", "second"}, order)
	require.Equal(t, reports.Passed, w.check.Verdict)

	put("third", errors.New("out of reach"))
	put("fourth", nil)
	w.putBack(t.Context())
	require.Equal(t, []string{"first", "second", "fourth", "third"}, order)
	require.Equal(t, reports.Error, w.check.Verdict)
	require.Contains(t, w.check.Reason, "third: out of reach")
}

// How long a host hangs follows the time that the user gives.
func TestHang(t *testing.T) {
	t.Parallel()
	for maxWait, want := range map[time.Duration]time.Duration{
		0: 5 * time.Second, time.Second: 300 * time.Millisecond, 30 * time.Second: 3 * time.Second, time.Hour: 20 * time.Second,
	} {
		var told []string
		require.Equal(t, want, waitingWorld(maxWait, &told).hang())
	}
}
