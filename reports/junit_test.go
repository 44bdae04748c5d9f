package reports

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parseJUnit reads a report as a CI server does.
func parseJUnit(t *testing.T, r Run) junitSuites {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteJUnit(&b, r))
	var out junitSuites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &out))
	return out
}

func TestWriteJUnit(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, WriteJUnit(&b, fixture()))
	golden(t, "junit.xml", b.Bytes())
	for _, c := range "\x00\x07\x1b" {
		require.NotContains(t, b.String(), string(c), "XML 1.0 cannot hold %U", c)
	}
}

func TestJUnitCountersMatchTheCases(t *testing.T) {
	t.Parallel()
	run := fixture()
	all := parseJUnit(t, run)
	var total junitSuites
	names := map[string]bool{}
	for _, s := range all.Suites {
		var failures, errors, skipped int
		for _, c := range s.Cases {
			require.False(t, names[c.Name], "two cases are called %q", c.Name)
			names[c.Name] = true
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errors++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		require.Equal(t, []int{len(s.Cases), failures, errors, skipped}, []int{s.Tests, s.Failures, s.Errors, s.Skipped}, s.Name)
		total.Tests += s.Tests
		total.Failures += failures
		total.Errors += errors
		total.Skipped += skipped
	}
	require.Equal(t, []int{total.Tests, total.Failures, total.Errors, total.Skipped}, []int{all.Tests, all.Failures, all.Errors, all.Skipped})
	want := run.Totals
	require.Equal(t, []int{want.Total, want.Failed, want.Error, want.Skipped}, []int{all.Tests, all.Failures, all.Errors, all.Skipped})
	require.Equal(t, "14.000", all.Time)
}

func TestJUnitCase(t *testing.T) {
	t.Parallel()
	cases := map[string]junitCase{}
	for _, s := range parseJUnit(t, fixture()).Suites {
		for _, c := range s.Cases {
			rule, _, _ := strings.Cut(c.Name, " ")
			cases[rule] = c
		}
	}
	failed := cases["SSG-02"]
	require.Equal(t, "SSG-02 A software statement with a broken signature is refused [signature-bit-flipped]", failed.Name)
	require.Equal(t, "Software statement", failed.ClassName)
	require.Equal(t, "features/ssg.feature", failed.File)
	require.Equal(t, "12", failed.Line)
	require.Equal(t, "0.412", failed.Time)
	require.Equal(t, "the malformed registration was accepted", failed.Failure.Message)
	require.Contains(t, failed.SystemOut.Text, "2. malformed: POST https://bank.example/register -> 201 in 34 ms")
	require.Contains(t, failed.Properties.List, junitProperty{"clauses", "RFC7591-3.2.2, RFC7515-5.2"})

	warning := cases["SSG-03"]
	require.Nil(t, warning.Failure, "JUnit has no warning: it is a passed case")
	require.Contains(t, warning.SystemOut.Text, "warning: the error body is not JSON")
	require.Contains(t, warning.SystemOut.Text, "]]>", "the end of a CDATA section must survive as text")

	require.Equal(t, "the twin was refused: status 503", cases["PUT-01"].Error.Message)
	require.Equal(t, "the profile does not ask for this rule", cases["DEL-01"].Skipped.Message)
	require.Nil(t, cases["TLS-04"].SystemOut, "a passed case carries no evidence")
}

func TestJUnitKeepsDuplicatesApart(t *testing.T) {
	t.Parallel()
	r := Run{Checks: []Check{{ID: "A-1/x", Rule: "A-1", Scenario: "s", Verdict: Passed}, {ID: "A-1/x", Rule: "A-1", Scenario: "s", Verdict: Failed}}}
	cases := parseJUnit(t, r).Suites[0].Cases
	require.Equal(t, "A-1 s [x]", cases[0].Name)
	require.Equal(t, "A-1 s [x] (2)", cases[1].Name)
}

func TestJUnitOfARunThatJudgedNothingIsRed(t *testing.T) {
	t.Parallel()
	var r Run
	r.Finish(started)
	all := parseJUnit(t, r)
	require.Equal(t, 1, all.Tests)
	require.Equal(t, 1, all.Errors)
	require.Equal(t, reasonNothingSelected, all.Suites[0].Cases[0].Error.Message)
}
