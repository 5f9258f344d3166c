package physics

import (
	"fmt"
	"math"

	"neuralrg/physics/internal/kernel"
)

// Normal is a source of independent standard normal numbers, such as a
// *rand.Rand.
type Normal interface{ NormFloat64() float64 }

// Lift sets x to fields of the dual that go with spins, +1 or -1 in the layout of
// the fields, site-major: drawn from the Gaussian p(x|s) of mean K's and
// covariance K'. As
//
//	exp(s'As/2T) p(x|s) ~ exp(s'x - x'K'^-1 x/2),
//
// which summed over all s is exp(-U(x)), spins with their exact Boltzmann weight
// give fields with the exact density of the dual. Samples take their normal
// numbers one after the other, however they are cut into batches.
//
// No root of K' is needed. With a sum over the bonds ij of the torus,
//
//	x'K'x = margin sum_i x_i^2 + sum_ij (x_i + x_j)^2/T,
//
// so that each site and each bond has a Gaussian of its own,
//
//	x_i = margin s_i + sqrt(margin) e_i + sum_j [(s_i + s_j)/T + e_ij/sqrt T],
//
// where j are the four neighbours of i and all e are independent.
func (m *Ising) Lift(x []float32, spins []int8, normal Normal) {
	sites := m.Sites()
	if len(x)%sites != 0 || len(spins) != len(x) {
		panic(fmt.Sprintf("physics: Lift of %d spins to %d fields on %d sites", len(spins), len(x), sites))
	}
	w := m.workspaces.Get().(*workspace)
	defer m.workspaces.Put(w)
	n := len(x) / sites
	for first := 0; first < n; first += kernel.Lanes {
		last := min(first+kernel.Lanes, n)
		for b := first; b < last; b++ {
			m.lift(w.modes, b-first, spins[b:], n, normal)
		}
		for i := range sites {
			fields := x[i*n+first : i*n+last]
			for b := range fields {
				fields[b] = float32(w.modes[i][b])
			}
		}
	}
}

// lift puts the fields of one sample into a lane of x. Its spins stand n apart.
func (m *Ising) lift(x []kernel.Row, lane int, spins []int8, n int, normal Normal) {
	deviation := math.Sqrt(margin)
	for i := range m.Sites() {
		x[i][lane] = margin*float64(spins[i*n]) + deviation*normal.NormFloat64()
	}
	weight := 1 / m.temperature
	deviation = math.Sqrt(weight)
	for i := range m.Sites() {
		row := i - i%m.size
		right, below := row+(i-row+1)%m.size, (i+m.size)%m.Sites()
		for _, j := range [...]int{right, below} {
			field := weight*float64(spins[i*n]+spins[j*n]) + deviation*normal.NormFloat64()
			x[i][lane] += field
			x[j][lane] += field
		}
	}
}
