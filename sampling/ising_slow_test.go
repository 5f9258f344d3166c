//go:build slow

package sampling

import (
	"testing"

	"neuralrg/physics"
)

// Both samplers to a few parts in a thousand.

func TestPhysicalHMCFine(t *testing.T) {
	physical(t, physics.Tc, effort{1024, 60, 120}, 0.003, 0.005)
}

func TestLatentHMCFine(t *testing.T) {
	for _, T := range []float64{physics.Tc, 3.5} {
		for _, form := range forms {
			latent(t, T, form, effort{384, 60, 100}, 0.006)
		}
	}
}
