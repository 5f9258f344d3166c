package run

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"neuralrg/model"
)

// resumedAt begins the line of a record that says where a child went on.
const resumedAt = "resumed at epoch "

// victim is a run that is killed again and again.
type victim struct {
	dir    string
	record string // of its changes; begun anew by each process
	epochs int
	newest int  // epoch of its newest checkpoint, negative before the first
	worn   bool // its files were damaged, and not by kills
}

func newVictim(t *testing.T, epochs int) *victim {
	t.Helper()
	folder := t.TempDir()
	return &victim{dir: filepath.Join(folder, "run"), record: filepath.Join(folder, "record"), epochs: epochs, newest: -1}
}

// live starts the run or goes on with it. If it is to be killed, that is before
// a change, the n-th of its kind, or after a while. It reports whether the run
// came to its end instead, and checks what it left.
func (v *victim) live(t *testing.T, n int, change string, after time.Duration) (ended bool) {
	t.Helper()
	if err := os.RemoveAll(v.record); err != nil {
		t.Fatal(err)
	}
	process, words := another(t, v.dir, v.epochs, childRecord+"="+v.record, fmt.Sprintf("%s=%d %s", childKill, n, change))
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		time.AfterFunc(after, func() { _ = process.Process.Kill() })
	}
	err := process.Wait()
	if strings.Contains(words.String(), ErrFinished.Error()) {
		return true
	}
	if words.Len() > 0 {
		t.Fatalf("before it was killed: %s", words)
	}
	v.check(t)
	if err != nil {
		return false
	}
	if _, err := os.Stat(filepath.Join(v.dir, leaseName)); err == nil {
		t.Error("the run is over, and its lease is still there")
	}
	return true
}

// changes returns what the last process recorded.
func (v *victim) changes() []string {
	data, _ := os.ReadFile(v.record) // none if it was killed at once
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// check sees that the process that has just ended went on where the one before
// it had left, and what can be gone on from now: the newest checkpoint is whole,
// no older than it was, and has all epochs before it in the record.
func (v *victim) check(t *testing.T) {
	t.Helper()
	for _, line := range v.changes() {
		if at, ok := strings.CutPrefix(line, resumedAt); ok && at != strconv.Itoa(max(0, v.newest)) {
			t.Errorf("the run went on from epoch %s, the newest checkpoint was of %d", at, v.newest)
		}
	}
	d := directory(v.dir)
	if _, err := os.Stat(d.path(configName)); errors.Is(err, os.ErrNotExist) && v.newest < 0 {
		return
	}
	c, err := ReadConfig(d.path(configName))
	if err != nil {
		t.Fatal(err)
	}
	flow, err := model.New(c.Shape, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	newest, found, bad, err := newCheckpoints(d.path(checkpointsName), c, flow).load()
	if v.worn {
		bad = nil
	}
	if err != nil || len(bad) > 0 || (found && newest.Epoch < v.newest) || (!found && v.newest >= 0) {
		t.Fatalf("the newest checkpoint was of epoch %d and is of %d; found %v, passed over %v, %v", v.newest, newest.Epoch, found, bad, err)
	}
	if !found {
		return
	}
	v.newest = newest.Epoch
	if v.worn {
		return
	}
	metrics, err := allMetrics(d.path(metricsName))
	if n := newest.Epoch; err != nil || len(metrics) < n || (n > 0 && metrics[n-1].Epoch != n) {
		t.Fatalf("%d epochs in the record and a checkpoint of epoch %d, %v", len(metrics), newest.Epoch, err)
	}
}

// finish lets the run come to its end, undisturbed, and compares it with one
// that was never killed.
func (v *victim) finish(t *testing.T, whole string) {
	t.Helper()
	if !v.live(t, 0, "", 0) {
		t.Fatal("undisturbed, the run did not come to its end")
	}
	sameResult(t, v.dir, whole)
	for _, pattern := range []string{"*l" + temporary, "*n" + temporary, filepath.Join(checkpointsName, "*"+temporary)} {
		found, err := filepath.Glob(filepath.Join(v.dir, pattern))
		if err != nil || len(found) > 0 {
			t.Errorf("left behind: %v, %v", found, err)
		}
	}
}

// wear makes a run that has been killed between two checkpoints, with a line in
// its records that makes no sense and a checkpoint that is none: to go on with
// it takes every repair.
func (v *victim) wear(t *testing.T) {
	t.Helper()
	if v.live(t, 3, "sync N.npz.tmp", 0) { // to a slow disk there are two of them in all
		*v = *newVictim(t, v.epochs)
		if v.live(t, 2, "sync N.npz.tmp", 0) {
			t.Fatal("the run was to be killed before its last checkpoint")
		}
	}
	if v.newest < 0 {
		t.Fatal("the run was killed before its first checkpoint")
	}
	v.worn = true
	d := directory(v.dir)
	for _, name := range []string{metricsName, eventsName} {
		data, err := os.ReadFile(d.path(name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(d.path(name), append([]byte("rust\n"), data...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(d.path(checkpointsName, checkpointName(999_999)), []byte("rust"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestKilledBeforeEveryChange kills a run before each kind of change that it
// makes to its directory, be it new or goes on after damage.
func TestKilledBeforeEveryChange(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	killBeforeChanges(t, 5)
}

// killBeforeChanges does so for one in every so many kinds.
func killBeforeChanges(t *testing.T, every int) {
	const epochs = 300
	whole := uninterrupted(t, tiny(epochs), Options{Threads: 2})
	for name, worn := range map[string]bool{"new": false, "worn": true} {
		begin := func() *victim {
			v := newVictim(t, epochs)
			if worn {
				v.wear(t)
			}
			return v
		}
		v := begin()
		if !v.live(t, 0, "", 0) {
			t.Fatal("undisturbed, the run did not come to its end")
		}
		kinds := map[string]int{}
		for _, change := range v.changes() {
			kinds[change]++
		}
		for i, change := range slices.Sorted(maps.Keys(kinds)) {
			if i%every != 0 || strings.HasPrefix(change, resumedAt) {
				continue
			}
			t.Run(name+"/"+strings.ReplaceAll(change, " ", "-"), func(t *testing.T) {
				v := begin()
				if v.live(t, 1+(i+kinds[change])%min(kinds[change], 3), change, 0) {
					t.Skip("the run came to its end without it")
				}
				v.finish(t, whole)
			})
		}
	}
}

// TestKilledAtAnyMoment kills a run now and then, also while it starts.
func TestKilledAtAnyMoment(t *testing.T) {
	kills := 6
	if testing.Short() {
		kills = 1
	}
	killAtAnyMoment(t, kills)
}

// killAtAnyMoment kills runs so many times in all, and says what they had begun
// last.
func killAtAnyMoment(t *testing.T, kills int) {
	const seed, epochs = 7, 300
	random := rand.New(rand.NewPCG(seed, 0))
	whole := uninterrupted(t, tiny(epochs), Options{Threads: 2})
	v := newVictim(t, epochs)
	at, runs := map[string]int{}, 1
	for killed := 0; killed < kills; {
		if v.live(t, 0, "", time.Duration(1+random.IntN(200))*time.Millisecond) {
			v.finish(t, whole)
			v = newVictim(t, epochs)
			runs++
			continue
		}
		killed++
		changes := v.changes()
		at[changes[len(changes)-1]]++
		if t.Failed() {
			t.FailNow()
		}
	}
	v.finish(t, whole)
	t.Logf("seed %d: %d kills of %d runs; the changes begun last: %v", seed, kills, runs, at)
}
