package reports

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// long makes claims that are worth caching.
func long(member string) string {
	return `{"pad":"` + strings.Repeat("x", cacheFrom) + `",` + member + `}`
}

func TestNewSecretIsHiddenInCachedSegments(t *testing.T) {
	t.Parallel()
	token := jws(long(`"a":"1"`), long(`"b":"`+canary+`"`))
	r := NewRedactor("another secret")
	require.Contains(t, everyDecoding(r.Text(token)), canary)
	require.Contains(t, string(r.DecodeTokens("body", token)[0].Claims), canary)
	r.Add(canary)
	requireNoCanary(t, r.Text(token))
	require.NotContains(t, string(r.DecodeTokens("body", token)[0].Claims), canary)
}

func TestLateAnswerDoesNotReplaceANewerOne(t *testing.T) {
	t.Parallel()
	var c segmentCache
	key := strings.Repeat("k", cacheFrom)
	c.put(2, key, scrubbed{clean: "new"})
	c.put(1, key, scrubbed{clean: "old"})
	_, ok := c.get(1, key)
	require.False(t, ok)
	got, ok := c.get(2, key)
	require.True(t, ok)
	require.Equal(t, "new", got.clean)
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c segmentCache
	for i := range 200 {
		c.put(0, strings.Repeat("k", 10_000+i), scrubbed{})
		require.LessOrEqual(t, c.size, cacheBytes)
	}
	require.NotEmpty(t, c.kept)
	c.put(0, strings.Repeat("k", cacheBytes/2), scrubbed{})
	_, ok := c.get(0, strings.Repeat("k", cacheBytes/2))
	require.False(t, ok, "one huge segment must not push out all others")
}

func TestDepthAndBudgetDoNotDependOnTheCache(t *testing.T) {
	t.Parallel()
	for _, layers := range []int{maxDepth / 2, maxDepth - 1, maxDepth, maxDepth + 1} {
		nested := long(`"client_secret":"hunter22"`)
		inner := ""
		for i := range layers {
			nested = jws(`{}`, nested)
			if i == layers/2 {
				inner = nested
			}
		}
		requireSameWhenWarm(t, nested, inner)
	}
}

func TestBudgetIsSpentOnCachedSegments(t *testing.T) {
	t.Parallel()
	encoded := segment(long(`"a":{"b":"some text"}`))
	walk := func(r *Redactor, budget int) (string, int) {
		p := r.pass(0)
		p.left = budget
		return p.segment(encoded, 0).clean, p.left
	}
	warm := NewRedactor()
	_, left := walk(warm, 1<<20)
	for _, budget := range []int{0, 1<<20 - left - 1, 1<<20 - left, 1 << 20} {
		wantText, wantLeft := walk(NewRedactor(), budget)
		text, left := walk(warm, budget)
		require.Equal(t, wantText, text, "budget %d", budget)
		require.Equal(t, wantLeft, left, "budget %d", budget)
	}
}

// requireSameWhenWarm redacts in with a fresh redactor, and with one that has met
// it and some other texts before.
func requireSameWhenWarm(t *testing.T, in string, before ...string) {
	t.Helper()
	warm := NewRedactor(canary)
	for _, text := range append(before, in) {
		warm.DecodeTokens("body", text)
		warm.Text(text)
	}
	require.Equal(t, NewRedactor(canary).Text(in), warm.Text(in))
	require.Equal(t, texts(NewRedactor(canary).DecodeTokens("body", in)), texts(warm.DecodeTokens("body", in)))
}

func FuzzCacheDoesNotShow(f *testing.F) {
	f.Add(`{"a":"b"}`, uint8(2))
	f.Add(`{"client_secret":"`, uint8(20))
	f.Add("-----BEGIN PRIVATE KEY-----", uint8(9))
	f.Add(canary, uint8(3))
	f.Fuzz(func(t *testing.T, claims string, layers uint8) {
		nested := long(`"a":"` + claims + `"`)
		for range layers % (maxDepth + 4) {
			nested = jws(`{}`, `{"s":"`+nested+`"}`)
			if len(nested) > 1<<13 {
				break
			}
		}
		parts := strings.SplitN(nested, ".", 3)
		requireSameWhenWarm(t, nested, claims, decodeSegment(parts[len(parts)/2]))
	})
}
