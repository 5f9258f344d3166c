//go:build slow && unix

package tui

import (
	"context"
	"io"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestCostOfAPicture reports the processor time of a picture of 120 x 40 with all
// that Bubble Tea does for it, each with a lattice whose spins are all drawn anew.
func TestCostOfAPicture(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	resize(t, tty, size{120, 40})
	master = pollable(t, master)
	var heard sync.WaitGroup
	heard.Go(func() { _, _ = io.Copy(io.Discard, master) })
	ctx, leave := context.WithCancel(t.Context())
	fake := newFake(16)
	ended := make(chan error, 1)
	go func() {
		_, err := Show(ctx, fake, Link{}, Options{FPS: 60}, Terminal{In: tty, Out: tty, Environ: utf8})
		ended <- err
	}()
	const pictures = 150
	time.Sleep(time.Second)
	before := processorTime(t)
	for range pictures {
		fake.mu.Lock()
		fake.state.Epoch++
		fake.state.Lattice = sampleLattice(16, fake.state.Epoch)
		fake.publish()
		fake.mu.Unlock()
		time.Sleep(time.Second / 30)
	}
	t.Logf("%v of a core for a picture", (processorTime(t)-before)/pictures)
	leave()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	_ = master.Close()
	heard.Wait()
}

// processorTime is what this process has taken so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
