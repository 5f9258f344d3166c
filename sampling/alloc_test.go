//go:build !race

package sampling

import (
	"testing"

	"neuralrg/physics"
)

// Not with the race detector, under which a sync.Pool drops things at random.

func TestHMCDoesNotAllocate(t *testing.T) {
	h := NewHMC(standard(3), nil, 64, 0.2, 10, 1)
	if n := testing.AllocsPerRun(20, func() { h.Trajectory() }); n != 0 {
		t.Errorf("%v allocations a trajectory", n)
	}
}

func TestPhysicalHMCDoesNotAllocate(t *testing.T) {
	h := NewHMC(ising(t, 4, physics.Tc), nil, 64, PaperStep, PaperLeapfrogs, 1)
	if n := testing.AllocsPerRun(20, func() { h.Trajectory() }); n > 0.5 {
		t.Errorf("%v allocations a trajectory", n)
	}
}

func TestLatentDoesNotAllocate(t *testing.T) {
	for _, symmetric := range []bool{false, true} {
		r := Latent(nontrivial(t, smallShape), standard(16), symmetric)
		h := NewHMC(r, nil, 50, 0.1, 5, 1)
		x := make([]float32, len(h.X))
		if n := testing.AllocsPerRun(20, func() { h.Trajectory(); r.Fields(x, h.X) }); n > 0.5 {
			t.Errorf("symmetric %v: %v allocations a trajectory", symmetric, n)
		}
	}
}
