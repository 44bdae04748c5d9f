package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dcrkit/dcrkit/fixtures/malformation"
	"github.com/dcrkit/dcrkit/fixtures/profile"
	"github.com/dcrkit/dcrkit/fixtures/rulebook"
	"github.com/dcrkit/dcrkit/steps"
)

// rulesCommand is the account of what is covered: rules without a check are shown too,
// each with the reason from the rulebook. Patterns choose the rows only; the summary
// counts the whole rulebook.
func rulesCommand() *cobra.Command {
	var name string
	var uncovered bool
	cmd := &cobra.Command{
		Use:   "rules [PATTERN...]",
		Short: "Show which rules are automated, which are not, and why",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			p, err := profile.Load(name)
			if err != nil {
				return usage(fmt.Errorf("profile: %w%s", err, suggestion(name, profile.Names())))
			}
			book, catalogue, err := loadCatalogue()
			if err != nil {
				return err
			}
			if len(patterns) == 0 {
				patterns = []string{"*"}
			}
			wanted, err := wantedRules("pattern", book, patterns)
			if err != nil {
				return usage(err)
			}
			return showRules(cmd.OutOrStdout(), ruleView{book, catalogue, p, wanted, uncovered})
		},
	}
	cmd.Flags().StringVar(&name, "profile", "obie-3.3", "profile whose levels are shown: "+strings.Join(profile.Names(), ", "))
	cmd.Flags().BoolVar(&uncovered, "not-automated", false, "only rules that no check covers, with the reason")
	return cmd
}

// ruleView is one such table. wanted holds the ids that the patterns name; uncovered
// leaves out every rule that a check covers.
type ruleView struct {
	book      *rulebook.Book
	catalogue *steps.Catalogue
	profile   *profile.Profile
	wanted    map[string]bool
	uncovered bool
}

// showRules prints a row for each rule, under the heading of its area, and the summary.
// Areas without a row have no heading; "-" is a level that the profile does not ask.
func showRules(out io.Writer, v ruleView) error {
	covered := v.catalogue.Rules()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, area := range v.book.Areas {
		header := false
		for _, r := range area.Rules {
			if !v.wanted[r.ID] || v.uncovered && covered[r.ID] {
				continue
			}
			if !header {
				fmt.Fprintf(w, "\n%s  %s\n", area.ID, area.Title)
				header = true
			}
			level, _ := v.profile.Level(r)
			if level == rulebook.NotAsked {
				level = "-"
			}
			if covered[r.ID] {
				fmt.Fprintf(w, "  %s\t%s\tautomated\t%s\n", r.ID, level, r.Obligation)
			} else {
				fmt.Fprintf(w, "  %s\t%s\tnot automated\t%s\n  \t\t\t%s\n", r.ID, level, r.Obligation, r.Manual)
			}
		}
	}
	fmt.Fprintln(w)
	summarise(w, v, covered)
	return w.Flush()
}

// summarise counts by area and level; the last line counts all.
// One check is enough to make a rule automated. A rule that the profile does not ask
// counts in its area but under neither level.
func summarise(w io.Writer, v ruleView, covered map[string]bool) {
	fmt.Fprintf(w, "area\tautomated\tof\tMUST\tof\tSHOULD\tof\tin profile %s\n", v.profile.Name)
	all, total := 0, 0
	for _, area := range v.book.Areas {
		n, must, mustOf, should, shouldOf := 0, 0, 0, 0, 0
		for _, r := range area.Rules {
			level, _ := v.profile.Level(r)
			switch level {
			case rulebook.Must:
				mustOf++
			case rulebook.Should:
				shouldOf++
			}
			if !covered[r.ID] {
				continue
			}
			n++
			switch level {
			case rulebook.Must:
				must++
			case rulebook.Should:
				should++
			}
		}
		all, total = all+n, total+len(area.Rules)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", area.ID, n, len(area.Rules), must, mustOf, should, shouldOf, area.Title)
	}
	fmt.Fprintf(w, "\n%d of %d rules automated\n", all, total)
}

// explainCommand takes one id, in any case. Patterns are for 'dcrkit rules'.
func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain RULE",
		Short:   "Explain one rule: obligation, clauses, what is sent, what is accepted, how to fix it",
		Example: "  dcrkit explain SSG-08",
		Args:    one("the id of a rule such as SSG-08"),
		RunE: func(cmd *cobra.Command, args []string) error {
			book, catalogue, err := loadCatalogue()
			if err != nil {
				return err
			}
			rule, ok := book.Rule(args[0])
			if !ok {
				_, err := wantedRules("rule", book, args)
				if err == nil {
					err = fmt.Errorf("expected one rule such as SSG-08, got the pattern %q", args[0])
				}
				return usage(err)
			}
			return explain(cmd.OutOrStdout(), rule, catalogue)
		},
	}
}

// explain leaves out every label that has no text. The levels are those of all built-in
// profiles; one that does not ask the rule shows its reason instead. Of each
// malformation it prints the name, which 'dcrkit ssa malform' takes for a statement.
func explain(out io.Writer, r rulebook.Rule, catalogue *steps.Catalogue) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s\t%s\n", label, text)
		}
	}
	fmt.Fprintf(w, "%s\t%s\n", r.ID, r.Obligation)
	line("clauses", strings.Join(r.Clauses, ", "))
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			return err
		}
		level, reason := p.Level(r)
		// Why a profile does not ask a rule says more than that it does not.
		if reason != "" {
			level = rulebook.Level(reason)
		}
		line("in "+name, string(level))
	}
	line("sends", r.Sends)
	if !isZeroAccept(r.Accept) || r.Sends != "" {
		line("accepts", accepted(r.Accept))
	}
	line("to fix", r.Fix)
	for _, m := range malformation.ForRule(r.ID) {
		line("malformation", m.Name+": "+m.Summary)
	}
	checks := catalogue.ForRule(r.ID)
	for _, e := range checks {
		line("check", e.Location+"  "+e.Sentence)
	}
	if len(checks) == 0 {
		line("not automated", r.Manual)
	}
	return w.Flush()
}

// isZeroAccept holds for rules about something that must succeed: they list no outcome
// of a refusal. Accept has slices, so == cannot tell.
func isZeroAccept(a rulebook.Accept) bool {
	return len(a.Status) == 0 && len(a.Errors) == 0 && !a.TLS && !a.Ignored
}

// accepted says in words what fulfils a rule about a refusal.
// Status and error code have to fit together; a failed handshake, or a client that was
// registered without the value (RFC 7591, section 3.2.1), each suffices by itself.
func accepted(a rulebook.Accept) string {
	if isZeroAccept(a) {
		return ""
	}
	var parts []string
	if len(a.Status) > 0 {
		parts = append(parts, "status "+strings.Trim(strings.ReplaceAll(fmt.Sprint(a.Status), " ", ", "), "[]"))
	}
	if len(a.Errors) > 0 {
		parts = append(parts, "error "+strings.Join(a.Errors, ", "))
	}
	text := strings.Join(parts, " with ")
	if a.TLS {
		text = strings.TrimPrefix(text+", or a failed handshake", ", or ")
	}
	if a.Ignored {
		text = strings.TrimPrefix(text+", or a success without the value", ", or ")
	}
	return text
}
