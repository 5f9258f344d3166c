//go:build slow

package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"neuralrg/training/remote"
)

// TestResidentMemory follows a run while viewers come and go: its memory late is
// within 10 MB of its memory early, when the history is full. Each is the least over
// a tenth of the run, because a viewer that comes is sent the whole history, and how
// many of these are under way at one moment is chance. NEURALRG_SOAK=1 takes 100,000
// epochs.
func TestResidentMemory(t *testing.T) {
	early, epochs := 8000, 20_000
	if os.Getenv("NEURALRG_SOAK") == "1" {
		early, epochs = 10_000, 100_000
	}
	dir := filepath.Join(t.TempDir(), "run")
	c := command(t, t.TempDir(), append([]string{"train", "--plain", "--dir", dir, "--epochs", strconv.Itoa(epochs * 11 / 10)}, tiny...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	viewer := openWhenThere(t, dir)
	defer viewer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var guests sync.WaitGroup
	var came atomic.Int64
	guests.Go(func() { comeAndGo(ctx, dir, &came) })

	before, late := math.MaxInt, math.MaxInt
	for s := range viewer.Feed().Follow(ctx) {
		used := resident(t, c.Process.Pid)
		switch tenth := epochs / 10; {
		case s.Epoch >= epochs:
			cancel()
		case s.Epoch >= epochs-tenth:
			late = min(late, used)
		case s.Epoch >= early && s.Epoch < early+tenth:
			before = min(before, used)
		}
	}
	t.Logf("%.1f MB from epoch %d, %.1f MB before %d; %d viewers came and went",
		float64(before)/1e6, early, float64(late)/1e6, epochs, came.Load())
	cancel()
	guests.Wait()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	if max(before, late) == math.MaxInt || late > before+10_000_000 || came.Load() == 0 {
		t.Errorf("%d bytes early, %d late, %d viewers", before, late, came.Load())
	}
}

// openWhenThere opens a run that is about to begin.
func openWhenThere(t *testing.T, dir string) *remote.Viewer {
	t.Helper()
	for deadline := time.Now().Add(patient); ; time.Sleep(10 * time.Millisecond) {
		v, err := remote.Open(t.Context(), dir)
		if err == nil && v.Connection().How == remote.Socket {
			return v
		}
		if err == nil {
			v.Close()
		}
		if time.Now().After(deadline) {
			t.Fatalf("no run to look at after %v: %v", patient, err)
		}
	}
}

// comeAndGo looks at three snapshots, again and again.
func comeAndGo(ctx context.Context, dir string, came *atomic.Int64) {
	for ctx.Err() == nil {
		v, err := remote.Open(ctx, dir)
		if err != nil {
			return
		}
		seen := 0
		for range v.Feed().Follow(ctx) {
			if seen++; seen == 3 {
				break
			}
		}
		v.Close()
		came.Add(1)
	}
}

// resident is the memory that a process has, in bytes.
func resident(t *testing.T, pid int) (bytesUsed int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	if _, err := fmt.Sscanf(string(rest), "%d kB", &bytesUsed); err != nil {
		t.Fatal(err)
	}
	return bytesUsed << 10
}
