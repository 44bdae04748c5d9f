package registry

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcrkit/dcrkit/fixtures/pki"
	"github.com/dcrkit/dcrkit/mockdirectory/store"
)

// benchKey is of the size of a real one: its JWK has a chain of three
// certificates.
func benchKey(n int) (Key, *Certificate) {
	k, c := issued(fmt.Sprintf("%043d", n), pki.OBSigning, n)
	k.JWK = `{"kid":"` + k.KeyID + `","x5c":["` + strings.Repeat("A", 5000) + `"]}`
	k.PEM = strings.Repeat("A", 3500)
	c.PEM = k.PEM[:1800]
	return k, c
}

// BenchmarkDocument fetches a set that does not change, and one that grows by a
// key for each fetch.
func BenchmarkDocument(b *testing.B) {
	for _, size := range []int{10, 10_000} {
		r := openRegistry(b, store.Memory{})
		org := enrol(b, r)
		for n := range size {
			k, c := benchKey(n)
			publish(b, r, org.ID, org.ID, k, c)
		}
		fetch := func() {
			_, err := r.Document(org.ID, org.ID, false, nil)
			require.NoError(b, err)
		}
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fetch()
			}
		})
		b.Run(fmt.Sprintf("growing/keys=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				publish(b, r, org.ID, org.ID, Key{JWK: "{}"}, nil)
				fetch()
			}
		})
	}
}

// BenchmarkPublish fills one set, key after key. Per key, ten times as many
// should not cost much more.
func BenchmarkPublish(b *testing.B) {
	for _, size := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("keys=%d", size), func(b *testing.B) {
			for b.Loop() {
				r := openRegistry(b, store.Memory{})
				org := enrol(b, r)
				for n := range size {
					k, c := issued(fmt.Sprintf("%043d", n), pki.OBSigning, n)
					publish(b, r, org.ID, org.ID, k, c)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/key")
		})
	}
}

// fill enrols software in organisations of a thousand each, through the door.
func fill(b *testing.B, r *Registry, size int) (ids [][2]string) {
	b.Helper()
	var org Organisation
	for n := range size {
		if n%1000 == 0 {
			org = enrol(b, r)
		}
		soft, err := r.AddSoftware(org.ID, Fields{
			ClientName: fmt.Sprint("Budgets ", n), Description: "Shows what is left", ClientURI: "https://tpp.example",
			LogoURI: "https://tpp.example/logo.png", PolicyURI: "https://tpp.example/policy", TermsOfServiceURI: "https://tpp.example/terms",
			RedirectURI: []string{"https://tpp.example/cb", fmt.Sprint("https://tpp.example/cb/", n)},
		})
		require.NoError(b, err)
		ids = append(ids, [2]string{org.ID, soft.ID})
	}
	return ids
}

// BenchmarkSoftwareLookup is what every statement and every key set begin with.
func BenchmarkSoftwareLookup(b *testing.B) {
	for _, size := range []int{100, 100_000} {
		r := openRegistry(b, openSQLite(b, b.TempDir()))
		ids := fill(b, r, size)
		b.Run(fmt.Sprintf("software=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = (n + 7919) % size
				if _, _, err := r.Software(ids[n][0], ids[n][1]); err != nil {
					b.Fatal(err)
				}
			}
		})
		// The same few again and again: what is left is the map itself, not the
		// memory's distance from the processor.
		b.Run(fmt.Sprintf("hot/software=%d", size), func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = (n + 7) % 64
				if _, _, err := r.Software(ids[n][0], ids[n][1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen starts a directory with a hundred thousand software.
func BenchmarkOpen(b *testing.B) {
	const size = 100_000
	dir := b.TempDir()
	s := openSQLite(b, dir)
	fill(b, openRegistry(b, s), size)
	require.NoError(b, s.Close())
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		before := heap()
		b.StartTimer()
		s := openSQLite(b, dir)
		r := openRegistry(b, s)
		b.StopTimer()
		b.ReportMetric(float64(heap()-before)/size, "heap-B/software")
		runtime.KeepAlive(r)
		require.NoError(b, s.Close())
		b.StartTimer()
	}
}
