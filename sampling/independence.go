package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"

	"neuralrg/physics"
)

// independenceStream keeps the random numbers of an independence sampler apart
// from other uses of a seed.
const independenceStream = 0x696e646570 // "indep"

// Independence is the independence sampler: Metropolis-Hastings with proposals
// x' that come from a density q wherever the chain is (Hastings, Biometrika 57,
// 97 (1970); with flows Albergo, Kanwar and Shanahan, arXiv:1904.12072). With
// the weight w(x) = exp(-U(x))/q(x) it accepts with probability
// min(1, w(x')/w(x)), so that exp(-U)/Z is stationary for any q that is nowhere
// zero. How long it takes to get there is another matter. A chain stays at a
// field for about w/<w> steps, and where q is too small there are fields of any
// weight: a chain that has not met them knows nothing of them, and its errors
// are too small.
//
// The samples of a batch are chains, each with its own test. One goroutine uses
// an Independence at a time.
type Independence struct {
	// X holds the current fields, X[site*chains+chain], LogQ and U have ln q and
	// the energy of each. They are for reading, between steps.
	X       []float32
	LogQ, U []float64

	proposal  Proposal
	energy    physics.Energy
	rng       *rand.Rand
	logWeight []float64 // of X

	// Proposals for several steps, as none depends on the steps before:
	// x[site*samples+sample], sample step*chains+chain.
	x       []float32
	logq, u []float64
	step    int // the first that has not been taken
}

// NewIndependence makes a sampler of exp(-U)/Z with the given number of chains,
// which start from draws of q. A symmetrised q needs an even energy. The draws
// depend on the arguments and on what these answer, nothing else.
func NewIndependence(q Proposal, e physics.Energy, chains int, seed uint64) *Independence {
	sites := e.Sites()
	switch {
	case chains < 1:
		panic(fmt.Sprintf("sampling: %d chains", chains))
	case q.Sites() != sites:
		panic(fmt.Sprintf("sampling: proposals of %d sites for an energy of %d", q.Sites(), sites))
	}
	samples := chains * ((passSamples + chains - 1) / chains)
	c := &Independence{
		X: make([]float32, sites*chains), LogQ: make([]float64, chains), U: make([]float64, chains),
		proposal: q, energy: e, rng: rand.New(rand.NewPCG(seed, independenceStream)),
		logWeight: make([]float64, chains),
		x:         make([]float32, sites*samples), logq: make([]float64, samples), u: make([]float64, samples),
	}
	c.propose()
	for chain := range chains {
		c.move(chain, chain)
	}
	c.step = 1
	return c
}

// Chains is the number of chains.
func (c *Independence) Chains() int { return len(c.U) }

// Step makes one proposal to every chain. One whose weight is not finite is
// rejected.
func (c *Independence) Step() Result {
	chains := c.Chains()
	if c.step*chains == len(c.u) {
		c.propose()
	}
	var r Result
	for chain := range chains {
		sample := c.step*chains + chain
		p := weightProbability(c.logWeight[chain], -c.u[sample]-c.logq[sample])
		r.Acceptance += p / float64(chains)
		if c.rng.Float64() < p {
			r.Accepted += 1 / float64(chains)
			c.move(chain, sample)
		}
	}
	c.step++
	return r
}

// weightProbability is min(1, exp(after-before)) for logarithms of weights. A
// proposal that is not finite is not taken, and a chain that began with one
// takes the first that is.
func weightProbability(before, after float64) float64 {
	switch {
	case math.IsNaN(after) || math.IsInf(after, 0):
		return 0
	case math.IsNaN(before) || math.IsInf(before, 0):
		return 1
	}
	return math.Exp(min(0, after-before))
}

// propose draws proposals for the next steps.
func (c *Independence) propose() {
	c.proposal.Draw(c.rng, c.x, c.logq)
	c.energy.Eval(c.u, nil, c.x)
	c.step = 0
}

// move puts a chain where a proposal is.
func (c *Independence) move(chain, sample int) {
	chains, samples := c.Chains(), len(c.u)
	for site := range c.energy.Sites() {
		c.X[site*chains+chain] = c.x[site*samples+sample]
	}
	c.LogQ[chain], c.U[chain] = c.logq[sample], c.u[sample]
	c.logWeight[chain] = -c.u[sample] - c.logq[sample]
}
