package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestTrainWritesLinesAndASummary(t *testing.T) {
	dir := t.TempDir()
	o := train(t, dir, "--epochs", "30", "--dir", "run")
	if o.stderr != "" {
		t.Errorf("standard error has %q", o.stderr)
	}
	line := regexp.MustCompile(`(?m)^epoch (\d+)/30  free energy (-?[\d.]+) \+- [\d.]+  gap ([\d.]+)  relative error [\d.]+ %  (?:[\d.]+ epochs/s  .+|time left unknown|done)$`) // unknown for the first epochs
	found := line.FindAllStringSubmatch(o.stdout, -1)
	if len(found) < 2 || found[0][1] != "1" || found[len(found)-1][1] != "30" {
		t.Fatalf("epochs 1 and 30 are not among the lines:\n%s", o.stdout)
	}
	// The gap is the free energy and lnZ of the dual, at T=Tc and L=4.
	exact := decode(t, neuralrg(t, ".", "exact", "-L", "4", "--json").stdout)
	free, _ := strconv.ParseFloat(found[0][2], 64)
	gap, _ := strconv.ParseFloat(found[0][3], 64)
	if math.Abs(free+number(t, exact, "lnZ_dual")-gap) > 2e-3 {
		t.Errorf("free energy %v and gap %v do not fit lnZ_dual", free, gap)
	}
	for _, part := range []string{"finished after 30 of 30 epochs", "mean of epochs 21 to 30", "15.5219", "gap", "relative error", "directory run"} {
		if !strings.Contains(o.stdout, part) {
			t.Errorf("the summary does not say %q:\n%s", part, o.stdout)
		}
	}
	for _, name := range []string{"config.json", "metrics.jsonl", "checkpoints/000000.npz", "checkpoints/000030.npz"} {
		if _, err := os.Stat(filepath.Join(dir, "run", name)); err != nil {
			t.Error(err)
		}
	}
}

// A finished run whose record is damaged is still finished, and what can be
// read of it is summed up.
func TestFinishedRunWithADamagedRecord(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "30", "--dir", "run")
	path := filepath.Join(dir, "run", "metrics.jsonl")
	lines := metrics(t, filepath.Join(dir, "run"))
	lines[20] = "what"
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	check := func(says, summary string) {
		t.Helper()
		o := neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run")
		if o.code != 0 || !strings.Contains(o.stderr, "all epochs of this run are done") || !strings.Contains(o.stderr, says) || strings.Contains(o.stderr, "hint:") {
			t.Errorf("exit code %d, standard error %q", o.code, o.stderr)
		}
		if !strings.Contains(o.stdout, summary) {
			t.Errorf("the summary does not say %q:\n%s", summary, o.stdout)
		}
	}
	check("line 21", "mean of epochs 11 to 20")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	check("no such file", "finished after 30 of 30 epochs")
}

func TestTrainJSONIsOneObject(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	o := train(t, dir, "--epochs", "25", "--dir", "run", "--json")
	sum := decode(t, o.stdout)
	if !strings.Contains(o.stderr, "epoch 25/25") {
		t.Errorf("the progress is not on standard error: %q", o.stderr)
	}
	if sum["phase"] != "finished" || number(t, sum, "epoch") != 25 || number(t, sum, "epochs") != 25 {
		t.Errorf("not finished: %v", sum)
	}

	// The estimate is the mean of the last ten lines of metrics.jsonl.
	lines := metrics(t, filepath.Join(dir, "run"))
	free, variance := 0.0, 0.0
	for _, line := range lines[len(lines)-10:] {
		m := decode(t, line)
		free += number(t, m, "free_energy") / 10
		variance += math.Pow(number(t, m, "free_energy_error")/10, 2)
	}
	exact := decode(t, neuralrg(t, ".", "exact", "-L", "4", "--json").stdout)
	lnZ, dual := number(t, exact, "lnZ"), number(t, exact, "lnZ_dual")
	near(t, "free_energy", number(t, sum, "free_energy"), free, 1e-12)
	near(t, "free_energy_error", number(t, sum, "free_energy_error"), math.Sqrt(variance), 1e-12)
	near(t, "free_energy_exact", number(t, sum, "free_energy_exact"), -dual, 1e-12)
	near(t, "gap", number(t, sum, "gap"), free+dual, 1e-9)
	near(t, "relative_error", number(t, sum, "relative_error"), (free+dual)/dual, 1e-9)
	near(t, "ising_free_energy", number(t, sum, "ising_free_energy"), free+dual-lnZ, 1e-9)
	near(t, "ising_free_energy_exact", number(t, sum, "ising_free_energy_exact"), -lnZ, 1e-12)
	near(t, "ising_free_energy_per_site_exact", number(t, sum, "ising_free_energy_per_site_exact"), -2.269185314213022*lnZ/16, 1e-12)
}

func TestSameSettingsSameBits(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "12", "--dir", "a", "-T", "2.5", "--objective", "path")
	want := metrics(t, filepath.Join(dir, "a"))

	// By its config.json, with another number of threads.
	o := neuralrg(t, dir, "train", "--plain", "--config", "a/config.json", "--dir", "b", "--threads", "1")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	sameMetrics(t, metrics(t, filepath.Join(dir, "b")), want)

	// A flag beats the file.
	o = neuralrg(t, dir, "train", "--plain", "--config", "a/config.json", "--dir", "c", "--seed", "8")
	if got := metrics(t, filepath.Join(dir, "c")); o.code != 0 || slices.Equal(got, want) {
		t.Errorf("exit code %d, or --seed 8 changed nothing", o.code)
	}

	// Stopped half way and resumed: the schedule needs --epochs to stay.
	o = neuralrg(t, dir, "train", "--resume", "--dir", "b")
	if o.code != 0 || !strings.Contains(o.stdout, "finished after 12 of 12") {
		t.Errorf("resuming a finished run: exit code %d, %q %q", o.code, o.stdout, o.stderr)
	}
	sameMetrics(t, metrics(t, filepath.Join(dir, "b")), want)
}

func TestResumeFinishedAsJSON(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	first := decode(t, train(t, dir, "--epochs", "5", "--dir", "run", "--json").stdout)
	o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--json")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	again := decode(t, o.stdout)
	for name, value := range first {
		if again[name] != value {
			t.Errorf("%s was %v and is %v", name, value, again[name])
		}
	}
}

func TestResumeRefusesOtherSettings(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "3", "--dir", "run")
	o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--lr", "0.5", "-L", "8", "--seed", "7", "--threads", "1")
	wantError(t, o, 2, "--lr 0.008, not 0.5; --size 4, not 8", "leave these flags out")
	if strings.Contains(o.stderr, "--seed") || strings.Contains(o.stderr, "--threads") {
		t.Errorf("flags that agree, or may differ, are named: %s", o.stderr)
	}
}

func TestPresetsAreThePapersOrFlagsBeatThem(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	o := neuralrg(t, dir, "train", "--plain", "--preset", "paper", "-L", "4", "--epochs", "1", "--batch", "8", "--dir", "run")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	data, err := os.ReadFile(filepath.Join(dir, "run", "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	config := decode(t, string(data))
	for name, want := range map[string]any{
		"format": 1.0, "size": 4.0, "epochs": 1.0, "batch": 8.0, "couplings": 10.0, "hidden": 10.0, "hidden_layers": 3.0,
		"lr": 1e-3, "weight_decay": 1e-3, "schedule": "constant", "objective": "reverse-kl", "symmetry": true,
		"preset": "paper", "sampler": "off", "temperature": 2.269185314213022,
	} {
		if config[name] != want {
			t.Errorf("%s is %v, want %v", name, config[name], want)
		}
	}
}

func TestDefaultDirectory(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	for n := range 2 {
		o := train(t, dir, "--epochs", "1")
		found, err := filepath.Glob(filepath.Join(dir, "runs", "L4-T2.269-*", "config.json"))
		if err != nil || len(found) != n+1 {
			t.Fatalf("%d runs after %d, %v\n%s", len(found), n+1, err, o.stdout)
		}
	}
}

// process starts tiny training in dir/run and returns once it has done some
// epochs.
func process(t *testing.T, dir string, stdout io.Writer, args ...string) (interrupt func(os.Signal), wait func() (int, string)) {
	t.Helper()
	c := command(t, dir, append(append([]string{"train", "--plain"}, tiny...), args...)...)
	return started(t, c, stdout, filepath.Join(dir, "run", "metrics.jsonl"), 20)
}

// started starts a process and returns once a file of it has n lines.
func started(t *testing.T, c *exec.Cmd, stdout io.Writer, path string, n int) (interrupt func(os.Signal), wait func() (int, string)) {
	t.Helper()
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = stdout, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitForLines(t, path, n)
	return func(s os.Signal) {
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
		}, func() (int, string) {
			return exitCode(t, c.Wait()), stderr.String()
		}
}

// waitForFile waits until something has that name.
func waitForFile(t *testing.T, path string) {
	t.Helper()
	within(t, "there is "+path, func() bool {
		_, err := os.Lstat(path)
		return err == nil
	})
}

// waitForLines waits until a file has some lines.
func waitForLines(t *testing.T, path string, n int) {
	t.Helper()
	within(t, fmt.Sprintf("%s has %d lines", path, n), func() bool {
		data, err := os.ReadFile(path)
		return err == nil && bytes.Count(data, []byte("\n")) >= n
	})
}

func TestSignalsSaveAndStop(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			if signal.Ignored(s) {
				t.Skip("these tests run with it ignored, as under nohup, and so would the run")
			}
			dir := t.TempDir()
			var stdout bytes.Buffer
			interrupt, wait := process(t, dir, &stdout, "--epochs", "1000000", "--dir", "run")
			interrupt(s)
			code, stderr := wait()
			if code != 0 || stderr != "" {
				t.Errorf("exit code %d, standard error %q", code, stderr)
			}
			for _, part := range []string{"stopped after", "go on with: neuralrg train --resume --dir run"} {
				if !strings.Contains(stdout.String(), part) {
					t.Errorf("the summary does not say %q:\n%s", part, stdout.String())
				}
			}
			wantEvent(t, filepath.Join(dir, "run"), "stop", s.String())
			// What the summary counts is in the newest checkpoint.
			lines := metrics(t, filepath.Join(dir, "run"))
			o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--epochs", "1")
			wantError(t, o, 2, "--epochs 1000000, not 1", "leave these flags out")
			found, err := filepath.Glob(filepath.Join(dir, "run", "checkpoints", "*.npz"))
			if err != nil || len(found) < 2 {
				t.Fatalf("checkpoints %v, %v", found, err)
			}
			newest := strings.TrimSuffix(filepath.Base(slices.Max(found)), ".npz")
			if epoch, err := strconv.Atoi(newest); err != nil || epoch != len(lines) {
				t.Errorf("the newest checkpoint is %s, metrics.jsonl has %d epochs", newest, len(lines))
			}
		})
	}
}

func TestKilledAndResumedHasTheSameBits(t *testing.T) {
	dir := t.TempDir()
	goesOnUndisturbed(t, dir, killed(t, dir), "--threads", "1")
}

func TestReaderThatGoesAwayStopsTheRunQuietly(t *testing.T) {
	t.Parallel() // it mostly waits
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_, wait := process(t, dir, w, "--epochs", "1000000", "--dir", "run")
	w.Close()
	r.Close()
	if code, stderr := wait(); code != 0 || stderr != "" {
		t.Errorf("exit code %d, standard error %q", code, stderr)
	}
	wantEvent(t, filepath.Join(dir, "run"), "stop", "broken pipe")
	o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--seed", "8")
	wantError(t, o, 2, "--seed 7, not 8", "leave these flags out")
}

// wantEvent checks that a run recorded an event of a kind that says something.
func wantEvent(t *testing.T, dir, kind, text string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		e := decode(t, line)
		if said, ok := e["text"].(string); ok && e["kind"] == kind && strings.Contains(said, text) {
			return
		}
	}
	t.Errorf("no event %q says %q:\n%s", kind, text, data)
}
