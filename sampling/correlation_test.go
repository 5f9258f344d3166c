package sampling

import (
	"math"
	"testing"

	"neuralrg/physics"
)

// correlationLength is that of exact samples, and its error by blocks of them.
func correlationLength(t *testing.T, L int, T float64, samples int) (xi, err float64) {
	t.Helper()
	const blocks = 20
	w := NewWolff(ising(t, L, T), Hot, 11)
	w.WarmUp()
	x, spins := make([]float32, L*L), make([]int8, L*L)
	var zero, least float64
	var some [blocks]float64
	for b := range some {
		var z, l float64
		for range samples / blocks {
			w.Draw(spins)
			for i, s := range spins {
				x[i] = 40 * float32(s)
			}
			a, c := physics.StructureFactor(L, x)
			z, l = z+a, l+c
		}
		some[b] = physics.CorrelationLength(L, z, l)
		zero, least = zero+z, least+l
	}
	xi = physics.CorrelationLength(L, zero, least)
	for _, v := range some {
		err += (v - xi) * (v - xi)
	}
	return xi, math.Sqrt(err) / blocks
}

// The correlation length of the 4 x 4 torus from a sum over all its 65,536 states.
func TestCorrelationLengthOfAllStates(t *testing.T) {
	const L, T = 4, 2.6
	var zero, least float64
	for state := range 1 << (L * L) {
		spin := func(i int) float64 { return float64(2*(state>>i&1) - 1) }
		var energy, m float64
		var wave [2]complex128 // along the columns and along the rows: the phases are 1, i, -1, -i
		for i := range L * L {
			row, column := i/L, i%L
			energy -= spin(i) * (spin(row*L+(column+1)%L) + spin((row+1)%L*L+column))
			m += spin(i)
			phases := [L]complex128{1, 1i, -1, -1i}
			wave[0] += complex(spin(i), 0) * phases[column]
			wave[1] += complex(spin(i), 0) * phases[row]
		}
		weight := math.Exp(-energy / T)
		zero += weight * m * m
		for _, w := range wave {
			least += weight * (real(w)*real(w) + imag(w)*imag(w)) / 2
		}
	}
	exact := math.Sqrt(zero/least-1) / math.Sqrt2 // 2 sin(pi/4)
	xi, err := correlationLength(t, L, T, 20_000)
	within(t, "xi", Estimate{Mean: xi, Error: err}, exact, 0.01*exact)
}

// At the critical point xi/L is 0.90505 on a large torus, and close to that at L=16.
func TestCorrelationLengthAtTheCriticalPoint(t *testing.T) {
	xi, err := correlationLength(t, 16, physics.Tc, 8000)
	if want := 0.90505 * 16; math.Abs(xi-want) > 5*err+0.01*want || err > 0.02*want {
		t.Errorf("xi = %.3f +- %.3f, want %.3f", xi, err, want)
	}
}
