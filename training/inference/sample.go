package inference

import (
	"context"
	"math/rand/v2"
	"time"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training/npz"
	"neuralrg/training/run"
)

// Sampling says what Sample does. What is 0 is chosen by it.
type Sampling struct {
	Method   Method
	N        int // draws, of all chains together
	Seed     uint64
	Out      string // archive for the draws; empty for none
	Force    bool   // replace Out
	Threads  int
	Progress func(what string, done, of int) // may be nil

	// Of chains; independent draws have none.
	Chains int
	WarmUp int // steps before the first draw

	// Of hybrid Monte Carlo. A step of 0 is tuned during the warm-up, to a mean
	// acceptance of Target.
	Step      float64
	Target    float64
	Leapfrogs int
}

// The random numbers of what goes with the draws, apart from other uses of a
// seed.
const (
	flowStream      = 0x666c6f77 // "flow"
	liftStream      = 0x6c696674 // "lift"
	spinStream      = 0x7370696e // "spin"
	referenceStream = 0x72656665 // "refe"
)

// Sample draws fields and estimates what they tell. It writes the arrays
//
//	x           float32  (n, L, L)  fields
//	spins       int8     (n, L, L)  +1 or -1, drawn for them
//	logq        float64  (n)        ln q(x), symmetrised if the run is
//	energy      float64  (n)        U(x), of the dual
//	log_weight  float64  (n)        -U(x) - ln q(x)
//	chain       int32    (n)        of chains only: which
//	draw        int32    (n)        and the number of the draw in it
//
// When ctx is done it keeps what is drawn by then.
func Sample(ctx context.Context, t *run.Trained, s Sampling) (*Sampled, error) {
	if err := s.settle(t.Energy); err != nil {
		return nil, err
	}
	p := &sampler{trained: t, Sampling: s}
	if s.Out != "" {
		out, err := npz.Create(s.Out, s.Force)
		if err != nil {
			return nil, err
		}
		defer out.Abort()
		if p.out, err = newDrawFile(out, t.Config.L, !s.Method.independent()); err != nil {
			return nil, err
		}
	}
	return p.run(ctx)
}

// sampler is a Sample at work.
type sampler struct {
	Sampling
	trained *run.Trained
	out     *drawFile // nil if no file is wanted

	density *sampling.Density
	source  source
	record  *sampling.Record
	spins   *rand.Rand
	uniform []float64

	drawn      int
	logWeight  []float64 // of the draws, or those of them that are weighed
	acceptance float64   // sum over batches
	batches    int
}

func (p *sampler) run(ctx context.Context) (*Sampled, error) {
	p.density = sampling.NewDensity(p.trained.Flow, p.trained.Config.Symmetry)
	p.density.Threads = p.Threads
	p.record = sampling.NewRecord(p.trained.Energy, max(1, p.Chains))
	p.spins = rand.New(rand.NewPCG(p.Seed, spinStream))
	began := time.Now()
	if err := p.start(); err != nil {
		return nil, err
	}
	if !p.warmUp(ctx) {
		return nil, &problem{text: "stopped during the warm-up: nothing is drawn", hint: "start it again, with a smaller --warm-up if that takes too long"}
	}
	r := &Sampled{}
	if h, ok := p.source.(*hmcSource); ok {
		r.Adaptation = h.adapted()
		p.Step, p.Leapfrogs = h.Step, h.Leapfrogs
	}
	r.Sampling, r.WarmUpSeconds = p.Sampling, time.Since(began).Seconds()
	var err error
	if r.Seconds, err = p.draw(ctx); err != nil {
		return nil, err
	}
	if p.out != nil { // before the estimates, which take time too
		if err := p.out.Commit(); err != nil {
			return nil, err
		}
	}
	r.N, r.Interrupted = p.drawn, p.drawn < p.N
	r.Acceptance = p.acceptance / float64(p.batches)
	p.estimate(r)
	return r, nil
}

// start makes the source.
func (p *sampler) start() (err error) {
	t := p.trained
	switch p.Method {
	case FlowDraws:
		p.source = &flowSource{p.density, t.Energy, rand.New(rand.NewPCG(p.Seed, flowStream))}
	case WolffLift:
		p.source = newWolffSource(t, p.Seed)
	case Independence:
		p.source = independenceSource{sampling.NewIndependence(p.density, t.Energy, p.Chains, p.Seed)}
	case PhysicalHMC, LatentHMC:
		p.source, err = newHMCSource(t, p.Sampling)
	}
	return err
}

// warmUp moves chains until they may have forgotten their start. It returns
// false if ctx was done before.
func (p *sampler) warmUp(ctx context.Context) bool {
	d := newDraws(p.trained.Energy.Sites(), max(1, p.Chains))
	for done := range p.WarmUp {
		if ctx.Err() != nil {
			return false
		}
		p.source.next(d)
		p.tell("warm-up steps", done+1, p.WarmUp)
	}
	return ctx.Err() == nil
}

// draw draws batches, one at least, until there are N draws or ctx is done, and
// returns the seconds that the source took.
func (p *sampler) draw(ctx context.Context) (seconds float64, err error) {
	sites := p.trained.Energy.Sites()
	batch := p.Chains
	if p.Method.independent() {
		batch = independentBatch(sites)
	}
	all := newDraws(sites, batch)
	p.uniform = make([]float64, len(all.x))
	for p.drawn < p.N && (p.batches == 0 || ctx.Err() == nil) {
		n := min(batch, p.N-p.drawn)
		d := all
		if p.Method.independent() {
			d = all.first(n)
		}
		began := time.Now()
		result := p.source.next(d)
		seconds += time.Since(began).Seconds()
		p.acceptance += result.Acceptance
		p.batches++
		if err := p.take(d, n); err != nil {
			return seconds, err
		}
		p.tell("draws", p.drawn, p.N)
	}
	return seconds, nil
}

// independentBatch is how many independent draws are made at once: enough for
// the kernels, whatever the number of threads, so that no bit depends on that.
func independentBatch(sites int) int { return max(64, min(1024, 1<<18/sites)) }

// take completes a batch and keeps the first n draws of it. Estimates are made
// from the same number of draws of every chain.
func (p *sampler) take(d *draws, n int) error {
	p.drawn += n
	if p.weighs(d) {
		p.weigh(d)
		for i := range n {
			p.logWeight = append(p.logWeight, -d.energy[i]-d.logq[i])
		}
	}
	p.drawSpins(d)
	if n == len(d.logq) {
		p.record.Add(d.x, d.spins)
	}
	if p.out == nil {
		return nil
	}
	return p.out.write(d, n)
}

// weighs says whether a batch needs its weights, which cost two passes through
// the flow where the source does not know them: for the file, and for the
// estimates of the free energy.
func (p *sampler) weighs(d *draws) bool {
	switch {
	case p.out != nil, d.weighed:
		return true
	case p.Method == WolffLift:
		return len(p.logWeight) < mostReference
	}
	return false
}

// weigh sees to the weights of a batch.
func (p *sampler) weigh(d *draws) {
	if !d.weighed {
		p.density.LogQ(d.logq, d.x)
		p.trained.Energy.Eval(d.energy, nil, d.x)
	}
}

// drawSpins sees to the spins of a batch.
func (p *sampler) drawSpins(d *draws) {
	if d.spun {
		return
	}
	u := p.uniform[:len(d.x)]
	for i := range u {
		u[i] = p.spins.Float64()
	}
	physics.Spins(d.spins, d.x, u)
}

func (p *sampler) tell(what string, done, of int) {
	if p.Progress != nil {
		p.Progress(what, done, of)
	}
}
