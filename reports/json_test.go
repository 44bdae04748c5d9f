package reports

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

const schemaPath = "../docs/report.schema.json"

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, fixture()))
	golden(t, "report.json", b.Bytes())
	validate(t, b.Bytes())

	var back Run
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	// The first writing replaces bytes that are not UTF-8, and so is no fixed point.
	var second, third bytes.Buffer
	require.NoError(t, WriteJSON(&second, back))
	require.NoError(t, json.Unmarshal(second.Bytes(), &back))
	require.NoError(t, WriteJSON(&third, back))
	require.True(t, bytes.Equal(second.Bytes(), third.Bytes()), "a report that is read and written again must not change")
	require.Equal(t, fixture().Totals, back.Totals)
	require.Len(t, back.Checks, len(fixture().Checks))
}

func TestWriteJSONOfAnEmptyRun(t *testing.T) {
	t.Parallel()
	r := Run{Tool: Tool{Name: "dcrkit"}}
	r.Finish(started)
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, r))
	validate(t, b.Bytes())
	require.Contains(t, b.String(), `"checks": []`)
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		bend func(*Run)
	}{
		{"another schema", func(r *Run) { r.Schema = "dcrkit.report/2" }},
		{"an unknown verdict", func(r *Run) { r.Verdict = "ok" }},
		{"a reason with a good verdict", func(r *Run) { r.Reason, r.Verdict = "interrupted", Passed }},
		{"a check without an id", func(r *Run) { r.Checks[0].ID = "" }},
		{"a check with an unknown verdict", func(r *Run) { r.Checks[0].Verdict = "" }},
		{"an unknown level", func(r *Run) { r.Checks[0].Level = "must" }},
		{"a skipped check without a reason", func(r *Run) { r.Checks[0].Verdict, r.Checks[0].Reason = Skipped, "" }},
		{"a negative count", func(r *Run) { r.Totals.Failed = -1 }},
		{"a negative duration", func(r *Run) { r.Checks[0].Duration = -1e6 }},
		{"a request without a method", func(r *Run) { r.Checks[0].Exchanges = []Exchange{{Request: Message{URL: "https://h"}}} }},
		{"a response without a status", func(r *Run) {
			r.Checks[0].Exchanges = []Exchange{{Request: Message{Method: "GET", URL: "https://h"}, Response: &Message{}}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := fixture()
			tt.bend(&r)
			var b bytes.Buffer
			require.NoError(t, WriteJSON(&b, r))
			require.Error(t, check(t, b.Bytes()))
		})
	}
}

func validate(t *testing.T, doc []byte) {
	t.Helper()
	require.NoError(t, check(t, doc))
}

func check(t *testing.T, doc []byte) error {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(schemaPath)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	require.NoError(t, err)
	return schema.Validate(value)
}

// The schema is open for the sake of its readers, so validation alone would not
// notice a member that was added to the model and forgotten in the schema.
func TestSchemaDescribesEveryMember(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	schema, err := compiler.Compile(schemaPath)
	require.NoError(t, err)
	compare(t, "run", reflect.TypeFor[Run](), schema)
}

func compare(t *testing.T, path string, typ reflect.Type, schema *jsonschema.Schema) {
	t.Helper()
	for schema.Ref != nil || len(schema.AllOf) > 0 {
		if schema.Ref != nil {
			schema = schema.Ref
		} else {
			schema = schema.AllOf[0]
		}
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ.Kind() == reflect.Slice && typ != reflect.TypeFor[json.RawMessage]():
		items, ok := schema.Items2020, schema.Items2020 != nil
		require.True(t, ok, "%s: the schema does not describe the items", path)
		compare(t, path+"[]", typ.Elem(), items)
	case typ.Kind() == reflect.Struct && typ.PkgPath() == reflect.TypeFor[Run]().PkgPath():
		var members []string
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			require.NotEmpty(t, name, "%s.%s has no JSON name", path, typ.Field(i).Name)
			require.Contains(t, schema.Properties, name, "%s: the schema lacks a member", path)
			members = append(members, name)
			compare(t, path+"."+name, typ.Field(i).Type, schema.Properties[name])
		}
		for name := range schema.Properties {
			require.Contains(t, members, name, "%s: the schema describes a member that is not in the model", path)
		}
	}
}
