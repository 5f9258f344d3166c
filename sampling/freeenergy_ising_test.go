package sampling

import (
	"math"
	"math/rand/v2"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
)

// flowWeights are ln w of n draws of a symmetrised flow, and of as many exact
// samples: Wolff clusters lifted to fields.
func flowWeights(t *testing.T, f *model.Flow, m *physics.Ising, seed uint64, n int) (own []float64, r Reference) {
	t.Helper()
	rng, d := rand.New(rand.NewPCG(seed, 107)), NewDensity(f, true)
	x, logq := make([]float32, m.Sites()*n), make([]float64, n)
	logWeight := func() []float64 {
		v := make([]float64, n)
		m.Eval(v, nil, x)
		for b, u := range v {
			v[b] = -u - logq[b]
		}
		return v
	}
	d.Draw(rng, x, logq)
	own = logWeight()

	spins := make([]int8, m.Sites()*n)
	w := warmWolff(t, m.L(), m.T(), Hot, seed)
	w.Draw(spins)
	m.Lift(x, spins, rng)
	d.LogQ(logq, x)
	return own, Reference{LnZ: m.LnZDual(), LogWeight: logWeight()}
}

// A flow that was trained by reverse KL: well above Tc it covers the 4x4 torus;
// at Tc it is over-magnetised and lacks the tails, and exact samples say so.
func TestFreeEnergyIsing(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	const repeats, n = 25, 2000
	for _, c := range []struct {
		T                float64
		fewest, mostWarn int
	}{{4, 0, 2}, {physics.Tc, repeats - 2, repeats}} {
		m := ising(t, 4, c.T)
		f := reverseKL(t, m, 300)
		warned := 0
		var chi2 float64
		for seed := range uint64(repeats) {
			own, r := flowWeights(t, f, m, seed, n)
			e := estimateFreeEnergy(t, own, &r)
			if len(e.Warnings) > 0 {
				warned++
			}
			d := e.Forward.LnZ.Value - r.LnZ
			chi2 += d * d / (e.Forward.LnZ.Error * e.Forward.LnZ.Error)
			if seed == 0 {
				t.Logf("T = %.3f: exact %.4f, %+v, forward %+v", c.T, r.LnZ, e, *e.Forward)
			}
			if gap := r.LnZ - e.Bound.Value; gap < 5*e.Bound.Error || e.Forward.KL.Value < 5*e.Forward.KL.Error {
				t.Errorf("T = %v: KL(q||p) is %v +- %v, KL(p||q) %+v", c.T, gap, e.Bound.Error, e.Forward.KL)
			}
		}
		t.Logf("T = %.3f: warned in %d of %d, mean squared deviation of the forward ln Z %.2f errors", c.T, warned, repeats, chi2/repeats)
		if warned < c.fewest || warned > c.mostWarn {
			t.Errorf("T = %v: warned in %d of %d, want %d to %d", c.T, warned, repeats, c.fewest, c.mostWarn)
		}
		// 1/w has a light tail here: q is narrower than p.
		if math.Abs(chi2/repeats-1) > 4*math.Sqrt(2.0/repeats) {
			t.Errorf("T = %v: the forward ln Z is off by %v errors squared in the mean, want 1", c.T, chi2/repeats)
		}
	}
}
