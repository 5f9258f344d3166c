package run

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLoadTakesTheNewestValidCheckpoint(t *testing.T) {
	k, c := sample(t)
	dir := t.TempDir()
	k.dir = filepath.Join(dir, checkpointsName)
	if _, err := Load(dir); !hints(err, "holds no run") {
		t.Errorf("of an empty folder: %v", err)
	}
	config, err := k.config.encode()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, configName), config, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); !hints(err, "has no checkpoint") {
		t.Errorf("of a run without checkpoints: %v", err)
	}

	saveAt(t, k, c, 3, 5)
	torn := filepath.Join(k.dir, checkpointName(6))
	if err := os.WriteFile(torn, []byte("torn"), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Epoch != 5 || !slices.Equal(got.Flow.Params, c.Params) || !slices.Equal(got.Flow.Masks, c.Masks) ||
		got.Energy.L() != k.config.L || got.Energy.T() != k.config.Temperature {
		t.Errorf("it loaded epoch %d", got.Epoch)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], torn) {
		t.Errorf("warnings %q", got.Warnings)
	}
	if _, err := os.Stat(torn); err != nil {
		t.Errorf("the directory was changed: %v", err)
	}
}

// TestLoadKept: all that are valid, in order.
func TestLoadKept(t *testing.T) {
	k, c := sample(t)
	dir := t.TempDir()
	k.dir = filepath.Join(dir, checkpointsName)
	config, err := k.config.encode()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, configName), config, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKept(dir); !hints(err, "has no checkpoint") {
		t.Errorf("of a run without checkpoints: %v", err)
	}
	saveAt(t, k, c, 0, 3, 4, 5)
	if err := os.WriteFile(filepath.Join(k.dir, checkpointName(4)), []byte("torn"), 0o666); err != nil {
		t.Fatal(err)
	}
	kept, err := LoadKept(dir)
	if err != nil {
		t.Fatal(err)
	}
	var epochs []int
	for _, one := range kept {
		epochs = append(epochs, one.Epoch)
		if one.Flow == nil || one.Energy.T() != k.config.Temperature || one.Config != k.config {
			t.Errorf("epoch %d is not whole", one.Epoch)
		}
	}
	if !slices.Equal(epochs, []int{0, 3, 5}) {
		t.Errorf("epochs %v", epochs)
	}
}

// TestTrainerGoesOn from a checkpoint that was kept, as the run did.
func TestTrainerGoesOn(t *testing.T) {
	r := start(t, tiny(25), Options{})
	s := r.Wait()
	if s.Phase != Finished {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	kept, err := LoadKept(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	first, last := kept[0], kept[len(kept)-1]
	again, err := first.Trainer(2)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if first.Epoch != 0 || last.Epoch != 25 || again.Epoch() != 0 || last.Steered() {
		t.Fatalf("epochs %d to %d, the trainer at %d", first.Epoch, last.Epoch, again.Epoch())
	}
	for range 25 {
		if _, err := again.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(again.Flow().Params, last.Flow.Params) || slices.Equal(again.Flow().Params, first.Flow.Params) {
		t.Error("it did not come to what the run came to")
	}
}

// hints says whether an error says something and has advice.
func hints(err error, want string) bool {
	var p *problem
	return errors.As(err, &p) && strings.Contains(err.Error(), want) && p.Hint() != ""
}
