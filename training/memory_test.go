package training

import (
	"runtime"
	"testing"
)

// TestMemoryIsWhatATrainerTakes compares with what making one allocates.
func TestMemoryIsWhatATrainerTakes(t *testing.T) {
	for _, threads := range []int{1, 3} {
		for _, batch := range []int{5, 100} {
			for _, hidden := range []int{10, 60} {
				c := small()
				c.L, c.Batch, c.Hidden = 16, batch, hidden
				e := ising(t, c)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				tr, err := New(c, e, threads)
				if err != nil {
					t.Fatal(err)
				}
				runtime.ReadMemStats(&after)
				tr.Close()
				taken, said := float64(after.TotalAlloc-before.TotalAlloc), float64(c.Memory(threads))
				const small = 150_000 // what is not worth counting
				if said < 0.9*taken-small || said > 1.1*taken {
					t.Errorf("%d threads, batch %d, width %d: %.0f bytes taken, %.0f said", threads, batch, hidden, taken, said)
				}
			}
		}
	}
}
