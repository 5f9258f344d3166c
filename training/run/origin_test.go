package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"neuralrg/model"
)

// trained is the directory of a finished tiny run.
func trained(t *testing.T, epochs int) string {
	t.Helper()
	s := start(t, tiny(epochs), Options{}).Wait()
	if s.Phase != Finished {
		t.Fatalf("it ended %s: %s", s.Phase, s.Error)
	}
	return s.Dir
}

// startFrom starts a run from another.
func startFrom(t *testing.T, source string, c Config) *Run {
	t.Helper()
	from, err := BeginFrom(source)
	if err != nil {
		t.Fatal(err)
	}
	r, err := StartFrom(t.Context(), t.TempDir(), c, from, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The checkpoint of epoch 0 holds what the other run has learnt, with moments as
// new, and config.json says so.
func TestStartFromTakesParametersOver(t *testing.T) {
	source := trained(t, 6)
	had, err := Load(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []int{4, 16} {
		c := tiny(3)
		c.L, c.Temperature, c.Rate, c.Seed = l, 2.2, 0.001, 9
		s := startFrom(t, source, c).Wait()
		if s.Phase != Finished {
			t.Fatalf("it ended %s: %s", s.Phase, s.Error)
		}
		want, err := had.Flow.Transfer(c.Shape)
		if err != nil {
			t.Fatal(err)
		}
		config, err := ReadConfig(filepath.Join(s.Dir, configName))
		if err != nil || config.From == nil {
			t.Fatalf("config.json has %+v, %v", config, err)
		}
		if from := *config.From; from.Dir != source || from.Epoch != 6 || from.Parameters != fingerprint(want) {
			t.Errorf("it says %+v", from)
		}
		like, _ := model.New(c.Shape, c.Seed)
		first, err := newCheckpoints("", config, like).read(filepath.Join(s.Dir, checkpointsName, checkpointName(0)))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(first.Params, want.Params) || !slices.Equal(first.Masks, want.Masks) || first.Rate != 0.001 {
			t.Error("the checkpoint of epoch 0 has other parameters")
		}
		if slices.ContainsFunc(slices.Concat(first.M, first.V), func(x float32) bool { return x != 0 }) {
			t.Error("Adam's moments are not as new")
		}
	}
}

// A run that began with another's parameters goes on bit for bit, and is repeated
// from its config.json, when the other is gone.
func TestStartedFromGoesOnWithoutTheSource(t *testing.T) {
	source := trained(t, 5)
	c := tiny(12)
	c.L = 8
	from, err := BeginFrom(source)
	if err != nil {
		t.Fatal(err)
	}
	r, err := StartFrom(t.Context(), t.TempDir(), c, from, Options{saveEvery: 1})
	if err != nil {
		t.Fatal(err)
	}
	whole := r.Wait()
	if err := os.RemoveAll(source); err != nil {
		t.Fatal(err)
	}

	for _, keep := range []string{"000000.npz", "000010.npz"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(whole.Dir)); err != nil {
			t.Fatal(err)
		}
		saved, _ := filepath.Glob(filepath.Join(dir, checkpointsName, "*.npz"))
		for _, path := range saved {
			if filepath.Base(path) > keep {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		r, err := Continue(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sameEpochs(t, r.Wait(), whole)
	}

	config, err := ReadConfig(filepath.Join(whole.Dir, configName))
	if err != nil {
		t.Fatal(err)
	}
	from, err = BeginLike(filepath.Join(whole.Dir, configName), config)
	if err != nil {
		t.Fatal(err)
	}
	r, err = StartFrom(t.Context(), t.TempDir(), config, from, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	again := r.Wait()
	sameEpochs(t, again, whole)
	if *again.Config.From != *whole.Config.From {
		t.Errorf("it says it is from %+v", again.Config.From)
	}
}

// sameEpochs checks that two runs have the same bits, as far as both go.
func sameEpochs(t *testing.T, got, want *Snapshot) {
	t.Helper()
	if len(got.History.Recent) < 12 || len(want.History.Recent) < 12 {
		t.Fatalf("they have %d and %d epochs", len(got.History.Recent), len(want.History.Recent))
	}
	for i := range 12 {
		a, b := got.History.Recent[i], want.History.Recent[i]
		a.Seconds, b.Seconds = 0, 0
		if a != b {
			t.Fatalf("epoch %d differs: %+v and %+v", i+1, a, b)
		}
	}
}

// A run that was killed before its first checkpoint begins again with the
// parameters that it was to have, or not at all.
func TestStartedFromWithoutACheckpoint(t *testing.T) {
	source := trained(t, 5)
	begun := func() string {
		s := startFrom(t, source, tiny(12)).Wait()
		for _, name := range []string{checkpointsName, metricsName, eventsName} {
			if err := os.RemoveAll(filepath.Join(s.Dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		return s.Dir
	}
	whole := startFrom(t, source, tiny(12)).Wait()
	dir, lost := begun(), begun()
	r, err := Continue(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameEpochs(t, r.Wait(), whole)
	if err := os.RemoveAll(source); err != nil {
		t.Fatal(err)
	}
	if _, err := Continue(t.Context(), lost, Options{}); !hints(err, "began with") {
		t.Errorf("with the source gone: %v", err)
	}
}

func TestBeginLikeChecksTheParameters(t *testing.T) {
	source := trained(t, 5)
	s := startFrom(t, source, tiny(2)).Wait()
	path := filepath.Join(s.Dir, configName)
	c, err := ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	// The file alone, far from its run: the source still has the parameters.
	if from, err := BeginLike(filepath.Join(t.TempDir(), configName), c); err != nil || from == nil {
		t.Errorf("from the source: %v", err)
	}
	other := *c.From
	other.Parameters = "sha256:0"
	c.From = &other
	if _, err := BeginLike(path, c); !hints(err, "neither") {
		t.Errorf("with another checksum: %v", err)
	}
	c.From = nil
	if from, err := BeginLike(path, c); from != nil || err != nil {
		t.Errorf("of a run that began as new: %v, %v", from, err)
	}
}

func TestStartFromRefuses(t *testing.T) {
	source := trained(t, 1)
	if _, err := BeginFrom(t.TempDir()); !hints(err, "holds no run") {
		t.Errorf("of an empty folder: %v", err)
	}
	from, err := BeginFrom(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	c := tiny(1)
	c.Hidden = 5
	if _, err := StartFrom(t.Context(), dir, c, from, Options{}); !hints(err, "hidden 5") {
		t.Errorf("with another network: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it has made a directory: %v", err)
	}
}
