//go:build !race

// The race detector makes a sync.Pool forget what it holds.

package training

import "testing"

func TestStepDoesNotAllocate(t *testing.T) {
	for _, objective := range []Objective{ReverseKL, Path} {
		c := small()
		c.Objective = objective
		tr := trainer(t, c, 2)
		steps(t, tr, 2)
		if n := testing.AllocsPerRun(20, func() { _, _ = tr.Step() }); n > 0 {
			t.Errorf("%s: a step allocates %v times", objective, n)
		}
	}
}
