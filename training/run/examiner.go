package run

import (
	"context"
	"sync/atomic"
	"time"

	"neuralrg/physics"
	"neuralrg/training"
	"neuralrg/training/rg"
)

// examiner examines latents when it is asked, with samples of the target that the
// newest frozen flow has made latents of. They serve for a while, for one latent
// after the other: most of the work is in them.
type examiner struct {
	config  training.Config
	samples int
	energy  *physics.Ising
	flows   *Feed[*frozen]
	pace    pace
	tell    func()       // that there is something new
	wanted  atomic.Int64 // a latent; -1 if none is
	wake    chan struct{}
	latest  atomic.Pointer[Examination]
	exhibit *exhibit // nil at first; for the worker
}

// pace is how an examiner takes its time beside others.
type pace struct {
	share float64       // of a core
	renew time.Duration // between two sets of samples at least
	part  float64       // of the time for these; 1 if nobody else needs it
}

var (
	besideTraining = pace{share: 1.0 / 3, renew: 30 * time.Second, part: showShare}
	alone          = pace{share: 1, part: 1}
)

const (
	// Histograms of so many samples have a noise of some percent, and an estimate
	// of an information one of 0.01 nats. On large lattices they are fewer, for the
	// sake of memory and of the passes through the flow.
	examinedSamples = 4096
	examinedLeast   = 512
	examinedValues  = 1 << 20
)

// samplesExamined is how many samples an Examination rests on.
func samplesExamined(sites int) int {
	return max(examinedLeast, min(examinedSamples, examinedValues/sites))
}

// exhibit is latents of the target, and what was found of them.
type exhibit struct {
	epoch      int // of the flow
	samples    *rg.Sample
	collective []rg.Collective
	examined   map[int]*Examination
	made       time.Time
	cost       time.Duration
}

func newExaminer(c training.Config, energy *physics.Ising, flows *Feed[*frozen], p pace, tell func()) *examiner {
	x := &examiner{
		config: c, energy: energy, flows: flows, pace: p, tell: tell, wake: make(chan struct{}, 1),
		samples: samplesExamined(c.Sites()),
	}
	x.wanted.Store(nobody)
	return x
}

// nobody is the latent wanted if none is.
const nobody = -1

// ask asks for the examination of a latent. What is under way gives way to it.
func (x *examiner) ask(latent int) {
	x.wanted.Store(int64(latent))
	wake(x.wake)
}

// work answers what is asked.
func (x *examiner) work(ctx context.Context) {
	for {
		for latent := x.wanted.Swap(nobody); latent != nobody && ctx.Err() == nil; latent = x.wanted.Swap(nobody) {
			x.answer(ctx, int(latent))
		}
		select {
		case <-x.wake:
		case <-ctx.Done():
			return
		}
	}
}

// answer examines a latent, unless that is done already, until another one is
// asked for.
func (x *examiner) answer(ctx context.Context, latent int) {
	f := x.flows.Latest()
	if x.stale(f) {
		e := x.begin(f.epoch, latent)
		x.preview(e) // this takes a while
		if err := x.gather(ctx, f); err != nil {
			x.conclude(ctx, e, err)
			return
		}
	}
	if known := x.exhibit.examined[latent]; known != nil {
		if x.latest.Load() != known {
			x.show(known)
		}
		return
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	e := x.begin(x.exhibit.epoch, latent)
	x.conclude(ctx, e, x.examine(ctx, e, giveUp))
}

// stale says that other samples are due, for a newer flow.
func (x *examiner) stale(f *frozen) bool {
	e := x.exhibit
	if e == nil {
		return true
	}
	return e.epoch != f.epoch && time.Since(e.made) >= max(x.pace.renew, restAfter(e.cost, x.pace.part))
}

// gather takes samples to the latents of a flow.
func (x *examiner) gather(ctx context.Context, f *frozen) error {
	start := time.Now()
	c := x.config
	s, err := rg.Target(ctx, f.flow, c.Symmetry, x.energy, x.samples, c.Seed^examinationStream, 1)
	if err != nil {
		return err
	}
	collective, err := rg.Collectives(c.Shape, s)
	if err != nil {
		return err
	}
	s.X, s.Spins = nil, nil // they have served
	x.exhibit = &exhibit{
		epoch: f.epoch, samples: s, collective: collective,
		examined: map[int]*Examination{}, made: time.Now(), cost: time.Since(start),
	}
	return nil
}

func (x *examiner) begin(epoch, latent int) *Examination {
	return &Examination{Epoch: epoch, Latent: latent, Level: x.config.Level(latent)}
}

// examine fills in an examination, piece by piece.
func (x *examiner) examine(ctx context.Context, e *Examination, giveUp func()) error {
	mark := time.Now()
	shape, z := x.config.Shape, x.exhibit.samples.Z
	if err := e.describe(shape, x.exhibit.samples, x.exhibit.collective[e.Latent]); err != nil {
		return err
	}
	others, err := rg.Candidates(shape, z, e.Latent, mostCandidates)
	if err != nil {
		return err
	}
	noise, err := rg.Noise(shape, z, e.Latent, others[len(others)-1], x.config.Seed)
	if err != nil {
		return err
	}
	e.Candidates, e.Chance = len(others), largestByChance(noise, len(others))
	_, err = rg.Partners(ctx, shape, z, e.Latent, others, func(found []rg.Partner) {
		e.meet(found)
		x.preview(e)
		if x.outdone(e.Latent) {
			giveUp()
		}
		sleep(ctx, restAfter(time.Since(mark), x.pace.share))
		mark = time.Now()
	})
	return err
}

// outdone says that another latent is asked for than the one under examination.
func (x *examiner) outdone(latent int) bool {
	x.wanted.CompareAndSwap(int64(latent), nobody) // that is under way
	return x.wanted.Load() != nobody
}

// preview shows how far an examination has come, unless there is an older one of
// the latent that is whole.
func (x *examiner) preview(e *Examination) {
	if old := x.latest.Load(); old == nil || old.Latent != e.Latent || !old.Done() || old.Error != "" {
		x.show(new(*e))
	}
}

// conclude shows what an examination has come to, unless it was given up.
func (x *examiner) conclude(ctx context.Context, e *Examination, err error) {
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		e.Error, e.Hint = err.Error(), hintOf(err)
	default:
		x.exhibit.examined[e.Latent] = e
	}
	x.show(e)
}

// show makes an examination known, which must not change any more.
func (x *examiner) show(e *Examination) {
	x.latest.Store(e)
	x.tell()
}
