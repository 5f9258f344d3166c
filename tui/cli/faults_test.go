package cli_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// holder is the number of the process that the lease of a run names.
func holder(t *testing.T, dir string) float64 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "lease"))
	if err != nil {
		t.Fatal(err)
	}
	return number(t, decode(t, string(data)), "pid")
}

// suspended says that every thread of a process stands still.
func suspended(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, path := range threads {
		if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), ") T ") {
			return false
		}
	}
	return len(threads) > 0
}

// A run that is suspended holds its lease, and goes on to the same bits.
func TestSuspendedRunGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := filepath.Join(dir, "run")
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--schedule", "constant", "--dir", "run")
	before := holder(t, run)
	interrupt(syscall.SIGSTOP)
	within(t, "it is suspended", func() bool { return suspended(int(before)) })
	o := neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run")
	wantError(t, o, 1, fmt.Sprintf("in use by process %.0f", before), "neuralrg stop run")
	done := countLines(t, filepath.Join(run, "metrics.jsonl"))
	time.Sleep(300 * time.Millisecond)
	if now := countLines(t, filepath.Join(run, "metrics.jsonl")); now != done {
		t.Errorf("suspended, it went from epoch %d to %d", done, now)
	}
	interrupt(syscall.SIGCONT)
	goesOn(t, run)
	if after := holder(t, run); after != before {
		t.Errorf("the lease was of process %v and is of %v", before, after)
	}
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %q", code, stderr)
	}
	sameAsUndisturbed(t, dir, done)
}

// A run whose whole directory is removed says so and leaves nothing.
func TestRemovedDirectoryEndsTheRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var stdout bytes.Buffer
	_, wait := process(t, dir, &stdout, "--epochs", "1000000", "--dir", "run")
	waitForFile(t, filepath.Join(dir, "run", "control", "sock")) // or it would speak of that too
	gone := filepath.Join(dir, "gone")
	err := os.Rename(filepath.Join(dir, "run"), gone) // at once: file by file the run would miss its lease first, or make another file
	if err == nil {
		err = os.RemoveAll(gone)
	}
	if err != nil {
		t.Fatal(err)
	}
	code, stderr := wait()
	wantError(t, outcome{code, stdout.String(), stderr}, 1, "the directory run is gone", "start the run again")
	if n := strings.Count(stderr, "\n"); n != 2 {
		t.Errorf("%d lines of error:\n%s", n, stderr)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "run")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is there again, with %v, %v", left, err)
	}
}

// Of two processes that go on with one run at once, one does, and the other
// says which.
func TestOneOfTwoResumesWins(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--dir", "run")
	before := holder(t, filepath.Join(dir, "run"))
	interrupt(syscall.SIGKILL)
	wait()
	type end struct {
		pid  int
		code error
		says string
	}
	ends, pids := make(chan end, 2), []int{}
	for range 2 {
		var stderr bytes.Buffer
		c := command(t, dir, "train", "--plain", "--resume", "--dir", "run")
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, c.Process.Pid)
		go func() { err := c.Wait(); ends <- end{c.Process.Pid, err, stderr.String()} }()
	}
	second := <-ends
	winner := pids[0] + pids[1] - second.pid
	holds := fmt.Sprintf("in use by process %d on", winner)
	if killed := fmt.Sprintf("in use by process %.0f on", before); strings.Contains(second.says, killed) {
		holds = killed // on a busy machine the winner may be about to put its name in the place of that
	}
	wantError(t, outcome{code: exitCode(t, second.code), stderr: second.says}, 1, holds, "neuralrg stop run")
	goesOn(t, filepath.Join(dir, "run"))
	if err := syscall.Kill(winner, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if first := <-ends; first.code != nil || first.says != "" {
		t.Errorf("the winner: %v, %s", first.code, first.says)
	}
}

// A checkpoint of a later format is no damaged one: nothing goes back behind it.
func TestLaterCheckpointNamesItsVersion(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	train(t, dir, "--epochs", "3", "--dir", "run")
	fields(t, filepath.Join(dir, "in.npz"), "x", 2)
	newest := filepath.Join(dir, "run", "checkpoints", "000003.npz")
	later := ofLaterFormat(t, newest)
	for _, args := range [][]string{
		{"sample", "run", "-n", "20"},
		{"evaluate", "run", "--in", "in.npz", "--out", "out.npz"},
		{"train", "--plain", "--resume", "--dir", "run"},
	} {
		o := neuralrg(t, dir, args...)
		wantError(t, o, 1, "000003.npz: the file has format 2, and this program reads up to format 1", "use the neuralrg that wrote it (9.")
		if o.stdout != "" || strings.Count(o.stderr, "\n") != 2 {
			t.Errorf("%v says more: %s%s", args, o.stdout, o.stderr)
		}
	}
	if now, err := os.ReadFile(newest); err != nil || !bytes.Equal(now, later) {
		t.Errorf("the checkpoint is not as it was: %v", err)
	}
}

// ofLaterFormat makes a checkpoint one of format 2, written by a version 9, and
// seals it again.
func ofLaterFormat(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range z.File {
		at, err := member.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		data := file[at : at+int64(member.UncompressedSize64)]
		switch member.Name {
		case "format.npy":
			binary.LittleEndian.PutUint64(data[len(data)-8:], 2)
		case "config.npy":
			data[regexp.MustCompile(`"version": "`).FindIndex(data)[1]] = '9'
		}
	}
	const seal = 2 * sha256.Size
	body := file[:len(file)-seal]
	sum := sha256.Sum256(body)
	copy(file[len(body):], hex.EncodeToString(sum[:]))
	if err := os.WriteFile(path, file, 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}
