package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"neuralrg/training"
)

// A directory on which nothing can be changed: to start or to go on there fails
// with one error, and leaves everything as it is.
func TestReadOnlyFromTheStart(t *testing.T) {
	c := tiny(20)
	c.Schedule = training.Constant
	dir := uninterrupted(t, c, Options{})
	extend(t, dir, 30)
	before := contents(t, dir)
	interposed(t, func(string, string) error { return syscall.EROFS })
	fresh := filepath.Join(t.TempDir(), "run")
	_, started := Start(t.Context(), fresh, tiny(20), Options{})
	_, continued := Continue(t.Context(), dir, Options{})
	for what, err := range map[string]error{"start": started, "go on": continued} {
		if err == nil || !strings.Contains(err.Error(), "read-only file system") || strings.Contains(err.Error(), "\n") || !strings.Contains(hintOf(err), "may write") {
			t.Errorf("to %s: %v (%s)", what, err, hintOf(err))
		}
	}
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("the new directory: %v", err)
	}
	if after := contents(t, dir); after != before {
		t.Errorf("the old directory was\n%s\nand is\n%s", before, after)
	}
}

// A directory that becomes read-only fails the run, which loses nothing that
// was there, and goes on to the same bits once it can be written again.
func TestReadOnlyInTheMiddle(t *testing.T) {
	const epochs = 400
	whole := uninterrupted(t, tiny(epochs), Options{})
	var saves atomic.Int32
	var readOnly atomic.Bool
	interposed(t, func(what, path string) error {
		if act(what, path) == "rename N.npz.tmp" && saves.Add(1) == 2 { // the first is of epoch 0
			readOnly.Store(true)
		}
		if readOnly.Load() {
			return syscall.EROFS
		}
		return nil
	})
	s := start(t, tiny(epochs), Options{saveEvery: time.Millisecond}).Wait()
	if s.Phase != Failed || !strings.Contains(s.Error, "read-only file system") || strings.Contains(s.Error, "\n") ||
		!strings.Contains(s.Hint, "make the directory writable again; then continue from epoch 0 with --resume") {
		t.Fatalf("ended %s: %s (%s)", s.Phase, s.Error, s.Hint)
	}
	metrics, err := allMetrics(directory(s.Dir).path(metricsName))
	if err != nil || len(metrics) == 0 {
		t.Errorf("of the lines before, %d are left, %v", len(metrics), err)
	}
	readOnly.Store(false)
	if err := os.Remove(directory(s.Dir).path(leaseName)); err != nil { // as if its process had ended
		t.Fatal(err)
	}
	r, err := Continue(t.Context(), s.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Wait(); s.Phase != Finished {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	sameResult(t, s.Dir, whole)
}

// contents lists the files in a folder with all that is in them.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %x\n", path, checksum(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Who comes while another takes a stale lease over is told of that other, and
// not of the dead. It waits for no more than a while: one that took longer proves
// nothing.
func TestTakeoverNamesTheTaker(t *testing.T) {
	for range 20 {
		took, told := takeover(t)
		if told != nil && strings.Contains(told.Error(), self(2).String()) {
			return
		}
		if told == nil || took < lockTries*pause/2 {
			t.Fatalf("the second taker is told %v", told)
		}
	}
	t.Error("each takeover took too long")
}

// takeover takes a stale lease over while another would do that too. It returns how
// long that took and what the other is told.
func takeover(t *testing.T) (took time.Duration, told error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), leaseName)
	dead := deadPID(t)
	plant(t, path, func(h *holder) { h.PID = dead })
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock(f); err != nil {
		t.Skip(err)
	}
	began := time.Now()
	taken := make(chan error, 1)
	go func() {
		defer f.Close()
		time.Sleep(3 * pause)
		err := os.Remove(path)
		if err == nil {
			err = os.WriteFile(path, self(2).encode(), 0o600)
		}
		took = time.Since(began)
		taken <- err
	}()
	_, told = take(t, path)
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	return took, told
}

// A wall clock that goes back by an hour whenever it is read changes nothing:
// the lease is neither lost nor taken, and the run comes to the same bits.
func TestClockThatGoesBack(t *testing.T) {
	c := tiny(1_000_000)
	c.Schedule = training.Constant
	var hours atomic.Int64
	real := wallClock
	t.Cleanup(func() { wallClock = real })
	wallClock = func() time.Time { return real().Add(-time.Hour * time.Duration(hours.Add(1))) }

	var l *lease
	r := launchAfter(t, c, func(b *conductor) { l = b.lease })
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	for range 3 {
		if err := l.beat(); err != nil {
			t.Fatal(err)
		}
	}
	if owner, err := OwnerOf(filepath.Dir(l.path)); err != nil || !owner.Self() {
		t.Errorf("the lease is of %+v, %v", owner, err)
	}
	if _, err := take(t, l.path); err == nil || !strings.Contains(err.Error(), self(1).String()) {
		t.Errorf("another that wants the lease is told %v", err)
	}
	do(t, r, Command{Kind: Stop})
	s := r.Wait()
	if s.Phase != Stopped || s.Saved == 0 {
		t.Fatalf("ended %s, saved at %d: %s", s.Phase, s.Saved, s.Error)
	}
	c.Epochs = s.Epoch + 20
	extend(t, s.Dir, c.Epochs)
	r, err := Continue(t.Context(), s.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Wait(); s.Phase != Finished || hours.Load() < 5 {
		t.Fatalf("ended %s after %d readings: %s", s.Phase, hours.Load(), s.Error)
	}
	sameResult(t, s.Dir, uninterrupted(t, c, Options{}))
}

// Another host whose clock goes back lives all the same.
func TestHeartbeatThatGoesBackIsLife(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	at := func(beat string) {
		plant(t, path, func(h *holder) { h.Host, h.Heartbeat = "elsewhere", beat })
	}
	at("2026-01-02T03:04:05Z")
	_, err := takeLease(t.Context(), path, self(1), 2*time.Second, func(string) { at("2026-01-02T02:04:15Z") })
	if err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("taken from a living host: %v", err)
	}
}
