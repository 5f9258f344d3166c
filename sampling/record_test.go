package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"neuralrg/physics"
)

// torus4 is the Ising model on the 4x4 torus by brute force.
type torus4 struct {
	T          float64
	cumulative []float64 // Boltzmann weights of the 2^16 states, summed up
	energies   []float64
	coupling   *mat.Dense // K' of the dual
	root       mat.TriDense
}

func spin(state, site int) float64 { return float64(state>>site&1)*2 - 1 }

func newTorus4(T float64) *torus4 {
	x := &torus4{T: T, coupling: mat.NewDense(16, 16, nil)}
	var total float64
	for state := range 1 << 16 {
		var energy float64
		for i := range 16 {
			energy -= spin(state, i) * (spin(state, i/4*4+(i+1)%4) + spin(state, (i+4)%16))
		}
		total += math.Exp(-energy / T)
		x.energies, x.cumulative = append(x.energies, energy), append(x.cumulative, total)
	}
	for i := range 16 {
		x.coupling.Set(i, i, 0.1+4/T)
		for _, j := range []int{i/4*4 + (i+1)%4, (i + 4) % 16} {
			x.coupling.Set(i, j, 1/T)
			x.coupling.Set(j, i, 1/T)
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(mat.NewSymDense(16, x.coupling.RawMatrix().Data)) {
		panic("K' is not positive definite")
	}
	factor.LTo(&x.root)
	return x
}

// exact returns all observables from their definitions.
func (x *torus4) exact() map[string]float64 {
	var z, e, e2, m, m2, m4, g1, g2 float64
	for state, energy := range x.energies {
		w := math.Exp(-energy / x.T)
		var sum, next, after float64
		for i := range 16 {
			s := spin(state, i)
			sum += s
			next += s * spin(state, i/4*4+(i+1)%4)
			after += s * spin(state, i/4*4+(i+2)%4)
		}
		sum = math.Abs(sum) / 16
		z += w
		e += w * energy
		e2 += w * energy * energy
		m += w * sum
		m2 += w * sum * sum
		m4 += w * sum * sum * sum * sum
		g1 += w * next / 16
		g2 += w * after / 16
	}
	return map[string]float64{
		"magnetization_squared":  m2 / z,
		"magnetization_absolute": m / z,
		"energy":                 e / z / 16,
		"heat_capacity":          (e2/z - e/z*e/z) / 16 / (x.T * x.T),
		"binder_cumulant":        1 - m4*z/(3*m2*m2),
		"susceptibility":         16 * (m2/z - m/z*m/z) / x.T,
		"correlation_1":          g1 / z,
		"correlation_2":          g2 / z,
	}
}

// state draws a state.
func (x *torus4) state(rng *rand.Rand) int {
	state, _ := slices.BinarySearch(x.cumulative, rng.Float64()*x.cumulative[1<<16-1])
	return state
}

// fields draws n fields of the dual, K's + noise of covariance K', and spins
// that go with them.
func (x *torus4) fields(rng *rand.Rand, n int) ([]float32, []int8) {
	spins, noise := mat.NewDense(16, n, nil), mat.NewDense(16, n, nil)
	for b := range n {
		state := x.state(rng)
		for i := range 16 {
			spins.Set(i, b, spin(state, i))
			noise.Set(i, b, rng.NormFloat64())
		}
	}
	var mean, fluctuation mat.Dense
	mean.Mul(x.coupling, spins)
	fluctuation.Mul(&x.root, noise)
	mean.Add(&mean, &fluctuation)
	fields, drawn, u := make([]float32, 16*n), make([]int8, 16*n), make([]float64, 16*n)
	for i, v := range mean.RawMatrix().Data {
		fields[i], u[i] = float32(v), rng.Float64()
	}
	physics.Spins(drawn, fields, u)
	return fields, drawn
}

// The definitions above, against the exact solution and the values known.
func TestTorus4(t *testing.T) {
	exact := newTorus4(physics.Tc).exact()
	solution, err := physics.Solve(4, physics.Tc)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"magnetization_squared":  *solution.MagnetizationSquared,
		"energy":                 solution.Energy,
		"heat_capacity":          solution.HeatCapacity,
		"binder_cumulant":        0.617199318412,
		"magnetization_absolute": 0.8438604448,
	} {
		if math.Abs(exact[name]-want) > 1e-10 {
			t.Errorf("%s is %.12f, want %.12f", name, exact[name], want)
		}
	}
}

// cover repeats an estimation and counts, for all observables that are known.
func cover(t *testing.T, exact map[string]float64, repeats int, estimate func() []Diagnosis) {
	counts := map[string]*coverage{}
	for range repeats {
		for _, d := range estimate() {
			want, known := exact[d.Name]
			if !known {
				continue
			}
			if counts[d.Name] == nil {
				counts[d.Name] = &coverage{}
			}
			counts[d.Name].add(d, want)
		}
	}
	if len(counts) != len(exact) {
		t.Errorf("%d observables, want %d", len(counts), len(exact))
	}
	for name, c := range counts {
		c.holds(t, name)
	}
}

// Exact samples of the dual, few at a time: the intervals hold what brute force
// says, for every observable.
func TestRecordCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, T := range []float64{physics.Tc, 4} {
		t.Run(fmt.Sprint(T), func(t *testing.T) {
			torus, m, rng := newTorus4(T), ising(t, 4, T), rand.New(rand.NewPCG(113, 1))
			cover(t, torus.exact(), 200, func() []Diagnosis {
				r := NewRecord(m, 4)
				for range 5 {
					r.Add(torus.fields(rng, 100))
				}
				return r.Diagnose()
			})
		})
	}
}

// Many exact samples: the means of all observables to a few parts in a thousand.
func TestRecordExact(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	torus, r := newTorus4(3), NewRecord(ising(t, 4, 3), 1)
	rng := rand.New(rand.NewPCG(127, 1))
	for range 60 {
		r.Add(torus.fields(rng, 1000))
	}
	exact := torus.exact()
	for _, d := range r.Diagnose() {
		t.Logf("%-24s %.5f +- %.5f, exact %.5f, tau %.2f", d.Name, d.Mean, d.Error, exact[d.Name], d.Tau)
		if math.Abs(d.Mean-exact[d.Name]) > 4*d.Error || d.Error > 0.02*math.Abs(d.Mean) || d.Tau > 0.55 {
			t.Errorf("%s is %.5f +- %.5f, exact %.5f", d.Name, d.Mean, d.Error, exact[d.Name])
		}
	}
}

// Exact samples at a higher temperature, weighted: the observables are those at
// the lower one.
func TestRecordWeightedCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const hot, cold, n = 3, 2.6, 500
	from, to := newTorus4(hot), newTorus4(cold)
	m, rng := ising(t, 4, cold), rand.New(rand.NewPCG(131, 1))
	x, spins, logWeights := make([]float32, 16*n), make([]int8, 16*n), make([]float64, n)
	cover(t, to.exact(), 200, func() []Diagnosis {
		for b := range n {
			state := from.state(rng)
			logWeights[b] = -from.energies[state] * (1/cold - 1.0/hot)
			for i := range 16 { // a strong field leaves its spin no choice
				spins[i*n+b] = int8(spin(state, i))
				x[i*n+b] = 30 * float32(spin(state, i))
			}
		}
		r := NewRecord(m, 1)
		r.Add(x, spins)
		return r.DiagnoseWeighted(NewWeights(logWeights))
	})
}
