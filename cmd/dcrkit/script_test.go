package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dcrkit": main})
}

// The command line as a user meets it: every script is one story, run with the
// real binary in a folder of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", root)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "pair": pair, "validreport": validReport, "waitline": waitLine,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with exactly this code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		code = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got := strconv.Itoa(code); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// pair NAME writes a client certificate, NAME.pem, and its key, NAME.key.
func pair(ts *testscript.TestScript, _ bool, args []string) {
	p := newPair(args[0], validNow)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pem"), p.certificate, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".key"), p.key, 0o600))
}

// validReport REPORT [VERDICT] makes sure that a report fits its published
// schema and, with a second argument, that the run has that verdict.
func validReport(ts *testscript.TestScript, _ bool, args []string) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(ts.Getenv("REPO"), "docs", "report.schema.json"))
	ts.Check(err)
	raw := ts.ReadFile(args[0])
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(raw)))
	ts.Check(err)
	ts.Check(schema.Validate(doc))
	var report struct {
		Verdict string
		Totals  struct{ Total int }
		Checks  []json.RawMessage
	}
	ts.Check(json.Unmarshal([]byte(raw), &report))
	if report.Totals.Total != len(report.Checks) || len(report.Checks) == 0 {
		ts.Fatalf("totals say %d checks, the report has %d", report.Totals.Total, len(report.Checks))
	}
	if len(args) > 1 && report.Verdict != args[1] {
		ts.Fatalf("verdict %q, want %q", report.Verdict, args[1])
	}
}

// waitLine FILE PATTERN [VARIABLE] waits until a line of a file, which may not
// be there yet, matches; the first group goes into the environment.
func waitLine(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[1])
	path := ts.MkAbs(args[0])
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		raw, err := os.ReadFile(path)
		if found := pattern.FindSubmatch(raw); found != nil {
			if len(args) > 2 {
				ts.Setenv(args[2], string(found[1]))
			}
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no line of %s matches %s: %v\n%s", args[0], args[1], err, raw)
		}
	}
}
