package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"neuralrg/tui/cli"
)

// asProgram makes this test binary behave as neuralrg itself: the tests run the
// program as processes of its own, under the race detector if they are.
const asProgram = "NEURALRG_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Main(os.Args[1:]))
	}
	var err error
	if states, err = os.MkdirTemp("", "neuralrg-states-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(states)
	os.Exit(code)
}

// patient is how long a test waits for what a busy machine does late.
const patient = 3 * time.Minute

// onlyPlain skips a test in short runs, which are for the race detector: what it
// shows is done by one goroutine, or other tests let the same ones work together.
func onlyPlain(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("the race detector learns nothing new from it")
	}
}

// tiny are the settings of a run that takes a fraction of a second.
var tiny = []string{"-L", "4", "--couplings", "2", "--hidden", "4", "--hidden-layers", "1", "--batch", "16", "--seed", "7", "--threads", "2"}

// outcome is what a process came to.
type outcome struct {
	code           int
	stdout, stderr string
}

// command makes a process of the program, in an environment that is the same
// everywhere.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), asProgram+"=1", "LANG=C.UTF-8", "LC_ALL=", "TERM=xterm-256color",
		"COLORTERM=", "NO_COLOR=", "SLURM_CPUS_PER_TASK=", "XDG_STATE_HOME="+state(t), "XDG_CONFIG_HOME="+state(t))
	c.WaitDelay = patient
	return c
}

// states is where the processes of these tests leave their notes.
var states string

// state is the directory of state of a test and its parts, so that tests which
// run side by side know nothing of each other.
func state(t *testing.T) string {
	name, _, _ := strings.Cut(t.Name(), "/")
	return filepath.Join(states, name)
}

// neuralrg runs the program in a directory to its end.
func neuralrg(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command(t, dir, args...)
	c.Stdout, c.Stderr = &stdout, &stderr
	return outcome{exitCode(t, c.Run()), stdout.String(), stderr.String()}
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return -1
}

// train runs tiny training in a directory and fails the test if it fails.
func train(t *testing.T, dir string, args ...string) outcome {
	t.Helper()
	args = append(append([]string{"train", "--plain"}, tiny...), args...)
	o := neuralrg(t, dir, args...)
	if o.code != 0 {
		t.Fatalf("%v: exit code %d\n%s%s", args, o.code, o.stdout, o.stderr)
	}
	return o
}

// wantError checks an outcome for its exit code and the two lines of an error.
func wantError(t *testing.T, o outcome, code int, problem, hint string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d", o.code, code)
	}
	lines := strings.Split(strings.TrimSuffix(o.stderr, "\n"), "\n")
	n := len(lines)
	if n < 2 || !strings.HasPrefix(lines[n-2], "error: ") || !strings.HasPrefix(lines[n-1], "hint: ") {
		t.Fatalf("standard error does not end with an error and a hint:\n%s", o.stderr)
	}
	if !strings.Contains(lines[n-2], problem) {
		t.Errorf("%q does not say %q", lines[n-2], problem)
	}
	if !strings.Contains(lines[n-1], hint) {
		t.Errorf("%q does not say %q", lines[n-1], hint)
	}
	for _, noise := range []string{"goroutine", "panic", "Usage", "USAGE", "\x1b"} {
		if strings.Contains(o.stderr+o.stdout, noise) {
			t.Errorf("output contains %q:\n%s%s", noise, o.stdout, o.stderr)
		}
	}
}

// decode reads one JSON object and refuses anything beside it.
func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return object
}

func number(t *testing.T, object map[string]any, name string) float64 {
	t.Helper()
	x, ok := object[name].(float64)
	if !ok {
		t.Fatalf("%s is %v, not a number", name, object[name])
	}
	return x
}

func near(t *testing.T, name string, got, want, relative float64) {
	t.Helper()
	if math.Abs(got-want) > relative*math.Abs(want) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

// metrics reads a run's metrics.jsonl without the times, which no two runs
// share.
func metrics(t *testing.T, dir string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		object := decode(t, line)
		delete(object, "seconds")
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	return lines
}

func sameMetrics(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d epochs, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("epoch %d differs:\n%s\n%s", i+1, got[i], want[i])
		}
	}
}
