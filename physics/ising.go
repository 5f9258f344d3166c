package physics

import (
	"fmt"
	"math"
	"sync"

	"neuralrg/physics/internal/kernel"
)

// margin is the smallest eigenvalue of the coupling K', as in the paper's
// program: the diagonal alpha = margin + 4/T just makes K' positive definite.
const margin = 0.1

// Ising is the continuous dual of the Ising model (J = 1) on an L x L torus at
// temperature T: the Hubbard-Stratonovich transform of its Boltzmann weight
// (Li and Wang, arXiv:1802.02840; Zhang et al., NIPS 2012). With the adjacency
// matrix A of the torus,
//
//	K' = A/T + alpha I,  alpha = 0.1 + 4/T,
//	U(x) = x' K'^-1 x / 2 - sum_i ln cosh x_i,
//
// and given the field x the spins are independent, see SpinProbability.
//
// Sites are row-major: site = row*L + column.
type Ising struct {
	size        int
	temperature float64
	coupling    coupling
	workspaces  sync.Pool // of *workspace
}

// NewIsing returns the dual of the Ising model of even size L from MinSize to
// MaxSize at a temperature T from MinTemperature to MaxTemperature.
func NewIsing(L int, T float64) (*Ising, error) {
	if err := check(L, T); err != nil {
		return nil, err
	}
	m := &Ising{size: L, temperature: T, coupling: newCoupling(L, T)}
	m.workspaces.New = func() any { return newWorkspace(L) }
	return m, nil
}

// eigenvalue is that of K' for the wave vector 2 pi (k, l)/L,
// (2 cos 2 pi k/L + 2 cos 2 pi l/L)/T + alpha, written without cancellation.
func eigenvalue(size int, t float64, k, l int) float64 {
	ck := math.Cos(math.Pi * float64(k) / float64(size))
	cl := math.Cos(math.Pi * float64(l) / float64(size))
	return margin + 4*(ck*ck+cl*cl)/t
}

// L is the linear size of the lattice.
func (m *Ising) L() int { return m.size }

// T is the temperature in units of J.
func (m *Ising) T() float64 { return m.temperature }

// Sites is the number of lattice sites, L*L.
func (m *Ising) Sites() int { return m.size * m.size }

// LnZDual is the logarithm of the partition function of the dual, the integral
// of exp(-U) over all fields. With the Gaussian integral done,
//
//	lnZ_dual = lnZ + N (alpha + ln 2 pi - 2 ln 2)/2 + ln det K' / 2,
//
// N = L*L, where lnZ is the Ising model's.
func (m *Ising) LnZDual() float64 {
	return solve(m.size, m.temperature).lnZ + dualFix(m.size, m.temperature)
}

// dualFix is lnZ_dual - lnZ.
func dualFix(size int, t float64) float64 {
	alpha := margin + 4/t
	var lnDet float64
	for k := range size {
		for l := range size {
			lnDet += math.Log(eigenvalue(size, t, k, l))
		}
	}
	n := float64(size * size)
	return (n*(alpha+math.Log(2*math.Pi)-2*math.Ln2) + lnDet) / 2
}

// Eval implements Energy. Sums are float64; what it returns for a
// configuration does not depend on the others in the batch, to the last bit. A
// NaN in a configuration makes its energy and gradient NaN, an infinity makes
// them NaN or infinite.
func (m *Ising) Eval(u []float64, grad, x []float32) {
	n := len(u)
	if len(x) != m.Sites()*n || grad != nil && len(grad) != len(x) {
		panic(fmt.Sprintf("physics: Eval of %d samples on %d sites with len(x) = %d, len(grad) = %d",
			n, m.Sites(), len(x), len(grad)))
	}
	w := m.workspaces.Get().(*workspace)
	defer m.workspaces.Put(w)
	w.Set = kernels
	t := tile{x: x, grad: grad, n: n}
	for t.first < n {
		t.last = min(t.first+kernel.Lanes, n)
		w.eval(u[t.first:t.last], &m.coupling, &t)
		t.first = t.last
	}
}
