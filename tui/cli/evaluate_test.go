package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	theirs "github.com/sbinet/npyio/npz"

	"neuralrg/training/npz"
)

// fields writes n fields of a 4 x 4 lattice.
func fields(t *testing.T, path, name string, n int) {
	t.Helper()
	w, err := npz.Create(path, true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Add(name, npz.Float32, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, 16*n)
	for i := range values {
		values[i] = float32(i%7) - 3
	}
	if err := npz.Append(c, values); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestEvaluate(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "3", "--dir", "run")
	in, out := filepath.Join(dir, "in.npz"), filepath.Join(dir, "out.npz")
	fields(t, in, "x", 9)
	o := neuralrg(t, dir, "evaluate", "run", "--in", "in.npz", "--out", "out.npz")
	if o.code != 0 || o.stderr != "" || !strings.Contains(o.stdout, "9 samples") || !strings.Contains(o.stdout, "epoch 3") {
		t.Fatalf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	r, err := theirs.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var logq []float64
	if err := r.Read("logq.npy", &logq); err != nil || len(logq) != 9 {
		t.Errorf("logq is %v, %v", logq, err)
	}
	wantError(t, neuralrg(t, dir, "evaluate", "run", "--in", "in.npz", "--out", "out.npz"), 2, "out.npz exists", "--force")

	o = neuralrg(t, dir, "evaluate", "run", "--in", "in.npz", "--out", "out.npz", "--force", "--json")
	done := decode(t, o.stdout)
	if o.code != 0 || number(t, done, "n") != 9 || number(t, done, "epoch") != 3 || done["out"] != "out.npz" || len(done["arrays"].([]any)) != 5 {
		t.Errorf("exit code %d, %v", o.code, done)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	fields(t, filepath.Join(dir, "in.npz"), "x", 2)
	fields(t, filepath.Join(dir, "other.npz"), "y", 2)
	if err := os.WriteFile(filepath.Join(dir, "letter.npz"), []byte("dear reader"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, args, problem, hint string }{
		{"no run named", "--in in.npz --out out.npz", "needs the directory", "runs/first"},
		{"two runs", "run run --in in.npz --out out.npz", `"run" was given`, "--help"},
		{"no run there", "nowhere --in in.npz --out out.npz", "nowhere", "directory of a run"},
		{"a file", "in.npz --in in.npz --out out.npz", "in.npz", "director"},
		{"no input", "run --out out.npz", "needs --in", "--in fields.npz"},
		{"no output", "run --in in.npz", "needs --out", "--out"},
		{"missing input", "run --in none.npz --out out.npz", "none.npz", "exists"},
		{"a letter", "run --in letter.npz --out out.npz", "not a NumPy archive", "savez"},
		{"another array", "run --in other.npz --out out.npz", "neither x nor z", "savez"},
		{"no folder", "run --in in.npz --out none/out.npz", "none/out.npz", "make the directory"},
		{"no threads", "run --in in.npz --out out.npz --threads 0", "threads 0", "from 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := neuralrg(t, dir, append([]string{"evaluate"}, strings.Fields(c.args)...)...)
			wantError(t, o, 2, c.problem, c.hint)
		})
	}
	if _, err := os.Lstat(filepath.Join(dir, "out.npz")); err == nil {
		t.Error("there is an output")
	}
}
