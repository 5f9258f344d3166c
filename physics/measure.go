package physics

import (
	"fmt"
	"math"

	"neuralrg/physics/internal/kernel"
)

// The rows of what Measure measures of a configuration, m being sum_i s_i / N
// and E the energy of the Ising model. Most are means over the spins that go
// with the field, which fluctuate less than those of spins drawn. |m| has no
// short formula: it is that of the spins drawn, and so is m² once more, for the
// variance of |m|, in which the noise of both must cancel.
const (
	EnergyPerSite = iota // E/N
	EnergySquared        // (E/N)²
	M2                   // m²
	M4                   // m⁴
	DrawnM               // |m| of the spins drawn
	DrawnM2              // m² of the spins drawn
	Correlations         // from this row on G(1), ..., G(L/2), see Measure
)

// Measured is the number of rows of Measure: Correlations + L/2.
func (m *Ising) Measured() int { return Correlations + m.size/2 }

// Measure sets dst[q][b] to observable q, in the order of the constants above,
// of the n = len(dst[q]) fields in x, site-major, and of spins drawn for them by
// Spins, in the same layout. The correlation function is taken along both axes,
//
//	G(r) = sum_i (s_i s_(i + r e_x) + s_i s_(i + r e_y)) / (2N).
//
// Given x the spins are independent with means t = tanh x and variances v = 1 -
// t². With h = A t this gives
//
//	E[E²] = (t'At/2)² + sum v h² + v'Av/2,
//
// and the moments of m from the sums of the spins' cumulants. A sample's values
// do not depend on the others in the batch.
func (m *Ising) Measure(dst [][]float64, x []float32, spins []int8) {
	n := m.checkMeasure(dst, x, spins)
	w := m.workspaces.Get().(*workspace)
	defer m.workspaces.Put(w)
	t := w.modes[:m.Sites()]
	for first := 0; first < n; first += kernel.Lanes {
		last := min(first+kernel.Lanes, n)
		for i := range t {
			for b, field := range x[i*n+first : i*n+last] {
				t[i][b] = math.Tanh(float64(field))
			}
		}
		e, e2 := energyMoments(t, w.size)
		m2, m4 := magnetizationMoments(t)
		copy(dst[EnergyPerSite][first:last], e[:])
		copy(dst[EnergySquared][first:last], e2[:])
		copy(dst[M2][first:last], m2[:])
		copy(dst[M4][first:last], m4[:])
		for r := 1; r <= w.size/2; r++ {
			g := correlation(t, w.size, r)
			copy(dst[Correlations+r-1][first:last], g[:])
		}
	}
	drawn(dst[DrawnM], dst[DrawnM2], spins)
}

// checkMeasure panics if the lengths do not fit, and returns the number of
// samples.
func (m *Ising) checkMeasure(dst [][]float64, x []float32, spins []int8) int {
	if len(dst) != m.Measured() {
		panic(fmt.Sprintf("physics: Measure of %d observables into %d rows", m.Measured(), len(dst)))
	}
	n := len(dst[0])
	for _, row := range dst {
		if len(row) != n {
			panic(fmt.Sprintf("physics: Measure into rows of %d and %d samples", n, len(row)))
		}
	}
	if want := n * m.Sites(); len(x) != want || len(spins) != want {
		panic(fmt.Sprintf("physics: Measure of %d samples on %d sites with len(x) = %d, len(spins) = %d", n, m.Sites(), len(x), len(spins)))
	}
	return n
}

// energyMoments returns the means of E/N and (E/N)² for mean spins t.
func energyMoments(t []kernel.Row, size int) (e, e2 kernel.Row) {
	var twice, field, pairs kernel.Row // t'At, sum v h², v'Av
	for row := range size {
		above, below := (row+size-1)%size*size, (row+1)%size*size
		for column := range size {
			up, down := &t[above+column], &t[below+column]
			left, right := &t[row*size+(column+size-1)%size], &t[row*size+(column+1)%size]
			for b, s := range &t[row*size+column] {
				v := 1 - s*s
				h := up[b] + down[b] + left[b] + right[b]
				twice[b] += s * h
				field[b] += v * h * h
				pairs[b] += v * (4 - up[b]*up[b] - down[b]*down[b] - left[b]*left[b] - right[b]*right[b])
			}
		}
	}
	sites := float64(size * size)
	for b, s := range twice {
		e[b] = -s / 2 / sites
		e2[b] = (s*s/4 + field[b] + pairs[b]/2) / (sites * sites)
	}
	return e, e2
}

// magnetizationMoments returns the means of m² and m⁴ for mean spins t, from
// the cumulants of the sum of the spins.
func magnetizationMoments(t []kernel.Row) (m2, m4 kernel.Row) {
	var k1, k2, k3, k4 kernel.Row
	for i := range t {
		for b, s := range &t[i] {
			v := 1 - s*s
			k1[b] += s
			k2[b] += v
			k3[b] -= 2 * s * v
			k4[b] += v * (6*s*s - 2)
		}
	}
	squared := float64(len(t)) * float64(len(t))
	for b, k := range k1 {
		m2[b] = (k2[b] + k*k) / squared
		m4[b] = (k4[b] + 4*k3[b]*k + 3*k2[b]*k2[b] + 6*k2[b]*k*k + k*k*k*k) / (squared * squared)
	}
	return m2, m4
}

// correlation returns the mean of t_i t_j over pairs r apart along an axis.
func correlation(t []kernel.Row, size, r int) (g kernel.Row) {
	for row := range size {
		here, there := t[row*size:][:size], t[(row+r)%size*size:][:size]
		for column := range here {
			right, below := &here[(column+r)%size], &there[column]
			for b, s := range &here[column] {
				g[b] += s * (right[b] + below[b])
			}
		}
	}
	for b := range g {
		g[b] /= float64(2 * len(t))
	}
	return g
}

// drawn sets m and m2 to |m| and m² of spins, site-major.
func drawn(m, m2 []float64, spins []int8) {
	n := len(m)
	clear(m)
	for start := 0; start < len(spins); start += n {
		for b, s := range spins[start : start+n] {
			m[b] += float64(s)
		}
	}
	sites := float64(len(spins)) / float64(n)
	for b, sum := range m {
		m[b] = math.Abs(sum) / sites
		m2[b] = m[b] * m[b]
	}
}
