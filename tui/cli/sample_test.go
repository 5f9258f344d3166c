package cli_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	theirs "github.com/sbinet/npyio/npz"
)

// rows is the length of the first axis of an array.
func rows(t *testing.T, path, name string) int {
	t.Helper()
	r, err := theirs.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := r.Header(name + ".npy")
	if h == nil {
		t.Fatalf("%s has no %s", path, name)
	}
	return h.Descr.Shape[0]
}

func TestSample(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "3", "--dir", "run")
	for _, method := range []string{"flow", "independence", "latent-hmc", "hmc", "wolff"} {
		out := method + ".npz"
		o := neuralrg(t, dir, "sample", "run", "-n", "250", "--method", method, "--seed", "3", "--out", out, "--json")
		if o.code != 0 || o.stderr != "" {
			t.Fatalf("%s: exit code %d, %q", method, o.code, o.stderr)
		}
		s := decode(t, o.stdout)
		if s["method"] != method || number(t, s, "n") != 250 || !(number(t, s, "seconds") > 0) || !(number(t, s, "acceptance") > 0) {
			t.Errorf("%v", s)
		}
		observables := s["observables"].(map[string]any)
		m2 := observables["magnetization_squared"].(map[string]any)
		near(t, "the exact value", number(t, m2, "exact"), 0.76135890856867, 1e-12)
		for _, name := range []string{"mean", "error", "tau", "ess"} {
			number(t, m2, name)
		}
		for _, name := range []string{"magnetization_absolute", "energy", "heat_capacity", "binder_cumulant", "susceptibility", "correlation_1", "correlation_2"} {
			if _, ok := observables[name].(map[string]any)["reliable"].(bool); !ok {
				t.Errorf("%s: %s is %v", method, name, observables[name])
			}
		}
		if _, ok := s["free_energy"].(map[string]any)["reliable"].(bool); !ok {
			t.Errorf("%s: free energy %v", method, s["free_energy"])
		}
		if _, ok := s["warnings"].([]any); !ok {
			t.Errorf("%s: warnings %v", method, s["warnings"])
		}
		for _, name := range []string{"x", "spins", "logq", "energy", "log_weight"} {
			if n := rows(t, filepath.Join(dir, out), name); n != 250 {
				t.Errorf("%s: %d rows of %s", method, n, name)
			}
		}
	}
}

// TestSampleAsText: the table fits a terminal, and marks what is not reliable.
func TestSampleAsText(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	o := neuralrg(t, dir, "sample", "run", "-n", "30", "--method", "hmc")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	for line := range strings.Lines(o.stdout) {
		if len(line) > 81 {
			t.Errorf("a line of %d characters: %q", len(line)-1, line)
		}
	}
	for _, part := range []string{"30 draws by hmc", "*magnetization_squared", "0.761359", "correlation_2", "lnZ, by weights", "37.3767", "warning: "} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("the text does not say %q:\n%s", part, o.stdout)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("without --out there are files: %v, %v", entries, err)
	}
}

func TestSampleRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	fields(t, filepath.Join(dir, "there.npz"), "x", 1)
	for _, c := range []struct{ name, args, problem, hint string }{
		{"no run named", "-n 10", "needs the directory", "runs/first"},
		{"no run there", "nowhere -n 10", "nowhere", "directory of a run"},
		{"nothing", "run -n 0", "0 draws", "from 1"},
		{"less than nothing", "run -n -5", "-5 draws", "from 1"},
		{"no number", "run -n many", `"many"`, "whole number"},
		{"no method", "run --method gibbs", `"gibbs"`, "flow, independence, latent-hmc, hmc, wolff"},
		{"a file in the way", "run -n 10 --out there.npz", "there.npz exists", "--force"},
		{"a folder in the way", "run -n 10 --out run --force", "is a directory", "--out"},
		{"no folder", "run -n 10 --out none/x.npz", "none/x.npz", "make the directory"},
		{"chains of nothing", "run -n 10 --method wolff --chains 3", "independent", "--chains"},
		{"a step too few", "run -n 10 --method flow --step 0.1", "no trajectories", "--step"},
		{"no threads", "run -n 10 --threads 0", "threads 0", "from 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := neuralrg(t, dir, append([]string{"sample"}, strings.Fields(c.args)...)...)
			wantError(t, o, 2, c.problem, c.hint)
		})
	}
}

// TestUnusableCheckpoints: the newest valid one counts, and one passed over is told of.
func TestUnusableCheckpoints(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	found, err := filepath.Glob(filepath.Join(dir, "run", "checkpoints", "*.npz"))
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	if err := os.Truncate(found[1], 100); err != nil {
		t.Fatal(err)
	}
	o := neuralrg(t, dir, "sample", "run", "-n", "20", "--json")
	if s := decode(t, o.stdout); o.code != 0 || number(t, s, "epoch") != 0 || !strings.Contains(o.stderr, "000001.npz is not used") {
		t.Errorf("exit code %d, epoch %v, %q", o.code, s["epoch"], o.stderr)
	}
	if err := os.Truncate(found[0], 100); err != nil {
		t.Fatal(err)
	}
	wantError(t, neuralrg(t, dir, "sample", "run", "-n", "20"), 1, "none of the checkpoints", "--dir")
}

// TestInterruptKeepsTheDraws sends Ctrl-C to a sampler that would take hours.
func TestInterruptKeepsTheDraws(t *testing.T) {
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	c := command(t, dir, "sample", "run", "-n", "4000000", "--method", "latent-hmc", "--out", "out.npz", "--json")
	var stdout bytes.Buffer
	c.Stdout = &stdout
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "4000000 draws") {
			break
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, c.Wait()); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	s := decode(t, stdout.String())
	n := int(number(t, s, "n"))
	if got := rows(t, filepath.Join(dir, "out.npz"), "x"); s["interrupted"] != true || n < 1 || n >= 4000000 || got != n {
		t.Errorf("interrupted %v, %d draws, %d in the file", s["interrupted"], n, got)
	}
}
