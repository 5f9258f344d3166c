package compare

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
)

// groupChains is the most chains of a group: enough for the vectors of the
// kernels, few enough for a core's cache.
const groupChains = 64

// groupStream keeps the seeds of groups apart from other uses of their own.
const groupStream = 0x67726f7570 // "group"

// group is some of the chains of an ensemble. It moves on one goroutine at a time.
type group struct {
	hmc    *sampling.HMC
	latent *sampling.Renormalized // nil for chains of fields
	x      []float32              // fields, of latents
	m2     []float64

	acceptance float64   // of the last trajectory
	seconds    []float64 // of each trajectory
}

// ensemble is independent chains of hybrid Monte Carlo, cut into groups that
// threads share. How many threads there are changes no bit.
type ensemble struct {
	groups  []*group
	threads int
}

// setup is all that hybrid Monte Carlo needs to begin with.
type setup struct {
	energy    physics.Energy         // of what moves
	latent    *sampling.Renormalized // the same energy if that is latents, else nil
	step      float64
	jitter    float64
	leapfrogs int
}

// newEnsemble makes chains that start at x, site-major.
func newEnsemble(s setup, x []float32, chains, threads int, seed uint64) *ensemble {
	e := &ensemble{threads: threads}
	seeds := rand.New(rand.NewPCG(seed, groupStream))
	for first := 0; first < chains; first += groupChains {
		n := min(groupChains, chains-first)
		part := cut(x, chains, first, n)
		h := sampling.NewHMC(s.energy, part, n, s.step, s.leapfrogs, seeds.Uint64())
		h.Jitter = s.jitter
		g := &group{hmc: h, latent: s.latent, m2: make([]float64, n)}
		if s.latent != nil {
			g.x = part
		}
		g.measure()
		e.groups = append(e.groups, g)
	}
	return e
}

// cut copies n of the chains in x, from one on.
func cut(x []float32, chains, first, n int) []float32 {
	part := make([]float32, 0, len(x)/chains*n)
	for i := first; i < len(x); i += chains {
		part = append(part, x[i:i+n]...)
	}
	return part
}

// positions are those of all chains, site-major.
func (e *ensemble) positions() (x []float32) {
	for site := range e.groups[0].hmc.Energy.Sites() {
		for _, g := range e.groups {
			n := g.hmc.Chains()
			x = append(x, g.hmc.X[site*n:][:n]...)
		}
	}
	return x
}

// trajectory moves all chains once. It returns their mean acceptance.
func (e *ensemble) trajectory() (acceptance float64) {
	var (
		next    atomic.Int64
		workers sync.WaitGroup
	)
	work := func() {
		for i := next.Add(1) - 1; i < int64(len(e.groups)); i = next.Add(1) - 1 {
			e.groups[i].trajectory()
		}
	}
	for range min(e.threads, len(e.groups)) - 1 {
		workers.Go(work)
	}
	work()
	workers.Wait()
	chains := 0
	for _, g := range e.groups {
		acceptance += g.acceptance * float64(g.hmc.Chains())
		chains += g.hmc.Chains()
	}
	return acceptance / float64(chains)
}

// trajectory moves a group once. The time counts until the fields are there.
func (g *group) trajectory() {
	began := time.Now()
	g.acceptance = g.hmc.Trajectory().Acceptance
	if g.latent != nil {
		g.latent.Fields(g.x, g.hmc.X)
	}
	g.seconds = append(g.seconds, time.Since(began).Seconds())
	physics.MagnetizationSquared(g.m2, g.fields())
}

// measure takes m² of the chains where they are.
func (g *group) measure() {
	if g.latent != nil {
		g.latent.Fields(g.x, g.hmc.X)
	}
	physics.MagnetizationSquared(g.m2, g.fields())
}

func (g *group) fields() []float32 {
	if g.latent != nil {
		return g.x
	}
	return g.hmc.X
}

// append adds m² of every chain to its series.
func (e *ensemble) append(series [][]float64) {
	c := 0
	for _, g := range e.groups {
		for _, v := range g.m2 {
			series[c] = append(series[c], v)
			c++
		}
	}
}

// mean is that of m² over all chains.
func (e *ensemble) mean() float64 {
	var sum running
	for _, g := range e.groups {
		for _, v := range g.m2 {
			sum.add(v)
		}
	}
	return sum.mean()
}
