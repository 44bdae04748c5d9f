package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/spf13/pflag"
)

// defaultConfig is read when it stands in the working directory and --config
// names no other.
const defaultConfig = "dcrkit.yaml"

// directoryToken is the environment's name of what opens the management port of a
// directory. It is no setting, so that it stands neither in a file nor on a command line.
const directoryToken = "DCRKIT_DIRECTORY_TOKEN"

// applySettings fills the flags that the command line left alone: from the
// environment (DCRKIT_PROFILE for --profile), then from the YAML file, whose
// keys are the flags' names. What a source says badly is an error that names
// the source, the key and what was expected.
func applySettings(flags *pflag.FlagSet, environ []string) error {
	set := map[string]bool{}
	flags.Visit(func(f *pflag.Flag) { set[f.Name] = true })
	if err := fromEnvironment(flags, environ, set); err != nil {
		return err
	}
	path, err := flags.GetString("config")
	if err != nil {
		return err
	}
	// A file that the user named has to be there; the default one need not.
	named := path != ""
	if !named {
		path = defaultConfig
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil
	}
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	return fromYAML(flags, path, raw, set)
}

// fromEnvironment takes every variable that begins with DCRKIT_ for a setting, so a
// mistyped one is an error and not a silent default. Underscores stand for hyphens. The
// name is checked even where the command line has set the flag already. It adds what it
// sets to set, which makes it win over the file.
func fromEnvironment(flags *pflag.FlagSet, environ []string, set map[string]bool) error {
	for _, entry := range environ {
		key, value, _ := strings.Cut(entry, "=")
		name, ours := strings.CutPrefix(key, "DCRKIT_")
		if !ours || key == directoryToken {
			continue
		}
		f := flags.Lookup(strings.ToLower(strings.ReplaceAll(name, "_", "-")))
		if f == nil || f.Name == "help" {
			return fmt.Errorf("environment: %s sets nothing; expected DCRKIT_ and the name of a flag of 'dcrkit run'%s", key, nearest(flags, strings.ToLower(name)))
		}
		if set[f.Name] {
			continue
		}
		if err := assign(f, []string{value}); err != nil {
			return fmt.Errorf("environment: %s: %w", key, err)
		}
		set[f.Name] = true
	}
	return nil
}

// fromYAML checks name and shape of every key, also of those that a stronger source has
// set; errors name file and line. --config cannot be set here. A file of comments sets
// nothing; of several documents the later one wins.
func fromYAML(flags *pflag.FlagSet, path string, raw []byte, set map[string]bool) error {
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return fmt.Errorf("config %s: %s", path, yaml.FormatError(err, false, true))
	}
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType {
			continue
		}
		entries, err := mapping(doc.Body)
		if err != nil {
			return fmt.Errorf("config %s: %w", path, err)
		}
		for _, e := range entries {
			key := e.Key.GetToken().Value
			where := fmt.Sprintf("config %s:%d", path, e.Key.GetToken().Position.Line)
			f := flags.Lookup(key)
			if f == nil || key == "config" || key == "help" {
				return fmt.Errorf("%s: unknown key %q%s", where, key, nearest(flags, key))
			}
			values, err := scalars(e.Value)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", where, key, err)
			}
			if set[f.Name] {
				continue
			}
			if err := assign(f, values); err != nil {
				return fmt.Errorf("%s: %s: %w", where, key, err)
			}
		}
	}
	return nil
}

// mapping returns the entries of a document. The parser has a node type of its own for a
// mapping of one key.
func mapping(n ast.Node) ([]*ast.MappingValueNode, error) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, nil
	}
	return nil, fmt.Errorf("line %d: expected keys and values such as 'profile: obie-3.3'", n.GetToken().Position.Line)
}

// scalars reads a value or a list of values.
// Lists within lists come out flat. A mapping, or a key without a value, is an error.
func scalars(n ast.Node) ([]string, error) {
	switch v := n.(type) {
	case *ast.SequenceNode:
		var out []string
		for _, item := range v.Values {
			one, err := scalars(item)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	case *ast.LiteralNode:
		return []string{v.Value.Value}, nil
	case *ast.NullNode:
		return nil, errors.New("expected a value, got none")
	case ast.ScalarNode:
		// As it is written: an organisation id of digits is no octal number.
		return []string{v.GetToken().Value}, nil
	}
	return nil, fmt.Errorf("expected a value or a list of values, got: %s", strings.ToLower(n.Type().String()))
}

// assign gives a flag its value from elsewhere than the command line.
// It marks the flag as changed, which pflag does for the command line only. A list may be
// written with commas too, and replaces the default. The caller adds key and source.
func assign(f *pflag.Flag, values []string) error {
	f.Changed = true
	if list, ok := f.Value.(pflag.SliceValue); ok {
		var split []string
		for _, v := range values {
			split = append(split, strings.Split(v, ",")...)
		}
		return list.Replace(split)
	}
	if len(values) != 1 {
		return fmt.Errorf("expected one %s, got %d values", f.Value.Type(), len(values))
	}
	if err := f.Value.Set(values[0]); err != nil {
		return fmt.Errorf("expected a value of type %s, got %q", f.Value.Type(), values[0])
	}
	return nil
}

// nearest suggests a flag for a mistyped key, or says nothing.
// Underscores count as hyphens.
func nearest(flags *pflag.FlagSet, key string) string {
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			names = append(names, f.Name)
		}
	})
	return suggestion(strings.ReplaceAll(key, "_", "-"), names)
}
