package run

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// begun returns a run of some epochs that is over, and a copy of its directory as
// it was when it had saved no more than some of them: the second half of them waits
// for a checkpoint.
func begun(t *testing.T, epochs int) (whole *Snapshot, dir string, done int) {
	t.Helper()
	whole = launchAfter(t, tiny(epochs), func(b *conductor) {
		b.options.saveEvery = 1
		b.hold(t, epochs/2, func() bool { return b.keeper.saved.Load() > 0 })
	}).Wait()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(whole.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, checkpointsName, checkpointName(epochs))); err != nil {
		t.Fatal(err)
	}
	saved, err := checkpoints{dir: filepath.Join(dir, checkpointsName)}.epochs()
	if err != nil || len(saved) < 2 || saved[0] == 0 {
		t.Fatalf("it has saved epochs %v, %v", saved, err)
	}
	return whole, dir, saved[0]
}

// A branch goes on to the same bits as the run that it is a copy of, and both
// have their own record of it.
func TestBranchGoesOnBitForBit(t *testing.T) {
	whole, dir, want := begun(t, 14)
	before := contents(t, dir)
	to := filepath.Join(t.TempDir(), "new", "branch")
	epoch, err := Branch(dir, to, Newest)
	if err != nil || epoch != want {
		t.Fatalf("epoch %d, %v", epoch, err)
	}
	if after := contents(t, dir); after != before {
		t.Error("the run itself was changed")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), ".*")); len(left) > 0 {
		t.Errorf("left over are %v", left)
	}
	for _, name := range []string{checkpointName(0), checkpointName(want)} {
		if _, err := os.Stat(filepath.Join(to, checkpointsName, name)); err != nil {
			t.Error(err)
		}
	}
	metrics, err := os.ReadFile(filepath.Join(to, metricsName))
	if err != nil || bytes.Count(metrics, []byte("\n")) != want {
		t.Errorf("its record has %d epochs, %v", bytes.Count(metrics, []byte("\n")), err)
	}
	r, err := Continue(t.Context(), to, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Wait()
	sameEpochs(t, s, whole)
	if last := s.History.Last(); last.Epoch != 14 || last.FreeEnergy != whole.History.Last().FreeEnergy {
		t.Errorf("it ends with %+v", last)
	}
	var kinds []string
	for _, e := range s.Events {
		if e.Kind != judgementEvent {
			kinds = append(kinds, e.Kind)
		}
	}
	if !slices.Equal(kinds, []string{"start", "branch", "resume"}) {
		t.Errorf("its events are %v", kinds)
	}
	events, err := os.ReadFile(filepath.Join(to, eventsName))
	if err != nil || !strings.Contains(string(events), fmt.Sprintf("a copy of %s at epoch %d", dir, want)) {
		t.Errorf("events.jsonl has %s, %v", events, err)
	}
}

// Every checkpoint that is kept can be branched from, that of epoch 0 too.
func TestBranchAtAnEpoch(t *testing.T) {
	whole := start(t, tiny(12), Options{saveEvery: time.Hour}).Wait()
	for _, epoch := range []int{0, 12} {
		to := filepath.Join(t.TempDir(), "branch")
		if at, err := Branch(whole.Dir, to, epoch); err != nil || at != epoch {
			t.Fatalf("epoch %d, %v", at, err)
		}
		metrics, err := os.ReadFile(filepath.Join(to, metricsName))
		if err != nil || bytes.Count(metrics, []byte("\n")) != epoch {
			t.Errorf("its record has %d epochs, %v", bytes.Count(metrics, []byte("\n")), err)
		}
		if epoch > 0 {
			continue // it is over
		}
		r, err := Continue(t.Context(), to, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		sameEpochs(t, r.Wait(), whole)
	}
	path := filepath.Join(whole.Dir, checkpointsName, checkpointName(12))
	to := filepath.Join(t.TempDir(), "to")
	if _, err := Branch(whole.Dir, to, 5); !hints(err, "has no checkpoint of epoch 5") || !strings.HasSuffix(hintOf(err), ": 0 12") {
		t.Errorf("at an epoch that is not kept: %v (%s)", err, hintOf(err))
	}
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := Branch(whole.Dir, to, 12); !hints(err, "cannot be used") || !strings.HasSuffix(hintOf(err), ": 0") {
		t.Errorf("at one that is damaged: %v (%s)", err, hintOf(err))
	}
	if _, err := os.Lstat(to); err == nil {
		t.Error("it made a directory")
	}
}

// A run at work can be branched, with what it has saved.
func TestBranchOfARunAtWork(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 3 })
	do(t, r, Command{Kind: Save})
	saved := eventually(t, r, "a checkpoint", func(s *Snapshot) bool { return s.Saved > 3 })
	to := filepath.Join(t.TempDir(), "branch")
	epoch, err := Branch(saved.Dir, to, Newest)
	if err != nil || epoch < saved.Saved {
		t.Fatalf("epoch %d, %v", epoch, err)
	}
	do(t, r, Command{Kind: Stop})
	r.Wait()
	if o, err := OwnerOf(to); o != nil || err != nil {
		t.Errorf("the branch is held by %+v, %v", o, err)
	}
	if g, err := GlanceAt(to, 1); err != nil || g.Phase != Stopped || g.Epoch != epoch || g.Last[0].Epoch != epoch {
		t.Errorf("the branch stands at %+v, %v", g, err)
	}
}

func TestBranchRefuses(t *testing.T) {
	dir := trained(t, 2)
	if _, err := Branch(t.TempDir(), filepath.Join(t.TempDir(), "to"), Newest); !hints(err, "holds no run") {
		t.Errorf("of no run: %v", err)
	}
	if _, err := Branch(dir, dir, Newest); !hints(err, "already holds a run") {
		t.Errorf("onto itself: %v", err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "letter"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Branch(dir, full, Newest); !hints(err, "not empty") {
		t.Errorf("into something else: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, checkpointsName)); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "to")
	if _, err := Branch(dir, to, Newest); !hints(err, "has no checkpoint") {
		t.Errorf("without a checkpoint: %v", err)
	}
	if _, err := os.Lstat(to); err == nil {
		t.Error("it made a directory")
	}
}
