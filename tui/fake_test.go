package tui

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"neuralrg/model"
	"neuralrg/training"
	"neuralrg/training/run"
)

// fakeRun is a run that a test steps by hand.
type fakeRun struct {
	feed *run.Feed[*run.Snapshot]

	mu       sync.Mutex
	commands []run.Command
	state    run.Snapshot
}

func newFake(L int) *fakeRun {
	f := &fakeRun{feed: run.NewFeed[*run.Snapshot](), state: *sample(L, 1234)}
	f.publish()
	return f
}

func (f *fakeRun) Feed() *run.Feed[*run.Snapshot] { return f.feed }

var errFake = errors.New("the run is over")

func (f *fakeRun) Do(c run.Command) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.commands = append(f.commands, c)
	if f.state.Phase.Over() {
		return errFake
	}
	switch c.Kind {
	case run.Pause:
		f.state.Phase = run.Paused
	case run.Resume:
		f.state.Phase = run.Training
	case run.SetRate:
		f.state.Rate, f.state.BaseRate = c.Value, c.Value
	case run.Respond:
		f.state.Response = response(f.state.Config.L, c.Latent, f.state.Epoch)
	case run.Examine:
		f.state.Examination = examination(geometryOf(f.state.Config), c.Latent, f.state.Epoch)
	case run.Fix, run.Release:
		l := *f.state.Lattice
		l.Fixed = nil
		if c.Kind == run.Fix {
			l.Fixed = &run.Fixed{Latent: c.Latent, Value: c.Value}
		}
		f.state.Lattice = &l
	case run.Inform:
		f.state.Information = sampleInformation(f.state.Config, c.Spacing, f.state.Epoch)
	case run.Coarsen:
		f.state.Levels = levels(f.state.Lattice, f.state.Epoch)
	case run.Gather:
		f.state.Gallery = gallery(f.state.Lattice)
	case run.SetSampler:
		f.state.Sampler = c.Sampler
	case run.SetTrajectory:
		f.state.Samplers = slices.Clone(f.state.Samplers)
		for i := range f.state.Samplers {
			if r := &f.state.Samplers[i]; r.Space == c.Sampler {
				r.Step, r.Leapfrogs = c.Value, c.Leapfrogs
			}
		}
	case run.Stop:
		f.state.Phase, f.state.Saved = run.Stopped, f.state.Epoch
	}
	f.publish()
	if c.Kind == run.Stop {
		f.feed.Close()
	}
	return nil
}

// publish sends out the state; the caller holds the lock or is alone.
func (f *fakeRun) publish() {
	s := f.state
	f.feed.Publish(&s)
}

func (f *fakeRun) asked() []run.Command {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]run.Command(nil), f.commands...)
}

// asksToLook says that the screen asks by itself for what it shows.
func asksToLook(c run.Command) bool {
	return c.Kind == run.Respond || c.Kind == run.Coarsen || c.Kind == run.Inform || c.Kind == run.Gather
}

// sample is a snapshot of a run of so many epochs, made of nothing but a seed.
func sample(L, epochs int) *run.Snapshot {
	random := rand.New(rand.NewPCG(uint64(L), 7))
	m2 := 0.5454172
	s := &run.Snapshot{
		Phase: run.Training, Sampler: run.SamplerBoth,
		Dir: "runs/L16-T2.269-20261123-1",
		Config: run.Config{
			Config: training.Config{
				Shape:       model.Shape{L: L, Repeat: 1, Couplings: 10, Hidden: 10, HiddenLayers: 3},
				Temperature: 2.269185314213022, Batch: 512, Epochs: 5000, Rate: 1e-3,
				Schedule: training.Constant, Objective: training.ReverseKL, Symmetry: true, Seed: 1,
			},
			Sampler: run.SamplerBoth,
		},
		Parameters: 43680, Threads: 2, Epoch: epochs, Rate: 1e-3, BaseRate: 1e-3,
		Exact:           run.Exact{LnZ: 238.642256635, LnZDual: 592.8757398576, MagnetizationSquared: &m2},
		EpochsPerSecond: 12.34, Remaining: float64(5000-epochs) / 12.34, Saved: epochs - epochs%200,
	}
	for epoch := 1; epoch <= epochs; epoch++ {
		t := float64(epoch)
		gap := 4 + 60/math.Sqrt(t) + 900*math.Exp(-t/8) + 0.3*random.NormFloat64()
		s.History = s.History.Append(run.Metrics{
			Epoch: epoch, Seconds: t / 12.34, FreeEnergy: gap - s.Exact.LnZDual, Loss: gap - s.Exact.LnZDual,
			FreeEnergyStd: 2.7, FreeEnergyError: 0.12, Gap: gap, ESS: 0.351, Rate: 1e-3, GradNorm: 20,
		})
	}
	s.Lattice = sampleLattice(L, epochs)
	s.Gallery, s.Strip = gallery(s.Lattice), strip(s.Lattice)
	s.Latents = make([]float32, L*L)
	for site := range s.Latents {
		s.Latents[site] = float32(math.Sin(float64(site + 2)))
	}
	s.Response = response(L, geometryOf(s.Config).start(), epochs-12)
	s.Levels = levels(s.Lattice, epochs-3)
	s.Examination = examination(geometryOf(s.Config), s.Response.Latent, epochs-9)
	s.Judgement = &run.Judgement{Epoch: epochs - 4, M2: 0.548, ExactM2: m2, ReverseESS: 0.35, ForwardESS: 0.31}
	s.Samplers = []run.SamplerReport{
		{
			Space: "latent", Epoch: epochs - 4, Chains: 64, Leapfrogs: 10, Step: 0.2, Trajectories: 1130,
			Acceptance: 0.912, M2: 0.5512, M2Error: 0.0102, Seconds: 0.0123,
			Tau: 2.41, TauError: 0.12, ESSPerSecond: 1079, RHat: 1.002, Trace: trace(random, 141, 0.545, 0.02), TraceBlock: 8,
		},
		{
			Space: "physical", Chains: 64, Leapfrogs: 10, Step: 0.2, Trajectories: 10450,
			Acceptance: 0.9441, M2: 0.1561, M2Error: 0.0043, Short: true, Doubt: "too short yet", Seconds: 0.00071,
			Tau: 812.4, TauError: 251.3, ESSPerSecond: 55.5, RHat: 1.184, Trace: trace(random, 163, 0.16, 0.01), TraceBlock: 64,
		},
	}
	return s
}

// trace is a series that comes from 0 to noise about a mean.
func trace(random *rand.Rand, n int, mean, noise float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(mean*(1-math.Exp(-float64(i)/20)) + noise*random.NormFloat64())
	}
	return values
}

// sampleLattice is a smooth wave with noise.
func sampleLattice(L, epoch int) *run.Lattice {
	random := rand.New(rand.NewPCG(uint64(L), uint64(epoch)))
	l := &run.Lattice{Epoch: epoch, L: L, X: make([]float32, L*L), Spins: make([]int8, L*L)}
	for site := range l.X {
		row, column := float64(site/L)/float64(L), float64(site%L)/float64(L)
		x := 2.6*math.Sin(2*math.Pi*(row+0.2))*math.Cos(2*math.Pi*column) + 0.9*random.NormFloat64() + 0.7
		l.X[site], l.Spins[site] = float32(x), -1
		if random.Float64() < 1/(1+math.Exp(-2*x)) {
			l.Spins[site] = 1
		}
	}
	sum := 0
	for _, s := range l.Spins {
		sum += int(s)
	}
	l.Magnetization, l.CorrelationLength = float64(sum)/float64(L*L), 5.31
	return l
}

// gallery begins with a lattice.
func gallery(first *run.Lattice) *run.Gallery {
	g := &run.Gallery{Epoch: first.Epoch, Draw: first.Draw, Lattices: []run.Lattice{*first}, CorrelationLength: 6.02}
	for i := 1; i < 12; i++ {
		l := *sampleLattice(first.L, first.Epoch+i)
		l.Epoch, l.Draw, l.Fixed = first.Epoch, first.Draw+i, first.Fixed
		g.Lattices = append(g.Lattices, l)
	}
	return g
}

// strip leads to a lattice of at most 32 sites a side.
func strip(last *run.Lattice) *run.Strip {
	s := &run.Strip{Draw: last.Draw, Side: min(last.L, 32)}
	for i := range 20 {
		epoch := last.Epoch * i * i / 361
		l := sampleLattice(s.Side, epoch)
		s.Frames = append(s.Frames, run.Frame{Epoch: epoch, Spins: l.Spins, Magnetization: l.Magnetization})
	}
	return s
}

// response is a blob of both signs round the site of a latent.
func response(L, latent, epoch int) *run.Response {
	r := &run.Response{Epoch: epoch, Latent: latent, Samples: 64, L: L, Map: make([]float32, L*L), Error: make([]float32, L*L)}
	distance := func(a, b int) float64 {
		d := math.Abs(float64(a - b))
		return min(d, float64(L)-d) / float64(L)
	}
	for site := range r.Map {
		d := math.Hypot(distance(site/L, latent/L), distance(site%L, latent%L))
		r.Map[site] = float32(1.4 * math.Exp(-40*d*d) * math.Cos(9*d))
		r.Error[site] = 0.01 + r.Map[site]*r.Map[site]/100
	}
	return r
}

// levels keep every second site, and refine by repeating what was kept.
func levels(l *run.Lattice, epoch int) *run.Levels {
	all := &run.Levels{Epoch: epoch, Draw: l.Draw, Fixed: l.Fixed, L: l.L}
	for k := 0; l.L>>k > 0; k++ {
		coarse, zero, drawn := []float32{}, slices.Clone(l.X), slices.Clone(l.X)
		for site, x := range l.X {
			row, column := site/l.L, site%l.L
			kept := l.X[row>>k<<k*l.L+column>>k<<k]
			if row>>k<<k == row && column>>k<<k == column {
				coarse = append(coarse, x)
			}
			zero[site], drawn[site] = kept, kept+(x-kept)/2
		}
		all.Coarse, all.Zero, all.Drawn = append(all.Coarse, coarse), append(all.Zero, zero), append(all.Drawn, drawn)
	}
	return all
}

// examination is of a latent with two peaks that a few others know of.
func examination(g geometry, latent, epoch int) *run.Examination {
	x := &run.Examination{
		Epoch: epoch, Latent: latent, Level: g.Level(latent), Samples: 4096,
		Mean: run.Measured{Value: 0.0132, Error: 0.0156}, Deviation: run.Measured{Value: 1.0214, Error: 0.011},
		Divergence:    run.Measured{Value: 0.0214, Error: 0.0031},
		Magnetization: run.Measured{Value: 0.613, Error: 0.009}, Energy: run.Measured{Value: -0.02, Error: 0.016},
		EnergySquare: run.Measured{Value: -0.204, Error: 0.015}, Staggered: run.Measured{Value: 0.011, Error: 0.016},
		MagnetizationSquare: run.Measured{Value: 0.352, Error: 0.014}, StaggeredSquare: run.Measured{Value: -0.031, Error: 0.016},
		Chance: 0.0301, Compared: 48, Candidates: 48,
	}
	for bin := range 64 {
		z := (float64(bin)+0.5)/8 - 4
		x.Histogram = append(x.Histogram, float32(0.27*math.Exp(-2*(z-0.8)*(z-0.8))+0.55*math.Exp(-2*(z+0.8)*(z+0.8))))
	}
	for i := range 6 {
		other := (latent + 3*i*i + 1) % g.Sites()
		x.Partners = append(x.Partners, run.Partner{
			Latent: other, Level: g.Level(other), Information: run.Measured{Value: 0.11 / float64(i+1), Error: 0.008},
		})
	}
	return x
}
