//go:build slow

package sampling

import (
	"math/rand/v2"
	"testing"

	"neuralrg/physics"
)

// exactValues are those known of the observables.
func exactValues(t *testing.T, L int, T float64) map[string]float64 {
	if L == 4 {
		return newTorus4(T).exact()
	}
	s, err := physics.Solve(L, T)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]float64{
		"magnetization_squared": *s.MagnetizationSquared,
		"energy":                s.Energy,
		"heat_capacity":         s.HeatCapacity,
		"correlation_1":         -s.Energy / 2,
	}
}

// Chains of hybrid Monte Carlo, four at a time, 400 times: the intervals hold
// the exact values of all observables known.
func TestHMCCoverage(t *testing.T) {
	for _, e := range []struct {
		L, leapfrogs, warm, kept int
		T                        float64
	}{
		{4, 12, 20, 400, physics.Tc},
		{8, 12, 30, 300, 3},
	} {
		const repeats, chains = 400, 4
		m := ising(t, e.L, e.T)
		h := NewHMC(m, nil, repeats*chains, 0.5, e.leapfrogs, 151)
		for range e.warm {
			h.Trajectory()
		}
		rng := rand.New(rand.NewPCG(151, 1))
		u, spins := make([]float64, len(h.X)), make([]int8, len(h.X))
		all := NewRecord(m, repeats*chains)
		for range e.kept {
			h.Trajectory()
			for i := range u {
				u[i] = rng.Float64()
			}
			physics.Spins(spins, h.X, u)
			all.Add(h.X, spins)
		}
		repeat := 0
		cover(t, exactValues(t, e.L, e.T), repeats, func() []Diagnosis {
			four := NewRecord(m, chains)
			for q, series := range all.primary {
				four.primary[q] = series[repeat*chains:][:chains]
			}
			repeat++
			return four.Diagnose()
		})
	}
}
