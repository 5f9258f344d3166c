package run

import (
	"context"
	"fmt"
	"sync"
	"time"

	"neuralrg/physics"
	"neuralrg/training"
)

// conductor is the goroutine that owns a run: it lets the trainer step, takes
// commands and publishes snapshots. Everything else that is at work in a run
// follows a feed of the conductor's and answers through a channel or an atomic
// value; the conductor waits for none of it.
//
// The trainer steps in a goroutine of its own, so that an epoch that takes long
// delays no answer. What needs the trainer at rest is done between two steps.
type conductor struct {
	run     *Run
	dir     directory
	config  Config
	options Options
	energy  *physics.Ising
	exact   Exact
	trainer *training.Trainer

	lease       *lease
	checkpoints checkpoints
	keeper      *keeper
	ledgers     *Feed[ledger]
	flows       *Feed[*frozen]
	picture     *picture
	inspector   *inspector
	informant   *informant
	coarsener   *illustrator[Levels]
	gatherer    *illustrator[Gallery]
	examiner    *examiner
	background  []*background // the samplers, latent first
	judge       *judge

	begin    chan struct{} // lets the trainer do an epoch
	steps    chan step     // what came of it; closed when the trainer's goroutine ends
	failures chan error    // of the other goroutines
	news     chan struct{} // one of them has something to show
	notes    chan Event    // one of them has something to record
	workers  sync.WaitGroup
	dismiss  context.CancelFunc // ends the workers
	kept     chan struct{}      // closed when the keeper has ended

	phase    Phase
	sampler  Sampler
	history  History
	metrics  backlog[Metrics]
	events   backlog[Event]
	shown    []Event // the newest of those for the screen
	lost     int     // events since the last recorded one for which there was no room
	epoch    int     // epochs done
	rate     float64 // of the next epoch
	baseRate float64
	draw     int
	strip    *Strip
	fixed    *Fixed    // latent of the lattice
	gap      float64   // smoothed
	seconds  float64   // of training
	mark     time.Time // up to which seconds are counted
	stepping bool
	waiting  bool // for the disk
	stopping bool
	failure  error
	crashed  bool      // the trainer did: nothing is known of its state
	pending  []request // wait for the end of the epoch

	save       *checkpoint // the newest that was asked for
	savedAt    float64     // seconds of training then
	unseen     bool        // something changed since the last snapshot
	nextFreeze time.Time
	nextKeep   time.Time
}

// step is what came of an epoch.
type step struct {
	stats training.Stats
	err   error
}

const (
	saveEvery    = 30 * time.Second       // of training, between two checkpoints
	publishEvery = 50 * time.Millisecond  // at most, between two snapshots
	keepEvery    = 250 * time.Millisecond // between two ledgers
)

// start starts all goroutines of the run.
func (b *conductor) start(ctx context.Context) {
	b.ledgers, b.flows = NewFeed[ledger](), NewFeed[*frozen]()
	b.begin, b.steps = make(chan struct{}), make(chan step, 1)
	b.failures, b.news = make(chan error, 16), make(chan struct{}, 1)
	b.notes, b.kept = b.run.notes, make(chan struct{})
	b.picture = newPicture(b.config.Config)
	b.inspector = newInspector(b.config.Config, b.flows, b.tell)
	b.informant = newInformant(b.config.Config, b.energy, b.exact.LnZDual, b.flows, informantShare, b.tell)
	b.coarsener = newIllustrator(b.config.Config, b.flows, (*picture).levels, b.tell)
	b.gatherer = newIllustrator(b.config.Config, b.flows, (*picture).gallery, b.tell)
	b.examiner = newExaminer(b.config.Config, b.energy, b.flows, besideTraining, b.tell)
	b.background = b.newSamplers()
	b.judge = b.newJudge()
	b.phase = Training
	b.rest()
	b.freeze(time.Now())
	b.publish()

	workers, dismiss := context.WithCancel(context.Background())
	b.dismiss = dismiss
	b.spawn("inspector", func() { b.inspector.work(workers) })
	b.spawn("informant", func() { b.informant.work(workers) })
	b.spawn("coarsener", func() { b.coarsener.work(workers) })
	b.spawn("gatherer", func() { b.gatherer.work(workers) })
	b.spawn("examiner", func() { b.examiner.work(workers) })
	b.spawn("lease", func() { b.lease.keepAlive(workers, b.fail) })
	for _, s := range b.background {
		b.spawn(string(s.space)+" sampler", func() { s.work(workers) })
	}
	b.spawn("judge", func() { b.judge.work(workers) })
	go func() {
		defer close(b.steps)
		defer b.guard("trainer")
		for range b.begin {
			stats, err := b.trainer.Step()
			b.steps <- step{stats, err}
		}
	}()
	go func() {
		defer close(b.kept)
		defer b.guard("keeper")
		b.keeper.follow(b.ledgers, b.tell, func(err error) { b.fail(&unwritten{err, b}) })
	}()
	go func() {
		defer b.lastWords()
		b.conduct(ctx)
	}()
}

// spawn starts a worker, which ends when it is dismissed.
func (b *conductor) spawn(name string, work func()) {
	b.workers.Go(func() {
		defer b.guard(name)
		work()
	})
}

// tell says that there is something new to show.
func (b *conductor) tell() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// conduct is the life of the run.
func (b *conductor) conduct(ctx context.Context) {
	ticker := time.NewTicker(publishEvery)
	defer ticker.Stop()
	cancelled := ctx.Done()
	b.mark = time.Now()
	for {
		if !b.stepping {
			b.serve()
			if end := b.ending(); end != "" {
				b.finish(end)
				return
			}
			if b.phase == Training && !b.heldUp() {
				b.stepping = true
				b.begin <- struct{}{}
			}
		}
		select {
		case s, ok := <-b.steps:
			b.stepped(s, ok)
		case q := <-b.run.requests:
			b.take(q)
		case <-ticker.C:
			b.tick()
		case <-b.news:
			b.unseen = true
		case e := <-b.notes:
			b.note(e.Kind, e.Text)
		case err := <-b.failures:
			b.failure = firstError(b.failure, err)
		case <-cancelled:
			cancelled = nil
			b.noteCause(context.Cause(ctx))
			b.stop()
		}
	}
}

// ending is the phase to end in, if it is time to end.
func (b *conductor) ending() Phase {
	switch {
	case b.failure != nil:
		return Failed
	case b.epoch >= b.config.Epochs:
		return Finished
	case b.stopping:
		return Stopped
	}
	return ""
}

// stepped takes the result of an epoch. It is not ok if the trainer crashed.
func (b *conductor) stepped(s step, ok bool) {
	b.stepping = false
	if !ok {
		b.crashed = true
		if b.failure == nil {
			b.failure = <-b.failures // it was sent before
		}
		return
	}
	now := time.Now()
	b.seconds += now.Sub(b.mark).Seconds()
	b.mark = now
	if s.err != nil {
		b.failure = b.divergence(s.err)
		return
	}
	b.rest()
	m := b.measured(s.stats)
	b.history = b.history.Append(m)
	b.gap = smooth(b.gap, m)
	b.metrics.lines = append(b.metrics.lines, m)
	b.unseen = true
	if b.seconds-b.savedAt >= b.options.saveEvery.Seconds() {
		b.requestSave()
		b.keep(now)
	}
	if now.After(b.nextFreeze) {
		b.freeze(now)
	}
}

// rest notes what the trainer cannot be asked while it steps.
func (b *conductor) rest() {
	b.epoch, b.rate, b.baseRate = b.trainer.Epoch(), b.trainer.Rate(), b.trainer.BaseRate()
}

// heldUp says that so many epochs wait to be written that training must wait
// too, until half of them are: a disk that stands still does not fill the
// memory. The time does not count as training.
func (b *conductor) heldUp() bool {
	b.forget()
	n := len(b.metrics.lines)
	held := n >= waitingEpochs || (b.waiting && n > waitingEpochs/2)
	if held && !b.waiting {
		b.note("warning", fmt.Sprintf("%d epochs wait to be written: training waits for the disk", n))
	}
	if held {
		b.mark = time.Now()
	}
	b.waiting = held
	return held
}

// forget leaves to the files what is in them.
func (b *conductor) forget() {
	b.metrics.forget(int(b.keeper.metricsKept.Load()))
	b.events.forget(int(b.keeper.eventsKept.Load()))
}

// measured is the line of an epoch that has just been done.
func (b *conductor) measured(s training.Stats) Metrics {
	return Metrics{
		Epoch:           s.Epoch,
		Seconds:         b.seconds,
		Loss:            s.Loss,
		FreeEnergy:      s.FreeEnergy,
		FreeEnergyStd:   s.FreeEnergyStd,
		FreeEnergyError: s.FreeEnergyError,
		Gap:             s.FreeEnergy + b.exact.LnZDual,
		ESS:             s.ESS,
		Rate:            s.Rate,
		GradNorm:        s.GradNorm,
	}
}

// enter changes the phase and shows it.
func (b *conductor) enter(p Phase) {
	if b.phase != p {
		b.phase = p
		b.publish()
	}
}

// note records an event, if there is room for it.
func (b *conductor) note(kind, text string) {
	e := Event{Time: wallClock().UTC().Format(time.RFC3339), Epoch: b.epoch, Kind: kind, Text: text}
	if kind != samplerReport {
		b.shown = appendNewest(b.shown, e, newestShown)
	}
	b.unseen = true
	switch {
	case len(b.events.lines) >= waitingEvents:
		b.lost++
		return
	case b.lost > 0:
		told := e
		told.Kind, told.Text = "warning", fmt.Sprintf("%d events before this are not recorded: the disk took none", b.lost)
		b.events.lines, b.lost = append(b.events.lines, told), 0
	}
	b.events.lines = append(b.events.lines, e)
}

// noteCause records why the run was told to stop, if that is known. The cause
// is compared as it is: a signal, too, says that it is context.Canceled.
func (b *conductor) noteCause(cause error) {
	if cause != context.Canceled {
		b.note("stop", cause.Error())
	}
}

// tick shows and keeps what is new.
func (b *conductor) tick() {
	if b.unseen {
		b.publish()
	}
	if now := time.Now(); now.After(b.nextKeep) && !b.ledgers.Latest().same(b.ledger()) {
		b.keep(now)
	}
}

// keep gives the keeper what there is now.
func (b *conductor) keep(now time.Time) {
	b.nextKeep = now.Add(keepEvery)
	b.ledgers.Publish(b.ledger())
}

// ledger is what the directory should hold now.
func (b *conductor) ledger() ledger {
	b.forget()
	return ledger{metrics: b.metrics, events: b.events, save: b.save}
}

// requestSave makes the present state the checkpoint to be written next.
func (b *conductor) requestSave() {
	c := b.checkpoint()
	b.save, b.savedAt = &c, b.seconds
}

func (b *conductor) checkpoint() checkpoint {
	return checkpoint{State: b.trainer.State(), Seconds: b.seconds, Events: b.events.end(), Draw: b.draw, Sampler: b.sampler, Gap: b.gap}
}

// finish ends everything, saves, and says the last word.
func (b *conductor) finish(end Phase) {
	close(b.begin)
	for range b.steps { // until its goroutine has ended
	}
	b.dismissWorkers()
	if b.failure != nil {
		b.note("failed", b.failure.Error())
	}
	if !b.crashed {
		b.requestSave()
	}
	b.ledgers.Publish(b.ledger())
	b.ledgers.Close()
	<-b.kept
	b.lease.release()
	b.trainer.Close()
	select {
	case err := <-b.failures:
		b.failure, end = firstError(b.failure, err), Failed
	default:
	}
	b.phase = end
	b.publish()
	b.run.feed.Close()
	close(b.run.done)
}

// dismissWorkers ends the workers and hears what they still have to say.
func (b *conductor) dismissWorkers() {
	b.dismiss()
	gone := make(chan struct{})
	go func() {
		b.workers.Wait()
		close(gone)
	}()
	for {
		select {
		case e := <-b.notes:
			b.note(e.Kind, e.Text)
		case <-gone:
			return
		}
	}
}
