package run

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gonum.org/v1/gonum/stat"

	"neuralrg/physics"
	"neuralrg/sampling"
	"neuralrg/training"
)

// judge compares draws of frozen flows with exact samples, as the flows come,
// with a part of the samplers' share.
type judge struct {
	config training.Config
	energy *physics.Ising
	exact  Exact
	flows  *Feed[*frozen]
	share  float64 // of a core's time
	tell   func()  // that there is a new judgement
	notes  chan<- Event
	choice atomic.Pointer[Sampler]
	wake   chan struct{}
	latest atomic.Pointer[Judgement]
}

const (
	judgePart  = 0.1 // of the samplers' share
	judgeEvery = 10 * time.Second
	judgeSoon  = time.Second // where there is no judgement yet
	judgeBatch = 64          // draws at once; who is dismissed waits for no more

	judgementEvent = "judgement" // kind of the events that record a verdict

	// A flow is said to be wrong where <m^2> of its draws is away from the exact
	// value by so many errors and such a part of it.
	wrongErrors = 4
	wrongPart   = 0.05
	// fewEffective draws are too few for the size of the sample that they are
	// worth to be known.
	fewEffective = 20
)

func (b *conductor) newJudge() *judge {
	j := &judge{
		config: b.config.Config, energy: b.energy, exact: b.exact, flows: b.flows,
		share: *b.options.SamplerShare * judgePart, tell: b.tell, notes: b.notes, wake: make(chan struct{}, 1),
	}
	j.enable(b.sampler)
	return j
}

// enable lets the judge work beside any sampler.
func (j *judge) enable(choice Sampler) {
	j.choice.Store(&choice)
	wake(j.wake)
}

// work judges each flow that is newer than the last, with pauses.
func (j *judge) work(ctx context.Context) {
	var e *evidence
	said := verdict("")
	for ctx.Err() == nil {
		var rest <-chan time.Time
		if on := j.share > 0 && *j.choice.Load() != SamplerOff; on {
			start := time.Now()
			if e == nil {
				e = newEvidence(j.config, j.energy)
			}
			if f, old := j.flows.Latest(), j.latest.Load(); f.epoch > 0 && (old == nil || old.Epoch != f.epoch) {
				if v, found := j.consider(ctx, e, f); found && v != said {
					j.note(ctx, v)
					said = v
				}
			}
			pause := judgeEvery
			if j.latest.Load() == nil {
				pause = judgeSoon
			}
			rest = time.After(max(pause, restAfter(time.Since(start), j.share)))
		} else if j.latest.Swap(nil) != nil {
			j.tell()
		}
		select {
		case <-j.wake:
		case <-rest:
		case <-ctx.Done():
		}
	}
}

// consider judges a flow. There is no verdict on one that diverges.
func (j *judge) consider(ctx context.Context, e *evidence, f *frozen) (verdict, bool) {
	e.gather(ctx, f, j.config.Symmetry)
	if ctx.Err() != nil {
		return "", false
	}
	judgement, v, ok := e.judge(f.epoch, j.exact)
	if ok {
		j.latest.Store(judgement)
		j.tell()
	}
	return v, ok
}

// note records a verdict that is not the last one.
func (j *judge) note(ctx context.Context, v verdict) {
	text := "draws of the flow agree with exact samples"
	if v != "" {
		text = j.latest.Load().Warning
	}
	text = fmt.Sprintf("flow at epoch %d: %s", j.latest.Load().Epoch, text)
	select {
	case j.notes <- Event{Kind: judgementEvent, Text: text}:
	case <-ctx.Done():
	}
}

// evidence is draws of a flow and exact samples, as many, by what matters of
// them: ln w = -U - ln q, and m^2.
type evidence struct {
	ising  *physics.Ising
	wolff  *sampling.Wolff // warmed up when it is first needed
	random *rand.Rand

	drawn, exact     []float64 // ln w
	drawnM2, exactM2 []float64

	x     []float32 // a batch
	spins []int8
	logq  []float64
}

func newEvidence(c training.Config, e *physics.Ising) *evidence {
	n := max(256, min(1024, 1<<18/c.Sites())) // a whole number of batches
	return &evidence{
		ising: e, random: rand.New(rand.NewPCG(c.Seed, judgeStream)),
		drawn: make([]float64, n), exact: make([]float64, n),
		drawnM2: make([]float64, n), exactM2: make([]float64, n),
		x: make([]float32, judgeBatch*c.Sites()), spins: make([]int8, judgeBatch*c.Sites()),
		logq: make([]float64, judgeBatch),
	}
}

// gather takes fresh draws and samples, unless it is interrupted.
func (e *evidence) gather(ctx context.Context, f *frozen, symmetrised bool) {
	if e.wolff == nil {
		e.wolff = sampling.NewWolff(e.ising, sampling.Hot, e.random.Uint64())
		e.wolff.WarmUp()
	}
	density := sampling.NewDensity(f.flow, symmetrised)
	for first := 0; first < len(e.drawn) && ctx.Err() == nil; first += judgeBatch {
		last := first + judgeBatch
		density.Draw(e.random, e.x, e.logq)
		e.weigh(e.drawn[first:last], e.drawnM2[first:last])
		e.wolff.Draw(e.spins)
		e.ising.Lift(e.x, e.spins, e.random)
		density.LogQ(e.logq, e.x)
		e.weigh(e.exact[first:last], e.exactM2[first:last])
	}
}

// weigh sets ln w and m^2 of the batch.
func (e *evidence) weigh(logWeight, m2 []float64) {
	e.ising.Eval(logWeight, nil, e.x)
	for i, u := range logWeight {
		logWeight[i] = -u - e.logq[i]
	}
	physics.MagnetizationSquared(m2, e.x)
}

// verdict is a way in which a flow is wrong; none if nothing is known.
type verdict string

const (
	tooMuch   verdict = "magnetises too much"
	tooLittle verdict = "magnetises too little"
	misses    verdict = "misses a part of the distribution"
)

// judge says what the evidence comes to. It is not ok if that is not finite.
func (e *evidence) judge(epoch int, exact Exact) (j *Judgement, v verdict, ok bool) {
	f, err := sampling.EstimateFreeEnergy(e.drawn, &sampling.Reference{LnZ: exact.LnZDual, LogWeight: e.exact})
	if err != nil {
		return nil, "", false
	}
	m2, sd := stat.MeanStdDev(e.drawnM2, nil)
	n := float64(len(e.drawn))
	j = &Judgement{
		Epoch: epoch, Draws: len(e.drawn), M2: m2, M2Error: sd / math.Sqrt(n),
		ReverseESS: f.ESS, ForwardESS: f.Forward.ESS.Value, ForwardKL: f.Forward.KL.Value,
		ReverseLnZ: f.LnZ.Value, ReverseError: f.LnZ.Error,
		ForwardLnZ: f.Forward.LnZ.Value, ForwardError: f.Forward.LnZ.Error,
	}
	reference, deviation := stat.MeanStdDev(e.exactM2, nil)
	uncertainty := math.Hypot(j.M2Error, deviation/math.Sqrt(n))
	if exact.MagnetizationSquared != nil {
		reference, uncertainty = *exact.MagnetizationSquared, j.M2Error
	}
	j.ExactM2 = reference
	for _, value := range []float64{j.M2, j.M2Error, j.ReverseESS, j.ForwardESS, j.ForwardKL, j.ReverseLnZ, j.ReverseError, j.ForwardLnZ, j.ForwardError} {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, "", false
		}
	}
	v = j.verdict(uncertainty, f.Misses)
	j.Warning = j.warning(v)
	return j, v, true
}

// verdict compares m^2 of the draws with what is exact, to its error, and says
// whether the draws miss something, unless they are too few to tell.
func (j *Judgement) verdict(m2Error float64, missing bool) verdict {
	off := j.M2 - j.ExactM2
	switch {
	case math.Abs(off) > max(wrongErrors*m2Error, wrongPart*j.ExactM2) && off > 0:
		return tooMuch
	case math.Abs(off) > max(wrongErrors*m2Error, wrongPart*j.ExactM2):
		return tooLittle
	case missing && j.ReverseESS*float64(j.Draws) >= fewEffective:
		return misses
	}
	return ""
}

// share is an effective sample size in words. Of the smallest nothing is known
// but that.
func share(ess float64) string {
	if ess < 1e-4 {
		return "below 0.0001"
	}
	return fmt.Sprintf("%.2g", ess)
}

// warning says a verdict in words.
func (j *Judgement) warning(v verdict) string {
	sizes := fmt.Sprintf("forward ESS %s, reverse %s", share(j.ForwardESS), share(j.ReverseESS))
	switch v {
	case tooMuch, tooLittle:
		return fmt.Sprintf("the flow %s: <m^2> %.3f against %.3f; %s", v, j.M2, j.ExactM2, sizes)
	case misses:
		return fmt.Sprintf("the flow %s: %s", v, sizes)
	}
	return ""
}
