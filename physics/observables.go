package physics

import (
	"fmt"
	"math"

	"neuralrg/physics/internal/kernel"
)

// SpinProbability is the probability that the spin of a site is up, given the
// dual field there: P(s = +1 | x) = 1/(1 + exp(-2x)). The mean spin is tanh x.
func SpinProbability(x float32) float64 { return 1 / (1 + math.Exp(-2*float64(x))) }

// Spins draws the spins, +1 or -1, that go with the fields x, spin i from the
// uniform number u[i] in [0, 1). All three have the same length and layout.
func Spins(dst []int8, x []float32, u []float64) {
	if len(dst) != len(x) || len(u) != len(x) {
		panic(fmt.Sprintf("physics: Spins of %d fields into %d spins with %d uniform numbers", len(x), len(dst), len(u)))
	}
	for i, field := range x {
		dst[i] = -1
		if u[i] < SpinProbability(field) {
			dst[i] = 1
		}
	}
}

// MagnetizationSquared sets dst[b] to the mean of m^2 = (sum_i s_i / N)^2 over
// the spins that go with field b of the n = len(dst) fields in x, site-major.
// The spins being independent given x, with t = tanh x it is
//
//	[(sum t)^2 - sum t^2 + N] / N^2.
func MagnetizationSquared(dst []float64, x []float32) {
	n := len(dst)
	if n == 0 || len(x)%n != 0 {
		panic(fmt.Sprintf("physics: MagnetizationSquared of %d samples with len(x) = %d", n, len(x)))
	}
	sites := float64(len(x) / n)
	const lanes = 16 // samples at a time, so that memory is read a cache line at a time
	for first := 0; first < n; first += lanes {
		var sum, squares [lanes]float64
		block := dst[first:min(first+lanes, n)]
		for start := first; start < len(x); start += n {
			for b, field := range x[start : start+len(block)] {
				t := math.Tanh(float64(field))
				sum[b] += t
				squares[b] += t * t
			}
		}
		for b := range block {
			block[b] = (sum[b]*sum[b] - squares[b] + sites) / (sites * sites)
		}
	}
}

// SpinEnergy sets dst[b] to the mean Ising energy, -sum over bonds of s_i s_j
// on the whole lattice, over the spins that go with field b of the n = len(dst)
// fields in x, site-major: -t' A t / 2 with t = tanh x.
func (m *Ising) SpinEnergy(dst []float64, x []float32) {
	n := len(dst)
	if len(x) != m.Sites()*n {
		panic(fmt.Sprintf("physics: SpinEnergy of %d samples on %d sites with len(x) = %d", n, m.Sites(), len(x)))
	}
	w := m.workspaces.Get().(*workspace)
	defer m.workspaces.Put(w)
	for first := 0; first < n; first += kernel.Lanes {
		last := min(first+kernel.Lanes, n)
		for i := range w.size * w.size {
			for b, field := range x[i*n+first : i*n+last] {
				w.modes[i][b] = math.Tanh(float64(field))
			}
		}
		for b := first; b < last; b++ {
			dst[b] = -bonds(w.modes, w.size, b-first)
		}
	}
}

// bonds is the sum of t_i t_j over nearest neighbours i, j, for one lane.
func bonds(t []kernel.Row, size, lane int) float64 {
	var sum float64
	for row := range size {
		here := t[row*size : (row+1)*size]
		below := t[(row+1)%size*size:][:size]
		for column := range here {
			sum += here[column][lane] * (below[column][lane] + here[(column+1)%size][lane])
		}
	}
	return sum
}
