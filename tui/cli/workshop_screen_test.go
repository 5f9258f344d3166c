package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A whole session at the runs of one user: from the screen of a small run a larger
// one is begun that learns on from it, in a process of its own; it is stopped,
// copied, gone on with and deleted.
func TestSessionAtTheWorkshop(t *testing.T) {
	dir := t.TempDir()
	train(t, dir, "--epochs", "1000", "--schedule", "constant", "--dir", "runs/small")
	defer func() { neuralrg(t, dir, "stop", "runs/large", "runs/large-branch-1") }() // also if something fails
	e := onTerminal(t, 120, 40, command(t, dir, "attach", "runs/small"))
	e.wait("Ising 4×4", "finished")
	e.press("W")
	e.wait("new run from runs/small", "linear lattice size")
	form := func(field, value string) { // by the arrows, for the fields have an order
		t.Helper()
		for at := chosen(e.screen()); at != field; {
			e.press("\x1b[B")
			before := at
			e.until("another field is chosen than "+before, func(screen string) bool {
				at = chosen(screen)
				return at != "" && at != before
			})
		}
		e.press("\x15" + value)
		e.wait("--"+field, value)
	}
	form("dir", "runs/large")
	form("epochs", "1000000")
	form("threads", "1")
	e.press("\x1b[6~")
	e.wait("it can be started")
	e.press("\r")
	e.wait("Ising 8×8", "training", "attached", "runs/large")
	if c := config(t, filepath.Join(dir, "runs/large")); c["size"] != 8.0 || c["hidden"] != 4.0 || c["from"] == nil {
		t.Errorf("config.json has %v", c)
	}
	e.press("q")
	e.wait("leave it running")
	e.press("s") // stop and save it
	e.wait("Ising 4×4", "finished")
	e.press("R")
	e.wait("2 runs, 0 at work", "runs/large", "stopped")
	e.press("g")
	e.wait("▸   runs/large")
	e.press("B")
	e.wait("copied to runs/large-branch-1", "3 runs")
	waitForFile(t, filepath.Join(dir, "runs/large-branch-1/config.json"))
	e.press("/branch\r")
	e.wait("1 of 3 runs", "▸   runs/large-branch-1")
	e.press("r")
	e.wait("Ising 8×8", "training", "attached")
	e.press("q")
	e.wait("leave it running")
	e.press("l")
	e.wait("3 runs, 1 at work", "training")
	e.press("D") // not while it is at work
	e.press("q") // the filter
	e.wait("3 runs, 1 at work", "runs/small")
	if o := neuralrg(t, dir, "stop", "runs/large-branch-1"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	e.wait("3 runs, 0 at work")
	e.press("/branch\r")
	e.wait("1 of 3 runs", "▸   runs/large-branch-1")
	e.press("D")
	e.wait("Delete runs/large-branch-1", "cannot be brought back")
	e.press("y")
	e.wait("deleted runs/large-branch-1", "2 runs")
	if _, err := os.Lstat(filepath.Join(dir, "runs/large-branch-1")); !os.IsNotExist(err) {
		t.Errorf("it is there: %v", err)
	}
	e.press("q")
	e.wait("runs/large")
	e.press("q")
	e.wait("Ising 4×4")
	e.press("q")
	if code := e.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// chosen is the field of the form that is marked and that the line at its foot is
// about, if there is one and the picture is whole.
func chosen(screen string) string {
	foot := regexp.MustCompile(`(?m)^ --([a-z-]+) `).FindStringSubmatch(screen)
	if foot == nil || !strings.Contains(screen, "▸ "+foot[1]+" ") {
		return ""
	}
	return foot[1]
}

// What a run cannot be is said in the form, also when its process finds it out.
func TestFormSaysWhyARunCannotStart(t *testing.T) {
	dir := t.TempDir()
	train(t, dir, "--epochs", "2", "--dir", "runs/small")
	e := onTerminal(t, 120, 40, command(t, dir, "runs", "--screen"))
	e.wait("1 run, 0 at work", "runs/small")
	e.press("N")
	e.wait("new run", "--from")
	e.press("nowhere")
	e.wait("no directory nowhere")
	e.press("\x15\t\t\truns/small") // to dir
	e.wait("--dir")
	e.press("\x1b[6~")
	e.wait("it can be started")
	e.press("\r")
	e.wait("already holds a run")
	e.press("\x1b")
	e.wait("1 run, 0 at work")
	e.press("q")
	if code := e.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Where several runs are at work and none is named, one is chosen.
func TestAttachLetsOneChoose(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	for _, name := range []string{"first", "second"} {
		train(t, dir, "--epochs", "1000000", "--detach", "--dir", name)
	}
	defer func() { neuralrg(t, dir, "stop", "first", "second") }() // also if something fails
	e := onTerminal(t, 100, 30, command(t, dir, "attach"))
	e.wait("2 runs, 2 at work", "first", "second")
	e.press("/second\r")
	e.wait("1 of 2 runs")
	e.press("\r")
	e.wait("Ising 4×4", "attached")
	e.press("q")
	e.wait("leave it running")
	e.press("l")
	e.wait("1 of 2 runs")
	e.press("qq")
	if code := e.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
