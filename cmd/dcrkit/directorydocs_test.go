package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory"
	"github.com/dcrkit/dcrkit/mockdirectory/knob"
)

const directoryPage = "../../docs/directory.md"

// passage is a block of shell on the page, and what it is said to print.
type passage struct {
	line  int
	shell string
	want  string // empty when the page does not say
}

// passages finds the sh blocks, each with the text block that follows it at once.
func passages(page string) []passage {
	var all []passage
	var fence string
	var body []string
	last := 0 // the line after the last sh block
	for i, line := range strings.Split(page, "\n") {
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence, body = line, nil
			if line == "```sh" {
				all = append(all, passage{line: i + 1})
			}
		case fence == "":
		case line != "```":
			body = append(body, line+"\n")
		default:
			text := strings.Join(body, "")
			switch {
			case fence == "```sh":
				all[len(all)-1].shell, last = text, i+1
			case fence == "```text" && len(all) > 0 && i-len(body)-1 == last:
				all[len(all)-1].want = text
			}
			fence = ""
		}
	}
	return all
}

// pattern turns what a block is said to print into a regular expression: … is anything in a line,
// and a line of its own any number of lines.
func pattern(want string) *regexp.Regexp {
	var out strings.Builder
	for line := range strings.Lines(want) {
		if line == "…\n" {
			out.WriteString(`(?:.*\n)*?`)
			continue
		}
		out.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*"))
	}
	return regexp.MustCompile(`^(?:` + out.String() + `)$`)
}

func TestPatternOfPassages(t *testing.T) {
	t.Parallel()
	page := "```sh\nls\n```\n```text\na\n…\nb…\n```\n\n```sh\ntrue\n```\n\n```text\nnot its output\n```\n"
	all := passages(page)
	require.Equal(t, []passage{{1, "ls\n", "a\n…\nb…\n"}, {10, "true\n", ""}}, all)
	require.Regexp(t, pattern(all[0].want), "a\nx\ny\nbz\n")
	require.Regexp(t, pattern(all[0].want), "a\nb\n")
	require.NotRegexp(t, pattern(all[0].want), "a\nx\n")
	require.NotRegexp(t, pattern(all[0].want), "a\nb\nc\n")
}

// The page is the manual of people who have nothing but a shell, so everything on it is run as they
// would: one shell, the real binary, curl and openssl.
func TestDirectoryPage(t *testing.T) {
	t.Parallel()
	needTools(t)
	raw, err := os.ReadFile(directoryPage)
	require.NoError(t, err)
	blocks := passages(string(raw))
	require.Greater(t, len(blocks), 10)

	script := pageScript(blocks)
	for _, port := range freePorts(t, "8443", "8442", "8444") {
		require.Equal(t, 1, strings.Count(script, port.was), "the page has %s in one place, from where all else takes it", port.was)
		script = strings.Replace(script, port.was, port.is, 1)
	}
	output := runShell(t, script)

	for i, block := range blocks {
		got, found := between(output, mark(i), mark(i+1))
		require.True(t, found, "%s:%d failed:\n%s\nIt printed:\n%s", directoryPage, block.line, block.shell, got)
		if block.want != "" {
			require.Regexp(t, pattern(block.want), strings.TrimRight(got, "\n")+"\n", "%s:%d", directoryPage, block.line)
		}
	}
}

// mark is what the script prints between blocks.
func mark(i int) string { return fmt.Sprintf("\x1e%d\n", i) }

// pageScript ends the directory, the last process in the background, whatever happens.
func pageScript(blocks []passage) string {
	script := "exec 2>&1\ntrap 'exit 1' TERM\ntrap 'kill $! && wait $!' EXIT\n"
	for i, block := range blocks {
		script += fmt.Sprintf("printf '\\036%d\\n'\n", i) + block.shell
	}
	return script + fmt.Sprintf("printf '\\036%d\\n'\n", len(blocks))
}

func between(text, from, to string) (string, bool) {
	_, rest, _ := strings.Cut(text, from)
	inside, _, found := strings.Cut(rest, to)
	return inside, found
}

// runShell returns what was printed, also by a script that failed.
func runShell(t *testing.T, script string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-eu", "-c", script)
	cmd.Dir = t.TempDir()
	// A terminal's settings are not the page's: its shell has those of a new user.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "LC_ALL=C"}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Logf("the script ended with %v", err)
	}
	return out.String()
}

// port is an address of the page and the one that the test has instead.
type port struct{ was, is string }

// freePorts holds all of them open until each is known, so that they differ.
func freePorts(t *testing.T, documented ...string) []port {
	var ports []port
	for _, number := range documented {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer ln.Close()
		ports = append(ports, port{"127.0.0.1:" + number, ln.Addr().String()})
	}
	return ports
}

// needTools skips on machines without the tools, unless TOOL_TESTS says that they have to be there.
func needTools(t *testing.T) {
	missing := t.Skipf
	if os.Getenv("TOOL_TESTS") == "required" {
		missing = t.Fatalf
	}
	if err := exec.Command("curl", "--fail-with-body", "--version").Run(); err != nil {
		missing("the page needs curl 7.76: %v", err)
	}
	version, err := exec.Command("openssl", "version").Output()
	if err != nil || !regexp.MustCompile(`^OpenSSL [3-9]\.`).Match(version) {
		missing("the page needs OpenSSL 3, got %q: %v", version, err)
	}
}

// The tables of the page have what the code has, no more and no less.
func TestTablesOfDirectoryPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(directoryPage)
	require.NoError(t, err)
	page := string(raw)

	var wrongs []string
	for _, w := range pki.Wrongs() {
		wrongs = append(wrongs, fmt.Sprintf("| `%s` | %s |", w.Name, w.Summary))
	}
	require.Equal(t, wrongs, tableAfter(page, "| `wrong` |"))

	shown := tableAfter(page, "| knob |")
	require.Len(t, shown, len(knob.Definitions()))
	for i, d := range knob.Definitions() {
		value := d.Value
		if len(d.Choices) > 0 {
			value = strings.Join(d.Choices, ", ")
		}
		if d.Default != "" {
			value += "; " + d.Default + " if left out"
		}
		require.Contains(t, shown[i], fmt.Sprintf("| `%s` | %s | %s | `set ", d.Name, d.Summary, value))
		require.Contains(t, shown[i][strings.LastIndex(shown[i], "`set "):], " "+d.Name)
	}

	directoryServeCommand().Flags().VisitAll(func(f *pflag.Flag) {
		require.Regexp(t, "--"+f.Name+"\\b", page, "the page says nothing of the flag")
	})
	for _, route := range []string{"/healthz", "/metrics", "/fetches", "/knobs/"} {
		require.Contains(t, page, route)
	}
}

// tableAfter returns the rows of the table whose head begins so.
func tableAfter(page, head string) []string {
	_, rest, _ := strings.Cut(page, head)
	var rows []string
	for i, line := range strings.Split(rest, "\n") {
		if i > 1 && !strings.HasPrefix(line, "|") {
			break
		}
		if i > 1 {
			rows = append(rows, line)
		}
	}
	return rows
}

// Every example in the table of knobs can be typed as it stands, and every class of endpoints is told.
func TestKnobsOfDirectoryPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(directoryPage)
	require.NoError(t, err)
	s, err := mockdirectory.Start(t.Context(), mockdirectory.Config{})
	require.NoError(t, err)
	defer s.Close()

	for _, row := range tableAfter(string(raw), "| knob |") {
		example := regexp.MustCompile("`(set [^`]*)` \\|$").FindStringSubmatch(row)
		require.NotNil(t, example, row)
		words := []string{"directory", "knob", "--management", s.ManagementURL()}
		for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(example[1], -1) {
			words = append(words, strings.Trim(word, "'"))
		}
		var out, errs bytes.Buffer
		require.Equal(t, exitPassed, run(words, nil, &out, &errs), "%s: %s", row, errs.String())
		require.Regexp(t, `^knob-\d+\n$`, out.String())
	}

	res, err := http.Get(s.ManagementURL() + "/knobs/")
	require.NoError(t, err)
	defer res.Body.Close()
	var state struct{ Endpoints, Settings []json.RawMessage }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&state))
	require.Len(t, state.Settings, len(knob.Definitions()))
	for _, class := range state.Endpoints {
		require.Contains(t, string(raw), "`"+strings.Trim(string(class), `"`)+"`")
	}
}

// A link of the page leads somewhere.
func TestLinksOfDirectoryPage(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(directoryPage)
	require.NoError(t, err)
	headings := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllSubmatch(raw, -1) {
		anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(string(found[1])), "")
		headings["#"+strings.ReplaceAll(anchor, " ", "-")] = true
	}
	for _, found := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllSubmatch(raw, -1) {
		link := string(found[1])
		switch {
		case strings.HasPrefix(link, "#"):
			require.True(t, headings[link], link)
		case !strings.HasPrefix(link, "http"):
			require.FileExists(t, filepath.Join(filepath.Dir(directoryPage), link))
		}
	}
}
