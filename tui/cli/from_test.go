package cli_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// config reads a run's config.json.
func config(t *testing.T, dir string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(data))
}

// With --from the settings are those of the other run, but for the flags that
// are given, and the run can be repeated when the other is gone.
func TestTrainFromAnotherRun(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "9", "--dir", "small", "--objective", "path")
	for _, args := range [][]string{
		{"--dir", "warmer", "-T", "2.6"},
		{"--dir", "large", "-L", "8", "--epochs", "5"},
		{"--dir", "again", "--preset", "paper", "--epochs", "2", "--batch", "8"},
	} {
		o := neuralrg(t, dir, append([]string{"train", "--plain", "--threads", "2", "--from", "small"}, args...)...)
		if o.code != 0 {
			t.Fatalf("%v: %s", args, o.stderr)
		}
	}
	warmer, large, again := config(t, filepath.Join(dir, "warmer")), config(t, filepath.Join(dir, "large")), config(t, filepath.Join(dir, "again"))
	for _, c := range []struct {
		config map[string]any
		name   string
		want   any
	}{
		{warmer, "size", 4.0},
		{warmer, "temperature", 2.6},
		{warmer, "hidden", 4.0},
		{warmer, "epochs", 9.0},
		{warmer, "objective", "path"},
		{large, "size", 8.0},
		{large, "couplings", 2.0},
		{large, "batch", 16.0},
		{again, "size", 4.0},
		{again, "hidden", 4.0},
		{again, "objective", "reverse-kl"},
		{again, "preset", "paper"},
	} {
		if c.config[c.name] != c.want {
			t.Errorf("%s is %v, want %v", c.name, c.config[c.name], c.want)
		}
	}
	from, _ := large["from"].(map[string]any)
	if from == nil || from["dir"] != filepath.Join(dir, "small") || from["epoch"] != 9.0 || !strings.HasPrefix(from["parameters"].(string), "sha256:") {
		t.Errorf("config.json says it began with %v", from)
	}
	wantEvent(t, filepath.Join(dir, "large"), "from", "small after 9 epochs")

	if err := os.RemoveAll(filepath.Join(dir, "small")); err != nil {
		t.Fatal(err)
	}
	want := metrics(t, filepath.Join(dir, "large"))
	o := neuralrg(t, dir, "train", "--plain", "--config", "large/config.json", "--dir", "repeated", "--threads", "1")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	sameMetrics(t, metrics(t, filepath.Join(dir, "repeated")), want)
	train(t, dir, "-L", "8", "--epochs", "5", "--objective", "path", "--dir", "cold")
	if slices.Equal(metrics(t, filepath.Join(dir, "cold")), want) {
		t.Error("a run from new parameters has the same epochs")
	}
}

func TestTrainFromRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run", "-L", "8")
	train(t, dir, "--epochs", "1", "--dir", "bare", "-L", "8")
	if err := os.RemoveAll(filepath.Join(dir, "bare", "checkpoints")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, args    string
		code          int
		problem, hint string
	}{
		{"no run", "--from nowhere", 2, "nowhere", "directory of a run"},
		{"no checkpoint", "--from bare", 1, "has no checkpoint", "train it first"},
		{"another network", "--from run --hidden 5", 2, "hidden 5", "leave the network"},
		{"a smaller lattice", "--from run -L 4", 2, "smaller", "8 or more"},
		{"fewer levels", "--from run --depth 2", 2, "2 levels", "depth of 3"},
		{"to resume", "--from run --resume --dir run", 2, "--resume", "leave out --from"},
		{"an empty name", "--from=", 2, "--from", "name"},
		{"niceness below 0", "--nice -1", 2, "nice -1", "19"},
		{"niceness above 19", "--nice 20", 2, "nice 20", "19"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"train", "--plain", "--epochs", "1"}, strings.Fields(c.args)...)
			if !strings.Contains(c.args, "--dir") {
				args = append(args, "--dir", "new")
			}
			wantError(t, neuralrg(t, dir, args...), c.code, c.problem, c.hint)
			if _, err := os.Lstat(filepath.Join(dir, "new")); err == nil {
				t.Error("it made a directory")
			}
		})
	}
}
