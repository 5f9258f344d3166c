package cli_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of its own on a folder.
func smallDisk(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("neuralrg-test", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
}

// TestDrawsThatFillTheDisk leave neither a file nor a part of one.
func TestDrawsThatFillTheDisk(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	smallDisk(t, disk)
	o := neuralrg(t, dir, "sample", "run", "-n", "100000", "--method", "wolff", "--out", "disk/out.npz")
	wantError(t, o, 1, "no space left", "--out")
	if n := strings.Count(o.stderr, "no space left"); n != 1 {
		t.Errorf("it says so %d times: %s", n, o.stderr)
	}
	if entries, err := os.ReadDir(disk); err != nil || len(entries) != 0 {
		t.Errorf("the disk has %v, %v", entries, err)
	}
}

// TestReportThatFillsTheDisk leaves no part of one, nor does one on a disk that
// takes nothing.
func TestReportThatFillsTheDisk(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	train(t, dir, "--epochs", "1", "--dir", "run")
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	smallDisk(t, disk)
	if err := os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 200<<10), 0o666); err != nil {
		t.Fatal(err)
	}
	refuses := func(problem string) {
		t.Helper()
		wantError(t, neuralrg(t, dir, "report", "run", "--samples", "64", "--out", "disk/report"), 1, problem, "--out")
		if entries, err := os.ReadDir(disk); err != nil || len(entries) != 1 {
			t.Errorf("the disk has %v, %v", entries, err)
		}
	}
	refuses("no space left")
	if err := syscall.Mount("neuralrg-test", disk, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	refuses("read-only file system")
}

// TestFullDiskFailsAndLosesNothing trains on a file system of its own that is
// full soon, and goes on when there is room again.
func TestFullDiskFailsAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	smallDisk(t, dir)
	args := append([]string{"train", "--plain", "--dir", "run", "--epochs", "1000000"}, tiny...)
	o := neuralrg(t, dir, args...)
	wantError(t, o, 1, "no space left", "free some space")
	lines := metrics(t, filepath.Join(dir, "run"))
	if len(lines) == 0 {
		t.Fatal("no epoch is left")
	}

	if err := syscall.Mount("neuralrg-test", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	interrupt, wait := resumed(t, dir, len(lines)+20)
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Fatal(stderr)
	}
	after := metrics(t, filepath.Join(dir, "run"))
	sameMetrics(t, after[:len(lines)], lines)
}

// TestFullStandardOutput gives the lines to a device that is always full.
func TestFullStandardOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	dir := t.TempDir()
	var stderr bytes.Buffer
	c := command(t, dir, append([]string{"train", "--epochs", "1000000", "--dir", "run"}, tiny...)...)
	c.Stdout, c.Stderr = full, &stderr
	code := exitCode(t, c.Run())
	wantError(t, outcome{code: code, stderr: stderr.String()}, 1, "no space left", "standard output")
	if o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--seed", "8"); !strings.Contains(o.stderr, "--seed 7, not 8") {
		t.Errorf("the run cannot be resumed: %s", o.stderr)
	}
}

// TestTextOnAFullDisk gives the texts that are not ours to write to a device
// that is always full.
func TestTextOnAFullDisk(t *testing.T) {
	onlyPlain(t)
	for _, args := range [][]string{{"--help"}, {"help", "train"}, {"--version"}, {"version"}, {"exact"}, {"completion", "bash"}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		var stderr bytes.Buffer
		c := command(t, t.TempDir(), args...)
		c.Stdout, c.Stderr = full, &stderr
		code := exitCode(t, c.Run())
		full.Close()
		wantError(t, outcome{code: code, stderr: stderr.String()}, 1, "no space left", "standard output")
	}
}

// resumed goes on with the run in dir until it has n epochs.
func resumed(t *testing.T, dir string, n int) (interrupt func(os.Signal), wait func() (int, string)) {
	t.Helper()
	c := command(t, dir, "train", "--plain", "--resume", "--dir", "run")
	return started(t, c, io.Discard, filepath.Join(dir, "run", "metrics.jsonl"), n)
}

// TestSweepOnAFullDisk neither leaves a part of a plan nor loses what its points
// have done, and goes on when there is room again.
func TestSweepOnAFullDisk(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	smallDisk(t, dir)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o666); err == nil {
		t.Fatal("the disk has room")
	}
	args := append([]string{"sweep", "plan", "--out", "sweep", "--axis", "T=2.2,2.3", "--epochs", "800"}, tiny[:len(tiny)-2]...)
	wantError(t, neuralrg(t, dir, args...), 1, "no space left", "--out")
	if _, err := os.Stat(filepath.Join(dir, "sweep")); !os.IsNotExist(err) {
		t.Errorf("a part of the plan is left: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if o := neuralrg(t, dir, args...); o.code != 0 {
		t.Fatal(o.stderr)
	}
	wantError(t, neuralrg(t, dir, "sweep", "run", "sweep"), 1, "", "")
	if strings.Contains(pointStates(t, dir), "done") {
		t.Fatalf("the disk was not full: %s", pointStates(t, dir))
	}
	if err := syscall.Mount("neuralrg-test", dir, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	if o := neuralrg(t, dir, "sweep", "retry", "sweep"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	if o := neuralrg(t, dir, "sweep", "run", "sweep"); o.code != 0 {
		t.Fatalf("%s%s", o.stdout, o.stderr)
	}
	for _, point := range []string{"000", "001"} {
		if n := len(metrics(t, filepath.Join(dir, "sweep/points", point))); n != 800 {
			t.Errorf("point %s has %d epochs", point, n)
		}
	}
}
