package compare

import (
	"math"

	"neuralrg/sampling"
)

const (
	tuningChains  = 128
	tuningWarmUp  = 100
	tuningTau     = 10   // length of a trial, in autocorrelation times
	tuningLongest = 2000 // and at most, in trajectories
	// better is the part of its cost that a length must save to be taken: costs
	// have an error of 12 % each.
	better = 0.15
)

// trial is settings with what they cost.
type trial struct {
	step, jitter float64
	leapfrogs    int
	length       float64 // of a trajectory
	cost         float64 // evaluations of the gradient for an autocorrelation time of m²
}

// tune looks for the settings with which independent values cost the fewest
// evaluations of the gradient: the step by dual averaging to the usual acceptance,
// the length of a trajectory by doubling or halving as long as that helps. The
// price of an evaluation does not depend on the settings, so no clock is needed.
// Chains begin where those at equal settings ended. It is false if ctx is done
// before.
func (c *comparison) tune(s *setup, method Method, work string) bool {
	length := sampling.PhysicalLength
	if method == LatentHMC {
		length = sampling.LatentLength
	}
	n := min(tuningChains, c.Chains)
	x := cut(c.settled[method], c.Chains, 0, n)
	best := c.try(*s, method, length, x, n, work)
	for _, factor := range []float64{2, 0.5} {
		improved := false
		for c.ctx.Err() == nil {
			next := c.try(*s, method, best.length*factor, x, n, work)
			if !(next.cost < (1-better)*best.cost) {
				break
			}
			best, improved = next, true
		}
		if improved {
			break
		}
	}
	s.step, s.jitter, s.leapfrogs = best.step, best.jitter, best.leapfrogs
	return c.ctx.Err() == nil
}

// try measures a length of trajectories, with chains that go on from x.
func (c *comparison) try(s setup, method Method, length float64, x []float32, chains int, work string) trial {
	energy := s.energy
	if s.latent != nil { // these chains are not in groups: the energy shares them out
		all := sampling.Latent(c.trained.Flow, c.trained.Energy, sampling.Plain)
		all.Threads = c.Threads
		energy, s.latent = all, all
	}
	h := sampling.NewHMC(energy, x, chains, 0, 1, c.seeds.Uint64())
	w, err := sampling.NewWarmUp(h, sampling.Tuning{Trajectories: tuningWarmUp, Target: sampling.DefaultTarget, Length: length})
	if err != nil {
		panic("compare: " + err.Error()) // nothing of it is the user's
	}
	for done := 1; !w.Done() && c.ctx.Err() == nil; done++ {
		w.Trajectory()
		c.tell(work+", warm-up", done, "trajectories", nil)
	}
	w.Stop()
	t := trial{step: h.Step, jitter: h.Jitter, leapfrogs: h.Leapfrogs, length: length}
	t.cost = c.tau(h, s.latent, method, work+", tuning") * float64(h.Leapfrogs)
	return t
}

// tau is the autocorrelation time of m², from as many trajectories as that takes.
func (c *comparison) tau(h *sampling.HMC, latent *sampling.Renormalized, method Method, work string) float64 {
	g := &group{hmc: h, latent: latent, m2: make([]float64, h.Chains())}
	if latent != nil {
		g.x = make([]float32, len(h.X))
	}
	e := &ensemble{groups: []*group{g}, threads: 1}
	series := make([][]float64, h.Chains())
	tau, next, most := math.Inf(1), fewestKept, min(tuningLongest, c.mostTrajectories(method))
	for done := 1; done <= most && c.ctx.Err() == nil; done++ {
		e.trajectory()
		e.append(series)
		c.tell(work, done, "trajectories", nil)
		if done >= next || done == most {
			if tau = sampling.Analyse(series).Tau; float64(done) >= tuningTau*tau {
				break
			}
			next = int(math.Ceil(growth * float64(done)))
		}
	}
	return tau
}
