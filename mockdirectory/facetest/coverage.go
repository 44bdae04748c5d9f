package facetest

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Note takes down that an operation was tried and ended with a status.
func (c *Contract) Note(method, operation string, status int) {
	if accepted(status) {
		c.accepted[method+" "+operation] = true
	} else {
		c.refused[method+" "+operation] = true
	}
}

// AllAccepted wants every operation to have succeeded once, and no other.
func (c *Contract) AllAccepted(t testing.TB) {
	t.Helper()
	require.Equal(t, c.operations(), slices.Sorted(maps.Keys(c.accepted)))
}

// AllRefused wants every operation to have refused something, but those which
// have nothing to refuse.
func (c *Contract) AllRefused(t testing.TB, but ...string) {
	t.Helper()
	want := slices.DeleteFunc(c.operations(), func(operation string) bool { return slices.Contains(but, operation) })
	require.Equal(t, want, slices.Sorted(maps.Keys(c.refused)))
}

// Case is a call with the path of its operation in the description.
type Case struct {
	Operation string
	Call
}

// Run sends the calls in their order and holds each exchange to the
// description. Together they have to try every operation with success, and every
// path with a refusal.
func (c *Contract) Run(t *testing.T, s Site, cases []Case) {
	t.Helper()
	refused := map[string]bool{}
	for _, in := range cases {
		t.Run(in.Method+" "+in.Path, func(t *testing.T) {
			c.Hold(t, Exchange{in.Operation, in.request(), s.In(t).Do(in.Call)})
		})
		c.Note(in.Method, in.Operation, in.Status)
		if !accepted(in.Status) {
			refused[in.Operation] = true
		}
	}
	c.AllAccepted(t)
	for path := range c.doc.Paths.Map() {
		require.True(t, refused[path], "%s never refuses", path)
	}
}
