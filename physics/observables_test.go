package physics

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func TestSpinProbability(t *testing.T) {
	for _, x := range []float32{-3, -0.5, 0, 1e-3, 0.7, 5} {
		up, down := math.Exp(float64(x)), math.Exp(-float64(x))
		near(t, "P(up)", SpinProbability(x), up/(up+down), 1e-15)
		near(t, "mean spin", 2*SpinProbability(x)-1+1, math.Tanh(float64(x))+1, 1e-15)
	}
	if p := SpinProbability(1000); p != 1 {
		t.Errorf("P(up | 1000) = %v", p)
	}
	if p := SpinProbability(-1000); p != 0 {
		t.Errorf("P(up | -1000) = %v", p)
	}
	if p := SpinProbability(float32(math.NaN())); !math.IsNaN(p) {
		t.Errorf("P(up | NaN) = %v", p)
	}
}

func TestSpins(t *testing.T) {
	x := []float32{0, 0, 1, 1, -1000, 1000}
	u := []float64{0.49, 0.5, 0.88, 0.881, 0, 0.999999}
	want := []int8{1, -1, 1, -1, -1, 1}
	got := make([]int8, len(x))
	Spins(got, x, u)
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("spin of field %v with u = %v is %d, want %d", x[i], u[i], got[i], want[i])
		}
	}
}

// The estimators are means over spins given the field: here over all 2^16.
func TestObservablesBruteForce(t *testing.T) {
	const sites, n = 16, 3
	x := gaussianFields(sites*n, 1, 9)
	var m2, energy [n]float64
	spins4(func(spins *[16]float64, e float64) {
		for b := range n {
			p, m := 1.0, 0.0
			for i, s := range spins {
				p /= 1 + math.Exp(-2*s*float64(x[i*n+b]))
				m += s / sites
			}
			m2[b] += p * m * m
			energy[b] += p * e
		}
	})
	got := make([]float64, n)
	MagnetizationSquared(got, x)
	for b := range n {
		near(t, "m^2", got[b], m2[b], 1e-13)
	}
	mustIsing(t, 4, Tc).SpinEnergy(got, x)
	for b := range n {
		near(t, "energy", got[b], energy[b], 1e-12)
	}
}

// A batch gives each sample what it gets alone, across the blocks in which
// samples are taken.
func TestMagnetizationSquaredBatches(t *testing.T) {
	const sites, n = 36, 41
	x := gaussianFields(sites*n, 1, 10)
	batch, alone := make([]float64, n), make([]float64, 1)
	MagnetizationSquared(batch, x)
	for b := range n {
		single := make([]float32, sites)
		for i := range single {
			single[i] = x[i*n+b]
		}
		if MagnetizationSquared(alone, single); alone[0] != batch[b] {
			t.Errorf("m^2 of sample %d is %v alone and %v in a batch", b, alone[0], batch[b])
		}
	}
}

// Exact samples of the dual at L = 4: spins s with their Boltzmann weight, and
// x = K's + noise of covariance K'. The observables of these fields, and of
// spins drawn from them again, must have the exact means.
func TestObservablesOfExactSamples(t *testing.T) {
	const sites, n, T = 16, 20000, 3.0
	r := rand.New(rand.NewPCG(11, 0))
	var configurations [][]float64
	var cumulative []float64
	var total float64
	spins4(func(spins *[16]float64, e float64) {
		total += math.Exp(-e / T)
		configurations = append(configurations, append([]float64(nil), spins[:]...))
		cumulative = append(cumulative, total)
	})
	coupling := denseCoupling(4, T)
	var factor mat.Cholesky
	if !factor.Factorize(coupling) {
		t.Fatal("K' is not positive definite")
	}
	var lower mat.TriDense
	factor.LTo(&lower)
	x := make([]float32, sites*n)
	noise, mean, field := mat.NewVecDense(sites, nil), mat.NewVecDense(sites, nil), mat.NewVecDense(sites, nil)
	for b := range n {
		spins := configurations[search(cumulative, r.Float64()*total)]
		for i := range sites {
			noise.SetVec(i, r.NormFloat64())
		}
		mean.MulVec(coupling, mat.NewVecDense(sites, spins))
		field.MulVec(&lower, noise)
		for i := range sites {
			x[i*n+b] = float32(mean.AtVec(i) + field.AtVec(i))
		}
	}

	exact := mustSolve(t, 4, T)
	estimates := make([]float64, n)
	compare := func(what string, want float64) {
		t.Helper()
		mean, deviation := stat.MeanStdDev(estimates, nil)
		if err := deviation / math.Sqrt(n); math.Abs(mean-want) > 4*err {
			t.Errorf("%s = %.5f +- %.5f, exact %.5f", what, mean, err, want)
		}
	}
	MagnetizationSquared(estimates, x)
	compare("<m^2> of fields", *exact.MagnetizationSquared)
	mustIsing(t, 4, T).SpinEnergy(estimates, x)
	compare("energy of fields", exact.Energy*sites)

	uniform := make([]float64, len(x))
	for i := range uniform {
		uniform[i] = r.Float64()
	}
	spins := make([]int8, len(x))
	Spins(spins, x, uniform)
	for b := range n {
		var m float64
		for i := range sites {
			m += float64(spins[i*n+b]) / sites
		}
		estimates[b] = m * m
	}
	compare("<m^2> of spins", *exact.MagnetizationSquared)
}

// search returns the first index whose value exceeds x.
func search(ascending []float64, x float64) int {
	low, high := 0, len(ascending)-1
	for low < high {
		if middle := (low + high) / 2; ascending[middle] > x {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
