package knob

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sink is a writer without a connection.
type sink struct {
	header http.Header
	size   int
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
func (s *sink) Write(b []byte) (int, error) {
	s.size += len(b)
	return len(b), nil
}

func benchmark(b *testing.B, body string, settings ...Setting) {
	p := newPanel(b, Options{})
	for _, s := range settings {
		_, err := p.Set(s)
		require.NoError(b, err)
	}
	text := []byte(body)
	h := p.Wrap("directory-jwks", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }))
	r := newRequest("GET", "/", "")
	w := &sink{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
	b.SetBytes(int64(w.size / max(b.N, 1)))
}

func BenchmarkWrap(b *testing.B) {
	b.Run("no knob", func(b *testing.B) { benchmark(b, trueSet) })
	b.Run("another endpoint", func(b *testing.B) { benchmark(b, trueSet, Setting{Knob: "drop", Endpoint: "token"}) })
	b.Run("missing kid", func(b *testing.B) { benchmark(b, trueSet, Setting{Knob: "missing-kid"}) })
}

func BenchmarkHuge(b *testing.B) {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf(`{"kty":"RSA","kid":"%d","use":"sig","n":"%s","e":"AQAB"}`, i, strings.Repeat("A", 342))
	}
	many := `{"keys":[` + strings.Join(keys, ",") + `]}`
	b.Run("10000 decoys before two keys", func(b *testing.B) { benchmark(b, trueSet, Setting{Knob: "huge"}) })
	b.Run("10000 decoys before 10000 keys", func(b *testing.B) { benchmark(b, many, Setting{Knob: "huge"}) })
}
