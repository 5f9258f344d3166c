package cli_test

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestReadOnlyFileSystem goes on with a run on a file system that is mounted
// read-only, and makes it so again under a run at work.
func TestReadOnlyFileSystem(t *testing.T) {
	dir := t.TempDir()
	smallDisk(t, dir)
	remount := func(flags uintptr) {
		t.Helper()
		if err := syscall.Mount("neuralrg-test", dir, "tmpfs", syscall.MS_REMOUNT|flags, "size=64m"); err != nil {
			t.Fatal(err)
		}
	}
	remount(0) // to a size that no run fills before it is interrupted
	run := filepath.Join(dir, "run")
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--schedule", "constant", "--dir", "run")
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	saved := metrics(t, run)
	remount(syscall.MS_RDONLY)
	wantError(t, neuralrg(t, dir, "train", "--plain", "--resume", "--dir", "run"), 1, "read-only file system", "may write")
	sameMetrics(t, metrics(t, run), saved)
	remount(0)

	interrupt, wait = resumed(t, dir, len(saved)+20)
	covered(t, run)
	interrupt(syscall.SIGTERM) // its last checkpoint has nowhere to go
	code, stderr := wait()
	wantError(t, outcome{code: code, stderr: stderr}, 1, "read-only file system", "make the directory writable again; then continue from epoch")
	if n := strings.Count(stderr, "\n"); n != 2 {
		t.Errorf("%d lines of error:\n%s", n, stderr)
	}
	if err := syscall.Unmount(run, 0); err != nil {
		t.Fatal(err)
	}
	interrupt, wait = resumed(t, dir, len(metrics(t, run))+20)
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	sameAsUndisturbed(t, dir, len(saved))
}

// covered puts over a folder its own image that is read-only. The files that a
// process has open keep the system from making the whole mount so.
func covered(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		t.Skipf("no folder can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) }) // unless the test has done it
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

// descriptors lets a process open no file more, or as many as before.
func descriptors(t *testing.T, pid int, most uint64) (before uint64) {
	t.Helper()
	var limit unix.Rlimit
	err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &limit)
	if err != nil {
		t.Fatal(err)
	}
	before, limit.Cur = limit.Cur, most
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		t.Fatal(err)
	}
	return before
}

// rests waits until a file has not grown for a while in which a run at work writes
// many times.
func rests(t *testing.T, path string) {
	t.Helper()
	n, since := countLines(t, path), time.Now()
	within(t, path+" grows no more", func() bool {
		if now := countLines(t, path); now != n {
			n, since = now, time.Now()
		}
		return time.Since(since) > 2*time.Second
	})
}

// A run whose process may open no file more writes nothing meanwhile and loses
// nothing; if it has to end so, it says why.
func TestOutOfDescriptors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "run", "metrics.jsonl")
	var stderr bytes.Buffer
	c := command(t, dir, append([]string{"train", "--plain", "--epochs", "1000000", "--schedule", "constant", "--dir", "run"}, tiny...)...)
	c.Stderr = &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	waitForLines(t, path, 20)
	before := descriptors(t, c.Process.Pid, 3)
	rests(t, path) // once what was begun has come to its end
	descriptors(t, c.Process.Pid, before)
	goesOn(t, filepath.Join(dir, "run"))

	descriptors(t, c.Process.Pid, 3)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code := exitCode(t, c.Wait())
	wantError(t, outcome{code: code, stderr: stderr.String()}, 1, "too many open files", "ulimit -n")
	interrupt, wait := resumed(t, dir, countLines(t, path)+20)
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	for i, line := range metrics(t, filepath.Join(dir, "run")) {
		if epoch := number(t, decode(t, line), "epoch"); epoch != float64(i+1) {
			t.Fatalf("line %d is of epoch %v", i+1, epoch)
		}
	}
}
