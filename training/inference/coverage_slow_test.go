//go:build slow

package inference

import (
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training"
	"neuralrg/training/run"
)

// coverageFlows are flows of the quick preset, of so many epochs.
var coverageFlows = []struct {
	L       int
	quality string
	epochs  int
}{
	{4, "poor", 60},
	{4, "fair", 400},
	{4, "good", 3000},
	{8, "poor", 300},
	{8, "fair", 1000},
	{8, "good", 4000},
}

// TestCoverage repeats short estimations at Tc by every method with every flow and
// counts how often the intervals hold the exact values, and how often an estimate
// is called unreliable. It prints the tables of docs/coverage.md. A tenth of the
// repeats, and of L = 8 less, unless NEURALRG_SOAK=1.
func TestCoverage(t *testing.T) {
	soak, repeats := os.Getenv("NEURALRG_SOAK") == "1", 40
	if soak {
		repeats = 400
	}
	exact := map[int]map[string]float64{4: exactTorus(t, 4, physics.Tc), 8: exactTorus(t, 8, physics.Tc)}
	var all []*tally
	for _, f := range coverageFlows {
		if f.L == 8 && f.quality != "fair" && !soak {
			continue
		}
		trained := learnt(t, f.L, f.epochs)
		solution, err := physics.Solve(f.L, physics.Tc)
		if err != nil {
			t.Fatal(err)
		}
		values := exact[f.L]
		values["lnZ"], values["lnZ by exact samples"] = solution.LnZDual, solution.LnZDual
		values["bound"] = longBound(trained)
		methods := []Sampling{{Method: FlowDraws, N: 1000}, {Method: Independence, N: 2000}}
		if f.quality == "fair" {
			methods = append(methods, Sampling{Method: WolffLift, N: 1000}, Sampling{Method: PhysicalHMC, N: 4000})
			if f.L == 4 || soak {
				methods = append(methods, Sampling{Method: LatentHMC, N: 4000})
			}
		}
		for _, s := range methods {
			c := newTally(s, f.L, f.quality, values["lnZ"]-values["bound"])
			c.repeat(t, trained, s, repeats, values)
			all = append(all, c)
		}
	}
	t.Logf("%d repeats\n\n%s", repeats, coverageTables(all))
	for _, c := range all {
		c.check(t)
	}
}

// learnt is a flow at Tc after training by the quick preset.
func learnt(t *testing.T, L, epochs int) *run.Trained {
	t.Helper()
	c, err := training.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Epochs = L, epochs
	m, err := physics.NewIsing(L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := training.New(c, m, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	for range epochs {
		if _, err := trainer.Step(); err != nil {
			t.Fatal(err)
		}
	}
	return &run.Trained{Config: run.Config{Config: c}, Flow: trainer.Flow(), Energy: m, Epoch: epochs}
}

// longBound is the variational bound of ln Z from 400,000 draws: its error is a
// twentieth of those of 1000.
func longBound(r *run.Trained) (bound float64) {
	const batches, n = 100, 4000
	q := sampling.NewDensity(r.Flow, r.Config.Symmetry)
	rng := rand.New(rand.NewPCG(211, 1))
	x, logq, u := make([]float32, q.Sites()*n), make([]float64, n), make([]float64, n)
	for range batches {
		q.Draw(rng, x, logq)
		r.Energy.Eval(u, nil, x)
		for b := range u {
			bound += (-u[b] - logq[b]) / (batches * n)
		}
	}
	return bound
}

// tally counts what becomes of the repeats of one method with one flow.
type tally struct {
	L        int
	quality  string
	gap, ess float64 // of the flow: of its bound in nats, and the reverse one of a draw
	method   Method
	n        int
	names    []string
	counts   map[string]*count
}

func newTally(s Sampling, L int, quality string, gap float64) *tally {
	return &tally{L: L, quality: quality, gap: gap, method: s.Method, n: s.N, counts: map[string]*count{}}
}

// repeat samples with the seeds 1, 2, ... and counts.
func (c *tally) repeat(t *testing.T, trained *run.Trained, s Sampling, repeats int, exact map[string]float64) {
	t.Helper()
	results := make([]*Sampled, repeats)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for i := next.Add(1); i <= int64(repeats); i = next.Add(1) {
				s := s
				s.Seed = uint64(i)
				r, err := Sample(t.Context(), trained, s)
				if err != nil {
					t.Error(err)
					return
				}
				results[i-1] = r
			}
		})
	}
	workers.Wait()
	for _, r := range results {
		if r == nil || r.FreeEnergy == nil {
			t.Fatalf("L = %d, %s: %+v", c.L, s.Method, r)
		}
		for _, o := range r.Observables {
			c.add(t, o.Name, o.Mean, o.Error, exact, o.Reliable)
		}
		f := r.FreeEnergy
		c.ess += f.ESS / float64(repeats)
		switch s.Method {
		case FlowDraws:
			c.add(t, "lnZ", f.LnZ.Value, f.LnZ.Error, exact, f.Reliable)
			c.add(t, "bound", f.Bound.Value, f.Bound.Error, exact, true)
		case WolffLift:
			c.add(t, "lnZ by exact samples", f.Forward.LnZ.Value, f.Forward.LnZ.Error, exact, true)
		}
	}
}

func (c *tally) add(t *testing.T, name string, value, err float64, exact map[string]float64, reliable bool) {
	t.Helper()
	want, known := exact[name]
	if !known {
		t.Fatalf("no exact value of %s", name)
	}
	if c.counts[name] == nil {
		c.names, c.counts[name] = append(c.names, name), &count{}
	}
	c.counts[name].add(math.Abs(value-want)/err, reliable)
}

// check demands what docs/coverage.md says: intervals of means over exact samples,
// of chains that are called reliable and of the bound hold; wrong means by weights
// and independence chains are called unreliable, right ones are not.
func (c *tally) check(t *testing.T) {
	t.Helper()
	for name, k := range c.counts {
		switch {
		case name == "lnZ by exact samples": // 1/w may have a heavy tail
		case name == "bound", c.method == WolffLift:
			k.all.holds(t, c, name)
		case c.method == PhysicalHMC, c.method == LatentHMC:
			k.reliable.holds(t, c, name)
		default:
			k.warns(t, c, name)
		}
	}
}
