package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// Hold is a lease on a directory that is no run's: of a task that begins before
// its run and ends after it, say. OwnerOf tells of it as of a run.
type Hold struct {
	lease *lease
	lost  chan error
	stop  func()
}

// TakeHold takes the lease of a directory that exists, from a holder that has
// died if need be. That of another host is watched first, and notice is told
// so. If another process lives and holds it, Held says so of the error.
func TakeHold(ctx context.Context, dir string, attempt int, c Claim, notice func(string)) (*Hold, error) {
	me := self(attempt)
	me.Claim = c
	l, err := takeLease(ctx, filepath.Join(dir, leaseName), me, patience, notice)
	if err != nil {
		return nil, err
	}
	beating, dismiss := context.WithCancel(context.Background())
	h := &Hold{lease: l, lost: make(chan error, 1)}
	var ended sync.WaitGroup
	ended.Go(func() { l.keepAlive(beating, func(err error) { h.lost <- err }) })
	h.stop = sync.OnceFunc(func() {
		dismiss()
		ended.Wait()
		l.release()
	})
	return h, nil
}

// Check returns an error if the lease is no longer ours: it is for before each
// write.
func (h *Hold) Check() error { return h.lease.check() }

// Lost gives the error by which the lease was lost, if it is.
func (h *Hold) Lost() <-chan error { return h.lost }

// Release gives the lease back, unless it is lost.
func (h *Hold) Release() { h.stop() }

// Held says that an error is that another process, which lives, holds a lease.
func Held(err error) bool { return errors.As(err, new(heldLease)) }

// heldLease is the error for the process that comes second.
type heldLease struct{ *problem }

// held makes it.
func held(path string, h holder) error {
	dir := filepath.Dir(path)
	if h.PID == 0 {
		return heldLease{&problem{text: dir + " is in use by another process", hint: "wait for it to end, or choose another --dir"}}
	}
	return heldLease{&problem{
		text: fmt.Sprintf("%s is in use by %v (last sign of life %s)", dir, h, h.Heartbeat),
		hint: fmt.Sprintf("wait for it to end, stop it on %s with: neuralrg stop %s, or choose another --dir", h.Host, ShellWord(dir)),
	}}
}

// WriteWhole writes a file so that, whatever happens, its name stands for all of
// the data or for what was there before.
func WriteWhole(path string, data []byte) error { return writeWhole(path, data) }

// IsFull says of an error that there was no room for a file.
func IsFull(err error) bool { return isFull(err) }
