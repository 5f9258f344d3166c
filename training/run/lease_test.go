package run

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func silence(string) {}

func take(t *testing.T, path string) (*lease, error) {
	t.Helper()
	return takeLease(t.Context(), path, self(1), 300*time.Millisecond, silence)
}

// plant writes the lease of another.
func plant(t *testing.T, path string, change func(*holder)) {
	t.Helper()
	h := self(1)
	h.Heartbeat = "2026-01-02T03:04:05Z"
	change(&h)
	if err := os.WriteFile(path, h.encode(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// deadPID returns the number of a process that has ended.
func deadPID(t *testing.T) int {
	t.Helper()
	c := exec.Command("true")
	if err := c.Run(); err != nil {
		t.Skip(err)
	}
	return c.Process.Pid
}

func TestLeaseIsForOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	l, err := take(t, path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = take(t, path)
	if err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), l.holder.String()) {
		t.Errorf("the second taker is told %v", err)
	}
	if err := l.beat(); err != nil {
		t.Errorf("after the second try: %v", err)
	}
	l.release()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the file is still there after the release")
	}
	l, err = take(t, path)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	l.release()
}

func TestStaleLease(t *testing.T) {
	dead := deadPID(t)
	for name, change := range map[string]func(*holder){
		"a dead process":         func(h *holder) { h.PID = dead },
		"another boot":           func(h *holder) { h.Boot = "of yesterday" },
		"the number used again":  func(h *holder) { h.Started = "1" },
		"a silent host":          func(h *holder) { h.Host = "elsewhere" },
		"dead, of newer program": func(h *holder) { h.PID, h.Format = dead, 2 },
	} {
		path := filepath.Join(t.TempDir(), leaseName)
		plant(t, path, change)
		l, err := take(t, path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if h, err := readHolder(path); err != nil || !h.same(self(1)) {
			t.Errorf("%s: the lease is of %v, %v", name, h, err)
		}
		l.release()
	}
	path := filepath.Join(t.TempDir(), leaseName)
	if err := os.WriteFile(path, nil, 0o600); err != nil { // its writer died between two calls
		t.Fatal(err)
	}
	if l, err := take(t, path); err != nil {
		t.Errorf("an empty lease: %v", err)
	} else {
		l.release()
	}
}

func TestLivingHostKeepsItsLease(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	elsewhere := func(h *holder) { h.Host = "elsewhere" }
	plant(t, path, elsewhere)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := takeLease(ctx, path, self(1), 2*time.Second, func(string) {
		plant(t, path, func(h *holder) { elsewhere(h); h.Heartbeat = "2026-01-02T03:04:15Z" })
	})
	if err == nil || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("taken from a living host: %v", err)
	}
	plant(t, path, elsewhere)
	cancel()
	if _, err := takeLease(ctx, path, self(1), time.Hour, silence); !errors.Is(err, context.Canceled) || hintOf(err) == "" {
		t.Errorf("a cancelled wait ends with %v", err)
	}
}

// Who does not wait takes no lease from another host: it may have been taken just now.
func TestLeaseOfAnotherHostIsNotTakenUnwatched(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	plant(t, path, func(h *holder) { h.Host = "elsewhere" })
	if _, err := takeLease(t.Context(), path, self(1), 0, silence); !Held(err) || hintOf(err) == "" {
		t.Errorf("it is told %v", err)
	}
	if h, err := readHolder(path); err != nil || h.Host != "elsewhere" {
		t.Errorf("the lease is of %v, %v", h, err)
	}
}

// A link that leads nowhere in the place of a lease is told, not waited for.
func TestLinkInThePlaceOfALease(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	if err := os.Symlink("nowhere", path); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 1)
	go func() {
		_, err := take(t, path)
		told <- err
	}()
	select {
	case err := <-told:
		if !hints(err, "not a regular file") {
			t.Errorf("it is told %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it tries for ever")
	}
}

func TestLostLeaseIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	l, err := take(t, path)
	if err != nil {
		t.Fatal(err)
	}
	plant(t, path, func(h *holder) { h.Host = "thief" })
	for what, err := range map[string]error{"check": l.check(), "beat": l.beat()} {
		if err == nil || !strings.Contains(err.Error(), "thief") {
			t.Errorf("%s: %v", what, err)
		}
	}
	l.release()
	if h, err := readHolder(path); err != nil || h.Host != "thief" {
		t.Errorf("the release took away another's lease: %v, %v", h, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := l.check(); err == nil || hintOf(err) == "" {
		t.Errorf("a removed lease: %v", err)
	}
}

// Many take over a stale lease at once, and give it back quickly: never must
// two hold it.
func TestOnlyOneTakesOver(t *testing.T) {
	dead := deadPID(t)
	for range 20 {
		path := filepath.Join(t.TempDir(), leaseName)
		plant(t, path, func(h *holder) { h.PID = dead })
		var holders, taken atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				l, err := take(t, path)
				if err != nil {
					return
				}
				taken.Add(1)
				if n := holders.Add(1); n > 1 {
					t.Errorf("%d hold one lease", n)
				}
				time.Sleep(time.Millisecond)
				if err := l.check(); err != nil {
					t.Errorf("lost at once: %v", err)
				}
				holders.Add(-1)
				l.release()
			})
		}
		wg.Wait()
		if taken.Load() == 0 {
			t.Error("nobody took the stale lease")
		}
	}
}

func TestProcess(t *testing.T) {
	alive, started := process(os.Getpid())
	if !alive {
		t.Error("this process is said to be dead")
	}
	if again := self(1).Started; again != started {
		t.Errorf("this process began at %s and %s", started, again)
	}
	if alive, _ := process(deadPID(t)); alive {
		t.Error("an ended process is said to live")
	}
}

// A scheduler that has lost sight of a task starts it again. The later process
// takes the lease from the earlier one, which lives; the earlier one may come
// late and does not take it back; and a task of another name waits its turn.
func TestLaterTurnTakesTheLease(t *testing.T) {
	path := filepath.Join(t.TempDir(), leaseName)
	turn := func(task string, n int) (*lease, error) {
		me := self(1)
		me.Claim = Claim{Task: task, Turn: n}
		return takeLease(t.Context(), path, me, 300*time.Millisecond, silence)
	}
	first, err := turn("7_3", 1)
	if err != nil || first.shared {
		t.Fatalf("a free lease: %v", err)
	}
	second, err := turn("7_3", 2)
	if err != nil || !second.shared {
		t.Fatalf("the second turn: %v", err)
	}
	var lost lostLease
	if err := first.check(); !errors.As(err, &lost) {
		t.Errorf("the first turn is told %v", err)
	}
	first.release()
	if err := second.check(); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
	for _, late := range []Claim{{"7_3", 1}, {"7_3", 2}, {"8_3", 9}, {"", 0}} {
		if _, err := turn(late.Task, late.Turn); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("%v took it from the second turn: %v", late, err)
		}
	}
	second.release()
}

// What a process that has lost its lease may yet write, since it read it just
// before, is in no file of the run.
func TestLateLinesAreNobodys(t *testing.T) {
	path := filepath.Join(t.TempDir(), metricsName)
	want := lines(10)
	writeLines(t, path, want[:8])
	old, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.close() }()
	for _, epoch := range []int{8, 6} {
		if _, err := cutMetrics(path, epoch, true); err != nil {
			t.Fatal(err)
		}
		if err := appendLines(old, want[8:]); err != nil {
			t.Fatal(err)
		}
		if got, err := allMetrics(path); err != nil || !slices.Equal(got, want[:epoch]) {
			t.Errorf("cut at epoch %d: %d lines, %v", epoch, len(got), err)
		}
	}
}
