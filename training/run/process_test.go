package run

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is also the other process of these tests: with childDir set
// it runs no test, but starts a run there, or continues it if there is one.
const (
	childDir    = "NEURALRG_TEST_DIR"
	childEpochs = "NEURALRG_TEST_EPOCHS" // of a new run
	childLimit  = "NEURALRG_TEST_LIMIT"  // bytes that a file may have at most
	childRecord = "NEURALRG_TEST_RECORD" // a file for the changes of the directory
	childKill   = "NEURALRG_TEST_KILL"   // which of them does not come about any more
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

func child(dir string) int {
	if limit, err := strconv.ParseUint(os.Getenv(childLimit), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ) // so that the write fails, with EFBIG
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			panic(err)
		}
	}
	record := recordChanges()
	o := Options{Threads: 2, saveEvery: time.Millisecond}
	r, err := Continue(context.Background(), dir, o)
	if directory(dir).checkOurs("") != nil {
		epochs, _ := strconv.Atoi(os.Getenv(childEpochs))
		r, err = Start(context.Background(), dir, tiny(epochs), o)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\nhint: %s\n", err, hintOf(err))
		return 1
	}
	for _, e := range slices.Backward(r.Feed().Latest().Events) {
		if e.Kind == "resume" {
			fmt.Fprintf(record, "%s%d\n", resumedAt, e.Epoch)
			break
		}
	}
	if s := r.Wait(); s.Phase != Finished {
		fmt.Fprintf(os.Stderr, "error: %s\nhint: %s\n", s.Error, s.Hint)
		return 1
	}
	return 0
}

// another prepares another process that starts or continues a run in dir.
func another(t *testing.T, dir string, epochs int, env ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	words := new(strings.Builder)
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childDir+"="+dir, childEpochs+"="+strconv.Itoa(epochs))
	c.Env = append(c.Env, env...)
	c.Stderr = words
	return c, words
}

// result is what a run came to: its last checkpoint and its metrics without
// the times, which no two runs share.
func result(t *testing.T, dir string) (checkpoint, []Metrics) {
	t.Helper()
	d := directory(dir)
	c, err := ReadConfig(d.path(configName))
	if err != nil {
		t.Fatal(err)
	}
	b, err := newConductor(d, c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.trainer.Close()
	last, found, skipped, err := b.checkpoints.load()
	if err != nil || !found || len(skipped) > 0 {
		t.Fatalf("found %v, skipped %q, %v", found, skipped, err)
	}
	metrics, err := allMetrics(d.path(metricsName))
	if err != nil {
		t.Fatal(err)
	}
	for i := range metrics {
		if i > 0 && metrics[i].Seconds < metrics[i-1].Seconds {
			t.Errorf("%s: the seconds go back at epoch %d", dir, metrics[i].Epoch)
		}
	}
	for i := range metrics {
		metrics[i].Seconds = 0
	}
	last.Seconds, last.Events = 0, 0
	return last, metrics
}

// sameResult wants the same bits of two runs.
func sameResult(t *testing.T, dir, other string) {
	t.Helper()
	a, metricsA := result(t, dir)
	b, metricsB := result(t, other)
	if !equal(a, b) {
		t.Errorf("the last checkpoints differ: epochs %d and %d", a.Epoch, b.Epoch)
	}
	if len(metricsA) != len(metricsB) {
		t.Fatalf("%d epochs in the metrics, and %d", len(metricsA), len(metricsB))
	}
	for i := range metricsA {
		if metricsA[i] != metricsB[i] {
			t.Fatalf("line %d of the metrics differs:\n%+v\n%+v", i+1, metricsA[i], metricsB[i])
		}
	}
}

// uninterrupted does a run in one go and returns its directory.
func uninterrupted(t *testing.T, c Config, o Options) string {
	t.Helper()
	s := start(t, c, o).Wait()
	if s.Phase != Finished {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	return s.Dir
}

// Twenty epochs are ten epochs, a checkpoint, another process that loads it,
// and ten more: to the last bit.
func TestTenAndTenEpochsAreTwenty(t *testing.T) {
	c := tiny(20)
	c.Schedule = "constant" // the same in a run of ten epochs and in one of twenty
	whole := uninterrupted(t, c, Options{Threads: 1})
	c.Epochs = 10
	dir := uninterrupted(t, c, Options{Threads: 3})
	extend(t, dir, 20)
	process, words := another(t, dir, 0)
	if err := process.Run(); err != nil {
		t.Fatalf("%v: %s", err, words)
	}
	sameResult(t, dir, whole)
}

// extend gives a finished run more epochs, as a user may by hand.
func extend(t *testing.T, dir string, epochs int) {
	t.Helper()
	path := directory(dir).path(configName)
	c, err := ReadConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	c.Epochs = epochs
	data, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(path, data); err != nil {
		t.Fatal(err)
	}
}

func TestSecondProcessIsToldWho(t *testing.T) {
	r := start(t, tiny(1_000_000), Options{})
	process, words := another(t, r.Feed().Latest().Dir, 0)
	err := process.Run()
	me := fmt.Sprintf("process %d on", os.Getpid())
	if err == nil || !strings.Contains(words.String(), me) || !strings.Contains(words.String(), "hint: wait") {
		t.Errorf("%v: %s", err, words)
	}
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Errorf("the first process ended %s: %s", s.Phase, s.Error)
	}
}

// A file that may not grow is a full disk that needs no privilege to make. The
// state of the last epoch fits, though its line does not.
func TestFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	const limit = 1_000_000 // some thousand lines, more than can wait between two writes
	process, words := another(t, dir, 100_000, fmt.Sprint(childLimit, "=", limit))
	err := process.Run()
	if err == nil || !strings.Contains(words.String(), metricsName+": file too large\nhint: free some space") {
		t.Fatalf("%v: %s", err, words)
	}
	metrics, err := allMetrics(directory(dir).path(metricsName))
	if err != nil || len(metrics) == 0 {
		t.Fatalf("of the lines before, %d are left, %v", len(metrics), err)
	}
	newest, _ := result(t, dir)
	last, saved := metrics[len(metrics)-1].Epoch, newest.Epoch
	if saved <= last || !strings.Contains(words.String(), fmt.Sprintf("continue from epoch %d ", saved)) {
		t.Errorf("the state of epoch %d is kept and the lines up to %d; the hint is %s", saved, last, words)
	}
	r, err := Continue(t.Context(), dir, Options{})
	if err != nil {
		t.Fatalf("with space again: %v", err)
	}
	eventually(t, r, "an epoch more", func(s *Snapshot) bool { return s.Epoch > saved })
	do(t, r, Command{Kind: Stop})
	if s := r.Wait(); s.Phase != Stopped {
		t.Errorf("with space again: %s", s.Error)
	}
}
