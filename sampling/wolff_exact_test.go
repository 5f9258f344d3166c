package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"neuralrg/physics"
)

// wolffSeries draws energies a site and magnetizations.
func wolffSeries(w *Wolff, size, draws int) (energy, m []float64) {
	spins := make([]int8, size*size)
	sites := float64(len(spins))
	for range draws {
		w.Draw(spins)
		energy = append(energy, float64(spinEnergy(spins, size))/sites)
		m = append(m, float64(magnetizationOf(spins))/sites)
	}
	return energy, m
}

func power(values []float64, p int) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Pow(v, float64(p))
	}
	return out
}

// jackknife is f of the means of several series and its error, from the values
// of f without one of 100 blocks.
func jackknife(f func(means []float64) float64, series ...[]float64) (value, err float64) {
	const blocks = 100
	means, without := make([]float64, len(series)), make([]float64, len(series))
	for i, s := range series {
		means[i] = stat.Mean(s, nil)
	}
	values := make([]float64, blocks)
	for b := range values {
		for i, s := range series {
			n := len(s) / blocks
			block := stat.Mean(s[b*n:(b+1)*n], nil)
			without[i] = (means[i]*blocks - block) / (blocks - 1)
		}
		values[b] = f(without)
	}
	return f(means), stat.PopStdDev(values, nil) * math.Sqrt(blocks-1)
}

// Against the exact solution, and Binder cumulants at Tc known to ten digits. What
// errors may be follows from the number of draws.
func TestWolffExact(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	exactly(t, func(t *testing.T, size int, T float64) { wolffExact(t, size, T, 100000/size) })
}

// exactly runs a test at two sizes, below, at and above the critical temperature.
func exactly(t *testing.T, test func(t *testing.T, size int, T float64)) {
	for _, size := range []int{8, 16} {
		for _, T := range []float64{1.7, physics.Tc, 3.5} {
			t.Run(fmt.Sprintf("L=%d,T=%.2f", size, T), func(t *testing.T) { test(t, size, T) })
		}
	}
}

var criticalCumulant = map[int]float64{8: 0.613045384943, 16: 0.611454457979}

func wolffExact(t *testing.T, size int, T float64, draws int) {
	exact, err := physics.Solve(size, T)
	if err != nil {
		t.Fatal(err)
	}
	energy, m := wolffSeries(warmWolff(t, size, T, Hot, 11), size, draws)
	e, m2 := Analyse([][]float64{energy}), Analyse([][]float64{power(m, 2)})
	root := math.Sqrt(float64(draws))
	within(t, "energy a site", e, exact.Energy, 0.45/root)
	if exact.MagnetizationSquared != nil {
		within(t, "<m²>", m2, *exact.MagnetizationSquared, 0.4/root)
	}
	if e.Tau > 0.75 || m2.Tau > 0.75 {
		t.Errorf("autocorrelation times %.2f of the energy and %.2f of m²: draws are not nearly independent", e.Tau, m2.Tau)
	}
	compare := func(what string, want, most float64, f func([]float64) float64, series ...[]float64) {
		value, err := jackknife(f, series...)
		t.Logf("%s: %.5f +- %.5f, exact %.5f", what, value, err, want)
		if !(math.Abs(value-want) <= 4*err) || !(err <= most) {
			t.Errorf("%s: %v +- %v, want %v", what, value, err, want)
		}
	}
	sites := float64(size * size)
	compare("heat capacity", exact.HeatCapacity, 3.5/root, func(mean []float64) float64 {
		return (mean[1] - mean[0]*mean[0]) * sites / (T * T)
	}, energy, power(energy, 2))
	if T == physics.Tc {
		compare("U4", criticalCumulant[size], 0.2/root, func(mean []float64) float64 {
			return 1 - mean[1]/(3*mean[0]*mean[0])
		}, power(m, 2), power(m, 4))
	}
}

// Lifted draws are draws of the dual: their fields know the exact <m²> and energy
// of the spins, and <x'grad U> is the number of sites, as by partial integration
// of any density exp(-U).
func TestWolffLifted(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	exactly(t, func(t *testing.T, size int, T float64) { wolffLifted(t, size, T, 60000/size) })
}

func wolffLifted(t *testing.T, size int, T float64, n int) {
	m := ising(t, size, T)
	exact, err := physics.Solve(size, T)
	if err != nil {
		t.Fatal(err)
	}
	spins := make([]int8, m.Sites()*n)
	warmWolff(t, size, T, Cold, 17).Draw(spins)
	x := make([]float32, len(spins))
	m.Lift(x, spins, rand.New(rand.NewPCG(17, 0)))

	values := make([]float64, n)
	sites, root := float64(m.Sites()), math.Sqrt(float64(n))
	m.SpinEnergy(values, x)
	within(t, "energy of the lattice", Analyse([][]float64{values}), exact.Energy*sites, 0.45*sites/root)
	if exact.MagnetizationSquared != nil {
		physics.MagnetizationSquared(values, x)
		within(t, "<m²>", Analyse([][]float64{values}), *exact.MagnetizationSquared, 0.4/root)
	}
	grad := make([]float32, len(x))
	m.Eval(values, grad, x)
	clear(values)
	for i := range x {
		values[i%n] += float64(x[i]) * float64(grad[i]) / sites
	}
	within(t, "<x'grad U>/N", Analyse([][]float64{values}), 1, 0.45/root)
}

// BenchmarkWolff has the price of a draw, and of an independent value of the
// energy, the slowest of the usual observables, at Tc.
func BenchmarkWolff(b *testing.B) {
	for _, size := range []int{16, 32, 64} {
		for _, sweeps := range []int{1, 2, sweepsApart} {
			b.Run(fmt.Sprintf("L=%d/sweeps=%d", size, sweeps), func(b *testing.B) {
				w := warmWolff(b, size, physics.Tc, Hot, 1)
				w.between = max(1, w.between*sweeps/sweepsApart)
				energy, _ := wolffSeries(w, size, 10000)
				tau := Analyse([][]float64{energy}).Tau
				spins := make([]int8, size*size)
				for b.Loop() {
					w.Draw(spins)
				}
				b.ReportMetric(tau, "tau")
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/(2*tau), "independent/s")
			})
		}
	}
}
