package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/tui"
)

func (a *app) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stop RUN...",
		Short: "save and stop runs at work",
		Long: "Save and stop the runs in these directories, and wait until they are saved; of a\n" +
			"sweep, those that the pool of this machine carries out. A run that is not at work\n" +
			"is left as it is.",
		Example: "neuralrg stop runs/first runs/second",
		Args:    cobra.ArbitraryArgs,
		RunE:    a.withRuns(a.stop),
	}
}

// stop stops runs, each for itself. If several cannot be stopped, the error is
// that of the last, and the others are told before.
func (a *app) stop(dirs []string) error {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	context.AfterFunc(ctx, release) // another signal ends this process
	var last error
	for _, dir := range dirs {
		err := a.stopOne(ctx, dir)
		if err != nil && last != nil {
			report(a.stderr, last)
		}
		if err != nil {
			last = err
		}
	}
	return last
}

// stopOne stops the run in a directory, or the pool that carries a sweep out.
func (a *app) stopOne(ctx context.Context, dir string) error {
	if s, err := sweep.Open(dir); err == nil {
		return a.stopPool(ctx, s)
	}
	g, err := run.GlanceAt(dir, 0)
	switch {
	case g.Owner == nil && err != nil:
		return err
	case g.Owner == nil || g.Owner.Dead:
		_, err := fmt.Fprintf(a.out, "%s is not at work: %s at epoch %d\n", tui.Clean(dir), g.Phase, g.Epoch)
		return output(err)
	case !g.Owner.Here:
		return elsewhere(dir, g.Owner)
	}
	if !tell(ctx, dir) {
		if err := terminate(dir, g.Owner); err != nil {
			return err
		}
	}
	return a.awaitEnd(ctx, dir, g.Owner)
}

// stopPool lets a pool of this host save and stop its points, and waits for it.
func (a *app) stopPool(ctx context.Context, s *sweep.Sweep) error {
	o := s.Owner()
	switch {
	case o == nil:
		_, err := fmt.Fprintf(a.out, "no pool carries %s out\n", tui.Clean(s.Dir))
		return output(err)
	case !o.Here:
		return elsewhere(s.Dir, o)
	}
	if err := terminate(s.PoolDir(), o); err != nil {
		return err
	}
	for now := o; now != nil && now.PID == o.PID; now = s.Owner() {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return failed(fmt.Sprintf("process %d is told to stop, but has not saved yet", o.PID), "see with: neuralrg sweep status "+run.ShellWord(s.Dir))
		}
	}
	return a.sweepDone(s, true)
}

// elsewhere says that a run is beyond our reach.
func elsewhere(dir string, o *run.Owner) error {
	return failed(fmt.Sprintf("%s is at work on another host: process %d on %s", dir, o.PID, o.Host),
		fmt.Sprintf("stop it there: ssh %s neuralrg stop %s", run.ShellWord(o.Host), run.ShellWord(absolute(dir))))
}

// tell tells the run in a directory to stop by its socket, if that is possible.
func tell(ctx context.Context, dir string) bool {
	soon, release := context.WithTimeout(ctx, askTime)
	defer release()
	v, err := remote.Open(soon, dir)
	if err != nil {
		return false
	}
	defer v.Close() // which ends Do
	if v.Connection().How != remote.Socket {
		return false
	}
	answer := make(chan error, 1)
	go func() { answer <- v.Do(run.Command{Kind: run.Stop}) }()
	select {
	case err := <-answer:
		return err == nil
	case <-soon.Done(): // its process may be suspended
		return false
	}
}

// terminate sends SIGTERM to the owner of a run. The process is pinned first and
// looked at again then, so that no other gets the signal that has its number by
// now.
func terminate(dir string, o *run.Owner) error {
	p, err := os.FindProcess(o.PID)
	if err != nil {
		return nil // it has just ended
	}
	defer func() { _ = p.Release() }()
	now, err := run.OwnerOf(dir)
	if err != nil {
		return err
	}
	if now == nil || now.Dead || now.PID != o.PID {
		return nil
	}
	if err := p.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return failed(fmt.Sprintf("cannot stop process %d: %v", o.PID, err), "stop it as the user who started it")
	}
	return nil
}

// stopPatience is how long stopping may take without a word about it.
const stopPatience = 3 * time.Second

// awaitEnd waits until a run that was told to stop has done so, and says where
// it stands.
func (a *app) awaitEnd(ctx context.Context, dir string, o *run.Owner) error {
	patience := time.NewTimer(stopPatience)
	defer patience.Stop()
	for {
		g, err := run.GlanceAt(dir, 0)
		switch {
		case err != nil:
			return err
		case g.Owner == nil && g.Phase == run.Failed:
			return failed(fmt.Sprintf("%s has failed: %s", dir, g.Why), "go on from its last checkpoint: neuralrg train --resume --dir "+run.ShellWord(dir))
		case g.Owner == nil:
			_, err := fmt.Fprintf(a.out, "%s is saved: %s at epoch %d\n", tui.Clean(dir), g.Phase, g.Epoch)
			return output(err)
		case g.Owner.Dead:
			return failed(fmt.Sprintf("process %d ended without saving %s", o.PID, dir), "go on from its last checkpoint: neuralrg train --resume --dir "+run.ShellWord(dir))
		case g.Owner.PID != o.PID:
			return failed(fmt.Sprintf("%s has stopped, and process %d goes on with it", dir, g.Owner.PID), "stop that one too, if it should not")
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-patience.C:
			a.note(fmt.Sprintf("waiting for process %d to end its epoch and save", o.PID))
		case <-ctx.Done():
			return failed(fmt.Sprintf("process %d is told to stop, but has not saved yet", o.PID), "see with: neuralrg runs")
		}
	}
}
