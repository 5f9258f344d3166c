package compare

import "neuralrg/sampling"

// hybrid measures one method with one kind of settings, from both starts.
func (c *comparison) hybrid(r *Report, method Method, settings string) {
	work := string(method) + ", " + settings
	s := c.setup(method)
	if settings == Tuned && !c.tune(&s, method, work) {
		return
	}
	g := gathered{chains: c.Chains}
	for _, from := range starts {
		if c.ctx.Err() == nil {
			f := c.follow(s, method, from, work+", "+from.name+" start")
			g.add(f)
			c.settled[method] = f.ensemble.positions()
		}
	}
	result := g.result()
	result.Method, result.Settings = method, settings
	result.Step, result.Jitter, result.Leapfrogs = s.step, s.jitter, s.leapfrogs
	r.HMC = append(r.HMC, result)
}

// setup is what a method begins with at equal settings.
func (c *comparison) setup(method Method) setup {
	s := setup{energy: c.trained.Energy, step: c.Step, leapfrogs: c.Leapfrogs}
	if method == LatentHMC {
		s.latent = sampling.Latent(c.trained.Flow, c.trained.Energy, sampling.Plain)
		s.energy = s.latent
	}
	return s
}

// gathered is what chains from all starts have told.
type gathered struct {
	chains      int
	relaxations []Relaxation
	stationary  [][]float64 // m² in equilibrium
	all, late   running     // acceptance, and that in equilibrium
	seconds     []float64   // of a trajectory, of one chain
}

// running is a mean of values as they come.
type running struct {
	sum float64
	n   int
}

func (r *running) add(v float64) { r.sum, r.n = r.sum+v, r.n+1 }

func (r *running) mean() float64 { return r.sum / float64(max(1, r.n)) }

// add takes what came of one start.
func (g *gathered) add(f *followed) {
	g.relaxations = append(g.relaxations, f.relaxation)
	arrived := len(f.acceptance)
	if t := f.relaxation.Thermalisation; t != nil {
		arrived = t.Time
		g.stationary = append(g.stationary, since(f.series, arrived)...)
	}
	for i, a := range f.acceptance {
		g.all.add(a)
		if i >= arrived {
			g.late.add(a)
		}
	}
	for _, part := range f.ensemble.groups {
		for _, v := range part.seconds {
			g.seconds = append(g.seconds, v/float64(part.hmc.Chains()))
		}
	}
}

func (g *gathered) result() Result {
	one := newCost(g.seconds)
	r := Result{Trajectory: one.of(g.chains), Starts: g.relaxations, Acceptance: g.all.mean()}
	if len(g.stationary) > 0 {
		r.Stationary, r.Acceptance = newStationary(g.stationary, one), g.late.mean()
	}
	return r
}

// newStationary estimates <m²> from chains in equilibrium. Each value has a cost.
func newStationary(series [][]float64, each Cost) *Stationary {
	e := sampling.Analyse(series)
	return &Stationary{
		Mean: e.Mean, Error: e.Error, Tau: e.Tau, TauError: e.TauError, Values: e.N, Short: e.Short,
		PerCoreSecond: 1 / (2 * e.Tau * each.Seconds),
	}
}
