package compare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training/run"
)

const size, sites = 4, 16

// trained makes a small flow that is far from the model, at a high temperature.
func trained(t *testing.T, noise float32) *run.Trained {
	t.Helper()
	flow, err := model.New(model.Shape{L: size, Repeat: 1, Couplings: 4, Hidden: 5, HiddenLayers: 1}, 3)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range flow.Params {
		flow.Params[i] = noise * (flow.Params[i] + float32(random.NormFloat64())/3)
	}
	energy, err := physics.NewIsing(size, 3)
	if err != nil {
		t.Fatal(err)
	}
	r := &run.Trained{Flow: flow, Energy: energy, Epoch: 5}
	r.Config.Shape, r.Config.Temperature = flow.Shape, 3
	return r
}

func plan() Plan {
	return Plan{Chains: 150, Step: 0.2, Leapfrogs: 10, Seed: 3, Threads: 2}
}

func compareAll(t *testing.T, ctx context.Context, p Plan) *Report {
	t.Helper()
	r, err := Run(ctx, trained(t, 1), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestEverythingAgreesWithTheExactSolution, and the numbers with each other.
func TestEverythingAgreesWithTheExactSolution(t *testing.T) {
	if testing.Short() {
		t.Skip("many trajectories")
	}
	r := compareAll(t, t.Context(), plan())
	exact, _ := physics.ExactM2(size, 3)
	if r.Interrupted || !r.Exact || r.Equilibrium != (sampling.Quantity{Value: exact}) || len(r.HMC) != 4 {
		t.Fatalf("%+v", r)
	}
	near := func(name string, s Stationary) {
		if d := (s.Mean - exact) / s.Error; math.Abs(d) > 4 || !(s.Error < 0.02) || s.Short {
			t.Errorf("%s: <m^2> %.4f +- %.4f, exactly %.4f", name, s.Mean, s.Error, exact)
		}
	}
	near("wolff", r.Wolff.Stationary)
	if d := r.Wolff.PerCoreSecond * 2 * r.Wolff.Tau * r.Wolff.Draw.Seconds; math.Abs(d-1) > 1e-12 {
		t.Errorf("wolff: the rate is %.4g of what tau and time give", d)
	}
	for i, h := range r.HMC {
		name := string(h.Method) + " " + h.Settings
		if want := []string{"hmc equal", "latent-hmc equal", "hmc tuned", "latent-hmc tuned"}[i]; name != want {
			t.Fatalf("result %d is of %s, want %s", i, name, want)
		}
		if h.Stationary == nil || len(h.Starts) != 2 {
			t.Fatalf("%s: %+v", name, h)
		}
		near(name, *h.Stationary)
		if d := h.Stationary.PerCoreSecond * 2 * h.Stationary.Tau * h.Trajectory.Seconds / 150; math.Abs(d-1) > 1e-12 {
			t.Errorf("%s: the rate is %.4g of what tau and time give", name, d)
		}
		if tuned := h.Settings == Tuned; tuned == (h.Step == 0.2) || tuned == (h.Jitter == 0) || tuned && math.Abs(h.Acceptance-sampling.DefaultTarget) > 0.12 {
			t.Errorf("%s: step %v, jitter %v, acceptance %.3f", name, h.Step, h.Jitter, h.Acceptance)
		}
		values := 0
		for _, s := range h.Starts {
			if s.Thermalisation == nil || len(s.Curve) != s.Trajectories+1 {
				t.Fatalf("%s, %s: %+v", name, s.Start, s)
			}
			values += 150 * (s.Trajectories + 1 - s.Thermalisation.Time)
		}
		if values != h.Stationary.Values {
			t.Errorf("%s: %d values, of %d in equilibrium", name, h.Stationary.Values, values)
		}
	}
}

// TestStarts: cold chains are ordered and hot ones are not, or are the flow's draws.
func TestStarts(t *testing.T) {
	r := trained(t, 1)
	m2 := func(x []float32) float64 {
		all := make([]float64, 150)
		physics.MagnetizationSquared(all, x)
		var sum float64
		for _, v := range all {
			sum += v
		}
		return sum / 150
	}
	latent := sampling.Latent(r.Flow, r.Energy, sampling.Plain)
	cold, hot := fields(r, sampling.Cold, 1, 150, 7), fields(r, sampling.Hot, 1, 150, 7)
	if c, h := m2(cold), m2(hot); c < 0.75 || h > 0.2 {
		t.Errorf("<m^2> of fields is %.3f cold and %.3f hot", c, h)
	}
	z := latents(r, sampling.Cold, 150, 7)
	x := make([]float32, len(z))
	latent.Fields(x, z)
	if c := m2(x); c < 0.75 {
		t.Errorf("<m^2> of cold latents is %.3f", c)
	}
	// The sign is the likelier one.
	_, up := renormalized(r, cold, 150)
	_, down := renormalized(r, fields(r, sampling.Cold, -1, 150, 7), 150)
	if negative := x[0] < 0; negative != (down > up) || math.Abs(up-down) < 10 {
		t.Errorf("ln q is %.1f up and %.1f down, and the field %v", up, down, x[0])
	}
	var sum, square float64
	for _, v := range latents(r, sampling.Hot, 150, 7) {
		sum, square = sum+float64(v), square+float64(v)*float64(v)
	}
	if n := 150.0 * sites; math.Abs(sum/n) > 0.1 || math.Abs(square/n-1) > 0.15 {
		t.Errorf("hot latents have mean %.3f and square %.3f", sum/n, square/n)
	}
}

// plain is a report without its times.
func plain(r *Report) *Report {
	r.Threads, r.Wolff.Draw, r.Wolff.PerCoreSecond = 0, Cost{}, 0
	for i := range r.HMC {
		h := &r.HMC[i]
		h.Trajectory = Cost{}
		if h.Stationary != nil {
			h.Stationary.PerCoreSecond = 0
		}
	}
	return r
}

func TestThreadsChangeNoBit(t *testing.T) {
	p := plan()
	p.Chains, p.Trajectories = 80, 25
	one := plain(compareAll(t, t.Context(), p))
	p.Threads = 3
	three := plain(compareAll(t, t.Context(), p))
	if !reflect.DeepEqual(one, three) {
		t.Errorf("one thread:\n%+v\nthree:\n%+v", one, three)
	}
	p.Seed++
	if other := plain(compareAll(t, t.Context(), p)); reflect.DeepEqual(one.HMC, other.HMC) {
		t.Error("another seed gives the same")
	}
}

// TestInterruptedComparisonKeepsWhatIsMeasured, wherever it is.
func TestInterruptedComparisonKeepsWhatIsMeasured(t *testing.T) {
	for _, c := range []struct {
		work    string
		results int
	}{
		{"wolff", 0},
		{"hmc, equal, cold start", 1},
		{"latent-hmc, equal, hot start", 2},
		{"hmc, tuned, tuning", 2},
		{"latent-hmc, tuned, warm-up", 3},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		p := plan()
		p.Trajectories = 40
		p.Progress = func(p Progress) {
			if p.Work == c.work && (p.Done == 7 || p.Unit == "draws") {
				cancel()
			}
		}
		r := compareAll(t, ctx, p)
		cancel()
		if !r.Interrupted || len(r.HMC) != c.results || (r.Wolff == nil) != (c.work == "wolff") {
			t.Errorf("%s: %d results, interrupted %v", c.work, len(r.HMC), r.Interrupted)
		}
		if strings.HasSuffix(c.work, "start") {
			starts := r.HMC[c.results-1].Starts
			if last := starts[len(starts)-1]; !strings.Contains(c.work, last.Start) || last.Trajectories != 7 || len(last.Curve) != 8 {
				t.Errorf("%s: %+v", c.work, last)
			}
		}
	}
}

// A chain of clusters ends with the next batch: on a large lattice all of it would
// take a minute.
func TestChainOfClustersIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &comparison{ctx: ctx, trained: trained(t, 1)}
	if chain := c.wolffChain(1); len(chain.m2) > clusterBatch {
		t.Errorf("%d draws after the interrupt", len(chain.m2))
	}
}

func TestRunRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*Plan)
		text   string
		hint   string
	}{
		{func(p *Plan) { p.Chains = 0 }, "0 chains are out of range", "choose from 8 to 67108 with --chains; the paper has 512"},
		{func(p *Plan) { p.Chains = -3 }, "-3 chains are out of range", "choose from 8 to 67108 with --chains; the paper has 512"},
		{func(p *Plan) { p.Chains = 67109 }, "67109 chains are out of range", "choose from 8 to 67108 with --chains; the paper has 512"},
		{func(p *Plan) { p.Trajectories = 5 }, "5 trajectories are out of range", "choose from 20 to 447392 for 150 chains"},
		{func(p *Plan) { p.Trajectories = -1 }, "-1 trajectories are out of range", "choose from 20 to 447392 for 150 chains"},
		{func(p *Plan) { p.Step = 0 }, "step 0 is out of range", "choose more than 0 and at most 100; the paper's is 0.2"},
		{func(p *Plan) { p.Step = math.NaN() }, "step NaN is out of range", "choose more than 0 and at most 100; the paper's is 0.2"},
		{func(p *Plan) { p.Leapfrogs = 0 }, "0 leapfrogs are out of range", "choose from 1 to 10000; the paper has 10"},
	} {
		p := plan()
		c.change(&p)
		_, err := Run(t.Context(), trained(t, 1), p)
		var bad *problem
		if !errors.As(err, &bad) || bad.Error() != c.text || bad.Hint() != c.hint || !bad.Usage() {
			t.Errorf("%v, want %q", err, c.text)
		}
	}
}

// TestBrief: the equal settings only, of chains that may not get far.
func TestBrief(t *testing.T) {
	p := plan()
	p.Chains, p.Brief = 16, true
	r := compareAll(t, t.Context(), p)
	if len(r.HMC) != 2 || r.HMC[0].Settings != Equal || r.HMC[1].Settings != Equal {
		t.Fatalf("%d results", len(r.HMC))
	}
	for _, h := range r.HMC {
		for _, s := range h.Starts {
			if s.Trajectories > briefTrajectories[h.Method] {
				t.Errorf("%s, %s: %d trajectories", h.Method, s.Start, s.Trajectories)
			}
		}
	}
}
