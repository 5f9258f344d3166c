//go:build !race

package physics

import (
	"math/rand/v2"
	"testing"
)

// Not with the race detector, under which a sync.Pool drops things at random.
func TestMeasureDoesNotAllocate(t *testing.T) {
	m := mustIsing(t, 4, Tc)
	x, spins := gaussianFields(16*20, 1, 23), make([]int8, 16*20)
	rows := measured(m, 20, x, spins)
	if n := testing.AllocsPerRun(50, func() { m.Measure(rows, x, spins) }); n > 0.5 {
		t.Errorf("%v allocations", n)
	}
}

func TestLiftDoesNotAllocate(t *testing.T) {
	m := mustIsing(t, 4, Tc)
	x, spins, r := make([]float32, 16*20), mixedSpins(16*20), rand.New(rand.NewPCG(1, 0))
	if n := testing.AllocsPerRun(50, func() { m.Lift(x, spins, r) }); n > 0.5 {
		t.Errorf("%v allocations", n)
	}
}
