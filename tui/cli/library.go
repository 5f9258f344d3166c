package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// shelf is the library of this user's runs: those in a directory and, if that is
// where runs are made, those at work anywhere.
type shelf struct {
	app *app
	dir string
	own string // the run of this process, as it is named; empty if there is none

	listed atomic.Bool // once: what takes longer comes with the second list
}

// library is what the screen of a run has beside it.
func (a *app) library(own string) tui.Library { return &shelf{app: a, dir: runsDir, own: own} }

// List looks at all runs: those at work first, and then the newest. The first time it
// does not ask those at work, which tell no more than whether they are paused.
func (s *shelf) List(ctx context.Context) ([]tui.Entry, error) {
	dirs, err := runsIn(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot list the runs in %s: %w", s.dir, bare(err))
	}
	if s.dir == runsDir {
		dirs = withLive(dirs)
	}
	dirs = s.withOwn(dirs)
	all := make([]tui.Entry, len(dirs))
	again := s.listed.Swap(true)
	eachOf(ctx, len(dirs), func(i int) {
		l, owner := glance(dirs[i])
		if again && owner != nil {
			l.ask(owner)
		}
		all[i] = entry(l)
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	changed := map[string]time.Time{}
	for _, dir := range dirs {
		changed[dir] = lastChange(dir)
	}
	slices.SortStableFunc(all, func(a, b tui.Entry) int {
		if a.Live != b.Live {
			return map[bool]int{true: -1, false: 1}[a.Live]
		}
		if a.Live { // they would change places all the time
			return cmp.Compare(a.Dir, b.Dir)
		}
		return changed[b.Dir].Compare(changed[a.Dir])
	})
	return all, nil
}

// eachOf does something for each of n, some at a time, until ctx is done: a run
// that is asked where it stands may take its time.
func eachOf(ctx context.Context, n int, do func(i int)) {
	var work sync.WaitGroup
	room := make(chan struct{}, 8)
	for i := range n {
		room <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		work.Go(func() {
			do(i)
			<-room
		})
	}
	work.Wait()
}

// withOwn names the run of this process as the screen does.
func (s *shelf) withOwn(dirs []string) []string {
	if s.own == "" {
		return dirs
	}
	own := real(s.own)
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return real(dir) == own })
	return append(dirs, s.own)
}

// lastChange is when a run last did something.
func lastChange(dir string) time.Time {
	for _, name := range []string{"metrics.jsonl", "config.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return info.ModTime()
		}
	}
	return time.Time{}
}

// entry is a run of the list as the screen has it.
func entry(l listed) tui.Entry {
	cells := l.cells()
	return tui.Entry{
		Dir: l.Dir, State: l.State, Live: l.PID > 0, L: l.L, T: l.T, Settings: cells[3],
		Epoch: l.Epoch, Epochs: l.Epochs, Gap: l.Gap, GapError: l.GapError,
		Where: map[bool]string{true: cells[7]}[l.PID > 0], Problem: l.Problem,
	}
}

// Open opens a run to look at.
func (s *shelf) Open(ctx context.Context, dir string) (tui.Opened, error) {
	v, err := remote.Open(ctx, dir)
	if err != nil {
		return tui.Opened{}, err
	}
	return tui.Opened{Run: v, Link: link(v.Connection()), Close: v.Close}, nil
}

// Read is a run as its files have it.
func (s *shelf) Read(_ context.Context, dir string) (*run.Snapshot, error) {
	record, err := run.OpenRecord(dir)
	if err != nil {
		return nil, err
	}
	return record.Read()
}
