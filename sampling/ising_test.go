package sampling

import (
	"math"
	"testing"

	"neuralrg/physics"
)

func ising(t testing.TB, L int, T float64) *physics.Ising {
	t.Helper()
	m, err := physics.NewIsing(L, T)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// exactM2 is <m²> of the 4x4 torus at a temperature; that at Tc is a sum over
// all 65,536 states.
func exactM2(t testing.TB, T float64) float64 {
	t.Helper()
	if T == physics.Tc {
		return 0.76135890856867
	}
	m2, ok := physics.ExactM2(4, T)
	if !ok {
		t.Fatalf("no exact <m²> at T = %v", T)
	}
	return m2
}

// magnetization is the observable m² of the chains' fields.
func magnetization(h *HMC) func([]float64) {
	return func(dst []float64) { physics.MagnetizationSquared(dst, h.X) }
}

// effort is the amount of sampling in a test against exact values: chains, and
// the trajectories to forget and to keep.
type effort struct{ chains, warm, kept int }

// physical compares physical HMC on the 4x4 lattice with the exact solution.
func physical(t *testing.T, T float64, w effort, m2Error, energyError float64) {
	m := ising(t, 4, T)
	h := NewHMC(m, nil, w.chains, 0.55, 12, 53)
	bonds := func(dst []float64) {
		m.SpinEnergy(dst, h.X)
		for c := range dst {
			dst[c] /= 16
		}
	}
	exact, err := physics.Solve(4, T)
	if err != nil {
		t.Fatal(err)
	}
	e := measure(h, func() { h.Trajectory() }, w.warm, w.kept, magnetization(h), bonds)
	within(t, "<m²>", e[0], exactM2(t, T), m2Error)
	within(t, "energy a site", e[1], exact.Energy, energyError)
}

func TestPhysicalHMC(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, T := range []float64{physics.Tc, 3.5} {
		physical(t, T, effort{384, 30, 50}, 0.007, 0.011)
	}
}

// The measurement above is fine enough to notice a missing Metropolis step.
func TestPhysicalHMCNeedsMetropolis(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	h := NewHMC(ising(t, 4, physics.Tc), nil, 384, 0.6, 12, 53)
	e := measure(h, func() { withoutMetropolis(h) }, 30, 50, magnetization(h))[0]
	t.Logf("<m²> without Metropolis: %.5f +- %.5f", e.Mean, e.Error)
	if want := exactM2(t, physics.Tc); math.Abs(e.Mean-want) < 6*e.Error {
		t.Errorf("<m²> without Metropolis is %v +- %v, as if it were exact (%v)", e.Mean, e.Error, want)
	}
}

// fields is the observable m² of the fields of latent chains.
func fields(h *HMC, r *Renormalized) func([]float64) {
	x := make([]float32, len(h.X))
	return func(dst []float64) {
		r.Fields(x, h.X)
		physics.MagnetizationSquared(dst, x)
	}
}

// latent compares latent HMC on the 4x4 lattice with the exact solution. That
// holds for any flow, learnt or not.
func latent(t *testing.T, T float64, form Form, w effort, m2Error float64) {
	r := Latent(nontrivial(t, smallShape), ising(t, 4, T), form)
	h := NewHMC(r, nil, w.chains, 0.4, 10, 79)
	var acceptance float64
	step := func() { acceptance += h.Trajectory().Acceptance / float64(w.warm+w.kept) }
	e := measure(h, step, w.warm, w.kept, fields(h, r))[0]
	t.Logf("T = %.3f, %v, acceptance %.3f", T, form, acceptance)
	within(t, "<m²>", e, exactM2(t, T), m2Error)
}

func TestLatentHMC(t *testing.T) {
	if testing.Short() {
		t.Skip("statistics")
	}
	for _, form := range forms {
		latent(t, physics.Tc, form, effort{192, 40, 50}, 0.015)
	}
}

// At the paper's settings the acceptance on the paper's lattice is 0.92-0.96.
func TestPaperSettings(t *testing.T) {
	h := NewHMC(ising(t, 16, physics.Tc), nil, 32, PaperStep, PaperLeapfrogs, 59)
	var acceptance float64
	const warm, kept = 20, 40
	for i := range warm + kept {
		if r := h.Trajectory(); i >= warm {
			acceptance += r.Acceptance / kept
		}
	}
	t.Logf("acceptance %.3f", acceptance)
	if acceptance < 0.91 || acceptance > 0.97 {
		t.Errorf("acceptance %.3f at L = 16, want 0.92-0.96", acceptance)
	}
}

func BenchmarkPhysicalTrajectory(b *testing.B) {
	h := NewHMC(ising(b, 16, physics.Tc), nil, 64, PaperStep, PaperLeapfrogs, 1)
	for b.Loop() {
		h.Trajectory()
	}
}
