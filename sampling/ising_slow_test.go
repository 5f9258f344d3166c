//go:build slow

package sampling

import (
	"testing"

	"neuralrg/physics"
)

// Both samplers to a few parts in a thousand.

func TestPhysicalHMCFine(t *testing.T) {
	physical(t, physics.Tc, effort{1024, 100, 250}, 0.002, 0.004)
}

func TestLatentHMCFine(t *testing.T) {
	for _, T := range []float64{physics.Tc, 3.5} {
		for _, symmetric := range []bool{false, true} {
			latent(t, T, symmetric, effort{512, 80, 150}, 0.005)
		}
	}
}
