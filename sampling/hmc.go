// Package sampling draws from the density exp(-U)/Z of an energy: hybrid Monte
// Carlo on fields or on the latents of a flow, and Metropolis tests of a flow's
// own draws; and from the Ising model itself, by Wolff clusters. It also says what
// the draws are worth: means, errors and autocorrelation times.
package sampling

import (
	"fmt"
	"math"
	"math/rand/v2"

	"neuralrg/physics"
)

// The settings of both samplers in Li and Wang, arXiv:1802.02840.
const (
	PaperStep      = 0.2
	PaperLeapfrogs = 10
)

// hmcStream keeps the random numbers of HMC apart from other uses of a seed.
const hmcStream = 0x686d63 // "hmc"

// HMC is hybrid (or Hamiltonian) Monte Carlo: Duane, Kennedy, Pendleton and
// Roweth, Phys. Lett. B 195, 216 (1987), with unit masses. The samples of one
// batch are chains that share the step size and nothing else, each with its own
// Metropolis test.
//
// The draws depend on the arguments of NewHMC and on what Energy answers,
// nothing else. One goroutine uses an HMC at a time.
type HMC struct {
	Energy    physics.Energy // Retarget changes it
	Step      float64        // of the leapfrog; may change between trajectories
	Leapfrogs int            // steps in a trajectory; may change between trajectories

	// Jitter is the largest relative change of the step: each trajectory of each
	// chain draws its own, uniformly from Step (1 +- Jitter). It keeps chains from
	// coming back to where they were, as on a harmonic energy after a period.
	// The draw does not depend on where a chain is, so it changes nothing of what
	// the chains sample.
	Jitter float64

	// X holds the current positions, X[site*chains+chain]. Read it between
	// trajectories; who writes to it calls Retarget afterwards.
	X []float32

	u    []float64 // U(X)
	grad []float32 // dU/dX

	// The proposal: position, momentum, energy and gradient.
	q, p  []float32
	qU    []float64
	qGrad []float32

	sizes  []float32 // of each chain's steps
	before []float64 // Hamiltonian at the start of the trajectory
	after  []float64 // and at its end
	accept []bool
	rng    *rand.Rand
}

// Result describes one step of all chains: a trajectory, or a proposal.
type Result struct {
	Acceptance float64 // mean over chains of the probability to accept
	Accepted   float64 // fraction of chains that moved
}

// NewHMC makes a sampler of e with the given number of chains. They start from
// a copy of x, x[site*chains+chain], or from standard normal positions if x is
// nil. A chain that starts where the energy or its gradient is not finite may
// never move.
func NewHMC(e physics.Energy, x []float32, chains int, step float64, leapfrogs int, seed uint64) *HMC {
	size := e.Sites() * chains
	switch {
	case chains < 1:
		panic(fmt.Sprintf("sampling: %d chains", chains))
	case x != nil && len(x) != size:
		panic(fmt.Sprintf("sampling: %d starting values for %d chains of %d sites", len(x), chains, e.Sites()))
	}
	h := &HMC{
		Energy:    e,
		Step:      step,
		Leapfrogs: leapfrogs,
		X:         make([]float32, size),
		u:         make([]float64, chains),
		grad:      make([]float32, size),
		q:         make([]float32, size),
		p:         make([]float32, size),
		qU:        make([]float64, chains),
		qGrad:     make([]float32, size),
		sizes:     make([]float32, chains),
		before:    make([]float64, chains),
		after:     make([]float64, chains),
		accept:    make([]bool, chains),
		rng:       rand.New(rand.NewPCG(seed, hmcStream)),
	}
	if x == nil {
		fillNormal(h.rng, h.X)
	} else {
		copy(h.X, x)
	}
	h.Retarget(e)
	return h
}

// Retarget goes on from the current positions with another energy of the same
// number of sites.
func (h *HMC) Retarget(e physics.Energy) {
	if n := e.Sites() * h.Chains(); n != len(h.X) {
		panic(fmt.Sprintf("sampling: an energy of %d sites for %d chains of %d values", e.Sites(), h.Chains(), len(h.X)))
	}
	h.Energy = e
	e.Eval(h.u, h.grad, h.X)
}

// Chains is the number of chains.
func (h *HMC) Chains() int { return len(h.u) }

// Trajectory moves every chain once: fresh momenta, Leapfrogs steps of size
// Step, give or take Jitter, and a Metropolis test of each chain by itself. A chain whose energy is
// no longer finite stays where it was.
func (h *HMC) Trajectory() Result {
	h.propose(h.Step, h.Leapfrogs)
	r := h.metropolis()
	h.move()
	return r
}

// propose makes a proposal to every chain, from fresh momenta, by so many steps
// of a size, give or take Jitter.
func (h *HMC) propose(size float64, steps int) {
	fillNormal(h.rng, h.p)
	copy(h.q, h.X)
	copy(h.qU, h.u)
	copy(h.qGrad, h.grad)
	h.hamiltonian(h.before)
	h.drawSizes(size)
	h.leapfrog(steps)
	h.hamiltonian(h.after)
}

// drawSizes sets the step size of every chain.
func (h *HMC) drawSizes(size float64) {
	for c := range h.sizes {
		h.sizes[c] = float32(size)
		if h.Jitter != 0 {
			h.sizes[c] = float32(size * (1 + h.Jitter*(2*h.rng.Float64()-1)))
		}
	}
}

// leapfrog carries the proposal (q, p) through so many steps of each chain's
// size. The half kicks that end one step and begin the next are joined. It needs
// the gradient at q, and leaves energy and gradient at the new q.
func (h *HMC) leapfrog(steps int) {
	if steps < 1 {
		return
	}
	subtract(h.p, h.qGrad, h.sizes, 0.5)
	for i := range steps {
		subtract(h.q, h.p, h.sizes, -1)
		h.Energy.Eval(h.qU, h.qGrad, h.q)
		if i < steps-1 {
			subtract(h.p, h.qGrad, h.sizes, 1)
		}
	}
	subtract(h.p, h.qGrad, h.sizes, 0.5)
}

// subtract subtracts factor*size*slope from v, with each chain's size: a kick of
// the momenta by the gradient, or, backwards, a drift of the positions along the
// momenta.
func subtract(v, slope, sizes []float32, factor float32) {
	n := len(sizes)
	for i := 0; i < len(v); i += n {
		v, slope := v[i:i+n], slope[i:i+n]
		for c, size := range sizes {
			v[c] -= factor * size * slope[c]
		}
	}
}

// hamiltonian sets each chain's dst to U(q) + p²/2. The sum over sites is
// float64: differences of order 1 are wanted of values of order 1,000.
func (h *HMC) hamiltonian(dst []float64) {
	copy(dst, h.qU)
	n := len(dst)
	for i := 0; i < len(h.p); i += n {
		for c, p := range h.p[i : i+n] {
			dst[c] += 0.5 * float64(p) * float64(p)
		}
	}
}

// metropolis decides for every chain. It draws one uniform number a chain
// whatever the energies are, so that no chain changes the fate of another.
func (h *HMC) metropolis() Result {
	var acceptance float64
	var moved int
	for c := range h.accept {
		p := acceptProbability(h.before[c], h.after[c])
		h.accept[c] = h.rng.Float64() < p
		acceptance += p
		if h.accept[c] {
			moved++
		}
	}
	n := float64(len(h.accept))
	return Result{Acceptance: acceptance / n, Accepted: float64(moved) / n}
}

// acceptProbability is min(1, exp(before-after)), and 0 if the new Hamiltonian is not
// finite. A gradient that is not finite has come into it through the momentum.
func acceptProbability(before, after float64) float64 {
	p := math.Exp(min(0, before-after))
	if math.IsInf(after, 0) || math.IsNaN(p) {
		return 0
	}
	return p
}

// move makes the accepted proposals the current state.
func (h *HMC) move() {
	n := len(h.accept)
	for c, ok := range h.accept {
		if ok {
			h.u[c] = h.qU[c]
		}
	}
	for i := 0; i < len(h.X); i += n {
		x, grad := h.X[i:i+n], h.grad[i:i+n]
		q, qGrad := h.q[i:i+n], h.qGrad[i:i+n]
		for c, ok := range h.accept {
			if ok {
				x[c], grad[c] = q[c], qGrad[c]
			}
		}
	}
}

// fillNormal fills x with standard normal numbers.
func fillNormal(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
}
