package training

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// BenchmarkStep times a whole epoch of the paper's network. The batch shrinks
// as the lattice grows, so that all do the same work but for the coarse levels.
func BenchmarkStep(b *testing.B) {
	numbers := []int{1, 2, runtime.GOMAXPROCS(0)}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for _, size := range []int{16, 32, 64, 128} {
		for _, threads := range numbers {
			c, err := Preset("paper")
			if err != nil {
				b.Fatal(err)
			}
			c.L, c.Batch = size, 512*16*16/(size*size)
			b.Run(fmt.Sprintf("L=%d/batch=%d/threads=%d", c.L, c.Batch, threads), func(b *testing.B) {
				tr := trainer(b, c, threads)
				steps(b, tr, 1)
				for b.Loop() {
					steps(b, tr, 1)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.Sites()*c.Batch), "ns/site/sample")
			})
		}
	}
}
