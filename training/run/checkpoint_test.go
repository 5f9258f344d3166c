package run

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func saveAt(t *testing.T, k checkpoints, c checkpoint, epochs ...int) {
	t.Helper()
	for _, epoch := range epochs {
		c.Epoch = epoch
		if err := k.save(c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckpointsAreThinned(t *testing.T) {
	k, c := sample(t)
	c.Gap = math.Inf(1)
	saveAt(t, k, c, 0, 5, 10, 15, 20, 1_234_567)
	foreign := filepath.Join(k.dir, "5.npz") // not a name of ours
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k.thin(1_234_567)
	epochs, err := k.epochs()
	if want := []int{1_234_567, 20, 15, 0}; err != nil || !slices.Equal(epochs, want) {
		t.Errorf("epochs %v, %v; want %v", epochs, err, want)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a file of another name was removed")
	}
}

// The best checkpoint outlives those that are newer and worse, until there is a
// better one that is as old.
func TestBestCheckpointIsKept(t *testing.T) {
	k, c := sample(t)
	for i, gap := range []float64{math.Inf(1), 9, 3, 5, 4, 6, 2, 7, 8, 9, 9} {
		c.Gap = gap
		saveAt(t, k, c, i)
		want := []int{10, 9, 8, 6, 0}
		if i == 6 {
			want = []int{6, 5, 4, 2, 0}
		}
		if epochs, err := k.epochs(); (i == 6 || i == 10) && (err != nil || !slices.Equal(epochs, want)) {
			t.Errorf("after %d: epochs %v, %v; want %v", i, epochs, err, want)
		}
	}
}

func TestGapIsSmoothed(t *testing.T) {
	gap, sum := math.Inf(1), 0.0
	for epoch := 1; epoch <= gapWindow; epoch++ {
		m := Metrics{Epoch: epoch, Gap: float64(epoch * epoch % 17)}
		gap, sum = smooth(gap, m), sum+m.Gap
	}
	if mean := sum / gapWindow; math.Abs(gap-mean) > 1e-12 {
		t.Errorf("smoothed %v, mean %v", gap, mean)
	}
	if next := smooth(gap, Metrics{Epoch: 1000, Gap: gap + 1}); math.Abs(next-gap-1.0/gapWindow) > 1e-12 {
		t.Errorf("%v follows %v", next, gap)
	}
}

// Files of later epochs that are no checkpoints must not make the one just
// written look old.
func TestThinningKeepsTheOneJustWritten(t *testing.T) {
	k, c := sample(t)
	for _, epoch := range []int{900_000, 900_001, 900_002} {
		if err := os.WriteFile(filepath.Join(k.dir, checkpointName(epoch)), []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.Gap = math.Inf(1)
	saveAt(t, k, c, 0, 5, 10, 15, 20)
	epochs, err := k.epochs()
	if want := []int{900_002, 900_001, 900_000, 20, 15, 10, 0}; err != nil || !slices.Equal(epochs, want) {
		t.Errorf("epochs %v, %v; want %v", epochs, err, want)
	}
}

func TestNewestValidCheckpointWins(t *testing.T) {
	k, c := sample(t)
	if _, found, _, err := k.load(); found || err != nil {
		t.Fatalf("an empty folder: found %v, %v", found, err)
	}
	saveAt(t, k, c, 0, 5, 10)
	check := func(epoch, skipped int) {
		t.Helper()
		got, found, texts, err := k.load()
		if err != nil || !found || got.Epoch != epoch || len(texts) != skipped {
			t.Errorf("epoch %d, found %v, skipped %q, %v; want epoch %d and %d skipped", got.Epoch, found, texts, err, epoch, skipped)
		}
		for _, text := range texts {
			if !strings.Contains(text.String(), ".npz") {
				t.Errorf("%q does not name the file", text)
			}
		}
	}
	check(10, 0)
	path := func(epoch int) string { return filepath.Join(k.dir, checkpointName(epoch)) }
	if err := os.Truncate(path(10), 1000); err != nil {
		t.Fatal(err)
	}
	check(5, 1)
	if err := os.Rename(path(5), path(7)); err != nil { // says 7, holds 5
		t.Fatal(err)
	}
	check(0, 2)
	if err := os.WriteFile(path(0), []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := k.load(); err == nil || hintOf(err) == "" {
		t.Errorf("no checkpoint is valid: %v", err)
	}
}

func TestFailedSaveLeavesTheOldCheckpoint(t *testing.T) {
	k, c := sample(t)
	saveAt(t, k, c, 5)
	// A folder in the place of the temporary file stops root too.
	if err := os.Mkdir(filepath.Join(k.dir, checkpointName(5)+temporary), 0o700); err != nil {
		t.Fatal(err)
	}
	other := c
	other.Epoch, other.Seconds = 5, 99
	if err := k.save(other); err == nil || hintOf(err) == "" {
		t.Fatalf("saved over a folder: %v", err)
	}
	if got, _, _, err := k.load(); err != nil || got.Seconds != c.Seconds {
		t.Errorf("the old checkpoint: %v seconds, %v", got.Seconds, err)
	}
}
