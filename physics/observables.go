package physics

import (
	"fmt"
	"math"
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
	for b := range dst {
		for i := range w.tanh {
			w.tanh[i] = math.Tanh(float64(x[i*n+b]))
		}
		dst[b] = -w.bonds()
	}
}

// bonds is the sum of tanh x_i tanh x_j over nearest neighbours i, j.
func (w *workspace) bonds() float64 {
	size := w.size
	var sum float64
	for row := range size {
		here := w.tanh[row*size : (row+1)*size]
		below := w.tanh[(row+1)%size*size:][:size]
		for column, t := range here {
			sum += t * (below[column] + here[(column+1)%size])
		}
	}
	return sum
}
