package run

import (
	"math"
	"math/rand/v2"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/sampling"
)

// measurement is <m^2> along the chains of one sampler, with one step and number
// of leapfrogs and, in latent space, under one flow.
type measurement struct {
	space  Sampler
	ising  *physics.Ising
	flow   *frozen // nil in physical space
	hmc    *sampling.HMC
	latent *sampling.Renormalized // nil in physical space
	x      []float32              // fields, of the latent sampler
	m2     []float64              // of each chain
	random *rand.Rand             // of starts
	tuning *sampling.WarmUp       // nil if none is under way

	began        time.Time
	trajectories int
	acceptance   float64       // sum over trajectories
	spent        time.Duration // in trajectories
	record       *blocks       // m^2 of each chain
	trace        *blocks       // its mean over chains; goes on with another flow
	findings     findings
}

const (
	// tracePoints is how many points of a trace are shown at most.
	tracePoints = 256
	// tuningTrajectories suffice to find a step.
	tuningTrajectories = 100
	// diagnoseEvery and diagnosePart bound what a diagnosis costs: it sorts all
	// blocks of all chains. It comes a few times a second at most, and takes at
	// most one part in diagnosePart of the time that goes into trajectories.
	diagnoseEvery = 300 * time.Millisecond
	diagnosePart  = 4
)

// findings are what the last diagnosis has found.
type findings struct {
	sampling.Diagnosis
	tau, tauError, ess float64 // of trajectories, not of blocks
	trajectories       int     // of each chain that it is of

	at    time.Time
	cost  time.Duration
	spent time.Duration // of the measurement by then
}

// short says that the chains are too short yet for an estimate to be trusted.
func (f *findings) short() bool { return f.Short || f.N == 0 }

// forget begins the statistics anew.
func (m *measurement) forget() {
	m.began = time.Now()
	m.trajectories, m.acceptance, m.spent = 0, 0, 0
	m.record = newBlocks(len(m.m2), mostBlocks)
	m.findings = findings{}
}

// obey does what a command asks of a sampler.
func (m *measurement) obey(c Command) {
	switch c.Kind {
	case ResetChains:
		m.restart(c.Start)
	case SetTrajectory:
		m.tuning = nil
		m.hmc.Step, m.hmc.Leapfrogs, m.hmc.Jitter = c.Value, c.Leapfrogs, 0
	case Tune:
		m.tune()
	}
	m.forget()
}

// restart puts the chains at the fields of spins, or at the latents of these.
func (m *measurement) restart(s ChainStart) {
	spins := make([]int8, len(m.hmc.X))
	for i := range spins {
		spins[i] = 1
		if s == Hot && m.random.Uint64()>>63 == 0 {
			spins[i] = -1
		}
	}
	m.ising.Lift(m.hmc.X, spins, m.random)
	if m.flow != nil {
		n := len(m.m2)
		m.flow.flow.Renormalize(model.NewTape(m.flow.flow.Shape, n), m.hmc.X, make([]float64, n), m.hmc.X)
	}
	m.hmc.Retarget(m.hmc.Energy)
	m.trace = newBlocks(1, tracePoints)
}

// tune begins to look for a step and the number of leapfrogs that goes with it.
func (m *measurement) tune() {
	length := sampling.PhysicalLength
	if m.latent != nil {
		length = sampling.LatentLength
	}
	w, err := sampling.NewWarmUp(m.hmc, sampling.Tuning{
		Trajectories: tuningTrajectories, Target: sampling.DefaultTarget, Length: length,
	})
	if err != nil {
		panic("run: " + err.Error()) // the numbers above are right
	}
	m.tuning = w
}

// trajectory moves the chains once and measures. It returns what tuning has come
// to where that ends.
func (m *measurement) trajectory() *sampling.Adaptation {
	start := time.Now()
	move := m.hmc.Trajectory
	if m.tuning != nil {
		move = m.tuning.Trajectory
	}
	result := move()
	x := m.hmc.X
	if m.latent != nil {
		m.latent.Fields(m.x, m.hmc.X)
		x = m.x
	}
	physics.MagnetizationSquared(m.m2, x)
	m.trajectories++
	m.acceptance += result.Acceptance
	m.spent += time.Since(start)
	if v := mean(m.m2); !math.IsNaN(v) { // of fields that are not finite there is none
		m.record.add(m.m2)
		m.trace.add([]float64{v})
	}
	if m.tuning == nil || !m.tuning.Done() {
		return nil
	}
	adaptation := m.tuning.Stop()
	m.tuning = nil
	m.forget()
	return &adaptation
}

func mean(values []float64) float64 {
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// diagnose looks at the chains, unless it did so a moment ago.
func (m *measurement) diagnose() {
	start := time.Now()
	if m.tuning != nil || m.trajectories == 0 || start.Sub(m.findings.at) < diagnoseEvery ||
		m.spent-m.findings.spent < diagnosePart*m.findings.cost {
		return
	}
	series, square := m.record.settled()
	if len(series[0]) == 0 {
		return
	}
	f := findings{
		Diagnosis:    sampling.Diagnose("magnetization_squared", series),
		trajectories: len(series[0]) * m.record.size,
	}
	n := float64(f.trajectories * len(series))
	f.ess = min(n, (square-f.Mean*f.Mean)/(f.Error*f.Error))
	f.tau = n / (2 * f.ess)
	f.tauError = f.tau * f.TauError / f.Tau
	f.at, f.cost, f.spent = time.Now(), time.Since(start), m.spent
	m.findings = f
}

// report describes the measurement.
func (m *measurement) report() *SamplerReport {
	f := m.findings
	r := &SamplerReport{
		Space: m.space, Chains: m.hmc.Chains(),
		Leapfrogs: m.hmc.Leapfrogs, Step: m.hmc.Step, Jitter: m.hmc.Jitter,
		Trajectories: m.trajectories, M2: known(f.Mean), M2Error: known(f.Error),
		Tau: known(f.tau), TauError: known(f.tauError), RHat: known(f.RHat),
		Short: f.short(), TraceBlock: m.trace.size,
	}
	if m.flow != nil {
		r.Epoch = m.flow.epoch
	}
	if m.tuning != nil {
		r.Tuning = float64(m.trajectories) / tuningTrajectories
	}
	if n := float64(m.trajectories); n > 0 {
		r.Acceptance, r.Seconds = known(m.acceptance/n), m.spent.Seconds()/n
		r.ESSPerSecond = known(f.ess / (float64(f.trajectories) * r.Seconds))
	}
	switch {
	case r.Short:
		r.Doubt = "too short yet"
	case !f.Reliable:
		r.Doubt = f.Reasons[0]
	}
	for _, v := range m.trace.mean[0] {
		r.Trace = append(r.Trace, float32(v))
	}
	return r
}

// known is a number that can be told, or 0.
func known(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
