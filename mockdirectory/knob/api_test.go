package knob

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	p := newPanel(t, Options{Seed: math.MaxUint64})
	h := http.StripPrefix("/knobs", p.Handler())
	call := func(method, path, body string) *httptest.ResponseRecorder {
		rec := newRecorder()
		h.ServeHTTP(rec, newRequest(method, path, body))
		require.Less(t, rec.Code, 500, "%s %s", method, path)
		if rec.Code >= 400 {
			var e map[string]string
			require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &e))
			require.Len(t, e, 2)
			require.NotEmpty(t, e["error"])
			require.NotEmpty(t, e["error_description"])
		}
		if rec.Code != 204 {
			require.Equal(t, "application/json", rec.Header().Get("Content-Type"))
		}
		return rec
	}
	var state struct {
		Definitions []Definition
		Settings    []Setting
		Seed        string
		Endpoints   []string
	}
	read := func(path string) {
		state.Settings = nil
		rec := call("GET", path, "")
		require.Equal(t, 200, rec.Code)
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &state))
		require.NotNil(t, state.Settings)
	}
	for _, path := range []string{"/knobs", "/knobs/"} {
		read(path)
		require.Len(t, state.Definitions, len(table))
		require.Equal(t, endpoints, state.Definitions[0].Endpoints)
		require.Equal(t, "18446744073709551615", state.Seed)
		require.Equal(t, endpoints, state.Endpoints)
		require.Empty(t, state.Settings)
	}

	rec := call("POST", "/knobs/", `{"knob":"latency","endpoint":"token","for":"90s"}`)
	require.Equal(t, 201, rec.Code)
	var made Setting
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &made))
	require.Equal(t, "1s", made.Value)
	read("/knobs")
	require.Equal(t, []Setting{made}, state.Settings)

	require.Equal(t, 404, call("DELETE", "/knobs/knob-99", "").Code)
	require.Equal(t, 404, call("DELETE", "/knobs/%22/%00", "").Code)
	require.Equal(t, 204, call("DELETE", "/knobs/"+made.ID, "").Code)
	require.Equal(t, 404, call("DELETE", "/knobs/"+made.ID, "").Code)
	for range 2 {
		require.Equal(t, 201, call("POST", "/knobs", `{"knob":"drop"}`).Code)
	}
	require.Equal(t, 204, call("DELETE", "/knobs/", "").Code)
	read("/knobs")
	require.Empty(t, state.Settings)
	require.Equal(t, 200, call("HEAD", "/knobs/", "").Code)

	rec = call("PUT", "/knobs/", "")
	require.Equal(t, 405, rec.Code)
	require.Equal(t, "DELETE, GET, HEAD, POST", rec.Header().Get("Allow"))
	rec = call("GET", "/knobs/knob-1", "")
	require.Equal(t, 405, rec.Code)
	require.Equal(t, "DELETE", rec.Header().Get("Allow"))

	for _, body := range []string{"", "null", "{", `{"knob":"x"}`, `{"knob":"huge","endpoint":"token"}`, `{"knob":"signed-set"}`, "\xff", strings.Repeat("[", maxBody)} {
		require.Equal(t, 400, call("POST", "/knobs/", body).Code, "%.20q", body)
	}
	require.Equal(t, 413, call("POST", "/knobs/", strings.Repeat(" ", maxBody+1)).Code)
	chunked := newRequest("POST", "/knobs/", strings.Repeat(" ", maxBody+1))
	chunked.ContentLength = -1
	rec = newRecorder()
	h.ServeHTTP(rec, chunked)
	require.Equal(t, 413, rec.Code)
	require.Equal(t, 201, call("POST", "/knobs/", strings.Repeat(" ", maxBody-15)+`{"knob":"drop"}`).Code)

	for range maxSettings - 1 {
		require.Equal(t, 201, call("POST", "/knobs", `{"knob":"drop"}`).Code)
	}
	require.Equal(t, 409, call("POST", "/knobs", `{"knob":"drop"}`).Code)
	p.Close()
	rec = newRecorder()
	h.ServeHTTP(rec, newRequest("POST", "/knobs/", `{"knob":"drop"}`))
	require.Equal(t, 503, rec.Code)
}

// A panel without endpoints has lists and not null.
func TestAPIEmpty(t *testing.T) {
	t.Parallel()
	rec := newRecorder()
	New(Options{}).Handler().ServeHTTP(rec, newRequest("GET", "/", ""))
	require.Contains(t, rec.Body.String(), `"settings":[],"seed":"0","endpoints":[]`)
}
