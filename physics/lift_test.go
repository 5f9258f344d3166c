package physics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// basis is a source of numbers that are all 0 but the one-th of them.
type basis struct{ count, one int }

func (s *basis) NormFloat64() float64 {
	s.count++
	if s.count-1 == s.one {
		return 1
	}
	return 0
}

// mixedSpins has no symmetry of the lattice.
func mixedSpins(n int) []int8 {
	r := rand.New(rand.NewPCG(4, 0))
	spins := make([]int8, n)
	for i := range spins {
		spins[i] = int8(1 - 2*r.IntN(2))
	}
	return spins
}

// Without noise a lift is K's.
func TestLiftMean(t *testing.T) {
	for _, size := range []int{4, 6, 10} {
		for _, T := range []float64{0.1, Tc, 100} {
			sites := size * size
			spins := mixedSpins(sites)
			s := mat.NewVecDense(sites, nil)
			for i, v := range spins {
				s.SetVec(i, float64(v))
			}
			var want mat.VecDense
			want.MulVec(denseCoupling(size, T), s)
			x := make([]float32, sites)
			mustIsing(t, size, T).Lift(x, spins, &basis{one: -1})
			for i := range x {
				if math.Abs(float64(x[i])-want.AtVec(i)) > 2e-7*(0.1+8/T) {
					t.Fatalf("L=%d T=%v: mean of field %d is %v, want %v", size, T, i, x[i], want.AtVec(i))
				}
			}
		}
	}
}

// The noise is linear in its normal numbers, x = B e. B is taken column by
// column from those with a single 1, and its covariance BB' must be K'.
func TestLiftCovariance(t *testing.T) {
	for _, size := range []int{4, 6, 10} {
		for _, T := range []float64{0.1, Tc, 100} {
			sites := size * size
			m := mustIsing(t, size, T)
			up, down := make([]int8, sites), make([]int8, sites)
			for i := range up {
				up[i], down[i] = 1, -1
			}
			a, b := make([]float32, sites), make([]float32, sites)
			covariance, column := mat.NewDense(sites, sites, nil), mat.NewVecDense(sites, nil)
			source := basis{}
			for e := 0; e == 0 || e < source.count; e++ {
				// The means of opposite spins cancel.
				source = basis{one: e}
				m.Lift(a, up, &source)
				m.Lift(b, down, &basis{one: e})
				for i := range sites {
					column.SetVec(i, (float64(a[i])+float64(b[i]))/2)
				}
				covariance.RankOne(covariance, 1, column, column)
			}
			if !mat.EqualApprox(covariance, denseCoupling(size, T), 1e-5/T+1e-6) {
				t.Errorf("L=%d T=%v: covariance of the noise is not K'", size, T)
			}
		}
	}
}

// exactSpins4 draws n configurations of the 4x4 torus with their Boltzmann
// weight, from the list of all.
func exactSpins4(n int, T float64, r *rand.Rand) []int8 {
	var configurations [][16]float64
	var cumulative []float64
	var total float64
	spins4(func(spins *[16]float64, e float64) {
		total += math.Exp(-e / T)
		configurations = append(configurations, *spins)
		cumulative = append(cumulative, total)
	})
	drawn := make([]int8, 16*n)
	for b := range n {
		for i, s := range configurations[search(cumulative, r.Float64()*total)] {
			drawn[i*n+b] = int8(s)
		}
	}
	return drawn
}

// agrees fails unless the mean of independent values is want within four errors.
func agrees(t *testing.T, what string, values []float64, want float64) {
	t.Helper()
	mean, deviation := stat.MeanStdDev(values, nil)
	if err := deviation / math.Sqrt(float64(len(values))); !(math.Abs(mean-want) <= 4*err) {
		t.Errorf("%s = %.5f +- %.5f, exact %.5f", what, mean, err, want)
	}
}

// Lifted spins of the Boltzmann weight have the density exp(-U)/Z: its mean
// energy, and all moments <x_j dU/dx_i> = delta_ij.
func TestLiftDensity(t *testing.T) {
	const n = 40000
	for _, T := range []float64{1.8, Tc, 4} {
		r := rand.New(rand.NewPCG(17, 0))
		m := mustIsing(t, 4, T)
		x := make([]float32, 16*n)
		m.Lift(x, exactSpins4(n, T, r), r)
		u, grad := evaluate(m, n, x)
		agrees(t, "<U>", u, meanDualEnergy4(t, T))
		values := make([]float64, n)
		for _, site := range []int{0, 1, 4, 5, 10} { // at distances (0,0), (0,1), (1,0), (1,1), (2,2)
			for b := range values {
				values[b] = float64(x[site*n+b]) * float64(grad[b])
			}
			want := 0.0
			if site == 0 {
				want = 1
			}
			agrees(t, "<x_j dU/dx_i>", values, want)
		}
	}
}

// meanDualEnergy4 is <U> at L = 4. By the Gaussian of x given s,
//
//	<x'K'^-1 x> = <s'K's> + N = (alpha + 1) N - 2 <E>/T,
//
// and <ln cosh x_i> is an integral over one Gaussian for each value of (K's)_i.
func meanDualEnergy4(t *testing.T, T float64) float64 {
	const sites = 16
	alpha := 0.1 + 4/T
	probability := map[float64]float64{} // of (K's)_0
	var total float64
	spins4(func(s *[16]float64, e float64) {
		p := math.Exp(-e / T)
		probability[alpha*s[0]+(s[1]+s[3]+s[4]+s[12])/T] += p
		total += p
	})
	var lnCosh float64
	for mean, p := range probability {
		gaussian := distuv.Normal{Mu: mean, Sigma: math.Sqrt(alpha)}
		integrand := func(x float64) float64 { return gaussian.Prob(x) * math.Log(math.Cosh(x)) }
		width := 10 * gaussian.Sigma
		lnCosh += p / total * quad.Fixed(integrand, mean-width, mean+width, 200, nil, 0)
	}
	energy := mustSolve(t, 4, T).Energy * sites
	return (sites*(alpha+1)-2*energy/T)/2 - sites*lnCosh
}

// Spins drawn from the lifted fields have the Boltzmann weight again: the
// numbers of them with each energy and magnetization, by a chi-squared test.
func TestLiftReturns(t *testing.T) {
	const n, T, other = 40000, 2.5, 2.55
	r := rand.New(rand.NewPCG(19, 0))
	x := make([]float32, 16*n)
	mustIsing(t, 4, T).Lift(x, exactSpins4(n, T, r), r)
	uniform := make([]float64, len(x))
	for i := range uniform {
		uniform[i] = r.Float64()
	}
	spins := make([]int8, len(x))
	Spins(spins, x, uniform)
	if p := boltzmann4(spins, T); p < 1e-3 {
		t.Errorf("spins of lifted fields have the Boltzmann weight with p = %.2g", p)
	}
	if p := boltzmann4(spins, other); p > 1e-6 {
		t.Errorf("the test does not tell T = %v from %v, p = %.2g", T, other, p)
	}
}

// boltzmann4 is the p-value of the numbers of configurations with each energy
// and magnetization on the 4x4 torus, site-major. States expected fewer than ten
// times count as one.
func boltzmann4(spins []int8, T float64) float64 {
	type state struct{ energy, magnetization float64 }
	of := func(s *[16]float64, energy float64) state { return state{energy, floats.Sum(s[:])} }
	n := len(spins) / 16
	probability, found := map[state]float64{}, map[state]float64{}
	var total float64
	spins4(func(s *[16]float64, energy float64) {
		p := math.Exp(-energy / T)
		probability[of(s, energy)] += p
		total += p
	})
	for b := range n {
		var s [16]float64
		for i := range s {
			s[i] = float64(spins[i*n+b])
		}
		found[of(&s, energy4(&s))]++
	}
	observed, expected := []float64{0}, []float64{0}
	for state, p := range probability {
		if want := p / total * float64(n); want < 10 {
			observed[0] += found[state]
			expected[0] += want
		} else {
			observed = append(observed, found[state])
			expected = append(expected, want)
		}
	}
	return distuv.ChiSquared{K: float64(len(observed) - 1)}.Survival(stat.ChiSquare(observed, expected))
}

// Samples are lifted one after the other, however they are cut into batches.
func TestLiftBatches(t *testing.T) {
	const size, n = 6, 37
	const sites = size * size
	m := mustIsing(t, size, Tc)
	spins := mixedSpins(sites * n)
	batch := make([]float32, sites*n)
	m.Lift(batch, spins, rand.New(rand.NewPCG(3, 0)))
	r := rand.New(rand.NewPCG(3, 0))
	x, s := make([]float32, sites), make([]int8, sites)
	for b := range n {
		for i := range sites {
			s[i] = spins[i*n+b]
		}
		m.Lift(x, s, r)
		for i := range sites {
			if x[i] != batch[i*n+b] {
				t.Fatalf("field %d of sample %d is %v alone and %v in a batch", i, b, x[i], batch[i*n+b])
			}
		}
	}
}

func TestLiftWrongLength(t *testing.T) {
	m := mustIsing(t, 4, Tc)
	for _, length := range [][2]int{{16, 15}, {15, 15}, {32, 16}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("no panic for %d fields and %d spins", length[0], length[1])
				}
			}()
			m.Lift(make([]float32, length[0]), make([]int8, length[1]), &basis{})
		}()
	}
}

func BenchmarkLift(b *testing.B) {
	const n = 256
	for _, size := range []int{16, 64} {
		b.Run(fmt.Sprintf("L=%d", size), func(b *testing.B) {
			m := mustIsing(b, size, Tc)
			spins := mixedSpins(m.Sites() * n)
			x := make([]float32, len(spins))
			r := rand.New(rand.NewPCG(1, 0))
			for b.Loop() {
				m.Lift(x, spins, r)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n)/1000, "us/sample")
		})
	}
}
