package sampling

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// within fails unless the estimate is want within four errors, and its error is
// at most most, so that the test can fail.
func within(t *testing.T, what string, e Estimate, want, most float64) {
	t.Helper()
	t.Logf("%s: %.5f +- %.5f, exact %.5f, tau %.2f", what, e.Mean, e.Error, want, e.Tau)
	if !(math.Abs(e.Mean-want) <= 4*e.Error) {
		t.Errorf("%s: %v +- %v, want %v", what, e.Mean, e.Error, want)
	}
	if !(e.Error > 0 && e.Error <= most) {
		t.Errorf("%s: error %v, want at most %v", what, e.Error, most)
	}
}

// measure drops warm steps, then accumulates observables[i](h) of kept
// ones; each observable sets one value a chain.
func measure(h interface{ Chains() int }, step func(), warm, kept int, observables ...func(dst []float64)) []Estimate {
	for range warm {
		step()
	}
	values := make([]float64, h.Chains())
	acc := make([]*accumulator, len(observables))
	for i := range acc {
		acc[i] = newAccumulator(h.Chains())
	}
	for range kept {
		step()
		for i, f := range observables {
			f(values)
			acc[i].add(values)
		}
	}
	out := make([]Estimate, len(acc))
	for i, a := range acc {
		out[i] = a.estimate()
	}
	return out
}

// product is the observable x_i x_j.
func product(h *HMC, i, j int) func([]float64) {
	n := h.Chains()
	return func(dst []float64) {
		for c := range dst {
			dst[c] = float64(h.X[i*n+c]) * float64(h.X[j*n+c])
		}
	}
}

func TestHMCGaussianCovariance(t *testing.T) {
	precision := [][]float64{{2, -1.2, 0.3}, {-1.2, 1.5, 0}, {0.3, 0, 0.8}}
	var covariance mat.Dense
	flat := slices.Concat(precision...)
	if err := covariance.Inverse(mat.NewDense(3, 3, flat)); err != nil {
		t.Fatal(err)
	}
	h := NewHMC(gaussian(precision), nil, 400, 0.5, 5, 7)
	var acceptance, accepted float64
	const warm, kept = 50, 200
	step := func() {
		r := h.Trajectory()
		acceptance += r.Acceptance / (warm + kept)
		accepted += r.Accepted / (warm + kept)
	}
	var observables []func([]float64)
	for i := range 3 {
		for j := range i + 1 {
			observables = append(observables, product(h, i, j))
		}
	}
	estimates := measure(h, step, warm, kept, observables...)
	for i := range 3 {
		for j := range i + 1 {
			within(t, "covariance", estimates[0], covariance.At(i, j), 0.02)
			estimates = estimates[1:]
		}
	}
	if acceptance < 0.5 || acceptance > 0.995 {
		t.Errorf("acceptance %v does not test the Metropolis step", acceptance)
	}
	if math.Abs(acceptance-accepted) > 0.006 {
		t.Errorf("accepted %v of the trajectories, expected %v", accepted, acceptance)
	}
}

// Without the Metropolis step leapfrog keeps exp(-H~) of a shadow Hamiltonian:
// the variance of a unit oscillator is 1/(1 - step²/4), not 1. The same
// measurement sees both.
func TestMetropolisIsNeeded(t *testing.T) {
	const step = 1.2
	h := NewHMC(harmonic(1), nil, 400, step, 3, 11)
	with := measure(h, func() { h.Trajectory() }, 50, 300, product(h, 0, 0))[0]
	within(t, "with Metropolis", with, 1, 0.01)

	h = NewHMC(harmonic(1), nil, 400, step, 3, 11)
	without := measure(h, func() { withoutMetropolis(h) }, 50, 300, product(h, 0, 0))[0]
	within(t, "without Metropolis", without, 1/(1-step*step/4), 0.02)
	if math.Abs(without.Mean-1) < 10*without.Error {
		t.Errorf("a missing Metropolis step would not be noticed: %+v", without)
	}
}

// withoutMetropolis is a Trajectory that accepts everything.
func withoutMetropolis(h *HMC) {
	h.Trajectory()
	for c := range h.accept {
		h.accept[c] = true
	}
	h.move()
}

// In equilibrium the mean of exp(-dH) is 1 whatever the step (Creutz, Phys.
// Rev. D 38, 1228 (1988)).
func TestCreutzEquality(t *testing.T) {
	h := NewHMC(quartic(), nil, 400, 0.4, 8, 13)
	creutz := func(dst []float64) {
		for c := range dst {
			dst[c] = math.Exp(h.before[c] - h.after[c])
			if math.IsNaN(h.after[c]) {
				dst[c] = 0 // the trajectory has run away to infinity
			}
		}
	}
	e := measure(h, func() { h.Trajectory() }, 100, 300, creutz)[0]
	within(t, "<exp(-dH)>", e, 1, 0.01)
}

func TestHMCDeterministic(t *testing.T) {
	run := func(seed uint64) []float32 {
		h := NewHMC(quartic(), nil, 5, 0.3, 4, seed)
		for range 20 {
			h.Trajectory()
		}
		return h.X
	}
	if !slices.Equal(run(3), run(3)) {
		t.Error("the same seed gives different chains")
	}
	if slices.Equal(run(3), run(4)) {
		t.Error("different seeds give the same chains")
	}
}

// What HMC keeps from one trajectory to the next must be what the energy says.
func TestHMCKeepsItsState(t *testing.T) {
	h := NewHMC(quartic(), nil, 50, 1.1, 4, 5)
	for range 10 {
		if r := h.Trajectory(); r.Accepted == 0 || r.Accepted == 1 {
			t.Fatalf("accepted %v of 50 chains does not test both ways", r.Accepted)
		}
		u, grad := make([]float64, 50), make([]float32, 100)
		h.Energy.Eval(u, grad, h.X)
		if !slices.Equal(u, h.u) || !slices.Equal(grad, h.grad) {
			t.Fatal("energy or gradient does not belong to the positions")
		}
	}
}

// walled is a standard normal, except that beyond |x| = 1 its energy and slope
// are bad.
func walled(energy, slope float64) plain {
	return plain{1, func(x, g []float64) float64 {
		g[0] = x[0]
		if math.Abs(x[0]) > 1 {
			g[0] = slope
			return energy
		}
		return x[0] * x[0] / 2
	}}
}

// A trajectory that ends where energy or gradient is not finite is rejected:
// what is left is the normal distribution truncated at 1, of variance
// 1 - 2 phi(1)/(2 Phi(1) - 1).
func TestHMCRejectsNonFinite(t *testing.T) {
	want := 1 - 2*math.Exp(-0.5)/math.Sqrt(2*math.Pi)/math.Erf(1/math.Sqrt2)
	nan, inf := math.NaN(), math.Inf(1)
	for _, bad := range [][2]float64{{nan, 1}, {inf, 1}, {-inf, 1}, {0, nan}, {0, inf}, {nan, nan}} {
		h := NewHMC(walled(bad[0], bad[1]), make([]float32, 400), 400, 0.3, 2, 17)
		rejected := false
		step := func() {
			r := h.Trajectory()
			rejected = rejected || r.Accepted < 0.9
			if math.IsNaN(r.Acceptance) {
				t.Fatal("acceptance is not a number")
			}
		}
		t.Logf("beyond the wall: energy %v, slope %v", bad[0], bad[1])
		within(t, "truncated variance", measure(h, step, 50, 200, product(h, 0, 0))[0], want, 0.01)
		if !rejected {
			t.Error("the wall was never met")
		}
	}
}

// One chain that cannot be evaluated leaves every bit of the others alone.
func TestHMCBadChainStaysAlone(t *testing.T) {
	good := []float32{0.1, -0.2, 0.3, 0.4}
	bad := slices.Clone(good)
	bad[2] = float32(math.NaN())
	e := walled(math.NaN(), math.NaN())
	a, b := NewHMC(e, good, 4, 0.2, 3, 19), NewHMC(e, bad, 4, 0.2, 3, 19)
	for range 50 {
		a.Trajectory()
		b.Trajectory()
	}
	for c := range good {
		if c != 2 && a.X[c] != b.X[c] {
			t.Errorf("chain %d is at %v, and at %v beside a bad one", c, a.X[c], b.X[c])
		}
	}
	if b.X[2] == b.X[2] {
		t.Errorf("the bad chain moved to %v", b.X[2])
	}
}

func TestRetarget(t *testing.T) {
	h := NewHMC(harmonic(1), nil, 400, 0.4, 4, 23)
	measure(h, func() { h.Trajectory() }, 20, 1)
	h.Retarget(harmonic(3))
	h.Step = 0.15
	e := measure(h, func() { h.Trajectory() }, 30, 100, product(h, 0, 0))[0]
	within(t, "variance of the second energy", e, 1.0/9, 0.001)
}

// Sizes that do not fit together are a mistake of the program.
func TestHMCWrongSizesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"no chains":    func() { NewHMC(standard(2), nil, 0, 0.1, 1, 1) },
		"short start":  func() { NewHMC(standard(2), make([]float32, 5), 3, 0.1, 1, 1) },
		"other energy": func() { NewHMC(standard(2), nil, 3, 0.1, 1, 1).Retarget(standard(3)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}
