package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dcrkit/dcrkit/fixtures/jsonvalue"
)

// Schema is a compiled JSON Schema (2020-12) of a profile.
type Schema struct {
	name     string
	compiled *jsonschema.Schema
}

// CompileSchema prepares a schema document for use by many checks. Formats
// such as uri are asserted, which 2020-12 leaves to the reader. The error is
// one of the profile, never of the target.
func CompileSchema(name string, document []byte) (Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return Schema{}, fmt.Errorf("schema %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		return Schema{}, fmt.Errorf("schema %s: %w", name, err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		return Schema{}, fmt.Errorf("schema %s: %w", name, err)
	}
	return Schema{name, compiled}, nil
}

// Validate judges a body. The Finding names the members that do not fit. Any
// other error is trouble of the validator itself.
func (s Schema) Validate(raw []byte) error {
	value, err := jsonvalue.Value(raw)
	if err != nil {
		return finding("JSON", "%v", err)
	}
	err = s.compiled.Validate(value)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		return finding("a body after the schema "+s.name, "%s", leaves(invalid))
	}
	return err
}

// leaves lists where the value left the schema, without the tree above.
func leaves(v *jsonschema.ValidationError) string {
	var out []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			walk(c)
		}
		if len(e.Causes) == 0 {
			lines := strings.Split(strings.TrimSpace(e.Error()), "\n")
			out = append(out, strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "- "))
		}
	}
	walk(v)
	return strings.Join(out, "; ")
}
