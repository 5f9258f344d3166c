package cli_test

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestBadDirectories(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("foreign/letter.txt", "dear reader")
	write("newer/config.json", `{"format": 2, "version": "9.1.0"}`)
	write("broken/config.json", `{"format": 1,`)
	write("strange/config.json", `{"format": 1, "tempreature": 3}`)
	write("incomplete/config.json", `{"format": 1, "size": 8}`)
	write("file", "not a directory")
	train(t, dir, "--epochs", "1", "--dir", "used")
	config, err := os.ReadFile(filepath.Join(dir, "used/config.json"))
	if err != nil {
		t.Fatal(err)
	}
	write("impossible/config.json", regexp.MustCompile(`"size": \d+`).ReplaceAllString(string(config), `"size": 7`))

	cases := []struct {
		name, args    string
		code          int
		problem, hint string
	}{
		{"foreign", "--dir foreign", 2, "foreign", "--dir"},
		{"foreign, to resume", "--resume --dir foreign", 2, "foreign", "--dir"},
		{"missing, to resume", "--resume --dir nowhere", 2, "nowhere", "--dir"},
		{"in use already", "--dir used", 2, "used", "--resume --dir used"},
		{"a newer format", "--resume --dir newer", 1, "format 2", "9.1.0"},
		{"half a configuration", "--resume --dir broken", 1, "broken", "config.json"},
		{"an unknown setting", "--resume --dir strange", 1, "tempreature", "name"},
		{"a missing setting", "--resume --dir incomplete", 1, "is missing", "all its settings"},
		{"an impossible setting", "--resume --dir impossible", 1, "power of two", "4"},
		{"under a file", "--dir file/run", 2, "file/run is not a directory", "--dir"},
		{"a file", "--dir file", 2, "file is not a directory", "--dir"},
		{"a file of a run", "--resume --dir used/config.json", 2, "used/config.json is not a directory", "the directory of the run is used"},
		{"a checkpoint", "--from used/checkpoints/000001.npz", 2, "000001.npz is not a directory", "the directory of the run is used"},
		{"no regular file", "--config /dev/null", 2, "/dev/null", "give the config.json of a run"},
		{"no place to write", "--dir /proc/run", 1, "/proc/run", "directory"},
		{"no configuration", "--config nothing.json", 2, "nothing.json", "exists"},
		{"another kind of file", "--config foreign/letter.txt", 2, "letter.txt", "config.json"},
		{"an impossible configuration", "--config impossible/config.json", 2, "power of two", "4"},
		{"control characters", "--resume --dir a\x1b[31mb", 2, "a[31mb", "--dir"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := neuralrg(t, dir, append([]string{"train", "--plain"}, strings.Fields(c.args)...)...)
			wantError(t, o, c.code, c.problem, c.hint)
		})
	}
	if text, err := os.ReadFile(filepath.Join(dir, "foreign", "letter.txt")); err != nil || string(text) != "dear reader" {
		t.Errorf("the foreign directory was changed: %q, %v", text, err)
	}
}

func TestLockedDirectoryNamesItsHolder(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--dir", "run")
	o := neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run")
	wantError(t, o, 1, "process", "")
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Errorf("the first process was disturbed: exit code %d, %s", code, stderr)
	}
}

// killed leaves a run of a million epochs in dir/run as kill -9 does, and returns
// how many of them it has recorded.
func killed(t *testing.T, dir string) (epochs int) {
	t.Helper()
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--schedule", "constant", "--dir", "run")
	interrupt(syscall.SIGKILL)
	wait()
	return countLines(t, filepath.Join(dir, "run", "metrics.jsonl"))
}

// goesOnUndisturbed goes on with the run in dir/run until it has more epochs than
// before, and compares all with those of a run that nobody has disturbed.
func goesOnUndisturbed(t *testing.T, dir string, before int, args ...string) {
	t.Helper()
	c := command(t, dir, append([]string{"train", "--plain", "--resume", "--dir", "run"}, args...)...)
	interrupt, wait := started(t, c, io.Discard, filepath.Join(dir, "run", "metrics.jsonl"), before+20)
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	sameAsUndisturbed(t, dir, before)
}

func TestTornMetricsAreMended(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	before := killed(t, dir)
	f, err := os.OpenFile(filepath.Join(dir, "run", "metrics.jsonl"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"epoch":1000,"seco`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	goesOnUndisturbed(t, dir, before)
}

func TestDamagedCheckpointIsReplacedByTheOneBefore(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "300", "--dir", "whole")
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "300", "--dir", "run")
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	found, err := filepath.Glob(filepath.Join(dir, "run", "checkpoints", "*.npz"))
	if err != nil || len(found) < 2 {
		t.Skipf("it finished before it was stopped: %v, %v", found, err)
	}
	newest := slices.Max(found)
	info, err := os.Stat(newest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(newest, info.Size()/2); err != nil {
		t.Fatal(err)
	}
	o := neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	if !strings.Contains(o.stderr, "note: ") || !strings.Contains(o.stderr, filepath.Base(newest)) {
		t.Errorf("the damaged checkpoint is not spoken of: %q", o.stderr)
	}
	sameMetrics(t, metrics(t, filepath.Join(dir, "run")), metrics(t, filepath.Join(dir, "whole")))
}

func TestNoValidCheckpoint(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	killed(t, dir)
	found, err := filepath.Glob(filepath.Join(dir, "run", "checkpoints", "*.npz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		if err := os.Truncate(path, 100); err != nil {
			t.Fatal(err)
		}
	}
	o := neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run")
	wantError(t, o, 1, "checkpoint", "--dir")
}

func TestDivergedTrainingKeepsItsLastGoodState(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	args := append([]string{"train", "--plain", "--dir", "run", "--epochs", "2000", "--lr", "1", "--schedule", "constant"}, tiny...)
	o := neuralrg(t, dir, args...)
	if o.code == 0 {
		t.Skip("this flow bears a learning rate of 1")
	}
	wantError(t, o, 1, "epoch", "--lr")
	found, err := filepath.Glob(filepath.Join(dir, "run", "checkpoints", "*.npz"))
	if err != nil || len(found) < 2 {
		t.Fatalf("checkpoints %v, %v", found, err)
	}
	newest := strings.TrimSuffix(filepath.Base(slices.Max(found)), ".npz")
	if epoch, err := strconv.Atoi(newest); err != nil || epoch != len(metrics(t, filepath.Join(dir, "run"))) {
		t.Errorf("the newest checkpoint is %s", newest)
	}
}
