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

// attached is the screen of another process over a run.
func attached(t *testing.T, dir string, args ...string) *terminal {
	t.Helper()
	return onTerminal(t, 100, 30, command(t, dir, append([]string{"attach"}, args...)...))
}

// Two viewers have the same run in hand. One that leaves, or is killed, disturbs
// neither the other nor the run.
func TestAttach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pid := detached(t, dir, "run")
	first, second, third := attached(t, dir), attached(t, dir, "run"), attached(t, dir)
	for _, viewer := range []*terminal{first, second, third} {
		viewer.wait("lattice", "attached", "training")
	}
	first.press(" ")
	second.wait("paused")
	within(t, "it is listed as paused", func() bool { // a run that does not answer soon enough is listed by its files
		return listed(t, dir, "run")["run"]["state"] == "paused"
	})
	second.press(" ")
	first.wait("training")
	if err := third.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	goesOn(t, filepath.Join(dir, "run"))

	first.press("q")
	first.wait("leave it running", "stop and save")
	first.press("\r")
	if code := first.exit(); code != 0 || !says(first.screen(), []string{"the run goes on", "neuralrg attach run"}) {
		t.Errorf("exit code %d:\n%s", code, first.screen())
	}
	goesOn(t, filepath.Join(dir, "run"))

	second.press("q")
	second.wait("leave it running")
	second.press("s")
	if code := second.exit(); code != 0 || !says(second.screen(), []string{"stopped after", "go on with"}) {
		t.Errorf("exit code %d:\n%s", code, second.screen())
	}
	within(t, "the run has ended", func() bool { return ended(pid) })
	if found := listed(t, dir, "run")["run"]; found["state"] != "stopped" {
		t.Errorf("listed as %v", found)
	}

	// What is over opens the same way.
	over := attached(t, dir, "run")
	over.wait("lattice", "stopped", "by its files")
	over.press("q")
	if code := over.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, over.screen())
	}
}

// A screen whose terminal hangs up can be found again.
func TestAttachAfterHangup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--dir", "run"}, tiny...)
	e := onTerminal(t, 80, 24, command(t, dir, args...))
	e.wait("lattice", "epoch")
	if err := e.file.Close(); err != nil {
		t.Fatal(err)
	}
	<-e.done
	goesOn(t, filepath.Join(dir, "run"))

	elsewhere := t.TempDir() // the note knows the way
	o := neuralrg(t, elsewhere, append([]string{"train", "--plain", "--epochs", "2", "--dir", "other"}, tiny...)...)
	if o.code != 0 || !strings.Contains(o.stderr, "note: 1 run is live: neuralrg attach "+filepath.Join(dir, "run")) {
		t.Errorf("the next start says %q", o.stderr)
	}
	viewer := attached(t, elsewhere)
	viewer.wait("lattice", "attached", "training")
	viewer.press("qs")
	if code := viewer.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, viewer.screen())
	}
	if code := e.exit(); code != 0 {
		t.Errorf("the run ended with exit code %d", code)
	}
}

// The screen of a run of its own leaves it running as another process, which
// goes on to the same bits.
func TestLeaveItRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--schedule", "constant", "--dir", "run"}, tiny...)
	e := onTerminal(t, 80, 24, command(t, dir, args...))
	e.wait("lattice", "epoch")
	e.press("q")
	e.wait("leave it running")
	e.press("l")
	if code := e.exit(); code != 0 || !says(e.screen(), []string{"trains on its own", "neuralrg attach run"}) {
		t.Fatalf("exit code %d:\n%s", code, e.screen())
	}
	found := listed(t, dir, "run")["run"]
	if pid := int(number(t, found, "pid")); found["state"] != "training" || pid == e.process.Process.Pid {
		t.Errorf("listed as %v", found)
	}
	before := countLines(t, filepath.Join(dir, "run", "metrics.jsonl"))
	goesOn(t, filepath.Join(dir, "run"))
	if o := neuralrg(t, dir, "stop", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	wantEvent(t, filepath.Join(dir, "run"), "resume", "threads")
	sameAsUndisturbed(t, dir, before)
}

// A run that is killed while one looks: the screen keeps its picture and says so.
func TestAttachToARunThatIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pid := detached(t, dir, "run")
	viewer := attached(t, dir)
	viewer.wait("lattice", "attached", "training")
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	viewer.wait("interrupted", "spins")
	viewer.press("q")
	if code := viewer.exit(); code != 1 || !says(viewer.screen(), []string{"error: ", "hint: ", "--resume"}) {
		t.Errorf("exit code %d:\n%s", code, viewer.screen())
	}
	if found := listed(t, dir, "run")["run"]; found["state"] != "interrupted" || found["pid"] != nil {
		t.Errorf("listed as %v", found)
	}
}

// Without a terminal a run is followed as lines of text; Ctrl-C only leaves.
func TestAttachAsLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	detached(t, dir, "run")
	var stdout, stderr bytes.Buffer
	c := command(t, dir, "attach")
	c.Stderr = &stderr
	lines, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1)
	for strings.Count(stdout.String(), "\nepoch ") < 2 { // a run of its own prints one in two seconds
		if _, err := io.ReadFull(lines, buffer); err != nil {
			t.Fatalf("%v after %q, %q", err, stdout.String(), stderr.String())
		}
		stdout.Write(buffer)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(&stdout, lines)
	if code := exitCode(t, c.Wait()); code != 0 || !strings.Contains(stderr.String(), "the run goes on") {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
	goesOn(t, filepath.Join(dir, "run"))
	if o := neuralrg(t, dir, "stop", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	o := neuralrg(t, dir, "attach", "run")
	if o.code != 0 || !says(o.stdout, []string{"epoch ", "stopped after", "go on with"}) {
		t.Errorf("a run that is over: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
}

// Which run is meant if none is named.
func TestAttachWithoutAName(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	wantError(t, neuralrg(t, dir, "attach"), 1, "no run is at work", "train --detach")
	wantError(t, neuralrg(t, dir, "attach", "nowhere"), 2, "there is no directory nowhere", "directory of a run")
	wantError(t, neuralrg(t, dir, "attach", "--theme", "pink"), 2, "pink", "dark")
	one := detached(t, dir, "one")
	detached(t, dir, "two")
	o := neuralrg(t, dir, "attach")
	wantError(t, o, 2, "2 runs are at work: one, two", "neuralrg attach one")
	o = neuralrg(t, dir, append([]string{"train", "--plain", "--epochs", "1", "--dir", "short"}, tiny...)...)
	if o.code != 0 || !strings.Contains(o.stderr, "2 runs are live: neuralrg runs") {
		t.Errorf("the next start says %q", o.stderr)
	}
	// A run that was killed leaves a note, which counts no more.
	if err := syscall.Kill(one, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, "one has ended", func() bool { return ended(one) })
	viewer := attached(t, dir)
	viewer.wait("attached")
	viewer.press("qs")
	if code := viewer.exit(); code != 0 || !says(viewer.screen(), []string{"directory two"}) {
		t.Errorf("exit code %d:\n%s", code, viewer.screen())
	}
}

// A run of another host is read by its files, and has its say only there.
func TestAttachToAnotherHost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--dir", "run")
	interrupt(syscall.SIGTERM)
	if code, words := wait(); code != 0 {
		t.Fatal(words)
	}
	lease := `{"format":1,"host":"far-away","boot":"b","pid":77,"started":"1","attempt":1,"heartbeat":"2026-01-01T00:00:00Z"}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "run", "lease"), []byte(lease), 0o600); err != nil {
		t.Fatal(err)
	}
	viewer := attached(t, dir, "run")
	viewer.wait("lattice", "by files of far-away, read-only")
	viewer.press("q")
	if code := viewer.exit(); code != 0 || !says(viewer.screen(), []string{"process 77 on far-away"}) {
		t.Errorf("exit code %d:\n%s", code, viewer.screen())
	}
}
