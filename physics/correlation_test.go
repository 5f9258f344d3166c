package physics

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// spinsOf are those of a bit pattern on a 4 x 4 lattice.
func spinsOf(state int) (s [16]float64) {
	for i := range s {
		s[i] = float64(2*(state>>i&1) - 1)
	}
	return s
}

// transform is |sum_j s_j exp(i k r_j)|²/N on the 4 x 4 lattice, by its definition.
func transform(s [16]float64, alongRow, alongColumn int) float64 {
	var sum complex128
	for i, v := range s {
		phase := 2 * math.Pi * float64(alongRow*(i%4)+alongColumn*(i/4)) / 4
		sum += complex(v, 0) * cmplx.Exp(complex(0, phase))
	}
	return real(sum*cmplx.Conj(sum)) / 16
}

// The structure factor of fields is the mean over all 65,536 configurations of the
// spins, each with its probability.
func TestStructureFactor(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	x := make([]float32, 16)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	var zero, least float64
	for state := range 1 << 16 {
		s, p := spinsOf(state), 1.0
		for i, v := range s {
			p *= 1 / (1 + math.Exp(-2*v*float64(x[i])))
		}
		zero += p * transform(s, 0, 0)
		least += p * (transform(s, 1, 0) + transform(s, 0, 1)) / 2
	}
	gotZero, gotLeast := StructureFactor(4, x)
	near(t, "S(0)", gotZero, zero, 1e-12)
	near(t, "S(k)", gotLeast, least, 1e-12)
}

// Certain spins in order, in a wave of the smallest wave vector, and half of them
// up.
func TestCorrelationLengthOfKnownConfigurations(t *testing.T) {
	const L = 16
	fields := func(up func(row, column int) bool) []float32 {
		x := make([]float32, L*L)
		for i := range x {
			x[i] = -40
			if up(i/L, i%L) {
				x[i] = 40
			}
		}
		return x
	}
	zero, least := StructureFactor(L, fields(func(int, int) bool { return true }))
	near(t, "S(0) of all up", zero, L*L, 1e-12)
	if math.Abs(least) > 1e-12 {
		t.Errorf("S(k) of all up is %v", least)
	}
	zero, least = StructureFactor(L, fields(func(row, _ int) bool { return row < L/2 }))
	// Half of a row up: sum_j s_j exp(i k j) = 4/(1 - exp(i k)), so often as there are
	// columns.
	sin := math.Sin(math.Pi / L)
	near(t, "S(k) of a stripe", least, 0.5*4/(sin*sin), 1e-12)
	if got := CorrelationLength(L, zero, least); got != 0 {
		t.Errorf("xi of a stripe is %v", got)
	}
	near(t, "xi", CorrelationLength(L, 5, 1), 1/sin, 1e-12)
	for _, s := range [][2]float64{{1, 2}, {math.NaN(), 1}, {1, 0}, {0, 0}, {-1, -2}} {
		if got := CorrelationLength(L, s[0], s[1]); got != 0 {
			t.Errorf("xi of %v is %v", s, got)
		}
	}
}
