package report

import (
	"fmt"
	"slices"
	"testing"

	"neuralrg/training"
	"neuralrg/training/run"
)

// TestTrainedAgain: the flows of early epochs are those that the run had.
func TestTrainedAgain(t *testing.T) {
	long := trained(t, "long", nil)
	m, err := gather([]string{long}, plan())
	if err != nil {
		t.Fatal(err)
	}
	flows, err := m.learners(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range flows {
		got = append(got, fmt.Sprint(f.epoch, f.again))
	}
	if want := []string{"0 false", "10 true", "30 true", "60 false"}; !slices.Equal(got, want) {
		t.Fatalf("flows %v", got)
	}
	again, err := training.New(m.trained.Config.Config, m.trained.Energy, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for again.Epoch() < 30 {
		if _, err := again.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(flows[2].flow.Params, again.Flow().Params) {
		t.Error("the flow of epoch 30 is another")
	}
	if slices.Equal(flows[1].flow.Params, flows[2].flow.Params) {
		t.Error("those of epochs 10 and 30 are one")
	}
}

// TestNotTrainedAgain: a run whose rate was changed is not what its settings make,
// and one that is short has nothing between.
func TestNotTrainedAgain(t *testing.T) {
	for name, dir := range map[string]string{
		"short":   trained(t, "short", func(c *training.Config) { c.Epochs = 10 }),
		"steered": steered(t),
	} {
		m, err := gather([]string{dir}, plan())
		if err != nil {
			t.Fatal(err)
		}
		flows, err := m.learners(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(flows) != len(m.kept) || slices.ContainsFunc(flows, func(l learner) bool { return l.again }) {
			t.Errorf("%s: %d flows, %d kept", name, len(flows), len(m.kept))
		}
	}
}

// steered makes a run whose learning rate is changed on the way.
func steered(t *testing.T) string {
	t.Helper()
	dir := t.TempDir() + "/run"
	c, err := training.Preset("quick")
	if err != nil {
		t.Fatal(err)
	}
	c.L, c.Epochs = 4, 1_000_000
	r, err := run.Start(t.Context(), dir, run.Config{Config: c, Sampler: run.SamplerOff}, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, do := range []run.Command{{Kind: run.SetRate, Value: 0.001}, {Kind: run.Stop}} {
		if err := r.Do(do); err != nil {
			t.Fatal(err)
		}
	}
	r.Wait()
	return dir
}
