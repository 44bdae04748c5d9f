// Package features is the Gherkin catalogue: one file per area of the
// rulebook. Every scenario's name begins with the rule that it checks.
package features

import "embed"

// FS holds the feature files at its root.
//
//go:embed *.feature
var FS embed.FS
