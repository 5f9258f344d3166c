package cli_test

import (
	"bufio"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCompare: a whole comparison, as JSON and with its curves.
func TestCompare(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "60", "--dir", "run")
	if err := os.WriteFile(filepath.Join(dir, "curves.csv"), []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	o := neuralrg(t, dir, "compare", "run", "--chains", "32", "--trajectories", "150", "--seed", "5", "--csv", "curves.csv", "--force", "--json")
	if o.code != 0 {
		t.Fatalf("exit code %d, %q", o.code, o.stderr)
	}
	r := decode(t, o.stdout)
	near(t, "the equilibrium", number(t, r["equilibrium"].(map[string]any), "value"), 0.76135890856867, 1e-12)
	if r["exact"] != true || r["interrupted"] != false || number(t, r, "chains") != 32 || number(t, r, "epoch") != 60 || number(t, r, "L") != 4 {
		t.Errorf("%v", r)
	}
	if !(number(t, r["wolff"].(map[string]any), "independent_per_core_second") > 0) {
		t.Errorf("%v", r["wolff"])
	}
	var names, points []string
	for _, h := range r["hmc"].([]any) {
		h := h.(map[string]any)
		name := h["method"].(string) + "," + h["settings"].(string)
		names = append(names, name)
		if !(number(t, h["trajectory"].(map[string]any), "core_seconds") > 0) || !(number(t, h, "acceptance") > 0) {
			t.Errorf("%v", h)
		}
		for _, s := range h["starts"].([]any) {
			s := s.(map[string]any)
			for i := range int(number(t, s, "trajectories")) + 1 {
				points = append(points, strings.Join([]string{name, s["start"].(string), strconv.Itoa(i)}, ","))
			}
		}
	}
	if want := []string{"hmc,equal", "latent-hmc,equal", "hmc,tuned", "latent-hmc,tuned"}; !slices.Equal(names, want) {
		t.Errorf("results %q", names)
	}
	f, err := os.Open(filepath.Join(dir, "curves.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || strings.Join(lines[0], ",") != "method,settings,start,trajectory,m2,error" {
		t.Fatalf("%v: %q", err, lines[0])
	}
	var got []string
	for _, line := range lines[1:] {
		got = append(got, strings.Join(line[:4], ","))
	}
	if !slices.Equal(got, points) {
		t.Errorf("the file has %d points, the result %d", len(got), len(points))
	}
}

// TestInterruptKeepsTheComparison: what was measured is printed.
func TestInterruptKeepsTheComparison(t *testing.T) {
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	c := command(t, dir, "compare", "run", "--chains", "20000", "--trajectories", "3000", "--threads", "2")
	var text strings.Builder
	c.Stdout = &text
	stderr, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "hmc, equal, ") && strings.Contains(lines.Text(), " trajectories, <m^2> 0.") {
			break
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, c.Wait()); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, part := range []string{
		"20000 chains, L=4, T=2.26919, flow of epoch 1, 2 threads\n", "0.761359 exact\n", " independent/s\n",
		"\nsettings                      equal", "\n1 ", "interrupted: ",
	} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("the text does not say %q:\n%s", part, text.String())
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	if err := os.WriteFile(filepath.Join(dir, "there.csv"), []byte("mine\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, args, problem, hint string }{
		{"no run named", "", "neuralrg compare needs the directory of a run", "give it as in neuralrg compare runs/first"},
		{"no run there", "nowhere", "there is no directory nowhere", "give the directory of a run, such as train --dir makes"},
		{"no chains", "run --chains 0", "0 chains are out of range", "choose from 8 to 67108 with --chains; the paper has 512"},
		{"no step", "run --step 0", "step 0 is out of range", "choose more than 0 and at most 100; the paper's is 0.2"},
		{"no leapfrogs", "run --leapfrogs 0", "0 leapfrogs are out of range", "choose from 1 to 10000; the paper has 10"},
		{"few trajectories", "run --trajectories 3", "3 trajectories are out of range", "choose from 20 to 131072 for 512 chains"},
		{"no threads", "run --threads 0", "threads 0 is out of range", "choose from 1 to "},
		{"a file in the way", "run --csv there.csv", "there.csv exists", "choose another --csv, or replace it with --force"},
		{"a folder in the way", "run --csv run --force", "run is a directory", "give the name of a file with --csv"},
		{"no folder", "run --csv none/x.csv", "cannot write none/x.csv: no such file or directory", "make the directory first, or choose another --csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := neuralrg(t, dir, append([]string{"compare"}, strings.Fields(c.args)...)...)
			wantError(t, o, 2, c.problem, c.hint)
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "there.csv")); err != nil || string(text) != "mine\n" {
		t.Errorf("the file in the way has %q, %v", text, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) != 0 {
		t.Errorf("it left %q, %v", left, err)
	}
}
