package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// launchAfter starts a run that was changed between its making and its start.
func launchAfter(t *testing.T, c Config, change func(*conductor)) *Run {
	t.Helper()
	c.Format, c.Kernels = Format, model.Kernels()
	if c.Sampler == "" {
		c.Sampler = SamplerOff
	}
	r, err := launch(t.Context(), directory(t.TempDir()), c, Options{}, func(b *conductor, ctx context.Context) error {
		err := b.create(ctx)
		change(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDivergenceKeepsTheLastGoodState(t *testing.T) {
	r := launchAfter(t, tiny(1_000_000), func(b *conductor) {
		spoiled, err := training.New(b.config.Config, &spoiling{Energy: mustIsing(t, b.config), after: 100 * 8}, 1)
		if err != nil {
			t.Fatal(err)
		}
		b.trainer.Close()
		b.trainer = spoiled
	})
	s := r.Wait()
	if s.Phase != Failed || !strings.Contains(s.Error, "epoch 101") || !strings.Contains(s.Hint, "--lr") {
		t.Fatalf("ended %s at epoch %d: %s (%s)", s.Phase, s.Epoch, s.Error, s.Hint)
	}
	if s.Saved != 100 || s.Epoch != 100 || s.History.Epochs != 100 {
		t.Errorf("saved at %d of %d epochs", s.Saved, s.Epoch)
	}
	if e := s.Events[len(s.Events)-1]; e.Kind != "failed" || e.Epoch != 100 {
		t.Errorf("the last event is %+v", e)
	}
	last, metrics := result(t, s.Dir)
	if last.Epoch != 100 || len(metrics) != 100 || !finite(last.Params) {
		t.Errorf("the checkpoint is of epoch %d, and %d lines of metrics", last.Epoch, len(metrics))
	}
}

// spoiling is an energy that becomes NaN after so many batches.
type spoiling struct {
	physics.Energy
	after int
}

func (s *spoiling) Eval(u []float64, grad, x []float32) {
	s.Energy.Eval(u, grad, x)
	if s.after--; s.after < 0 {
		u[0] = math.NaN()
	}
}

func mustIsing(t *testing.T, c Config) *physics.Ising {
	t.Helper()
	e, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// hold makes a run wait after some epochs until something has come about.
func (b *conductor) hold(t *testing.T, epochs int, until func() bool) {
	t.Helper()
	held, err := training.New(b.config.Config, &holding{Energy: mustIsing(t, b.config), after: epochs * 8, until: until}, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.trainer.Close()
	b.trainer = held
}

// holding is an energy that waits once, after so many batches.
type holding struct {
	physics.Energy
	after int
	until func() bool
}

func (h *holding) Eval(u []float64, grad, x []float32) {
	if h.after--; h.after == -1 {
		for end := time.Now().Add(patient); !h.until() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	h.Energy.Eval(u, grad, x)
}

// crashing is an energy that panics.
type crashing struct{ physics.Energy }

func (crashing) Eval([]float64, []float32, []float32) { panic("no such field") }

func TestCrashFailsTheRun(t *testing.T) {
	for name, change := range map[string]func(*conductor){
		"trainer": func(b *conductor) {
			broken, err := training.New(b.config.Config, crashing{mustIsing(t, b.config)}, 1)
			if err != nil {
				t.Fatal(err)
			}
			b.trainer.Close()
			b.trainer = broken
		},
		"physical sampler": func(b *conductor) {
			b.sampler, b.energy = SamplerPhysical, nil
			b.hold(t, 0, func() bool { // of epoch 0 there is no judgement, which would crash too
				files, _ := filepath.Glob(b.dir.path("crash-*.txt"))
				return len(files) > 0
			})
		},
		"keeper":    func(b *conductor) { b.keeper.metrics = nil },
		"conductor": func(b *conductor) { b.config.Epochs, b.lease = 5, nil },
	} {
		r := launchAfter(t, tiny(1_000_000), change)
		s := r.Wait()
		if s.Phase != Failed || !strings.Contains(s.Error, name+" crashed") || strings.Contains(s.Error, "\n") {
			t.Errorf("%s: ended %s: %s", name, s.Phase, s.Error)
		}
		files, err := filepath.Glob(filepath.Join(s.Dir, "crash-*.txt"))
		if err != nil || len(files) != 1 || !strings.Contains(s.Hint, files[0]) {
			t.Errorf("%s: crash files %v, hint %q", name, files, s.Hint)
		}
	}
}

func TestDiskFailureFailsTheRun(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"checkpoints": func(dir string) error {
			path := filepath.Join(dir, checkpointsName)
			return errors.Join(os.RemoveAll(path), os.WriteFile(path, nil, 0o600))
		},
		"lease": func(dir string) error { return os.Remove(filepath.Join(dir, leaseName)) },
	} {
		r := start(t, tiny(1_000_000), Options{})
		s := eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
		if err := spoil(s.Dir); err != nil {
			t.Fatal(err)
		}
		if err := r.Do(Command{Kind: Save}); err != nil && !errors.Is(err, errOver) {
			t.Fatal(err)
		}
		if s := r.Wait(); s.Phase != Failed || !strings.Contains(s.Error, name) || s.Hint == "" || strings.Contains(s.Error, "\n") {
			t.Errorf("%s: ended %s: %s (%s)", name, s.Phase, s.Error, s.Hint)
		}
	}
}

func TestRemovedCheckpointsAreMadeAgain(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	s := eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	folder := filepath.Join(s.Dir, checkpointsName)
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped || s.Saved != s.Epoch {
		t.Fatalf("ended %s at epoch %d, saved at %d: %s", s.Phase, s.Epoch, s.Saved, s.Error)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := Continue(t.Context(), s.Dir, Options{}); err == nil || !strings.Contains(err.Error(), "no checkpoint") {
		t.Errorf("without the folder: %v", err)
	}
}

// What is wrong with a directory that is lost has one advice.
func TestLostDirectoryHasOneAdvice(t *testing.T) {
	for name, lose := range map[string]func(dir string) error{
		"is gone": func(dir string) error { return os.Rename(dir, dir+"-moved") },
		"is lost": func(dir string) error { return os.Remove(filepath.Join(dir, leaseName)) },
	} {
		r, err := Start(t.Context(), filepath.Join(t.TempDir(), "run"), tiny(1_000_000), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := lose(r.Feed().Latest().Dir); err != nil {
			t.Fatal(err)
		}
		s := r.Wait()
		if s.Phase != Failed || !strings.Contains(s.Error, name) || strings.Count(s.Hint, "--resume") != 1 || strings.Contains(s.Hint, "from epoch") {
			t.Errorf("ended %s: %s (%s)", s.Phase, s.Error, s.Hint)
		}
	}
}

// A damaged newest checkpoint and a torn line of metrics: the run goes on from
// the checkpoint before, says so, and comes to the same end.
func TestDamagedRunContinues(t *testing.T) {
	c := tiny(150)
	whole := uninterrupted(t, c, Options{})
	r := start(t, c, Options{saveEvery: time.Millisecond})
	eventually(t, r, "a later checkpoint", func(s *Snapshot) bool { return s.Saved > 0 })
	_ = r.Do(Command{Kind: Stop}) // unless it is finished by now
	s := r.Wait()
	newest := filepath.Join(s.Dir, checkpointsName, fmt.Sprintf("%06d.npz", s.Saved))
	if err := os.Truncate(newest, 5000); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(s.Dir, metricsName), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"epoch":151,"seco`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	r, err = Continue(t.Context(), s.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(newest + damaged); err != nil {
		t.Errorf("the damaged checkpoint is not set aside: %v", err)
	}
	told := slices.ContainsFunc(r.Feed().Latest().Events, func(e Event) bool {
		return e.Kind == "warning" && strings.Contains(e.Text, filepath.Base(newest))
	})
	if !told {
		t.Errorf("no word about the damaged checkpoint: %+v", r.Feed().Latest().Events)
	}
	if s := r.Wait(); s.Phase != Finished {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	sameResult(t, s.Dir, whole)
}

// What is missing or other than it was is said, and stops nothing.
func TestResumeSaysWhatIsNotAsItWas(t *testing.T) {
	c := tiny(20)
	c.Schedule = training.Constant
	dir := uninterrupted(t, c, Options{})
	extend(t, dir, 30)
	path := directory(dir).path(configName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data = []byte(strings.Replace(string(data), `"kernels": "`, `"kernels": "other `, 1))
	if err := errors.Join(os.WriteFile(path, data, 0o600), os.Remove(directory(dir).path(metricsName))); err != nil {
		t.Fatal(err)
	}
	r, err := Continue(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	events := fmt.Sprint(r.Feed().Latest().Events)
	for _, say := range []string{"ends at epoch 0, the checkpoint is of epoch 20", `kernels "other `} {
		if !strings.Contains(events, say) {
			t.Errorf("no word %q in %s", say, events)
		}
	}
	if s := r.Wait(); s.Phase != Finished || s.Epoch != 30 || s.History.Epochs != 10 {
		t.Errorf("ended %s at epoch %d with %d epochs of history: %s", s.Phase, s.Epoch, s.History.Epochs, s.Error)
	}
}

func TestMetricsWithoutCheckpointsAreNotThrownAway(t *testing.T) {
	dir := uninterrupted(t, tiny(20), Options{})
	extend(t, dir, 30)
	for _, epoch := range []string{"000000", "000020"} {
		if err := os.Remove(filepath.Join(dir, checkpointsName, epoch+".npz")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Continue(t.Context(), dir, Options{}); err == nil || hintOf(err) == "" {
		t.Errorf("continued: %v", err)
	}
	if metrics, err := allMetrics(directory(dir).path(metricsName)); err != nil || len(metrics) != 20 {
		t.Errorf("%d lines of metrics are left, %v", len(metrics), err)
	}
}

// A run that has no free descriptor for a while goes on, and writes later.
func TestWantOfDescriptorsPasses(t *testing.T) {
	whole := uninterrupted(t, tiny(100), Options{})
	var wanted atomic.Int32
	interposed(t, func(what, path string) error {
		if act(what, path) == "open N.npz.tmp" && wanted.Add(1) == 2 {
			return syscall.EMFILE
		}
		return nil
	})
	s := start(t, tiny(100), Options{saveEvery: time.Millisecond}).Wait()
	if s.Phase != Finished || wanted.Load() < 3 {
		t.Fatalf("ended %s after %d tries: %s", s.Phase, wanted.Load(), s.Error)
	}
	sameResult(t, s.Dir, whole)
}

// A lease that is lost while the lines are synced keeps the checkpoint from
// being written.
func TestLeaseLostDuringASync(t *testing.T) {
	var synced atomic.Int32
	interposed(t, func(what, path string) error {
		if act(what, path) == "sync metrics.jsonl" && synced.Add(1) == 2 { // the first is of epoch 0
			plant(t, filepath.Join(filepath.Dir(path), leaseName), func(h *holder) { h.Host = "thief" })
		}
		return nil
	})
	s := start(t, tiny(1_000_000), Options{saveEvery: time.Millisecond}).Wait()
	found, err := filepath.Glob(filepath.Join(s.Dir, checkpointsName, "*"))
	if s.Phase != Failed || !strings.Contains(s.Error, "thief") || err != nil || len(found) != 1 {
		t.Errorf("ended %s: %s; checkpoints %v, %v", s.Phase, s.Error, found, err)
	}
}
