//go:build slow

package training

import (
	"flag"
	"math"
	"testing"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// The tables of docs/latent-hmc.md were made with other values of these.
var (
	latentSize        = flag.Int("latent.size", 8, "lattice size")
	latentTemperature = flag.Float64("latent.temperature", physics.Tc, "temperature")
	latentEpochs      = flag.Int("latent.epochs", 300, "epochs of training, with the quick preset")
	latentChains      = flag.Int("latent.chains", 48, "chains of hybrid Monte Carlo")
	latentWarm        = flag.Int("latent.warm", 50, "trajectories that do not count")
	latentKept        = flag.Int("latent.kept", 200, "trajectories that count")
	latentStep        = flag.Float64("latent.step", sampling.PaperStep, "of the leapfrog")
	latentLeapfrogs   = flag.Int("latent.leapfrogs", sampling.PaperLeapfrogs, "in a trajectory")
)

// TestFormsOfTheLatentEnergy trains a symmetrised flow and samples its latents
// in both forms of the energy: both are exact, and what is left to compare is
// how long they remember.
func TestFormsOfTheLatentEnergy(t *testing.T) {
	c, err := Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Temperature, c.Epochs = *latentSize, *latentTemperature, *latentEpochs
	tr, e := trainer(t, c, 2), ising(t, c)
	gap := tail(steps(t, tr, c.Epochs), 20, e.LnZDual())
	exact, known := physics.ExactM2(c.L, c.Temperature)
	t.Logf("L=%d T=%.4f after %d epochs: gap %.2f, exact <m^2> %.5f (known: %v)", c.L, c.Temperature, c.Epochs, gap, exact, known)
	var found []sampling.Estimate
	for _, form := range []sampling.Form{sampling.Plain, sampling.Symmetrised} {
		r := sampling.Latent(tr.Flow(), e, form)
		r.Threads = 2
		m2 := sampleLatents(t, form, r)
		found = append(found, m2)
		if known && !(math.Abs(m2.Mean-exact) < 4*m2.Error && m2.Error < 0.1*exact) {
			t.Errorf("%v: <m^2> %.4f +- %.4f, exact %.5f", form, m2.Mean, m2.Error, exact)
		}
	}
	if a, b := found[0], found[1]; !(math.Abs(a.Mean-b.Mean) < 4*math.Hypot(a.Error, b.Error)) {
		t.Errorf("the forms differ: <m^2> %.4f +- %.4f and %.4f +- %.4f", a.Mean, a.Error, b.Mean, b.Error)
	}
}

// sampleLatents runs hybrid Monte Carlo, describes m^2 and |m| of the fields,
// and returns m^2.
func sampleLatents(t *testing.T, form sampling.Form, r *sampling.Renormalized) sampling.Estimate {
	chains := *latentChains
	h := sampling.NewHMC(r, nil, chains, *latentStep, *latentLeapfrogs, 5)
	for range *latentWarm {
		h.Trajectory()
	}
	x, now := make([]float32, len(h.X)), make([]float64, chains)
	squares, sizes := make([][]float64, chains), make([][]float64, chains)
	acceptance, start := 0.0, time.Now()
	for range *latentKept {
		acceptance += h.Trajectory().Acceptance / float64(*latentKept)
		r.Fields(x, h.X)
		physics.MagnetizationSquared(now, x)
		for b, v := range now {
			squares[b] = append(squares[b], v)
			sizes[b] = append(sizes[b], math.Abs(meanSpin(x, b, chains)))
		}
	}
	took := time.Since(start).Seconds()
	m2, size := sampling.Analyse(squares), sampling.Analyse(sizes)
	t.Logf("%-11v acceptance %.3f, tau of m^2 %.1f +- %.1f, of |m| %.1f +- %.1f, <m^2> %.4f +- %.4f, %.0f ms a trajectory, ESS %.0f a second",
		form, acceptance, m2.Tau, m2.TauError, size.Tau, size.TauError, m2.Mean, m2.Error, 1e3*took/float64(*latentKept), m2.ESS/took)
	return m2
}

// meanSpin is the mean of tanh x over the sites of one sample.
func meanSpin(x []float32, b, n int) (m float64) {
	for i := b; i < len(x); i += n {
		m += math.Tanh(float64(x[i]))
	}
	return m / float64(len(x)/n)
}
