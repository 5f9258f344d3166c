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
	for _, form := range forms {
		for _, threads := range []int{1, 3} {
			r := Latent(nontrivial(t, smallShape), standard(16), form)
			r.Threads = threads
			h := NewHMC(r, nil, 150, 0.1, 5, 1)
			x := make([]float32, len(h.X))
			if n := testing.AllocsPerRun(20, func() { h.Trajectory(); r.Fields(x, h.X) }); n > 0.5 {
				t.Errorf("%v, %d threads: %v allocations a trajectory", form, threads, n)
			}
		}
	}
}

func TestWolffDoesNotAllocate(t *testing.T) {
	w := NewWolff(ising(t, 4, physics.Tc), Hot, 1)
	spins := make([]int8, 16*10)
	if n := testing.AllocsPerRun(20, func() { w.Update(); w.Draw(spins) }); n != 0 {
		t.Errorf("%v allocations for ten draws", n)
	}
}
