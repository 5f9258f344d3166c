package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"neuralrg/training/sweep"
	"neuralrg/training/sweep/slurm"
)

// sweepTask carries out the points of a task of a job array. Slurm tells it by
// SIGUSR1 that its time is nearly over, and by SIGTERM that it is cancelled.
func (a *app) sweepTask(s *sweep.Sweep, points []int, pack int) error {
	t, err := slurm.Here()
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(t.Threads) // the node may have more
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	warned := make(chan os.Signal, 1)
	signal.Notify(warned, syscall.SIGUSR1)
	defer signal.Stop(warned)
	go func() {
		select {
		case <-warned:
			a.note("the time of the task is nearly over: saving")
			cancel(slurm.ErrTime)
		case <-ctx.Done():
		}
	}()
	return t.CarryOut(ctx, s, points, pack, func(index int, e sweep.Execution) (sweep.Outcome, error) {
		if a.saysTo(s.LogPath(index)) {
			return a.carryOut(ctx, s, index, e)
		}
		return a.carryOutAside(ctx, s, index, e)
	})
}

// carryOut carries out one point and says what became of it: in the log of the
// point, if that is where this process was told to say things, within its bound.
func (a *app) carryOut(ctx context.Context, s *sweep.Sweep, index int, e sweep.Execution) (sweep.Outcome, error) {
	if path := s.LogPath(index); a.saysTo(path) {
		if log, err := openLog(path); err == nil { // else it grows
			defer log.Close()
			a = &app{stdin: a.stdin, stdout: log, stderr: log, out: bounded{log}}
			_, _ = a.out.Write(nil) // attempts that say one thing each are bounded too
		}
	}
	e.Notice, e.Begin = a.note, a.beside
	o, err := s.Execute(ctx, index, e)
	if err == nil {
		a.note(fmt.Sprintf("point %d (%s): %s", index, s.Plan.Describe(index), o))
	}
	return o, err
}

// carryOutAside carries out one point of a task whose own words go elsewhere,
// since it has several: each has a log of its own.
func (a *app) carryOutAside(ctx context.Context, s *sweep.Sweep, index int, e sweep.Execution) (sweep.Outcome, error) {
	if err := s.Prepare([]int{index}); err != nil {
		return "", err
	}
	log, err := openLog(s.LogPath(index))
	if err != nil {
		return "", failed(fmt.Sprintf("point %d has no log: %v", index, err), "see whether the disk and its mount are well, then try again")
	}
	defer log.Close()
	own := &app{stdin: a.stdin, stdout: log, stderr: log, out: log}
	o, err := own.carryOut(ctx, s, index, e)
	if err != nil {
		report(log, err)
		err = &pointFailed{index, err}
	}
	return o, err
}

// saysTo says whether standard output is this file.
func (a *app) saysTo(path string) bool {
	here, err := a.stdout.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(here, there)
}

// pointFailed is an error with the point that it is of.
type pointFailed struct {
	index int
	error
}

func (p *pointFailed) Error() string { return fmt.Sprintf("point %d: %v", p.index, p.error) }
func (p *pointFailed) Unwrap() error { return p.error }
