package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"neuralrg/training/run"
)

// Execution says how a point is carried out. No bit of its results depends on it.
type Execution struct {
	Threads int
	Backend string       // for the record
	Job     string       // that the back end knows it by, for the record
	Claim   run.Claim    // of a scheduler's task
	Notice  func(string) // hears of the work; may be nil
	// Begin hears of the run that trains, and returns what to call when that is
	// over. It may be nil.
	Begin func(*run.Run) (end func())
}

// GiveUp says that a point which nobody is at work on has failed.
func (s *Sweep) GiveUp(index int, why error) error {
	if err := s.Prepare([]int{index}); err != nil {
		return err
	}
	f := failure{Format: Format, Time: now(), Attempt: s.attempts(index), Epoch: s.StatusOf(index).Epoch, Error: oneLine(why), Hint: hintOf(why)}
	if err := writeJSON(s.kept(index, failedName), f); err != nil {
		return s.unwritable(err)
	}
	return nil
}

// Outcome is what became of an attempt.
type Outcome string

// The outcomes of an attempt that did not fail.
const (
	Completed  Outcome = "done"
	Stopped    Outcome = "stopped"   // saved, on a signal or by its own screen
	Withdrawn  Outcome = "cancelled" // saved, or not begun
	AlreadyWas Outcome = "was done"  // nothing was left to do
)

// Attempt is attempt-NNN.json: that somebody began to carry out a point, and
// what became of it. An attempt that was killed has no end.
type Attempt struct {
	Format  int     `json:"format"`
	Number  int     `json:"attempt"`
	Backend string  `json:"backend,omitempty"`
	Job     string  `json:"job,omitempty"`
	Host    string  `json:"host"`
	PID     int     `json:"pid"`
	Threads int     `json:"threads"`
	Began   string  `json:"began"` // RFC 3339, UTC
	From    int     `json:"from_epoch"`
	Ended   string  `json:"ended,omitempty"`
	Epoch   int     `json:"epoch"`             // when it ended
	Outcome Outcome `json:"outcome,omitempty"` // or "failed", or "held" by another process
}

const attemptPrefix = "attempt-"

// errWithdrawn is why a run is told to stop when its point is cancelled.
var errWithdrawn = errors.New("the point was cancelled")

// Execute carries out a point, from its newest checkpoint if it has one: it
// trains, measures and writes the results. It takes the lease of the point, so
// that of two processes only one does; run.Held tells of the error. When ctx is
// done, or the point is cancelled, it saves and stops.
func (s *Sweep) Execute(ctx context.Context, index int, e Execution) (Outcome, error) {
	if err := s.Check(index); err != nil {
		return "", err
	}
	if e.Notice == nil {
		e.Notice = func(string) {}
	}
	if _, err := s.result(index); err == nil {
		return AlreadyWas, nil
	}
	if s.withdrawn(index) {
		return Withdrawn, nil
	}
	if err := s.Prepare([]int{index}); err != nil {
		return "", err
	}
	w := &work{Execution: e, sweep: s, index: index}
	if err := w.ready(); err != nil {
		return "", err
	}
	if err := w.begin(); err != nil {
		return "", err
	}
	w.Claim.Turn = w.attempt.Number // of two processes of a task, that which began later has the point
	hold, err := run.TakeHold(ctx, s.kept(index), w.attempt.Number, w.Claim, e.Notice)
	if err != nil {
		w.attempt.Ended, w.attempt.Outcome = now(), "held"
		return "", errors.Join(err, writeJSON(w.attemptPath(), w.attempt))
	}
	defer hold.Release()
	w.hold = hold
	return w.execute(ctx)
}

// work is an Execute that holds the lease.
type work struct {
	Execution
	sweep   *Sweep
	index   int
	hold    *run.Hold
	attempt Attempt
}

// ready refuses a point that begins from one which is not done.
func (w *work) ready() error {
	from := w.sweep.Plan.Points[w.index].From
	if from == nil {
		return nil
	}
	if _, err := w.sweep.result(*from); err != nil {
		return &problem{
			text: fmt.Sprintf("point %d begins from point %d, which is not done", w.index, *from),
			hint: fmt.Sprintf("carry that one out first: neuralrg sweep run %s", run.ShellWord(w.sweep.Dir)),
		}
	}
	return nil
}

// execute carries out the attempt and writes down what became of it.
func (w *work) execute(ctx context.Context) (o Outcome, err error) {
	s := w.sweep
	w.attempt.From = s.StatusOf(w.index).Epoch   // nobody else changes it now
	if _, err := s.result(w.index); err == nil { // another was quicker
		return AlreadyWas, w.end(AlreadyWas, nil)
	}
	if err := writeJSON(w.attemptPath(), w.attempt); err != nil {
		return "", s.unwritable(err)
	}
	for _, name := range []string{retryName, failedName} {
		_ = os.Remove(s.kept(w.index, name)) // of the past
	}
	o, err = w.guarded(ctx)
	if lost := w.hold.Check(); lost != nil { // another has the point, whatever this one came to
		return "", lost
	}
	if err := w.end(o, err); err != nil {
		w.Notice("the end of the attempt is not written down: " + err.Error())
	}
	return o, err
}

// begin makes the file of the attempt, which nobody else has.
func (w *work) begin() error {
	host, _ := os.Hostname()
	w.attempt = Attempt{
		Format: Format, Backend: w.Backend, Job: w.Job, Host: host, PID: os.Getpid(), Threads: w.Threads, Began: now(),
	}
	for number := w.sweep.attempts(w.index) + 1; ; number++ {
		w.attempt.Number = number
		f, err := os.OpenFile(w.attemptPath(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			err = errors.Join(f.Close(), writeJSON(w.attemptPath(), w.attempt))
		}
		if err != nil {
			return w.sweep.unwritable(err)
		}
		return nil
	}
}

func (w *work) attemptPath() string {
	return w.sweep.kept(w.index, fmt.Sprintf("%s%03d.json", attemptPrefix, w.attempt.Number))
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// end writes down what became of an attempt, unless another process has the
// point by now.
func (w *work) end(o Outcome, err error) error {
	if err := w.hold.Check(); err != nil {
		return err
	}
	w.attempt.Ended, w.attempt.Outcome = now(), o
	w.attempt.Epoch = w.sweep.StatusOf(w.index).Epoch
	if run.Held(err) { // whoever has it goes on
		w.attempt.Outcome = "held"
		err = nil
	}
	if err != nil {
		w.attempt.Outcome = "failed"
		f := failure{Format: Format, Time: now(), Attempt: w.attempt.Number, Epoch: w.attempt.Epoch, Error: oneLine(err), Hint: hintOf(err)}
		if err := writeJSON(w.sweep.kept(w.index, failedName), f); err != nil {
			return err
		}
	}
	return writeJSON(w.attemptPath(), w.attempt)
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// guarded makes a panic an error. Those of the run's own goroutines are errors
// already.
func (w *work) guarded(ctx context.Context) (o Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.Notice(string(debug.Stack()))
			err = &problem{text: fmt.Sprintf("the program crashed: %v", p), hint: "this is a defect of the program; please report it with " + w.sweep.LogPath(w.index)}
		}
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		w.watch(ctx, cancel)
	}()
	defer func() {
		cancel(nil)
		<-watched
	}()
	if o, err = w.train(ctx); o == "" && err == nil {
		o, err = w.conclude(ctx)
	}
	return o, err
}

// watchEvery is how soon a point at work hears that it is cancelled.
const watchEvery = time.Second

// watch ends the work when the point is cancelled or another process has it.
func (w *work) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if w.sweep.withdrawn(w.index) {
				cancel(errWithdrawn)
				return
			}
		case err := <-w.hold.Lost():
			cancel(err)
			return
		case <-ctx.Done():
			return
		}
	}
}

// withdrawn says that nobody shall go on with a point.
func (s *Sweep) withdrawn(index int) bool { return isThere(s.kept(index, cancelledName)) }

// stopped is the outcome of work that ctx has ended.
func (w *work) stopped(ctx context.Context) Outcome {
	if w.sweep.withdrawn(w.index) || errors.Is(context.Cause(ctx), errWithdrawn) {
		return Withdrawn
	}
	return Stopped
}

// train does the epochs that are missing. The outcome is empty if all are done.
func (w *work) train(ctx context.Context) (Outcome, error) {
	r, err := w.open(ctx)
	if errors.Is(err, run.ErrFinished) {
		return "", nil
	}
	if err != nil && ctx.Err() != nil {
		return w.stopped(ctx), nil
	}
	if err != nil {
		return "", err
	}
	end := func() {}
	if w.Begin != nil {
		end = w.Begin(r)
	}
	last := r.Wait()
	end()
	switch last.Phase {
	case run.Finished:
		return "", nil
	case run.Stopped:
		return w.stopped(ctx), nil
	}
	return "", &problem{text: last.Error, hint: last.Hint}
}

// open starts the run of the point, or goes on with it.
func (w *work) open(ctx context.Context) (*run.Run, error) {
	s, dir := w.sweep, w.sweep.PointDir(w.index)
	c, err := s.Plan.Config(w.index)
	if err != nil {
		return nil, err
	}
	o := run.Options{Threads: w.Threads, Claim: w.Claim, Notice: w.Notice}
	path := filepath.Join(dir, "config.json")
	if !isThere(path) {
		switch from, err := w.beginning(path, c); {
		case err != nil:
			return nil, err
		case from != nil:
			return run.StartFrom(ctx, dir, c, from, o)
		}
		return run.Start(ctx, dir, c, o)
	}
	has, err := run.ReadConfig(path)
	if err != nil {
		return nil, err
	}
	if has.Config != c.Config {
		return nil, &problem{text: dir + " has other settings than its point", hint: "see where it came from, and move it away"}
	}
	return run.Continue(ctx, dir, o)
}

// beginning is what the point begins with: its neighbour's flow, or that of a run
// which the plan names, or nil if its parameters are new.
func (w *work) beginning(path string, c run.Config) (*run.Beginning, error) {
	if from := w.sweep.Plan.Points[w.index].From; from != nil {
		return run.BeginFrom(w.sweep.PointDir(*from))
	}
	return run.BeginLike(path, c)
}

// conclude measures what was learnt and writes the results.
func (w *work) conclude(ctx context.Context) (Outcome, error) {
	w.Notice("all epochs are done: measuring")
	r, err := w.measure(ctx)
	if ctx.Err() != nil {
		return w.stopped(ctx), nil
	}
	if err != nil {
		return "", err
	}
	if err := w.hold.Check(); err != nil {
		return "", err
	}
	if err := r.write(filepath.Join(w.sweep.PointDir(w.index), doneName)); err != nil {
		return "", w.sweep.unwritable(err)
	}
	w.Notice(fmt.Sprintf("done: gap %.4f +- %.4f nats", r.Gap.Value, r.Gap.Error))
	return Completed, nil
}

func root(variance float64) float64 { return math.Sqrt(variance) }
