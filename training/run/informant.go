package run

import (
	"context"
	"sync/atomic"
	"time"

	"neuralrg/physics"
	"neuralrg/training"
	"neuralrg/training/rg"
)

// informant computes the mutual information of latents and of fields when it is
// asked, of the newest frozen flow, with a part of a core's time.
type informant struct {
	config   training.Config
	samples  int
	energy   *physics.Ising
	lnZ      float64 // of the dual
	flows    *Feed[*frozen]
	share    float64      // of a core's time
	tell     func()       // that there is something new
	wanted   atomic.Int64 // a spacing; 0 if nothing is
	wake     chan struct{}
	latest   atomic.Pointer[Information]
	progress atomic.Pointer[Inquiry] // nil if nothing is under way
}

const (
	// informantShare makes twelve seconds of the six that are the work at L=16 on a
	// core of its own.
	informantShare = 0.5

	// An estimate from so many samples has a noise of about 0.01 nats. On large
	// lattices they are fewer, for the sake of memory and of the passes through
	// the flow.
	informedSamples = 4096
	informedLeast   = 512
	informedValues  = 1 << 22

	// For a bound of the total correlation there are others, a fourth as many.
	boundPart = 4

	// Of each displacement of fields, of which there are few, so many pairs are
	// averaged.
	fieldPairs = 4

	progressEvery = 100 * time.Millisecond
)

func newInformant(c training.Config, energy *physics.Ising, lnZ float64, flows *Feed[*frozen], share float64, tell func()) *informant {
	return &informant{
		config: c, samples: samplesInformed(c.Sites()), energy: energy, lnZ: lnZ, flows: flows,
		share: share, tell: tell, wake: make(chan struct{}, 1),
	}
}

// samplesInformed is how many samples an Information rests on.
func samplesInformed(sites int) int {
	return max(informedLeast, min(informedSamples, informedValues/sites))
}

// ask asks for an Information. What is under way gives way to it, unless it is
// the same.
func (i *informant) ask(spacing int) {
	if p := i.progress.Load(); p != nil && p.Error == "" && p.Spacing == spacing && i.wanted.Load() == 0 {
		return
	}
	i.wanted.Store(int64(spacing))
	wake(i.wake)
}

// work answers what is asked.
func (i *informant) work(ctx context.Context) {
	defer i.progress.Store(nil)
	for {
		if spacing := int(i.wanted.Swap(0)); spacing > 0 {
			i.answer(ctx, spacing)
		}
		select {
		case <-i.wake:
		case <-ctx.Done():
			return
		}
	}
}

// answer computes what is not there yet. It gives up if something else is asked.
func (i *informant) answer(ctx context.Context, spacing int) {
	f := i.flows.Latest()
	if old := i.latest.Load(); old != nil && old.Epoch == f.epoch && old.Spacing == spacing {
		i.show(nil)
		return
	}
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	t := &task{informant: i, Inquiry: Inquiry{Spacing: spacing, Epoch: f.epoch}, giveUp: giveUp, mark: time.Now()}
	answer, err := t.compute(ctx, f)
	switch {
	case ctx.Err() != nil: // the next has its own progress
	case err != nil:
		t.Error, t.Hint = err.Error(), hintOf(err)
		i.show(&t.Inquiry)
	default:
		i.latest.Store(answer)
		i.show(nil)
	}
}

// show makes a copy of the progress known.
func (i *informant) show(p *Inquiry) {
	if p != nil {
		p = new(*p)
	}
	i.progress.Store(p)
	i.tell()
}

// task is an Information under way.
type task struct {
	*informant
	Inquiry
	giveUp context.CancelFunc
	stage  stage
	mark   time.Time // up to which the work has had its rest
	shown  time.Time
}

// stage is a part of the work, and what it has done and will have done of all of
// it, as measured at L=16.
type stage struct {
	name        string
	first, last float64
}

var (
	drawingStage  = stage{"drawing exact samples", 0, 0.1}
	latentsStage  = stage{"measuring latents", 0.1, 0.7}
	fieldsStage   = stage{"measuring fields", 0.7, 0.85}
	boundingStage = stage{"total correlation", 0.85, 1}
)

func (t *task) compute(ctx context.Context, f *frozen) (*Information, error) {
	c := t.config
	all := t.samples + max(t.samples/boundPart, informedLeast)
	t.begin(drawingStage)
	s, err := rg.Target(ctx, f.flow, c.Symmetry, t.energy, all, c.Seed^informationStream, 1)
	if err != nil {
		return nil, err
	}
	t.rest(ctx)
	sites, levels, sizes := informedSites(c.Shape, t.Spacing)
	o := rg.Options{To: t.samples, Seed: c.Seed, Threads: 1, Tell: func(done, total int) { t.advance(ctx, done, total) }}
	t.begin(latentsStage)
	latents, err := rg.LatentInformation(ctx, c.Shape, s.Z, sites, o)
	if err != nil {
		return nil, err
	}
	t.begin(fieldsStage)
	o.Pairs = fieldPairs
	fields, err := rg.FieldInformation(ctx, c.L, s.X, sites, o)
	if err != nil {
		return nil, err
	}
	t.begin(boundingStage)
	o.From, o.To = t.samples, all
	total, err := rg.EstimateTotalCorrelation(ctx, c.Shape, s, t.lnZ, latents, o)
	if err != nil {
		return nil, err
	}
	return &Information{
		Epoch: f.epoch, Spacing: t.Spacing, Samples: t.samples, Sites: sites, Levels: levels, Sizes: sizes,
		Fields: relations(fields), Latents: relations(latents), TotalCorrelation: totalCorrelation(total),
	}, nil
}

// begin shows the next stage.
func (t *task) begin(s stage) {
	t.stage, t.Stage, t.Part, t.Done, t.Total = s, s.name, s.first, 0, 0
	t.show(&t.Inquiry)
}

// advance shows how far the stage has come, and rests.
func (t *task) advance(ctx context.Context, done, total int) {
	if t.wanted.Load() != 0 {
		t.giveUp()
		return
	}
	t.Done, t.Total = done, total
	t.Part = t.stage.first + (t.stage.last-t.stage.first)*float64(done)/float64(total)
	if now := time.Now(); now.Sub(t.shown) > progressEvery {
		t.shown = now
		t.show(&t.Inquiry)
	}
	t.rest(ctx)
}

// rest waits until the work since the last rest took no more than its share.
func (t *task) rest(ctx context.Context) {
	sleep(ctx, restAfter(time.Since(t.mark), t.share))
	t.mark = time.Now()
}
