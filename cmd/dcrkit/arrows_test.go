package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/dcrkit/dcrkit/"

// arrows are the imports of docs/ARCHITECTURE.md: what each package of ours
// may lean on. A package that is not here may lean on nothing, so that a new
// one has to be drawn first.
var arrows = map[string][]string{
	"cmd/dcrkit":   {"features", "fixtures/aspsp", "fixtures/inspect", "fixtures/malformation", "fixtures/pki", "fixtures/profile", "fixtures/rulebook", "fixtures/tpp", "mockdirectory", "mockdirectory/seed", "mockdirectory/store", "mockdirectory/trust", "reports", "steps"},
	"steps":        {"fixtures/jose", "fixtures/malformation", "fixtures/profile", "fixtures/registration", "fixtures/rulebook", "fixtures/tpp", "reports", "steps/oracle"},
	"steps/oracle": {"fixtures/jose", "fixtures/jsonvalue", "fixtures/rulebook", "fixtures/tpp"},
	"mockdirectory": {
		"fixtures/pki", "mockdirectory/access", "mockdirectory/australia", "mockdirectory/brazil", "mockdirectory/desk", "mockdirectory/knob",
		"mockdirectory/metrics", "mockdirectory/page", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/seed",
		"mockdirectory/store", "mockdirectory/trust", "mockdirectory/uk", "mockdirectory/watch",
	},
	"mockdirectory/rest":     {"fixtures/jose", "mockdirectory/problem"},
	"mockdirectory/registry": {"fixtures/pki", "mockdirectory/problem", "mockdirectory/store"},
	"mockdirectory/seed":     {"mockdirectory/registry"},
	"mockdirectory/trust":    {"fixtures/jose", "fixtures/pki", "mockdirectory/knob", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/store"},
	"mockdirectory/desk": {
		"fixtures/jose", "fixtures/malformation", "fixtures/pki", "fixtures/statement",
		"mockdirectory/problem", "mockdirectory/registry", "mockdirectory/trust",
	},
	"mockdirectory/access":    {"fixtures/jose", "fixtures/pki", "mockdirectory/desk", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/trust"},
	"mockdirectory/uk":        {"fixtures/jose", "fixtures/pki", "mockdirectory/access", "mockdirectory/desk", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/trust"},
	"mockdirectory/brazil":    {"fixtures/jose", "fixtures/pki", "mockdirectory/access", "mockdirectory/desk", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/trust"},
	"mockdirectory/australia": {"fixtures/jose", "fixtures/pki", "mockdirectory/access", "mockdirectory/desk", "mockdirectory/problem", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/trust"},
	"mockdirectory/facetest":  {"fixtures/jose", "fixtures/pki", "mockdirectory/desk", "mockdirectory/knob", "mockdirectory/registry", "mockdirectory/rest", "mockdirectory/store", "mockdirectory/trust"},
	"mockdirectory/watch":     {"fixtures/pki"},
	"mockdirectory/metrics":   {"mockdirectory/registry", "mockdirectory/watch"},
	"mockdirectory/page": {
		"fixtures/jose", "fixtures/malformation", "fixtures/pki", "mockdirectory/desk", "mockdirectory/knob", "mockdirectory/problem",
		"mockdirectory/registry", "mockdirectory/rest", "mockdirectory/trust", "mockdirectory/watch",
	},
	"fixtures/aspsp":        {"fixtures/jose", "fixtures/pki", "fixtures/profile", "fixtures/rulebook"},
	"fixtures/tpp":          {"fixtures/jose", "fixtures/pki", "fixtures/profile", "fixtures/registration"},
	"fixtures/inspect":      {"fixtures/jose", "fixtures/jsonvalue", "fixtures/profile"},
	"fixtures/malformation": {"fixtures/jose", "fixtures/registration"},
	"fixtures/registration": {"fixtures/jose", "fixtures/profile"},
	"fixtures/statement":    {"fixtures/jose"},
	"fixtures/profile":      {"fixtures/rulebook"},
}

// TestArrows holds the plan of the house: packages lean only downwards, and
// only fixtures/jose imports the JOSE library.
func TestArrows(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		from := path.Dir(filepath.ToSlash(rel))
		seen[from] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if strings.HasPrefix(name, "github.com/lestrrat-go/") {
				require.Equal(t, "fixtures/jose", from, "%s imports %s", rel, name)
			}
			if to, ours := strings.CutPrefix(name, module); ours {
				require.Contains(t, arrows[from], to, "%s leans on %s, which docs/ARCHITECTURE.md does not draw", rel, to)
			}
		}
		return nil
	})
	require.NoError(t, err)
	for from := range arrows {
		require.True(t, seen[from], "docs draw the package %s, which does not exist", from)
	}
}

// The plan and this test say the same: every package stands in the page.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	for from := range arrows {
		require.True(t, strings.Contains(string(page), from), "the page does not name %s", from)
	}
}
