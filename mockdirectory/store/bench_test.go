package store

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkSave writes rows of the size of a software. One row per transaction
// is what an enrolment costs; of a hundred together it shows what putting saves
// of several callers into one transaction could gain.
func BenchmarkSave(b *testing.B) {
	value := map[string]string{"ClientName": "Budgets", "rest": strings.Repeat("x", 600)}
	for _, together := range []int{1, 100} {
		b.Run(fmt.Sprintf("rows=%d", together), func(b *testing.B) {
			s := open(b, b.TempDir())
			rows := make([]Row, together)
			n := 0
			for b.Loop() {
				for i := range rows {
					n++
					rows[i] = row(fmt.Sprintf("%022d", n*7919%1000003), value)
				}
				require.NoError(b, s.Save(rows...))
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/row")
		})
	}
	b.Run("parallel", func(b *testing.B) {
		s := open(b, b.TempDir())
		var n atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := s.Save(row(fmt.Sprintf("%022d", n.Add(1)), value)); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
