package steps

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cucumber/godog"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/fixtures/tpp"
	"github.com/dcrkit/dcrkit/reports"
	"github.com/dcrkit/dcrkit/steps/oracle"
)

// Only a finding is the target's fault; what it weighs is the rule's affair.
func TestJudge(t *testing.T) {
	t.Parallel()
	found := &oracle.Finding{Expected: "status 400", Got: "status 201"}
	tests := []struct {
		name  string
		level rulebook.Level
		err   error
		want  reports.Verdict
	}{
		{"nothing wrong", rulebook.Must, nil, reports.Passed},
		{"finding of a MUST", rulebook.Must, found, reports.Failed},
		{"wrapped finding", rulebook.Must, fmt.Errorf("step: %w", found), reports.Failed},
		{"finding of a SHOULD", rulebook.Should, found, reports.Warning},
		{"minor finding of a MUST", rulebook.Must, &oracle.Finding{Minor: true}, reports.Warning},
		{"the twin was refused", rulebook.Must, &controlError{found}, reports.Error},
		{"no answer", rulebook.Must, &oracle.Trouble{Exchange: &tpp.Exchange{Outcome: tpp.Unreachable}}, reports.Error},
		{"tool trouble", rulebook.Must, errors.New("disk full"), reports.Error},
		{"interrupted", rulebook.Must, context.Canceled, reports.Error},
		{"undefined step", rulebook.Must, godog.ErrUndefined, reports.Error},
		{"not available", rulebook.Must, fmt.Errorf("a key: %w", malformation.ErrUnavailable), reports.Skipped},
		{"no directory", rulebook.Must, fmt.Errorf("a key: %w", tpp.ErrNoDirectory), reports.Skipped},
		{"skipped by the story", rulebook.Must, &skip{"no reason to go on"}, reports.Skipped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &world{level: tt.level}
			got, reason, _, _ := w.judge(tt.err)
			require.Equal(t, tt.want, got)
			require.Equal(t, got == reports.Passed, reason == "", "every verdict but passed has a reason")
		})
	}
}

// A panic while a check is concluded is an error of that check, with the
// others and the clean-up unharmed.
func TestConcludeSurvivesAPanic(t *testing.T) {
	t.Parallel()
	w := &world{run: &runner{Plan: Plan{Now: func() time.Time { panic("boom") }, Redactor: reports.NewRedactor()}}}
	w.concludeSafely(nil)
	require.Equal(t, reports.Error, w.check.Verdict)
	require.Contains(t, w.check.Reason, "boom")
}

func TestAlter(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "A", "abc", "AAAA", "eyJhbGciOi"} {
		require.NotEqual(t, token, alter(token))
	}
}

func TestClientURL(t *testing.T) {
	t.Parallel()
	r := &tpp.Registered{ClientID: "abc", ClientURI: "https://as.example/reg/abc?tenant=1"}
	require.Equal(t, "https://as.example/reg/%00?tenant=1", clientURL(r, "%00"))
	require.NotEqual(t, r.ClientURI, unknownClient(r))
}
