// Package compare measures what a flow does for Monte Carlo: how soon chains
// forget their start, and then themselves, in the flow's latents and in the
// fields, beside Wolff's clusters. It is the comparison of Li and Wang,
// arXiv:1802.02840, with errors and with the time that it takes.
package compare

import (
	"context"
	"math/rand/v2"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training/run"
)

// Method is a way to sample.
type Method string

// The methods. Wolff's clusters are lifted to fields.
const (
	LatentHMC   Method = "latent-hmc"
	PhysicalHMC Method = "hmc"
	Wolff       Method = "wolff"
)

// The settings of a measurement of hybrid Monte Carlo: the same for latents and
// fields, or those that suit each best.
const (
	Equal = "equal"
	Tuned = "tuned"
)

// Plan says what Run does.
type Plan struct {
	Chains       int
	Step         float64 // of the equal settings
	Leapfrogs    int     // of the equal settings
	Trajectories int     // the most of each start: 10,000 of fields and 2,000 of latents if 0
	Seed         uint64  // of every random number; with the same seed Threads changes none
	Threads      int
	// Brief leaves the tuned settings out, and ends sooner: after at most 2,000
	// trajectories of fields and 300 of latents, if Trajectories is 0.
	Brief bool
	// Progress hears what is under way, now and then; it may be nil.
	Progress func(Progress)
}

// Progress is how far a measurement is.
type Progress struct {
	Work string // as in "hmc, tuned, hot start"
	Done int
	Unit string   // of Done: trajectories, or draws
	M2   *float64 // over all chains after the last of them; nil where it is not taken
}

// Report is what Run came to. Numbers of seconds are of one core: a machine with
// more does all of this in parallel, each method alike.
type Report struct {
	Chains      int    `json:"chains"`
	Threads     int    `json:"threads"` // that were at work
	Seed        uint64 `json:"seed"`
	Interrupted bool   `json:"interrupted"`
	// Equilibrium is <m²> as the chains are judged by: the exact one, or, where it
	// is not known, the mean of the Wolff samples.
	Equilibrium sampling.Quantity `json:"equilibrium"`
	Exact       bool              `json:"exact"`
	Wolff       *Clusters         `json:"wolff"` // nil if interrupted before
	HMC         []Result          `json:"hmc"`
}

// Result is what hybrid Monte Carlo came to with some settings.
type Result struct {
	Method    Method  `json:"method"`
	Settings  string  `json:"settings"` // Equal or Tuned
	Step      float64 `json:"step"`
	Jitter    float64 `json:"jitter"`
	Leapfrogs int     `json:"leapfrogs"`
	// Acceptance is the mean over all trajectories after thermalisation, or over
	// all if there are none.
	Acceptance float64      `json:"acceptance"`
	Trajectory Cost         `json:"trajectory"` // one of all chains
	Starts     []Relaxation `json:"starts"`
	// Stationary is of the chains in equilibrium, nil if none got there.
	Stationary *Stationary `json:"stationary"`
}

// Stationary is what chains in equilibrium tell of <m²>.
type Stationary struct {
	Mean     float64 `json:"mean"`
	Error    float64 `json:"error"`
	Tau      float64 `json:"tau"` // 1/2 + sum rho, in trajectories or draws
	TauError float64 `json:"tau_error"`
	Values   int     `json:"values"`
	// Short says that they are too few for Tau and Error to be trusted.
	Short bool `json:"short"`
	// PerCoreSecond is the number of independent values, values/(2 Tau), that one
	// core makes in a second.
	PerCoreSecond float64 `json:"independent_per_core_second"`
}

// Relaxation is the way of chains from a start to equilibrium.
type Relaxation struct {
	Start        string `json:"start"` // "cold" or "hot"
	Trajectories int    `json:"trajectories"`
	// Thermalisation is nil if they did not get there.
	Thermalisation *sampling.Thermalisation `json:"thermalisation"`
	Curve          []Point                  `json:"-"`
	// Points are those of the curve at 0, 1, 3, 10, 30, ... trajectories.
	Points []Point `json:"curve"`
}

// Point is <m²> over all chains after so many trajectories, with its error.
type Point struct {
	Trajectory int     `json:"trajectory"`
	M2         float64 `json:"m2"`
	Error      float64 `json:"error"`
}

// Run measures, in this order: Wolff's clusters; hybrid Monte Carlo of fields and
// of latents with equal settings; both with settings that are tuned. When ctx is
// done it returns what is measured by then.
func Run(ctx context.Context, t *run.Trained, p Plan) (*Report, error) {
	if err := p.settle(t.Energy.Sites()); err != nil {
		return nil, err
	}
	c := &comparison{
		Plan: p, ctx: ctx, trained: t,
		seeds: rand.New(rand.NewPCG(p.Seed, compareStream)), settled: map[Method][]float32{},
	}
	r := &Report{Chains: p.Chains, Threads: p.Threads, Seed: p.Seed, HMC: []Result{}}
	c.clusters(r)
	for _, settings := range p.settings() {
		for _, method := range []Method{PhysicalHMC, LatentHMC} {
			if ctx.Err() == nil && r.Wolff != nil {
				c.hybrid(r, method, settings)
			}
		}
	}
	r.Interrupted = ctx.Err() != nil
	return r, nil
}

// compareStream keeps the seeds of a comparison apart from other uses of its own.
const compareStream = 0x636f6d70 // "comp"

// comparison is a Run at work.
type comparison struct {
	Plan
	ctx         context.Context
	trained     *run.Trained
	equilibrium sampling.Quantity
	// seeds has one for each ensemble: chains that share their random numbers
	// come together.
	seeds   *rand.Rand
	settled map[Method][]float32 // where chains of a method were at last
}

// clusters measures Wolff's algorithm, and settles what <m²> is in equilibrium.
func (c *comparison) clusters(r *Report) {
	r.Wolff = c.measureClusters()
	if r.Wolff == nil {
		return
	}
	m := c.trained.Energy
	if exact, ok := physics.ExactM2(m.L(), m.T()); ok {
		r.Exact, r.Equilibrium = true, sampling.Quantity{Value: exact}
	} else {
		r.Equilibrium = sampling.Quantity{Value: r.Wolff.Mean, Error: r.Wolff.Error}
	}
	c.equilibrium = r.Equilibrium
}

// tell reports progress.
func (c *comparison) tell(work string, done int, unit string, m2 *float64) {
	if c.Progress != nil {
		c.Progress(Progress{Work: work, Done: done, Unit: unit, M2: m2})
	}
}
