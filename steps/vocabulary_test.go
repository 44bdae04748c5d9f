package steps

import (
	"io"
	"testing"

	"github.com/cucumber/godog"
	"github.com/stretchr/testify/require"
)

// featureLines returns every step of every scenario, rows filled in.
func featureLines(t *testing.T, c *Catalogue) []string {
	t.Helper()
	var paths []string
	seen := map[string]bool{}
	for _, e := range c.Entries {
		if !seen[e.uri] {
			seen[e.uri] = true
			paths = append(paths, e.uri)
		}
	}
	suite := godog.TestSuite{Options: &godog.Options{Format: "progress", Output: io.Discard, FS: c.fsys, Paths: paths}}
	parsed, err := suite.RetrieveFeatures()
	require.NoError(t, err)
	var lines []string
	for _, f := range parsed {
		for _, p := range f.Pickles {
			for _, s := range p.Steps {
				lines = append(lines, s.Text)
			}
		}
	}
	return lines
}
