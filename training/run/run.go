package run

import (
	"context"
	"errors"
	"time"

	"neuralrg/model"
)

// Run is a run at work. Its methods are for any goroutine.
type Run struct {
	feed     *Feed[*Snapshot]
	requests chan request
	notes    chan Event // to be recorded
	done     chan struct{}
	sites    int
}

// Options say how a run is carried out; no trained bit depends on them.
type Options struct {
	Threads      int          // of the trainer; 0 means GOMAXPROCS
	Sampler      Sampler      // if not empty, instead of the run's own
	SamplerShare *float64     // if not nil, instead of the run's own
	Claim        Claim        // of a scheduler's task, if this is one
	Notice       func(string) // told, before the run begins, why something takes long; may be nil

	saveEvery time.Duration // of training, between two checkpoints; 0 means the usual
}

// DefaultSamplerShare is a share of one core's time for the background samplers
// that shows them at work and costs training little: on two cores 2.5 percent.
const DefaultSamplerShare = 0.05

// ErrFinished says that a run has done all its epochs.
var ErrFinished = errors.New("the run is finished")

// errOver answers a command that comes too late.
var errOver = &problem{text: "the run is over", hint: "continue it with --resume, if it is not finished"}

// Start begins a new run in dir, which must be empty or not yet exist, and
// returns once the checkpoint of epoch 0 is on the disk. When ctx is done the
// run saves and stops, and records the cause if ctx has one. Format and Kernels of c
// are filled in, and so is the sampler (off) if c does not say it.
func Start(ctx context.Context, dir string, c Config, o Options) (*Run, error) {
	c.From = nil
	return begin(ctx, dir, c, o, (*conductor).create)
}

// begin begins a new run, which create makes in the directory.
func begin(ctx context.Context, dir string, c Config, o Options, create func(*conductor, context.Context) error) (*Run, error) {
	c.Format, c.Kernels = Format, model.Kernels()
	if c.Sampler == "" {
		c.Sampler = SamplerOff
	}
	return launch(ctx, directory(dir), c, o, create)
}

// Continue goes on with the run in dir from its newest valid checkpoint. The
// error is ErrFinished if no epoch is left to do.
func Continue(ctx context.Context, dir string, o Options) (*Run, error) {
	d := directory(dir)
	if err := d.checkOurs("give the directory of a run with --dir, or leave out --resume to start one"); err != nil {
		return nil, err
	}
	c, err := ReadConfig(d.path(configName))
	if err != nil {
		return nil, err
	}
	return launch(ctx, d, c, o, (*conductor).reopen)
}

// Feed carries the run's snapshots. It has one when Start returns, and is
// closed after the last.
func (r *Run) Feed() *Feed[*Snapshot] { return r.feed }

// Do gives the run a command and returns when it is taken: what needs the end
// of an epoch waits for it, and what a command brings about shows in a later
// snapshot.
func (r *Run) Do(c Command) error {
	if err := c.validate(r.sites); err != nil {
		return err
	}
	q := request{command: c, answer: make(chan error, 1)}
	select {
	case r.requests <- q:
	case <-r.done:
		return errOver
	}
	select {
	case err := <-q.answer:
		return err
	case <-r.done:
	}
	select {
	case err := <-q.answer: // it came just before the end
		return err
	default:
		return errOver
	}
}

// Warn records a warning among the events of the run, unless it is over.
func (r *Run) Warn(text string) {
	select {
	case r.notes <- Event{Kind: "warning", Text: text}:
	case <-r.done:
	}
}

// Wait returns the last snapshot when the run has ended and everything of it
// is on the disk. No goroutine of the run is left then.
func (r *Run) Wait() *Snapshot {
	<-r.done
	return r.feed.Latest()
}

// request is a command on its way to the conductor.
type request struct {
	command Command
	answer  chan error // has room for the one answer
}
