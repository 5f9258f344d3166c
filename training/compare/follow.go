package compare

import (
	"math"

	"neuralrg/sampling"
)

const (
	// enoughTau is how long chains are followed in equilibrium, in units of their
	// autocorrelation time: more than the window of five that its sum has. There are
	// many chains, so that its error is small all the same.
	enoughTau = 6
	// fewestKept is the least of that, in trajectories.
	fewestKept = 50
	// growth is by how much longer chains have to be to be looked at again.
	growth = 1.15
)

// followed are chains that were followed from their start.
type followed struct {
	ensemble   *ensemble
	series     [][]float64 // m²[chain][trajectory], from 0 on
	acceptance []float64   // of each trajectory
	relaxation Relaxation
}

// follow moves chains from a start until they were long enough in equilibrium,
// their trajectories are used up, or ctx is done.
func (c *comparison) follow(s setup, method Method, from start, work string) *followed {
	seed := c.seeds.Uint64()
	x := c.begin(method, from, seed)
	f := &followed{ensemble: newEnsemble(s, x, c.Chains, c.Threads, seed), series: make([][]float64, c.Chains)}
	f.ensemble.append(f.series)
	next := fewestKept
	for done := 1; done <= c.mostTrajectories(method) && c.ctx.Err() == nil; done++ {
		f.acceptance = append(f.acceptance, f.ensemble.trajectory())
		f.ensemble.append(f.series)
		m2 := f.ensemble.mean()
		c.tell(work, done, "trajectories", &m2)
		if done >= next {
			if f.enough(c.equilibrium) {
				break
			}
			next = int(math.Ceil(growth * float64(done)))
		}
	}
	f.relax(from.name, c.equilibrium)
	return f
}

// begin is where chains of a method start.
func (c *comparison) begin(method Method, from start, seed uint64) []float32 {
	if method == LatentHMC {
		return latents(c.trained, from.from, c.Chains, seed)
	}
	return fields(c.trained, from.from, 1, c.Chains, seed)
}

// enough says whether the chains were in equilibrium for so long that their
// autocorrelation time is known.
func (f *followed) enough(equilibrium sampling.Quantity) bool {
	t, ok := sampling.Thermalise(f.series, equilibrium)
	if !ok {
		return false
	}
	kept := since(f.series, t.Time)
	return float64(len(kept[0])) >= max(fewestKept, enoughTau*sampling.Analyse(kept).Tau)
}

// since are the series from a time on.
func since(series [][]float64, t int) [][]float64 {
	kept := make([][]float64, len(series))
	for c, chain := range series {
		kept[c] = chain[t:]
	}
	return kept
}

// relax describes the way to equilibrium.
func (f *followed) relax(name string, equilibrium sampling.Quantity) {
	f.relaxation = Relaxation{Start: name, Trajectories: len(f.acceptance)}
	if t, ok := sampling.Thermalise(f.series, equilibrium); ok {
		f.relaxation.Thermalisation = &t
	}
	mean, deviation := sampling.Course(f.series)
	for t := range mean {
		p := Point{Trajectory: t, M2: mean[t], Error: deviation[t]}
		f.relaxation.Curve = append(f.relaxation.Curve, p)
		if isMilestone(t) && !math.IsNaN(p.M2+p.Error) {
			f.relaxation.Points = append(f.relaxation.Points, p)
		}
	}
}

// isMilestone is true of 0, 1, 3, 10, 30, 100 and so on.
func isMilestone(t int) bool {
	for t >= 10 && t%10 == 0 {
		t /= 10
	}
	return t == 0 || t == 1 || t == 3
}
