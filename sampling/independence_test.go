package sampling

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
)

// normal is the density of independent normal variables.
type normal struct {
	sites int
	sigma float64
}

func (q normal) Sites() int { return q.sites }

func (q normal) Draw(rng *rand.Rand, x []float32, logq []float64) {
	n := len(logq)
	for b := range logq {
		logq[b] = -float64(q.sites) * math.Log(q.sigma*math.Sqrt(2*math.Pi))
	}
	for i := range x {
		z := rng.NormFloat64()
		x[i] = float32(q.sigma * z)
		logq[i%n] -= z * z / 2
	}
}

// square is the observable x² of a target of one site.
func (c *Independence) square(dst []float64) {
	for chain := range dst {
		dst[chain] = float64(c.X[chain]) * float64(c.X[chain])
	}
}

// A normal target of width 1 under a proposal of width sigma: the acceptance is
// twice the probability that |Y| < |X| with X from p and Y from q, which is
// (4/pi) atan(1/sigma), whatever the number of chains.
func TestIndependenceGaussian(t *testing.T) {
	for _, chains := range []int{3, 100, 1000} {
		for _, sigma := range []float64{1, 1.3, 2, 4} {
			c := NewIndependence(normal{1, sigma}, standard(1), chains, 31)
			times := 200000 / chains
			mean := newAccumulator(1)
			step := func() { mean.add([]float64{c.Step().Acceptance}) }
			e := measure(c, step, 50, times, c.square)[0]
			within(t, "variance", e, 1, 0.06)
			want := 4 / math.Pi * math.Atan(1/sigma)
			t.Logf("%d chains, sigma %v: acceptance %.4f, exact %.4f", chains, sigma, mean.estimate().Mean, want)
			if got := mean.estimate().Mean; math.Abs(got-want) > 0.01 {
				t.Errorf("%d chains, sigma %v: acceptance %v, want %v", chains, sigma, got, want)
			}
		}
	}
}

// acceptAll is a step whose every proposal is taken.
func acceptAll(c *Independence) {
	for chain := range c.logWeight {
		c.logWeight[chain] = math.Inf(-1)
	}
	c.Step()
}

// reverseKL trains a flow of the small shape on an energy by Adam, a little: the
// mean of U(x) + ln q(x) goes down along its gradient.
func reverseKL(t testing.TB, e physics.Energy, steps int) *model.Flow {
	t.Helper()
	f, err := model.New(model.Shape{L: 4, Repeat: 1, Couplings: 4, Hidden: 8, HiddenLayers: 1}, 5)
	if err != nil {
		t.Fatal(err)
	}
	const n = 256
	rng, tape := rand.New(rand.NewPCG(2, 3)), model.NewTape(f.Shape, n)
	z, x, dx := make([]float32, 16*n), make([]float32, 16*n), make([]float32, 16*n)
	u, logq, share := make([]float64, n), make([]float64, n), make([]float64, n)
	for b := range share {
		share[b] = 1.0 / n
	}
	grad, first, second := make([]float32, len(f.Params)), make([]float64, len(f.Params)), make([]float64, len(f.Params))
	for step := range steps {
		fillNormal(rng, z)
		f.Generate(tape, x, logq, z)
		e.Eval(u, dx, x)
		for i := range dx {
			dx[i] /= n
		}
		clear(grad)
		f.Backward(tape, grad, nil, dx, share)
		rate := 0.01 * min(1, 2*(1-float64(step)/float64(steps)))
		for i, g := range grad {
			first[i] += 0.1 * (float64(g) - first[i])
			second[i] += 0.01 * (float64(g)*float64(g) - second[i])
			f.Params[i] -= float32(rate * first[i] / (math.Sqrt(second[i]) + 1e-8))
		}
	}
	return f
}

// The 4x4 torus above Tc with a flow trained on it, symmetrised and not, against
// the sum over all states. Without the test of acceptance the same measurement
// sees the flow's own error.
func TestIndependenceIsing(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const T = 4
	m := ising(t, 4, T)
	exact, err := physics.Solve(4, T)
	if err != nil {
		t.Fatal(err)
	}
	f := reverseKL(t, m, 300)
	for _, symmetrised := range []bool{false, true} {
		run := func(step func(*Independence)) []Estimate {
			c := NewIndependence(NewDensity(f, symmetrised), m, 512, 41)
			m2 := func(dst []float64) { physics.MagnetizationSquared(dst, c.X) }
			bonds := func(dst []float64) {
				m.SpinEnergy(dst, c.X)
				for i := range dst {
					dst[i] /= 16
				}
			}
			return measure(c, func() { step(c) }, 30, 150, m2, bonds)
		}
		var acceptance float64
		e := run(func(c *Independence) { acceptance += c.Step().Acceptance / 180 })
		t.Logf("symmetrised %v, acceptance %.3f", symmetrised, acceptance)
		within(t, "<m²>", e[0], exactM2(t, T), 0.005)
		within(t, "energy a site", e[1], exact.Energy, 0.005)
		broken := run(acceptAll)
		t.Logf("without acceptance: %.4f +- %.4f, %.4f +- %.4f", broken[0].Mean, broken[0].Error, broken[1].Mean, broken[1].Error)
		if math.Abs(broken[0].Mean-exactM2(t, T)) < 8*broken[0].Error && math.Abs(broken[1].Mean-exact.Energy) < 8*broken[1].Error {
			t.Error("a sampler that accepts all would not be noticed")
		}
	}
}

// ln q and energy stay with their field.
func TestIndependenceKeepsItsState(t *testing.T) {
	m, d := ising(t, 4, 4), NewDensity(nontrivial(t, smallShape), true)
	c := NewIndependence(d, m, 40, 43)
	for range 30 {
		r := c.Step()
		if r.Accepted == 1 {
			t.Fatal("all chains accept: nothing is tested")
		}
		logq, u := make([]float64, 40), make([]float64, 40)
		d.LogQ(logq, c.X)
		m.Eval(u, nil, c.X)
		for chain := range u {
			if math.Abs(u[chain]-c.U[chain]) > 1e-4 || math.Abs(logq[chain]-c.LogQ[chain]) > 1e-3 {
				t.Fatalf("chain %d has U %v and ln q %v, its field %v and %v", chain, c.U[chain], c.LogQ[chain], u[chain], logq[chain])
			}
		}
	}
}

func TestIndependenceDeterministic(t *testing.T) {
	run := func(seed uint64) []float32 {
		c := NewIndependence(normal{4, 1.5}, standard(4), 7, seed)
		for range 100 {
			c.Step()
		}
		return c.X
	}
	if !slices.Equal(run(3), run(3)) {
		t.Error("the same seed gives different chains")
	}
	if slices.Equal(run(3), run(4)) {
		t.Error("different seeds give the same chains")
	}
}

// Where the energy is not finite no chain goes, and one that starts there
// leaves: what remains is the normal distribution truncated at 1.
func TestIndependenceRejectsNonFinite(t *testing.T) {
	want := 1 - 2*math.Exp(-0.5)/math.Sqrt(2*math.Pi)/math.Erf(1/math.Sqrt2)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		c := NewIndependence(normal{1, 1.5}, walled(bad, 1), 400, 17)
		within(t, "truncated variance", measure(c, func() { c.Step() }, 50, 200, c.square)[0], want, 0.01)
	}
}

func TestIndependenceDoesNotAllocate(t *testing.T) {
	c := NewIndependence(normal{4, 1.5}, standard(4), 400, 1)
	if n := testing.AllocsPerRun(50, func() { c.Step() }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestIndependenceWrongSizesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"no chains":   func() { NewIndependence(normal{2, 1}, standard(2), 0, 1) },
		"other sites": func() { NewIndependence(normal{2, 1}, standard(3), 5, 1) },
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
