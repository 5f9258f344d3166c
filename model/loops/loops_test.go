package loops

import (
	"slices"
	"testing"

	"neuralrg/model"
)

// TestLoopsCountTheirWork adds up the loops of a coupling: two networks, each
// forward, then forward again and back with the gradient, are the operations
// that the shape counts for one block.
func TestLoopsCountTheirWork(t *testing.T) {
	paper := model.Shape{L: 4, Depth: 1, Repeat: 1, Couplings: 1, Hidden: 10, HiddenLayers: 3}
	const blocks, networks, hidden = 8, 2, 2
	var names []string
	for _, set := range Sets() {
		names = append(names, set.Name)
		sum := 0.0
		for i, l := range set.Loops {
			const times = 3
			flops := l.Turn(times)
			if layer := i / 3; layer == 1 {
				flops *= hidden
			}
			sum += flops / (times * Columns)
		}
		if want := 3 * float64(paper.MatrixFlops()) / blocks / networks; sum != want {
			t.Errorf("%s: forward, back and gradient of a network are %g operations a column, not %g", set.Name, sum, want)
		}
		if flops := set.Peak.Turn(2); !(flops > 0) {
			t.Errorf("%s: the peak's turns are %g operations", set.Name, flops)
		}
	}
	if want := model.Implementations(); !slices.Equal(names, want) {
		t.Errorf("sets %q, not %q", names, want)
	}
}

func BenchmarkLoops(b *testing.B) {
	for _, set := range Sets() {
		for _, l := range append([]Loop{set.Peak}, set.Loops...) {
			b.Run(set.Name+"/"+l.Name, func(b *testing.B) {
				flops := 0.0
				for b.Loop() {
					flops += l.Turn(1)
				}
				elapsed := float64(b.Elapsed().Nanoseconds())
				if flops > 0 {
					b.ReportMetric(flops/elapsed, "GFLOP/s")
				}
				if l.Name != set.Peak.Name {
					b.ReportMetric(elapsed/float64(b.N*Columns), "ns/column")
				}
			})
		}
	}
}
