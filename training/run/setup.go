package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// launch prepares a conductor, lets begin fetch or make the run in the
// directory, and starts the goroutines.
func launch(ctx context.Context, d directory, c Config, o Options, begin func(*conductor, context.Context) error) (*Run, error) {
	b, err := newConductor(d, c, o)
	if err != nil {
		return nil, err
	}
	if err := begin(b, ctx); err != nil {
		b.abandon()
		return nil, err
	}
	b.start(ctx)
	return b.run, nil
}

// newConductor makes what a run needs in memory.
func newConductor(d directory, c Config, o Options) (*conductor, error) {
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.SamplerShare == nil {
		o.SamplerShare = &c.SamplerShare
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.saveEvery == 0 {
		o.saveEvery = saveEvery
	}
	if err := firstError(c.Validate(), o.validate()); err != nil {
		return nil, err
	}
	if err := checkMemory(c, o.Threads); err != nil {
		return nil, err
	}
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		return nil, err
	}
	exact, err := physics.Solve(c.L, c.Temperature)
	if err != nil {
		return nil, err
	}
	trainer, err := training.New(c.Config, energy, o.Threads)
	if err != nil {
		return nil, err
	}
	b := &conductor{
		run: &Run{
			feed:     NewFeed[*Snapshot](),
			requests: make(chan request),
			notes:    make(chan Event),
			done:     make(chan struct{}),
			sites:    c.Sites(),
		},
		dir: d, config: c, options: o, energy: energy, trainer: trainer,
		exact:       Exact{LnZ: exact.LnZ, LnZDual: exact.LnZDual, MagnetizationSquared: exact.MagnetizationSquared},
		checkpoints: newCheckpoints(d.path(checkpointsName), c, trainer.Flow()),
		sampler:     firstOf(o.Sampler, c.Sampler),
		phase:       Starting,
		gap:         math.Inf(1),
	}
	return b, nil
}

func (o Options) validate() error {
	if o.Sampler != "" {
		if err := o.Sampler.validate(); err != nil {
			return err
		}
	}
	return validateShare(*o.SamplerShare)
}

// firstOf is the first choice that was made.
func firstOf(choices ...Sampler) Sampler {
	for _, s := range choices {
		if s != "" {
			return s
		}
	}
	return SamplerOff
}

// create makes the directory of a new run, with its first checkpoint.
func (b *conductor) create(ctx context.Context) error {
	if err := b.dir.create(); err != nil {
		return err
	}
	if err := b.takeLease(ctx, 1); err != nil {
		return err
	}
	if err := b.dir.checkNew(); err != nil { // another may have been quicker
		return err
	}
	config, err := b.config.encode()
	if err != nil {
		return err
	}
	if err := writeWhole(b.dir.path(configName), config); err != nil {
		return err
	}
	b.note("start", b.circumstances())
	if from := b.config.From; from != nil {
		b.note("from", fmt.Sprintf("the parameters are those of %s after %d epochs", from.Dir, from.Epoch))
	}
	return b.openKeeper(true)
}

// reopen brings back the newest valid checkpoint of a run, and cuts the
// journals back to it.
func (b *conductor) reopen(ctx context.Context) error {
	if c, found, _, err := b.checkpoints.load(); err != nil || (found && c.Epoch >= b.config.Epochs) {
		return firstError(err, fmt.Errorf("%s: %w", b.dir, ErrFinished))
	}
	attempt, err := b.attempts()
	if err != nil {
		return err
	}
	if err := b.takeLease(ctx, attempt+1); err != nil {
		return err
	}
	c, found, bad, err := b.checkpoints.load()
	if err != nil {
		return err
	}
	if !found {
		if info, err := os.Stat(b.dir.path(metricsName)); err == nil && info.Size() > 0 {
			return &problem{
				text: fmt.Sprintf("%s has epochs in %s but no checkpoint", b.dir, metricsName),
				hint: "bring its checkpoints back from a copy, or start the run again in another --dir",
			}
		}
		if err := b.beginAgain(); err != nil { // it was ended before its first checkpoint
			return err
		}
		c = b.checkpoint()
	}
	if err := b.restore(c); err != nil {
		return err
	}
	for _, s := range bad {
		s.setAside()
	}
	b.note("resume", b.circumstances()) // what comes after it is of this attempt
	b.warn(bad)
	return b.openKeeper(!found)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// attempts counts how often the run was started and continued.
func (b *conductor) attempts() (int, error) {
	f, err := open(b.dir.path(eventsName), os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, diskProblem("cannot read "+b.dir.path(eventsName), err)
	}
	defer f.Close()
	n := 0
	_ = readLines(f, func(e Event) error { // as far as it can be read
		if e.Kind == "start" || e.Kind == "resume" {
			n++
		}
		return nil
	})
	return n, nil
}

func (b *conductor) takeLease(ctx context.Context, attempt int) (err error) {
	me := self(attempt)
	me.Claim = b.options.Claim
	if b.lease, err = takeLease(ctx, b.dir.path(leaseName), me, patience, b.options.Notice); err == nil {
		b.dir.sweep()
	}
	return err
}

// restore puts the run into the state of a checkpoint, and cuts the journals
// back to what belongs to it.
func (b *conductor) restore(c checkpoint) (err error) {
	if err := b.trainer.Restore(c.State); err != nil {
		return err
	}
	b.rest()
	if b.history, err = cutMetrics(b.dir.path(metricsName), c.Epoch, b.lease.shared); err != nil {
		return err
	}
	b.metrics.written = b.history.Epochs
	if b.events.written, b.shown, err = cutEvents(b.dir.path(eventsName), c.Events, b.lease.shared); err != nil {
		return err
	}
	b.seconds, b.draw, b.gap = c.Seconds, c.Draw, c.Gap
	b.sampler = firstOf(b.options.Sampler, c.Sampler)
	return nil
}

// warn notes what is not as it should be in a directory that is taken up again.
func (b *conductor) warn(bad []skipped) {
	for _, s := range bad {
		b.note("warning", s.String())
	}
	last := b.history.Last().Epoch
	switch missing := b.epoch - b.history.Epochs; {
	case last < b.epoch:
		b.note("warning", fmt.Sprintf("%s ends at epoch %d, the checkpoint is of epoch %d: those between are lost", metricsName, last, b.epoch))
	case missing > 0:
		b.note("warning", fmt.Sprintf("%s lacks %d of the epochs up to %d", metricsName, missing, b.epoch))
	}
	if now := model.Kernels(); now != b.config.Kernels {
		b.note("warning", fmt.Sprintf("the run began with kernels %q and goes on with %q: the last bits may differ", b.config.Kernels, now))
	}
}

// circumstances says how the run is carried out this time.
func (b *conductor) circumstances() string {
	return fmt.Sprintf("version %q, kernels %s, %d threads", b.config.Version, model.Kernels(), b.options.Threads)
}

// openKeeper opens the journals, and writes there what is new at once, so that
// a disk that takes nothing is known before the first epoch.
func (b *conductor) openKeeper(save bool) (err error) {
	if b.keeper, err = openKeeper(b.dir, b.lease, b.checkpoints, b.metrics.written, b.events.written); err != nil {
		return err
	}
	b.keeper.saved.Store(int64(b.epoch))
	b.savedAt = b.seconds
	if save {
		b.requestSave()
	}
	return b.keeper.write(b.ledger())
}

// abandon undoes what was begun of a run that cannot start.
func (b *conductor) abandon() {
	if b.keeper != nil {
		b.keeper.close()
	}
	if b.lease != nil {
		b.lease.release()
	}
	b.trainer.Close()
}
