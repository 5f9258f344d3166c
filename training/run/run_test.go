package run

import (
	"errors"
	"slices"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/training"
)

// tiny is the smallest run that has everything in it.
func tiny(epochs int) Config {
	return Config{
		Config: training.Config{
			Shape:       model.Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1},
			Temperature: 2.5,
			Batch:       16,
			Epochs:      epochs,
			Rate:        0.004,
			Schedule:    training.Cosine,
			WeightDecay: 0.001,
			Objective:   training.ReverseKL,
			Symmetry:    true,
			Seed:        5,
		},
		Version:      "test",
		SamplerShare: DefaultSamplerShare,
	}
}

// patient is how long tests wait for what must come: no machine is so busy.
const patient = 2 * time.Minute

// start starts a run in a directory of the test's own.
func start(t *testing.T, c Config, o Options) *Run {
	t.Helper()
	r, err := Start(t.Context(), t.TempDir(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// learnt starts a run with what another has learnt in so many epochs. Its own steps
// are too small to change a parameter, so that the flow is the same at whatever epoch
// a test meets it.
func learnt(t *testing.T, c Config, epochs int, o Options) *Run {
	t.Helper()
	before := c
	before.Epochs, before.Sampler, c.Rate = epochs, SamplerOff, 1e-30
	from, err := BeginFrom(uninterrupted(t, before, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := StartFrom(t.Context(), t.TempDir(), c, from, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// eventually waits for the first snapshot that is as it should be.
func eventually(t *testing.T, r *Run, what string, ok func(*Snapshot) bool) *Snapshot {
	t.Helper()
	deadline := time.After(patient)
	found := make(chan *Snapshot, 1)
	go func() {
		for s := range r.Feed().Follow(t.Context()) {
			if ok(s) {
				found <- s
				return
			}
		}
		found <- nil
	}()
	select {
	case s := <-found:
		if s == nil {
			t.Fatalf("the run ended before %s: %+v", what, r.Feed().Latest().Error)
		}
		return s
	case <-deadline:
		t.Fatalf("no %s in %v", what, patient)
	}
	return nil
}

func TestRunFinishes(t *testing.T) {
	r := start(t, tiny(20), Options{Threads: 2})
	s := r.Wait()
	if s.Phase != Finished || s.Epoch != 20 || s.Saved != 20 || s.History.Epochs != 20 || s.Error != "" {
		t.Fatalf("the run ended %s at epoch %d with %d epochs of history, saved at %d, error %q",
			s.Phase, s.Epoch, s.History.Epochs, s.Saved, s.Error)
	}
	metrics, err := allMetrics(directory(s.Dir).path(metricsName))
	if err != nil || !slices.Equal(metrics, s.History.Recent) {
		t.Errorf("metrics.jsonl differs from the history: %v", err)
	}
	if _, err := Continue(t.Context(), s.Dir, Options{}); !errors.Is(err, ErrFinished) {
		t.Errorf("Continue of a finished run gives %v", err)
	}
}

func TestPauseAndResume(t *testing.T) {
	began := time.Now()
	r := start(t, tiny(1_000_000), Options{})
	eventually(t, r, "an epoch", func(s *Snapshot) bool { return s.Epoch > 0 })
	do(t, r, Command{Kind: Pause})
	paused := eventually(t, r, "a pause", func(s *Snapshot) bool { return s.Phase == Paused })
	rested := time.Now()
	time.Sleep(300 * time.Millisecond)
	if now := r.Feed().Latest(); now.Epoch != paused.Epoch {
		t.Errorf("epoch %d became %d in a pause", paused.Epoch, now.Epoch)
	}
	pause := time.Since(rested)
	do(t, r, Command{Kind: Resume})
	eventually(t, r, "an epoch after the pause", func(s *Snapshot) bool { return s.Epoch > paused.Epoch })
	do(t, r, Command{Kind: Stop})
	s := r.Wait()
	// However long epochs take, the pause and the seconds of training fit into the time
	// that has passed.
	if passed, seconds := time.Since(began), s.History.Last().Seconds; seconds > (passed - pause).Seconds() {
		t.Errorf("%v s of training and a pause of %v in %v", seconds, pause, passed)
	}
	if s.Phase != Stopped || s.Saved != s.Epoch {
		t.Errorf("ended %s at epoch %d, saved at %d", s.Phase, s.Epoch, s.Saved)
	}
	if err := r.Do(Command{Kind: Save}); err == nil {
		t.Error("a run that is over takes a command")
	}
}

func do(t *testing.T, r *Run, c Command) {
	t.Helper()
	if err := r.Do(c); err != nil {
		t.Fatalf("%s: %v", c.Kind, err)
	}
}
