package run

import (
	"slices"
	"sort"
	"time"

	"neuralrg/model"
)

// frozen is a copy of the flow after some epoch. It never changes.
type frozen struct {
	epoch int
	flow  *model.Flow
}

const (
	freezeEvery = 100 * time.Millisecond // at most, between two frozen flows
	showShare   = 0.05                   // of the time may go into showing the flow
	newestShown = 32                     // events in a snapshot
)

// freeze gives the followers of the flow a copy as it is now. The trainer must
// be at rest.
func (b *conductor) freeze(now time.Time) {
	if f := b.flows.Latest(); f != nil && f.epoch == b.epoch {
		return
	}
	b.flows.Publish(&frozen{epoch: b.epoch, flow: b.trainer.Flow().Clone()})
	cost := time.Since(now) + b.picture.cost
	b.nextFreeze = now.Add(max(freezeEvery, time.Duration(float64(cost)/showShare)))
}

// publish makes a snapshot of everything.
func (b *conductor) publish() {
	b.unseen = false
	s := &Snapshot{
		Phase:       b.phase,
		Dir:         string(b.dir),
		Config:      b.config,
		Parameters:  b.config.Parameters(),
		Threads:     b.options.Threads,
		Exact:       b.exact,
		Epoch:       b.epoch,
		History:     b.history.Clip(),
		Rate:        b.rate,
		BaseRate:    b.baseRate,
		Saved:       int(b.keeper.saved.Load()),
		Sampler:     b.samplersAtWork(),
		Lattice:     b.picture.paint(b.flows.Latest(), b.drawing()),
		Response:    b.inspector.latest.Load(),
		Examination: b.examiner.latest.Load(),
		Levels:      b.coarsener.latest.Load(),
		Gallery:     b.gatherer.latest.Load(),
		Judgement:   b.judge.latest.Load(),

		Information: b.informant.latest.Load(),
		Inquiry:     b.informant.progress.Load(),

		Events: newestEvents(b.shown),
	}
	s.Latents = b.picture.z
	b.strip = b.strip.with(s.Lattice)
	s.Strip = b.strip
	s.EpochsPerSecond, s.Remaining = speed(b.history.Recent, b.config.Epochs)
	for _, w := range b.background {
		if r := w.report.Load(); r != nil {
			s.Samplers = append(s.Samplers, *r)
		}
	}
	if b.failure != nil {
		s.Error, s.Hint = b.failure.Error(), hintOf(b.failure)
	}
	b.run.feed.Publish(s)
}

// newestEvents are those that a snapshot has.
func newestEvents(shown []Event) []Event {
	return slices.Clip(shown[max(0, len(shown)-newestShown):])
}

// speedWindow is the time over which the speed is averaged, in seconds.
const speedWindow = 5

// speed is the number of epochs in a second of late, and the seconds to the
// last epoch, negative if that cannot be said yet. Where the newest epochs do
// not fill the window, they are all that counts.
func speed(history []Metrics, epochs int) (perSecond, remaining float64) {
	last := len(history) - 1
	if last < 1 {
		return 0, -1
	}
	now := history[last].Seconds
	first := sort.Search(last, func(i int) bool { return history[i].Seconds >= now-speedWindow })
	first = min(first, last-1)
	perSecond = float64(last-first) / max(now-history[first].Seconds, 1e-9)
	return perSecond, float64(epochs-history[last].Epoch) / perSecond
}
