package reports

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// page is what the template needs, worked out so that the template only lays out.
type page struct {
	Policy   string
	Style    template.CSS
	Script   template.JS
	Run      Run
	Facts    []fact
	Headline string
	Tiles    []tile
	Problems []checkView
	Areas    matrix
	Clauses  matrix
	Levels   []string
	Checks   []checkView
	Skipped  []reasonCount
}

// fact is one line of the run's particulars.
type fact struct{ Name, Value string }

// tile is one verdict with its count, and its stretch of the bar in hundredths.
type tile struct {
	Verdict  Verdict
	Count    int
	From, To float64
}

// Width is the length of the stretch.
func (t tile) Width() float64 { return t.To - t.From }

func newPage(r Run) page {
	p := page{
		Policy: contentPolicy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Run: r, Headline: verdictSentence(r), Tiles: tiles(r.Totals), Facts: facts(r),
		Areas:   newMatrix(r.Checks, func(c Check) []string { return []string{areaOf(c)} }),
		Clauses: newMatrix(r.Checks, func(c Check) []string { return c.Clauses }),
		Checks:  checkViews(r.Checks), Skipped: skippedReasons(r.Checks),
	}
	for _, v := range []Verdict{Error, Failed, Warning} {
		for _, c := range p.Checks {
			if c.Verdict == v {
				p.Problems = append(p.Problems, c)
			}
		}
	}
	for _, c := range r.Checks {
		if !slices.Contains(p.Levels, c.Level) && c.Level != "" {
			p.Levels = append(p.Levels, c.Level)
		}
	}
	slices.Sort(p.Levels)
	return p
}

// verdictSentence says the result without numbers to interpret.
func verdictSentence(r Run) string {
	t := r.Totals
	count := func(n int) string { return fmt.Sprintf("%d %s", n, plural(n, "check", "checks")) }
	switch {
	case r.Reason != "":
		return r.Reason
	case r.Verdict == Error && t.Failed > 0:
		return count(t.Error) + " could not be judged, because the tool or its surroundings broke. The target missed a MUST in " + count(t.Failed) + "."
	case r.Verdict == Error:
		return count(t.Error) + " could not be judged, because the tool or its surroundings broke."
	case r.Verdict == Failed:
		return "The target missed a MUST in " + count(t.Failed) + "."
	case r.Verdict == Warning:
		return "The target met every MUST that was tried and missed a SHOULD in " + count(t.Warning) + "."
	case r.Verdict == Passed:
		return "The target did what was asked in " + count(t.Passed) + "."
	default:
		return "The run has no verdict."
	}
}

func facts(r Run) []fact {
	target := cmp.Or(r.Target.RegistrationEndpoint, r.Target.Discovery, r.Target.Issuer)
	if r.Target.Embedded {
		target = strings.TrimSpace("embedded reference server " + target)
	}
	const layout = "2006-01-02 15:04:05 UTC"
	begun := ""
	if !r.Started.IsZero() {
		begun = r.Started.UTC().Format(layout)
	}
	list := []fact{
		{"Target", target}, {"Issuer", r.Target.Issuer}, {"Directory", r.Directory}, {"Profile", r.Profile},
		{"Selection", r.Selection}, {"Started", begun},
		{"Duration", Duration(r.elapsed()).String()}, {"Run", r.ID}, {"Seed", fmt.Sprint(r.Seed)},
		{"Made by", strings.TrimSpace(r.Tool.Name + " " + r.Tool.Version)},
	}
	return slices.DeleteFunc(list, func(f fact) bool { return f.Value == "" })
}

func tiles(t Totals) []tile {
	var out []tile
	at := 0.0
	for _, v := range []Verdict{Error, Failed, Warning, Passed, Skipped} {
		to := at
		if t.Total > 0 {
			to += 100 * float64(t.of(v)) / float64(t.Total)
		}
		out = append(out, tile{v, t.of(v), at, to})
		at = to
	}
	return out
}

// labelled is a matrix with the heading of its first column.
type labelled struct {
	Label  string
	Matrix matrix
}

// AreaTable is the coverage by area.
func (p page) AreaTable() labelled { return labelled{"Area", p.Areas} }

// ClauseTable is the coverage by clause.
func (p page) ClauseTable() labelled { return labelled{"Clause", p.Clauses} }

func areaOf(c Check) string { return cmp.Or(c.Area, c.Feature, "checks") }

// matrix counts checks by a group and by verdict.
type matrix struct {
	Columns []Verdict
	Rows    []matrixRow
}

type matrixRow struct {
	Name    string
	Verdict Verdict
	Cells   []cell
	Total   int
}

type cell struct {
	Verdict Verdict
	Count   int
}

// newMatrix groups the checks by each key that keys gives for them.
func newMatrix(checks []Check, keys func(Check) []string) matrix {
	m := matrix{Columns: []Verdict{Passed, Warning, Failed, Error, Skipped}}
	groups := map[string]*Totals{}
	worst := map[string]Verdict{}
	for _, c := range checks {
		for _, key := range keys(c) {
			if groups[key] == nil {
				groups[key] = &Totals{}
			}
			groups[key].count(c.Verdict)
			worst[key] = worst[key].Max(c.Verdict)
		}
	}
	for name, totals := range groups {
		row := matrixRow{Name: name, Verdict: worst[name], Total: totals.Total}
		for _, v := range m.Columns {
			row.Cells = append(row.Cells, cell{v, totals.of(v)})
		}
		m.Rows = append(m.Rows, row)
	}
	slices.SortFunc(m.Rows, func(a, b matrixRow) int { return strings.Compare(a.Name, b.Name) })
	return m
}
