package inference

import (
	"math/rand/v2"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training/run"
)

// Method is a way to draw fields.
type Method string

// The methods.
const (
	FlowDraws    Method = "flow"         // independent draws of the flow
	Independence Method = "independence" // Metropolis with these as proposals
	LatentHMC    Method = "latent-hmc"   // hybrid Monte Carlo of the latents
	PhysicalHMC  Method = "hmc"          // hybrid Monte Carlo of the fields
	WolffLift    Method = "wolff"        // clusters of spins, lifted to fields
)

// Methods are all of them.
var Methods = []Method{FlowDraws, Independence, LatentHMC, PhysicalHMC, WolffLift}

// independent says that the draws of a method know nothing of each other.
func (m Method) independent() bool { return m == FlowDraws || m == WolffLift }

// draws is a batch of fields, site-major, and what goes with them.
type draws struct {
	x            []float32
	spins        []int8
	logq, energy []float64

	weighed, spun bool // the source has set logq and energy, or spins
}

func newDraws(sites, n int) *draws {
	return &draws{
		x: make([]float32, sites*n), spins: make([]int8, sites*n),
		logq: make([]float64, n), energy: make([]float64, n),
	}
}

// first is the batch of the first n draws of d, of which nothing is kept.
func (d *draws) first(n int) *draws {
	sites := len(d.x) / len(d.logq)
	return &draws{x: d.x[:n*sites], spins: d.spins[:n*sites], logq: d.logq[:n], energy: d.energy[:n]}
}

// source draws batches.
type source interface {
	// next sets the fields of a batch, and what it knows of them: one of each
	// chain, or independent ones.
	next(d *draws) sampling.Result
}

// everyOne is what came of draws that are independent.
var everyOne = sampling.Result{Acceptance: 1, Accepted: 1}

// flowSource draws from the density of a flow.
type flowSource struct {
	density *sampling.Density
	energy  physics.Energy
	rng     *rand.Rand
}

func (s *flowSource) next(d *draws) sampling.Result {
	s.density.Draw(s.rng, d.x, d.logq)
	s.energy.Eval(d.energy, nil, d.x)
	d.weighed = true
	return everyOne
}

// independenceSource steps an independence sampler.
type independenceSource struct{ *sampling.Independence }

func (s independenceSource) next(d *draws) sampling.Result {
	r := s.Step()
	copy(d.x, s.X)
	copy(d.logq, s.LogQ)
	copy(d.energy, s.U)
	d.weighed = true
	return r
}

// hmcSource moves hybrid Monte Carlo by a trajectory.
type hmcSource struct {
	*sampling.HMC
	latent *sampling.Renormalized // nil in physical space
	tuning *sampling.WarmUp       // nil if the settings are given
}

// newHMCSource makes the chains of s, which choose their step as long as they
// warm up unless it is given.
func newHMCSource(t *run.Trained, s Sampling) (*hmcSource, error) {
	h := &hmcSource{}
	var energy physics.Energy = t.Energy
	length := sampling.PhysicalLength
	if s.Method == LatentHMC {
		h.latent = sampling.Latent(t.Flow, t.Energy, sampling.Plain)
		h.latent.Threads = s.Threads
		energy, length = h.latent, sampling.LatentLength
	}
	h.HMC = sampling.NewHMC(energy, nil, s.Chains, s.Step, s.Leapfrogs, s.Seed)
	if s.Step > 0 {
		return h, nil
	}
	if s.Leapfrogs > 0 {
		length = 0 // their number stays
	}
	var err error
	h.tuning, err = sampling.NewWarmUp(h.HMC, sampling.Tuning{Trajectories: s.WarmUp, Target: s.Target, Length: length})
	return h, err
}

// adapted ends the tuning and returns what it has come to, nil if there was none.
func (s *hmcSource) adapted() *sampling.Adaptation {
	if s.tuning == nil {
		return nil
	}
	a := s.tuning.Stop()
	s.tuning = nil
	return &a
}

func (s *hmcSource) next(d *draws) sampling.Result {
	move := s.Trajectory
	if s.tuning != nil {
		move = s.tuning.Trajectory
	}
	r := move()
	if s.latent == nil {
		copy(d.x, s.X)
	} else {
		s.latent.Fields(d.x, s.X)
	}
	return r
}

// wolffSource lifts spins to fields.
type wolffSource struct {
	*sampling.Wolff
	ising *physics.Ising
	rng   *rand.Rand
}

func newWolffSource(t *run.Trained, seed uint64) *wolffSource {
	s := &wolffSource{
		Wolff: sampling.NewWolff(t.Energy, sampling.Hot, seed),
		ising: t.Energy, rng: rand.New(rand.NewPCG(seed, liftStream)),
	}
	s.WarmUp()
	return s
}

func (s *wolffSource) next(d *draws) sampling.Result {
	s.Draw(d.spins)
	s.ising.Lift(d.x, d.spins, s.rng)
	d.spun = true
	return everyOne
}
