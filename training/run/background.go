package run

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training"
)

// background is a sampler that works beside the training, with a small share
// of a core: hybrid Monte Carlo of fields in physical space, or of the latents
// of a frozen flow, as Li and Wang compare them.
type background struct {
	space   string
	config  training.Config
	energy  *physics.Ising
	flows   *Feed[*frozen]
	share   float64 // of a core's time, of all samplers together
	tell    func()  // that there is a new report
	notes   chan<- Event
	choice  atomic.Pointer[Sampler]
	wake    chan struct{}
	report  atomic.Pointer[SamplerReport]
	written time.Time // when the last report was recorded
}

const (
	latentSpace   = "latent"
	physicalSpace = "physical"
	samplerReport = "sampler-report" // kind of the events that record reports

	// A frozen flow serves the latent sampler at least for so long: each newer
	// one has another density, and the statistics begin again.
	frozenFor          = 10 * time.Second
	frozenTrajectories = 10
	// Sooner if training has gone on to more than twice the epoch and this: the
	// two flows have little in common then.
	young = 50

	reportEvery = 30 * time.Second // between two events
)

// chains is how many chains run at once: enough for a good error on small
// lattices, few enough on large ones that one sees trajectories come in. Those
// in latent space go through the flow, and cost a hundred times as much.
func (s *background) chains() int {
	if s.space == latentSpace {
		return max(8, min(64, 2048/s.config.Sites()))
	}
	return max(8, min(64, 8192/s.config.Sites()))
}

func (b *conductor) newSamplers() []*background {
	var all []*background
	for _, space := range []string{latentSpace, physicalSpace} {
		s := &background{
			space: space, config: b.config.Config, energy: b.energy, flows: b.flows,
			share: *b.options.SamplerShare, tell: b.tell, notes: b.notes,
			wake: make(chan struct{}, 1), written: time.Now(),
		}
		s.enable(b.sampler)
		all = append(all, s)
	}
	return all
}

// samplersAtWork is what was chosen, unless there is no time for it.
func (b *conductor) samplersAtWork() Sampler {
	if *b.options.SamplerShare == 0 {
		return SamplerOff
	}
	return b.sampler
}

// enable lets the sampler work if the choice says so.
func (s *background) enable(choice Sampler) {
	s.choice.Store(&choice)
	wake(s.wake)
}

// latentPart is the latent sampler's part of the share when both work: its
// trajectories go through the flow, and cost a hundred times a physical one.
const latentPart = 0.9

// part is the share of a core's time that this sampler may take now.
func (s *background) part() float64 {
	switch choice := *s.choice.Load(); {
	case choice == SamplerBoth && s.space == latentSpace:
		return s.share * latentPart
	case choice == SamplerBoth:
		return s.share * (1 - latentPart)
	case choice == Sampler(s.space):
		return s.share
	}
	return 0
}

// work samples while it is enabled.
func (s *background) work(ctx context.Context) {
	var m *measurement
	for ctx.Err() == nil {
		var rest <-chan time.Time
		if part := s.part(); part > 0 {
			start := time.Now()
			m = s.refresh(ctx, m)
			if m.trajectory(); ctx.Err() != nil {
				return // in the middle of it
			}
			if r := m.report(time.Since(start)); r != nil {
				s.report.Store(r)
				s.tell()
			}
			if time.Since(s.written) > reportEvery {
				s.record(ctx)
			}
			rest = time.After(time.Duration(float64(time.Since(start)) * (1/part - 1)))
		} else if s.report.Swap(nil) != nil {
			s.tell()
		}
		select {
		case <-s.wake:
		case <-rest:
		case <-ctx.Done():
		}
	}
}

// refresh returns the measurement to go on with: a new one at first, and for
// the latent sampler each time that a newer flow is taken up. The chains go on
// from where they are.
func (s *background) refresh(ctx context.Context, m *measurement) *measurement {
	f := s.flows.Latest()
	switch {
	case m == nil:
		return s.measure(ctx, f, nil)
	case s.space == physicalSpace, m.epoch == f.epoch:
		return m
	case time.Since(m.began) < frozenFor:
		return m
	case m.trajectories < frozenTrajectories && f.epoch < 2*m.epoch+young:
		return m
	}
	s.record(ctx)
	return s.measure(ctx, f, m.hmc)
}

// record makes an event of the newest report.
func (s *background) record(ctx context.Context) {
	r := s.report.Load()
	if r == nil {
		return
	}
	s.written = time.Now()
	text := fmt.Sprintf("%s: %d chains, %d trajectories, acceptance %.3f, <m^2> %.4f +- %.4f",
		r.Space, r.Chains, r.Trajectories, r.Acceptance, r.M2, r.M2Error)
	if r.Space == latentSpace {
		text += fmt.Sprintf(", of the flow at epoch %d", r.Epoch)
	}
	if r.Short {
		text += " (chains too short for this error to be trusted)"
	}
	select {
	case s.notes <- Event{Kind: samplerReport, Text: text}:
	case <-ctx.Done():
	}
}

// measurement is <m^2> along the chains of one sampler under one energy.
type measurement struct {
	space        string
	epoch        int // of the flow; 0 in physical space
	hmc          *sampling.HMC
	latent       *sampling.Renormalized // nil in physical space
	x            []float32              // fields, of the latent sampler
	m2           []float64              // of each chain
	began        time.Time
	trajectories int
	acceptance   float64 // sum over trajectories
	seconds      float64 // in trajectories
	older, newer *sampling.Accumulator
}

// interruptible is an energy that needs no time any more once ctx is done: a
// trajectory can take many seconds, and nobody should wait for it to end. The
// sampler rejects what is not a number.
type interruptible struct {
	physics.Energy
	ctx context.Context
}

func (e interruptible) Eval(u []float64, grad, x []float32) {
	if e.ctx.Err() == nil {
		e.Energy.Eval(u, grad, x)
		return
	}
	for i := range u {
		u[i] = math.NaN()
	}
	clear(grad)
}

// measure begins a measurement, with chains that go on from those of h if it is
// not nil. The plain form of the energy serves symmetrised flows too: chains
// decorrelate as fast as in the other, for half the work.
func (s *background) measure(ctx context.Context, f *frozen, h *sampling.HMC) *measurement {
	m := &measurement{space: s.space, hmc: h, began: time.Now()}
	var energy physics.Energy = s.energy
	seed := s.config.Seed ^ samplerStream
	if s.space == latentSpace {
		m.latent = sampling.Latent(f.flow, s.energy, sampling.Plain)
		m.epoch = f.epoch
		energy = m.latent
		seed++
	}
	energy = interruptible{energy, ctx}
	n := s.chains()
	if h == nil {
		m.hmc = sampling.NewHMC(energy, nil, n, sampling.PaperStep, sampling.PaperLeapfrogs, seed)
	} else {
		h.Retarget(energy)
	}
	m.m2 = make([]float64, n)
	if m.latent != nil {
		m.x = make([]float32, len(m.hmc.X))
	}
	m.older, m.newer = sampling.NewAccumulator(n), sampling.NewAccumulator(n)
	return m
}

// trajectory moves the chains once and measures. Whenever the number of
// trajectories is a power of two, the older accumulator gives way to the newer:
// the mean is always over at least the last half of the chains, and forgets
// how they began.
func (m *measurement) trajectory() {
	result := m.hmc.Trajectory()
	m.trajectories++
	m.acceptance += result.Acceptance
	x := m.hmc.X
	if m.latent != nil {
		m.latent.Fields(m.x, m.hmc.X)
		x = m.x
	}
	physics.MagnetizationSquared(m.m2, x)
	if m.trajectories&(m.trajectories-1) == 0 {
		m.older, m.newer = m.newer, sampling.NewAccumulator(len(m.m2))
	}
	m.older.Add(m.m2)
	m.newer.Add(m.m2)
}

// report describes the measurement after a trajectory that took so long. It is
// nil while there is nothing finite to tell.
func (m *measurement) report(took time.Duration) *SamplerReport {
	m.seconds += took.Seconds()
	e := m.older.Estimate()
	for _, v := range []float64{e.Mean, e.Error, m.acceptance} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	n := float64(m.trajectories)
	return &SamplerReport{
		Space: m.space, Epoch: m.epoch, Chains: m.hmc.Chains(),
		Leapfrogs: m.hmc.Leapfrogs, Step: m.hmc.Step,
		Trajectories: m.trajectories, Acceptance: m.acceptance / n,
		M2: e.Mean, M2Error: e.Error, Short: e.Short, SecondsPerTraj: m.seconds / n,
	}
}
