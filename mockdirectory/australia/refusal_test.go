package australia

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/mockdirectory/problem"
)

// What the caller did wrong is answered here; the directory's own trouble goes
// on, to be logged.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, in := range []struct {
		err    error
		status int
		code   string
	}{
		{invalidField("page: no"), 400, "Field/Invalid"},
		{problem.Invalid("kid", "no"), 400, "Field/Invalid"},
		{problem.Forbidden("no"), 403, "Authorisation/AdrStatusNotActive"},
		{&problem.Problem{Status: http.StatusUnprocessableEntity, Text: "no"}, 422, "Field/Missing"},
	} {
		w := httptest.NewRecorder()
		require.NoError(t, answer(w, in.err))
		require.Equal(t, in.status, w.Code)
		require.Contains(t, w.Body.String(), in.code)
		require.Contains(t, in.err.Error(), "no")
	}
	broken := errors.New("disk is full")
	w := httptest.NewRecorder()
	require.ErrorIs(t, answer(w, broken), broken)
	require.Empty(t, w.Body.String())
}
