//go:build !race

// The race detector makes a sync.Pool forget what it holds.

package training

import "testing"

func TestStepDoesNotAllocate(t *testing.T) {
	for _, objective := range []Objective{ReverseKL, Path} {
		for _, symmetric := range []bool{false, true} {
			for _, threads := range []int{1, 2, 5} {
				c := small()
				c.Objective, c.Symmetry, c.Schedule = objective, symmetric, Cosine
				tr := trainer(t, c, threads)
				steps(t, tr, 2)
				if n := testing.AllocsPerRun(20, func() { _, _ = tr.Step() }); n > 0 {
					t.Errorf("%s, symmetry %v, %d threads: a step allocates %v times", objective, symmetric, threads, n)
				}
			}
		}
	}
}
