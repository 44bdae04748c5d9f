package reports

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Skipped  int           `xml:"skipped,attr"`
	Time     string        `xml:"time,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`

	spent time.Duration
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name       string           `xml:"name,attr"`
	ClassName  string           `xml:"classname,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Line       string           `xml:"line,attr,omitempty"`
	Time       string           `xml:"time,attr"`
	Properties *junitProperties `xml:"properties"`
	Failure    *junitProblem    `xml:"failure"`
	Error      *junitProblem    `xml:"error"`
	Skipped    *junitSkipped    `xml:"skipped"`
	SystemOut  *junitText       `xml:"system-out"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitText struct {
	Text string `xml:",cdata"`
}

// WriteJUnit writes the run as JUnit XML for GitLab, Jenkins and GitHub: one suite
// per area, one test case per check.
//
// JUnit has no warning, so a missed SHOULD is a passed case with a note. Where the
// run itself ended early, a case of its own carries the error: without it a run
// that judged nothing would upload as green. Evidence is a summary of the cases
// that did not pass, since GitLab refuses files above 30 MB.
func WriteJUnit(w io.Writer, r Run) error {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", " ")
	if err := enc.Encode(junit(r)); err != nil {
		return fmt.Errorf("render JUnit report: %w", err)
	}
	b.WriteByte('\n')
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}

func junit(r Run) junitSuites {
	all := junitSuites{Name: xmlText(strings.TrimSpace(cmp.Or(r.Tool.Name, "dcrkit") + " " + r.Profile)), Time: seconds(r.elapsed())}
	byArea := map[string]*junitSuite{}
	suite := func(area string) *junitSuite {
		s := byArea[area]
		if s == nil {
			s = &junitSuite{Name: xmlText(area), Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Properties: runProperties(r)}
			byArea[area] = s
			all.Suites = append(all.Suites, s)
		}
		return s
	}
	if r.Reason != "" {
		suite("run").add(junitCase{Name: "the run ended as it should", ClassName: "run",
			Error: &junitProblem{Message: xmlText(r.Reason), Type: string(Error)}}, 0)
	}
	used := map[string]int{}
	for _, c := range r.Checks {
		area := cmp.Or(c.Area, c.Feature, "checks")
		suite(area).add(testCase(c, area, used), c.Duration.Std())
	}
	for _, s := range all.Suites {
		s.Time = seconds(s.spent)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	return all
}

func (s *junitSuite) add(c junitCase, spent time.Duration) {
	c.Time = seconds(spent)
	s.spent += spent
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// testCase renders one check. GitLab keeps only the first of two cases with the
// same name, so the row is part of the name, and a number if that is not enough.
func testCase(c Check, area string, used map[string]int) junitCase {
	name := strings.TrimSpace(c.Rule + " " + c.Scenario)
	if row, ok := strings.CutPrefix(c.ID, c.Rule+"/"); ok && row != "" {
		name += " [" + row + "]"
	}
	name = xmlText(cmp.Or(name, c.ID))
	if used[name]++; used[name] > 1 {
		name = fmt.Sprintf("%s (%d)", name, used[name])
	}
	file, line := splitLocation(c.Location)
	out := junitCase{Name: name, ClassName: xmlText(area), File: xmlText(file), Line: line, Properties: checkProperties(c)}
	headline := xmlText(headline(c))
	switch c.Verdict {
	case Passed:
		return out
	case Skipped:
		out.Skipped = &junitSkipped{Message: xmlText(cmp.Or(c.Reason, "no reason was given"))}
		return out
	case Warning:
		out.SystemOut = &junitText{Text: "\nwarning: " + headline + "\n" + xmlText(summary(c))}
		return out
	case Failed:
		out.Failure = &junitProblem{Message: headline, Type: string(Failed), Text: "\n" + xmlText(judgement(c))}
	default:
		out.Error = &junitProblem{Message: headline, Type: string(Error), Text: "\n" + xmlText(judgement(c))}
	}
	out.SystemOut = &junitText{Text: "\n" + xmlText(summary(c))}
	return out
}

func runProperties(r Run) []junitProperty {
	return properties("run", r.ID, "seed", strconv.FormatInt(r.Seed, 10), "profile", r.Profile, "selection", r.Selection,
		"issuer", r.Target.Issuer, "registration_endpoint", r.Target.RegistrationEndpoint,
		"tool", strings.TrimSpace(r.Tool.Name+" "+r.Tool.Version))
}

func checkProperties(c Check) *junitProperties {
	return &junitProperties{properties("id", c.ID, "rule", c.Rule, "level", c.Level, "verdict", string(c.Verdict),
		"clauses", strings.Join(c.Clauses, ", "), "malformation", c.Malformation)}
}

// properties pairs names and values and leaves out the empty ones.
func properties(pairs ...string) []junitProperty {
	var out []junitProperty
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, junitProperty{pairs[i], xmlText(pairs[i+1])})
		}
	}
	return out
}

// splitLocation cuts "features/ssg.feature:12" at its line number.
func splitLocation(location string) (file, line string) {
	i := strings.LastIndexByte(location, ':')
	if i < 0 {
		return location, ""
	}
	if _, err := strconv.Atoi(location[i+1:]); err != nil {
		return location, ""
	}
	return location[:i], location[i+1:]
}

func seconds(d time.Duration) string { return strconv.FormatFloat(max(0, d.Seconds()), 'f', 3, 64) }

// xmlText drops what XML 1.0 section 2.2 forbids: no escape can carry a NUL, and a
// response body may hold any byte.
func xmlText(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t', c == '\n', c == '\r', c >= 0x20 && c <= 0xD7FF, c >= 0xE000 && c <= 0xFFFD, c >= 0x10000:
			return c
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
