package training

import (
	"fmt"
	"testing"
)

// BenchmarkStep times a whole epoch of the paper's network at L=16.
func BenchmarkStep(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("L=16/batch=512/threads=%d", threads), func(b *testing.B) {
			c, err := Preset("paper")
			if err != nil {
				b.Fatal(err)
			}
			tr := trainer(b, c, threads)
			for b.Loop() {
				steps(b, tr, 1)
			}
		})
	}
}
