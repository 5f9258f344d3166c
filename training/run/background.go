package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
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
	space    Sampler // latent or physical
	config   training.Config
	energy   *physics.Ising
	flows    *Feed[*frozen]
	share    float64 // of a core's time, of all samplers together
	tell     func()  // that there is a new report
	notes    chan<- Event
	choice   atomic.Pointer[Sampler]
	orders   chan Command // for the measurement, in their order
	wake     chan struct{}
	report   atomic.Pointer[SamplerReport]
	reported time.Time // when it was made
	written  time.Time // when the last report was recorded
}

const (
	// Kinds of events: what was changed of the samplers, and what they report.
	samplerEvent  = "sampler"
	samplerReport = "sampler-report"

	mostOrders = 64 // wait for the end of a trajectory

	// A frozen flow serves the latent sampler at least for so long: each newer
	// one has another density, and the statistics begin again.
	frozenFor          = 10 * time.Second
	frozenTrajectories = 10
	// It serves longer while its statistics cannot be trusted yet, unless training
	// has gone on by half of the epochs and so many: the two flows have little in
	// common then.
	young = 50

	reportEvery = 30 * time.Second // between two events
)

// chains is how many chains run at once: enough for a good error on small
// lattices, few enough on large ones that one sees trajectories come in. Those
// in latent space go through the flow, and cost a hundred times as much.
func (s *background) chains() int {
	if s.space == SamplerLatent {
		return max(8, min(64, 2048/s.config.Sites()))
	}
	return max(8, min(64, 8192/s.config.Sites()))
}

func (b *conductor) newSamplers() []*background {
	var all []*background
	for _, space := range []Sampler{SamplerLatent, SamplerPhysical} {
		s := &background{
			space: space, config: b.config.Config, energy: b.energy, flows: b.flows,
			share: *b.options.SamplerShare * (1 - judgePart), tell: b.tell, notes: b.notes,
			orders: make(chan Command, mostOrders), wake: make(chan struct{}, 1), written: time.Now(),
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
	case choice == SamplerBoth && s.space == SamplerLatent:
		return s.share * latentPart
	case choice == SamplerBoth:
		return s.share * (1 - latentPart)
	case choice == s.space:
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
			s.obey(m)
			tuned := m.trajectory()
			if ctx.Err() != nil {
				return // in the middle of it
			}
			m.diagnose()
			s.show(m)
			if tuned != nil {
				s.note(ctx, samplerEvent, fmt.Sprintf("%s: tuned to %d leapfrogs of %.4g, acceptance %.3f",
					s.space, tuned.Leapfrogs, tuned.Step, tuned.Acceptance))
			}
			if time.Since(s.written) > reportEvery {
				s.record(ctx)
			}
			rest = time.After(restAfter(time.Since(start), part))
		} else if s.report.Swap(nil) != nil {
			s.reported = time.Time{}
			s.tell()
		}
		select {
		case <-s.wake:
		case <-rest:
		case <-ctx.Done():
		}
	}
}

// obey carries out what was asked for since the last trajectory, and shows that.
func (s *background) obey(m *measurement) {
	for {
		select {
		case c := <-s.orders:
			m.obey(c)
			s.reported = time.Time{}
			s.show(m)
		default:
			return
		}
	}
}

// show makes a report, not more often than it can be seen.
func (s *background) show(m *measurement) {
	if now := time.Now(); now.Sub(s.reported) >= publishEvery {
		s.reported = now
		s.report.Store(m.report())
		s.tell()
	}
}

// refresh returns the measurement to go on with: a new one at first, and for
// the latent sampler each time that a newer flow is taken up. The chains go on
// from where they are.
func (s *background) refresh(ctx context.Context, m *measurement) *measurement {
	f := s.flows.Latest()
	switch {
	case m == nil:
		return s.measure(ctx, f)
	case s.space == SamplerPhysical, m.flow.epoch == f.epoch, m.tuning != nil:
		return m
	case time.Since(m.began) < frozenFor:
		return m
	case (m.trajectories < frozenTrajectories || m.findings.short()) && f.epoch < m.flow.epoch*3/2+young:
		return m
	}
	s.record(ctx)
	m.follow(ctx, f)
	return m
}

// record makes an event of the newest report.
func (s *background) record(ctx context.Context) {
	r := s.report.Load()
	if r == nil || r.Trajectories == 0 {
		return
	}
	s.written = time.Now()
	text := fmt.Sprintf("%s: %d chains, %d trajectories, acceptance %.3f, <m^2> %.4f +- %.4f",
		r.Space, r.Chains, r.Trajectories, r.Acceptance, r.M2, r.M2Error)
	if r.Space == SamplerLatent {
		text += fmt.Sprintf(", of the flow at epoch %d", r.Epoch)
	}
	if r.Doubt != "" {
		text += fmt.Sprintf(" (unreliable: %s)", r.Doubt)
	}
	s.note(ctx, samplerReport, text)
}

func (s *background) note(ctx context.Context, kind, text string) {
	select {
	case s.notes <- Event{Kind: kind, Text: text}:
	case <-ctx.Done():
	}
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

// measure begins a measurement, of chains at standard normal fields or latents:
// the latter are draws of the flow. The plain form of the energy serves
// symmetrised flows too: chains decorrelate as fast as in the other, for half
// the work.
func (s *background) measure(ctx context.Context, f *frozen) *measurement {
	n, seed := s.chains(), s.config.Seed^samplerStream
	m := &measurement{space: s.space, ising: s.energy, m2: make([]float64, n), trace: newBlocks(1, tracePoints)}
	var energy physics.Energy = s.energy
	if s.space == SamplerLatent {
		m.flow, m.latent = f, sampling.Latent(f.flow, s.energy, sampling.Plain)
		m.x = make([]float32, n*s.config.Sites())
		energy = m.latent
		seed++
	}
	m.random = rand.New(rand.NewPCG(seed, samplerStream))
	m.hmc = sampling.NewHMC(interruptible{energy, ctx}, nil, n, sampling.PaperStep, sampling.PaperLeapfrogs, seed)
	m.forget()
	return m
}

// follow takes up a newer flow, in latent space.
func (m *measurement) follow(ctx context.Context, f *frozen) {
	m.flow, m.latent = f, sampling.Latent(f.flow, m.ising, sampling.Plain)
	m.hmc.Retarget(interruptible{m.latent, ctx})
	m.forget()
}
