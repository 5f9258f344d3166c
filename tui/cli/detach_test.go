package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// detached starts tiny training of a million epochs in a process of its own, in
// dir/name, and returns the number of that process.
func detached(t *testing.T, dir, name string, args ...string) int {
	t.Helper()
	args = append(append([]string{"train", "--detach", "--json", "--epochs", "1000000", "--dir", name}, tiny...), args...)
	o := neuralrg(t, dir, args...)
	if o.code != 0 {
		t.Fatalf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	begun := decode(t, o.stdout)
	pid := int(number(t, begun, "pid"))
	if begun["dir"] != name || pid <= 1 {
		t.Fatalf("it says %q", o.stdout)
	}
	t.Cleanup(func() {
		if !ended(pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return pid
}

// ended says that a process has ended, or is a zombie that nobody fetches.
func ended(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return syscall.Kill(pid, 0) != nil
	}
	return strings.Contains(string(data), ") Z ")
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patient); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not after %v: %s", patient, what)
		}
	}
}

// listed is what runs --json says of the runs, by directory.
func listed(t *testing.T, dir string, args ...string) map[string]map[string]any {
	t.Helper()
	o := neuralrg(t, dir, append([]string{"runs", "--json"}, args...)...)
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("exit code %d, %q", o.code, o.stderr)
	}
	all := map[string]map[string]any{}
	list, ok := decode(t, o.stdout)["runs"].([]any)
	if !ok {
		t.Fatalf("no list in %s", o.stdout)
	}
	for _, item := range list {
		object := item.(map[string]any)
		all[object["dir"].(string)] = object
	}
	return all
}

// A detached run has begun when the command returns; it is no child of a
// terminal, outlives SIGHUP, is listed, and stops when it is told to.
func TestDetachListStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pid := detached(t, dir, "run")
	path := filepath.Join(dir, "run", "metrics.jsonl")
	if _, err := os.Stat(filepath.Join(dir, "run", "checkpoints", "000000.npz")); err != nil {
		t.Error(err)
	}
	if session, _, err := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0); err != 0 || int(session) != pid {
		t.Errorf("its session is %d, its process %d", session, pid)
	}
	if err := syscall.Kill(pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	waitForLines(t, path, countLines(t, path)+20)

	host, _ := os.Hostname()
	found := listed(t, dir)[filepath.Join(dir, "run")]
	for name, want := range map[string]any{
		"state": "training", "L": 4.0, "preset": "quick", "batch": 16.0, "seed": 7.0, "epochs": 1e6, "host": host, "pid": float64(pid),
	} {
		if found[name] != want {
			t.Errorf("%s is %v, want %v", name, found[name], want)
		}
	}
	if found = listed(t, dir, ".")["run"]; found["pid"] != float64(pid) {
		t.Errorf("runs . says %v", found)
	}

	o := neuralrg(t, dir, "stop", "run")
	if o.code != 0 || !strings.HasPrefix(o.stdout, "run is saved: stopped at epoch ") {
		t.Fatalf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	within(t, "the process has ended", func() bool { return ended(pid) })
	if found = listed(t, dir, ".")["run"]; found["state"] != "stopped" || found["pid"] != nil {
		t.Errorf("after it was stopped: %v", found)
	}
	if number(t, found, "epoch") != float64(len(metrics(t, filepath.Join(dir, "run")))) {
		t.Errorf("its epoch is %v, it has %d lines", found["epoch"], len(metrics(t, filepath.Join(dir, "run"))))
	}
	if left := listed(t, t.TempDir()); len(left) != 0 {
		t.Errorf("still known as live: %v", left)
	}
	o = neuralrg(t, dir, "stop", "run")
	if o.code != 0 || !strings.Contains(o.stdout, "run is not at work: stopped at epoch ") {
		t.Errorf("stopped twice: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	log, err := os.ReadFile(filepath.Join(dir, "run", "log.txt"))
	if err != nil || !says(string(log), []string{"epoch 1/1000000", "stopped after", "go on with"}) {
		t.Errorf("the log has %q, %v", log, err)
	}
}

// A detached run holds nothing of the shell that started it.
func TestDetachHoldsNoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := command(t, dir, append([]string{"train", "--detach", "--epochs", "1000000", "--dir", "run"}, tiny...)...)
	c.ExtraFiles = []*os.File{nil, nil, w} // as a shell's 5>lock
	c.Stdout = w
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	said := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(r) // until nobody holds the other end
		said <- string(text)
	}()
	select {
	case text := <-said:
		if !says(text, []string{"trains on its own, in run", "neuralrg attach run", "neuralrg stop run"}) {
			t.Errorf("it says %q", text)
		}
	case <-time.After(patient):
		t.Error("the run holds a file of its starter")
	}
	if o := neuralrg(t, dir, "stop", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
}

// A run that does not stop at once is waited for, and the word stays with it.
func TestStopWaits(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	pid := detached(t, dir, "run")
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c := command(t, dir, "stop", "run")
	words, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(patient, func() { _ = c.Process.Kill() }).Stop()
	lines := bufio.NewReader(words)
	if note, err := lines.ReadString('\n'); err != nil || !strings.HasPrefix(note, "note: waiting for process") {
		t.Errorf("it says %q, %v", note, err)
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(lines)
	o := outcome{code: exitCode(t, c.Wait()), stderr: string(rest)}
	wantError(t, o, 1, "told to stop, but has not saved yet", "neuralrg runs")
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	within(t, "the run has ended", func() bool { return ended(pid) })
	if found := listed(t, dir, "run")["run"]; found["state"] != "stopped" {
		t.Errorf("listed as %v", found)
	}
}

// What is wrong with a detached run is said as ever, with its exit code.
func TestDetachThatCannotBegin(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	wantError(t, neuralrg(t, dir, "train", "--detach", "-L", "7"), 2, "7 is not a power of two", "4 or 8")
	detached(t, dir, "run")
	o := neuralrg(t, dir, "train", "--detach", "--resume", "--dir", "run")
	wantError(t, o, 1, "in use by process", "neuralrg stop run")
	if o := neuralrg(t, dir, "stop", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	train(t, dir, "--epochs", "3", "--dir", "short")
	o = neuralrg(t, dir, "train", "--detach", "--json", "--resume", "--dir", "short")
	if o.code != 0 || decode(t, o.stdout)["phase"] != "finished" {
		t.Errorf("as JSON: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	o = neuralrg(t, dir, "train", "--detach", "--resume", "--dir", "short")
	if o.code != 0 || !strings.Contains(o.stderr, "all epochs of this run are done") || !strings.Contains(o.stdout, "finished after 3 of 3") {
		t.Errorf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
}

// A run goes on detached where it was stopped, to the same bits.
func TestDetachAfterStop(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	interrupt, wait := process(t, dir, new(strings.Builder), "--epochs", "1000000", "--schedule", "constant", "--dir", "run")
	interrupt(syscall.SIGTERM)
	if code, words := wait(); code != 0 {
		t.Fatal(words)
	}
	before := len(metrics(t, filepath.Join(dir, "run")))
	if o := neuralrg(t, dir, "train", "--detach", "--resume", "--dir", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	goesOn(t, filepath.Join(dir, "run"))
	if o := neuralrg(t, dir, "stop", "run"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	sameAsUndisturbed(t, dir, before)
}

// goesOn fails the test unless a run does epochs more.
func goesOn(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "metrics.jsonl")
	waitForLines(t, path, countLines(t, path)+20)
}

// sameAsUndisturbed compares the tiny run in dir/run, of constant rate and more
// epochs than before, with one that nobody has disturbed.
func sameAsUndisturbed(t *testing.T, dir string, before int) {
	t.Helper()
	got := metrics(t, filepath.Join(dir, "run"))
	if len(got) <= before {
		t.Fatalf("it has not gone on after epoch %d", before)
	}
	if testing.Short() { // the same number of epochs again, by one process alone
		return
	}
	train(t, dir, "--epochs", strconv.Itoa(len(got)), "--schedule", "constant", "--dir", "whole")
	sameMetrics(t, got, metrics(t, filepath.Join(dir, "whole")))
}

func TestStopErrors(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	wantError(t, neuralrg(t, dir, "stop"), 2, "needs the directory of a run", "neuralrg stop runs/first")
	wantError(t, neuralrg(t, dir, "stop", "nowhere"), 2, "there is no directory nowhere", "directory of a run")
	train(t, dir, "--epochs", "3", "--dir", "run")
	lease := `{"format":1,"host":"far-away","boot":"b","pid":77,"started":"1","attempt":1,"heartbeat":"2026-01-01T00:00:00Z"}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "run", "lease"), []byte(lease), 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, neuralrg(t, dir, "stop", "run"), 1, "another host: process 77 on far-away", "ssh far-away neuralrg stop "+dir)
	if found := listed(t, dir, ".")["run"]; found["state"] != "lost" || found["host"] != "far-away" {
		t.Errorf("a silent run of another host: %v", found)
	}
}

// Directories that are damaged are listed with what is wrong.
func TestRunsOfAllKinds(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	runs := filepath.Join(dir, "runs")
	for _, name := range []string{"good", "killed", "torn", "config", "empty"} {
		train(t, dir, "--epochs", "12", "--dir", filepath.Join("runs", name))
	}
	write := func(text string, name ...string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(append([]string{runs}, name...)...), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	host, _ := os.Hostname()
	write(`{"format":1,"host":"`+host+`","boot":"another","pid":1,"started":"1","attempt":1,"heartbeat":""}`, "killed", "lease")
	full, err := os.ReadFile(filepath.Join(runs, "torn", "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	write(string(full)+"{\"epoch\":13,", "torn", "metrics.jsonl")
	write("{", "config", "config.json")
	if err := os.RemoveAll(filepath.Join(runs, "empty", "config.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(runs, "no run"), 0o777); err != nil {
		t.Fatal(err)
	}
	found := listed(t, dir)
	for name, want := range map[string]string{"good": "finished", "killed": "finished", "torn": "finished", "config": "damaged", "empty": "damaged"} {
		l := found[filepath.Join("runs", name)]
		if l["state"] != want || (l["problem"] != nil) != (want == "damaged") {
			t.Errorf("%s: %v", name, l)
		}
	}
	if len(found) != 5 {
		t.Errorf("%d runs are found: %v", len(found), found)
	}

	// The gap is that of the summary.
	sum := decode(t, neuralrg(t, dir, "train", "--resume", "--dir", "runs/good", "--json").stdout)
	for _, name := range []string{"gap", "gap_error"} {
		near(t, name, number(t, found["runs/good"], name), number(t, sum, name), 1e-9)
		near(t, name, number(t, found["runs/torn"], name), number(t, sum, name), 1e-9)
	}

	o := neuralrg(t, dir, "runs")
	if o.code != 0 || !says(o.stdout, []string{"directory", "runs/good", "12/12", "finished", "damaged: ", " +- "}) {
		t.Errorf("exit code %d:\n%s", o.code, o.stdout)
	}
	o = neuralrg(t, t.TempDir(), "runs")
	if o.code != 0 || o.stdout != "" || !strings.Contains(o.stderr, "no runs") {
		t.Errorf("no runs: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	wantError(t, neuralrg(t, dir, "runs", "nowhere"), 2, "nowhere", "give a directory")
}
