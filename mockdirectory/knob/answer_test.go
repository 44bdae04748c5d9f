package knob

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func keysOf(t testing.TB, body string) []map[string]any {
	t.Helper()
	var set struct {
		Keys  []map[string]any `json:"keys"`
		Extra bool             `json:"extra"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &set), "%.200s", body)
	require.True(t, set.Extra, "members beside the keys stay")
	return set.Keys
}

func kidsOf(keys []map[string]any) (kids []any) {
	for _, k := range keys {
		kids = append(kids, k["kid"])
	}
	return kids
}

func sign(payload []byte) (string, error) {
	return "e30." + base64.RawURLEncoding.EncodeToString(payload) + ".sig", nil
}

// Every knob that changes an answer, at a body it can change and at one it
// cannot. The honest answer comes before and after.
func TestChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		knob, value, at string
		cannot          []string // endpoints where the answer stays and no hit is counted
		want            func(*testing.T, *http.Response, string)
	}{
		{"empty", "", "directory-jwks", []string{"software-jwks", "organisation-jwks", "health"}, func(t *testing.T, _ *http.Response, body string) {
			require.Equal(t, `{"keys":[],"extra":true}`, body)
		}},
		{"empty", "", "participants", nil, func(t *testing.T, _ *http.Response, body string) { require.Equal(t, "[]", body) }},
		{"empty", "", "scim", nil, func(t *testing.T, _ *http.Response, body string) {
			require.Equal(t, `{"Resources":[],"totalResults":0,"itemsPerPage":0}`, body)
		}},
		{"empty", "", "enrolment", nil, func(t *testing.T, res *http.Response, body string) {
			require.Empty(t, body)
			require.Equal(t, 201, res.StatusCode)
		}},
		{"not-json", "", "directory-jwks", []string{"organisation-jwks", "health"}, func(t *testing.T, res *http.Response, body string) {
			require.True(t, strings.HasPrefix(body, "<!DOCTYPE html>"))
			require.Equal(t, "application/jwk-set+json", res.Header.Get("Content-Type"))
		}},
		{"json-bomb", "9000", "directory-jwks", []string{"organisation-jwks", "health"}, func(t *testing.T, _ *http.Response, body string) {
			require.Equal(t, `{"keys":`+strings.Repeat("[", 9000)+strings.Repeat("]", 9000)+`}`, body)
		}},
		{"json-bomb", "", "participants", nil, func(t *testing.T, _ *http.Response, body string) {
			require.Equal(t, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000), body)
		}},
		{"polluted-x5c", "", "directory-jwks", []string{"software-jwks", "organisation-jwks", "revoked-jwks", "oidc"}, func(t *testing.T, _ *http.Response, body string) {
			keys := keysOf(t, body)
			require.Equal(t, []any{"TUlJ-----END CERTIFICATE-----", "QUJD-----END CERTIFICATE-----"}, keys[0]["x5c"])
			require.NotContains(t, keys[1], "x5c")
		}},
		{"wrong-use", "", "directory-jwks", []string{"software-jwks", "organisation-jwks", "oidc"}, func(t *testing.T, _ *http.Response, body string) {
			for _, k := range keysOf(t, body) {
				require.Equal(t, "enc", k["use"])
			}
		}},
		{"wrong-use", `t"s`, "revoked-jwks", nil, func(t *testing.T, _ *http.Response, body string) {
			require.Equal(t, `{"keys":[{"kty":"EC","use":"t\"s"},1]}`, body)
		}},
		{"duplicate-kid", "", "directory-jwks", []string{"software-jwks", "organisation-jwks", "revoked-jwks", "oidc"}, func(t *testing.T, _ *http.Response, body string) {
			keys := keysOf(t, body)
			require.Equal(t, []any{"a", "b", "a", "b"}, kidsOf(keys))
			require.Equal(t, "AQAB", keys[2]["n"], "the true key is unchanged")
			require.Equal(t, "PS256", keys[0]["alg"])
			require.NotContains(t, keys[0], "x5c")
			require.NotContains(t, keys[1], "alg", "an RSA key is none for ES256")
			require.NotEqual(t, keys[0]["n"], keys[1]["n"])
		}},
		{"duplicate-kid", "last", "directory-jwks", nil, func(t *testing.T, _ *http.Response, body string) {
			keys := keysOf(t, body)
			require.Equal(t, []any{"a", "b", "a", "b"}, kidsOf(keys))
			require.Equal(t, "AQAB", keys[0]["n"])
			require.NotEqual(t, "AQAB", keys[2]["n"])
		}},
		{"missing-kid", "", "directory-jwks", []string{"software-jwks", "organisation-jwks", "revoked-jwks", "oidc"}, func(t *testing.T, _ *http.Response, body string) {
			keys := keysOf(t, body)
			require.Len(t, keys, 2)
			for _, k := range keys {
				require.NotContains(t, k, "kid")
				require.Equal(t, "sig", k["use"])
			}
		}},
		{"huge", "300", "directory-jwks", []string{"organisation-jwks", "oidc"}, func(t *testing.T, _ *http.Response, body string) {
			keys := keysOf(t, body)
			require.Len(t, keys, 302)
			require.Equal(t, "decoy-1", keys[0]["kid"])
			require.Equal(t, []any{"a", "b"}, kidsOf(keys[300:]))
			seen := map[any]bool{}
			for _, k := range keys[:300] {
				n, err := base64.RawURLEncoding.DecodeString(k["n"].(string))
				require.NoError(t, err)
				require.Len(t, n, 256)
				require.Equal(t, byte(0x80), n[0]&0x80)
				require.False(t, seen[k["n"]])
				seen[k["n"]] = true
			}
			require.True(t, strings.HasSuffix(body, strings.TrimPrefix(trueSet, `{"keys":[`)), "the true keys are as they were written")
		}},
		{"huge", "1", "software-jwks", nil, func(t *testing.T, _ *http.Response, body string) {
			require.True(t, strings.HasPrefix(body, `{"keys":[{"kty":"RSA"`) && strings.HasSuffix(body, `}]}`), body)
			require.True(t, json.Valid([]byte(body)))
		}},
		{"signed-set", "", "directory-jwks", []string{"organisation-jwks", "oidc"}, func(t *testing.T, res *http.Response, body string) {
			require.Equal(t, "application/jwk-set+jwt", res.Header.Get("Content-Type"))
			payload, err := base64.RawURLEncoding.DecodeString(strings.Split(body, ".")[1])
			require.NoError(t, err)
			require.Equal(t, trueSet, string(payload))
		}},
		{"content-type", "", "directory-jwks", []string{"health"}, func(t *testing.T, res *http.Response, body string) {
			require.Equal(t, "text/plain", res.Header.Get("Content-Type"))
			require.Equal(t, trueSet, body)
		}},
		{"content-type", "a/b; c=d", "organisation-jwks", nil, func(t *testing.T, res *http.Response, _ string) {
			require.Equal(t, "a/b; c=d", res.Header.Get("Content-Type"))
			require.Equal(t, 404, res.StatusCode)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.knob+"/"+tt.value+"/"+tt.at, func(t *testing.T) {
			t.Parallel()
			b := start(t, Options{Sign: sign})
			path := "/" + tt.at + "/x"
			_, honest := b.get(path)
			require.Equal(t, answers[tt.at].body, honest)

			id := b.set(`{"knob":"` + tt.knob + `","value":` + strconv.Quote(tt.value) + `}`).ID
			res, body := b.get(path)
			tt.want(t, res, body)
			require.Equal(t, strconv.Itoa(len(body)), res.Header.Get("Content-Length"))
			if body != honest {
				require.Empty(t, res.Header.Get("ETag"), "the validator was that of the true body")
			}
			require.Equal(t, 1, b.hits())

			head, none, err := b.do("HEAD", path)
			require.NoError(t, err)
			require.Empty(t, none)
			require.Equal(t, int64(len(body)), head.ContentLength)
			require.Equal(t, 2, b.hits())

			for _, at := range tt.cannot {
				res, body := b.get("/" + at + "/x")
				require.Equal(t, answers[at].body, body, at)
				require.Equal(t, answers[at].mediaType, res.Header.Get("Content-Type"), at)
			}
			require.Equal(t, 2, b.hits(), "an answer left alone is no hit")

			require.True(t, b.panel.Remove(id))
			_, body = b.get(path)
			require.Equal(t, honest, body)
		})
	}
}

func TestSignerThatFailsLeavesTheSet(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Sign: func([]byte) (string, error) { return "", errors.New("no") }})
	b.set(`{"knob":"signed-set"}`)
	_, body := b.get("/directory-jwks/x")
	require.Equal(t, trueSet, body)
	require.Zero(t, b.hits())
}

func TestOutage(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for value, want := range map[string]int{"": 503, "429": 429, "599": 599} {
		id := b.set(`{"knob":"outage","value":"` + value + `"}`).ID
		res, body := b.get("/directory-jwks/x")
		require.Equal(t, want, res.StatusCode)
		require.JSONEq(t, `{"error":"outage","error_description":"the directory was told to answer `+strconv.Itoa(want)+` here"}`, body)
		head, none, err := b.do("HEAD", "/directory-jwks/x")
		require.NoError(t, err)
		require.Equal(t, want, head.StatusCode)
		require.Empty(t, none)
		require.True(t, b.panel.Remove(id))
	}
	res, _ := b.get("/directory-jwks/x")
	require.Equal(t, 200, res.StatusCode)
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	for value, want := range map[string]string{
		"https://e.example":       "https://e.example/directory-jwks/x%2Fy?q=1",
		"https://e.example?own=1": "https://e.example/directory-jwks/x%2Fy?own=1",
		"https://e.example/":      "https://e.example/",
		"http://e.example:81/a?b": "http://e.example:81/a?b",
	} {
		id := b.set(`{"knob":"redirect","value":"` + value + `"}`).ID
		res, body := b.get("/directory-jwks/x%2Fy?q=1")
		require.Equal(t, 302, res.StatusCode)
		require.Equal(t, want, res.Header.Get("Location"))
		require.Empty(t, body)
		require.True(t, b.panel.Remove(id))
	}
}

// Knobs combine in the order of the definitions; a body is replaced once, and
// nothing follows a terminal knob.
func TestCombination(t *testing.T) {
	t.Parallel()
	b := start(t, Options{Sign: sign})
	for _, s := range []string{`{"knob":"content-type","value":"x/y"}`, `{"knob":"signed-set"}`, `{"knob":"huge","value":"2"}`,
		`{"knob":"missing-kid"}`, `{"knob":"duplicate-kid"}`, `{"knob":"wrong-use"}`, `{"knob":"latency","value":"1ms"}`} {
		b.set(s)
	}
	res, body := b.get("/directory-jwks/x")
	require.Equal(t, "x/y", res.Header.Get("Content-Type"))
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(body, ".")[1])
	require.NoError(t, err)
	keys := keysOf(t, string(payload))
	require.Equal(t, []any{"decoy-1", "decoy-2", nil, nil, nil, nil}, kidsOf(keys))
	for _, k := range keys[2:] {
		require.Equal(t, "enc", k["use"], "decoys are copied from the changed keys")
	}
	for _, s := range b.panel.List() {
		require.Equal(t, 1, s.Hits, s.Knob)
	}

	b.set(`{"knob":"json-bomb","value":"5"}`)
	b.set(`{"knob":"not-json"}`)
	_, body = b.get("/directory-jwks/x")
	require.True(t, strings.HasPrefix(body, "<!DOCTYPE"))
	b.set(`{"knob":"outage"}`)
	res, _ = b.get("/directory-jwks/x")
	require.Equal(t, 503, res.StatusCode)
	want := map[string]int{"latency": 3, "content-type": 2, "not-json": 1, "json-bomb": 0, "outage": 1, "huge": 1}
	for _, s := range b.panel.List() {
		if n, ok := want[s.Knob]; ok {
			require.Equal(t, n, s.Hits, s.Knob)
		}
	}
}

// A true answer is whole: the endpoint does not get to see what would shorten it.
func TestEndpointAnswersWhole(t *testing.T) {
	t.Parallel()
	b := start(t, Options{})
	seen := make(chan http.Header, 2)
	p := b.panel
	h := p.Wrap("directory-jwks", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Clone()
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, trueSet)
		w.Header().Set("X-Late", "1")
	}))
	b.set(`{"knob":"missing-kid"}`)
	req, rec := newRequest("GET", "/x", ""), newRecorder()
	req.Header.Set("If-None-Match", `"true"`)
	req.Header.Set("Range", "bytes=0-1")
	rec.Header().Set("X-Outer", "1")
	h.ServeHTTP(rec, req)
	require.Equal(t, 200, rec.Code)
	require.Equal(t, "1", rec.Header().Get("X-Outer"))
	require.Empty(t, rec.Result().Header.Get("X-Late"))
	require.Empty(t, <-seen)
	require.NotContains(t, rec.Body.String(), `"kid"`)
	p.Clear()
	h.ServeHTTP(newRecorder(), req)
	require.Len(t, <-seen, 2)
}
