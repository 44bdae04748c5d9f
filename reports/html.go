package reports

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page, its style and its script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed html/report.gohtml
var pageTemplate string

//go:embed html/report.css
var pageStyle string

//go:embed html/report.js
var pageScript string

// WriteHTML writes the run as one file that needs nothing else: no network, no
// second file, and no script for anything but filtering.
//
// Bodies come from a server under test and are hostile. html/template escapes
// them, and the content security policy of the page admits, by hash, only our own
// style and script, so that an escape that was missed still could not run.
func WriteHTML(w io.Writer, r Run) error {
	page, err := template.New("report").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("parse the report page: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, newPage(r)); err != nil {
		return fmt.Errorf("render HTML report: %w", err)
	}
	if _, err := unmask.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	return nil
}

// unmask writes as escapes what would make text read differently from what it is:
// control characters, and the bidirectional overrides that can turn "denied" into
// another word on the screen. The page itself has none of them.
var unmask = newUnmask()

func newUnmask() *strings.Replacer {
	var pairs []string
	for _, span := range [][2]rune{{0x00, 0x08}, {0x0B, 0x0C}, {0x0E, 0x1F}, {0x7F, 0x9F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}} {
		for c := span[0]; c <= span[1]; c++ {
			pairs = append(pairs, string(c), fmt.Sprintf(`\u%04x`, c))
		}
	}
	return strings.NewReplacer(pairs...)
}

func contentPolicy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript)
}
