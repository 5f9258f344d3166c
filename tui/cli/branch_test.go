package cli_test

import (
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A run at work is branched while it goes on, and the branch goes on by itself.
func TestBranchOfARunAtWork(t *testing.T) {
	dir := t.TempDir()
	interrupt, wait := process(t, dir, io.Discard, "--epochs", "1000000", "--schedule", "constant", "--dir", "run")
	o := neuralrg(t, dir, "branch", "run", "--json")
	if o.code != 0 {
		t.Fatal(o.stderr)
	}
	branch := decode(t, o.stdout)
	if branch["dir"] != "run-branch-1" || branch["run"] != "run" || number(t, branch, "epoch") < 20 {
		t.Errorf("it says %v", branch)
	}
	if state := listed(t, dir, "run")["run"]["state"]; state != "training" {
		t.Errorf("the run itself is %v", state)
	}
	o = neuralrg(t, dir, "branch", "run", "--dir", "second")
	if o.code != 0 || !strings.Contains(o.stdout, "neuralrg train --resume --dir second") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	interrupt(syscall.SIGTERM)
	wait()
	n := len(metrics(t, filepath.Join(dir, "second")))
	if n < 20 || n > len(metrics(t, filepath.Join(dir, "run"))) {
		t.Errorf("the branch has %d epochs", n)
	}
	sameMetrics(t, metrics(t, filepath.Join(dir, "second")), metrics(t, filepath.Join(dir, "run"))[:n])
	wantEvent(t, filepath.Join(dir, "second"), "branch", "run at epoch")
	wantError(t, neuralrg(t, dir, "branch", "run", "--dir", "second"), 2, "already holds a run", "--dir")
	o = neuralrg(t, dir, "branch", "run", "--epoch", "0", "--dir", "third", "--json")
	if o.code != 0 || number(t, decode(t, o.stdout), "epoch") != 0 || len(metrics(t, filepath.Join(dir, "third"))) != 0 {
		t.Errorf("at epoch 0: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	wantError(t, neuralrg(t, dir, "branch", "run", "--epoch", "999999"), 2, "no checkpoint of epoch 999999", "it keeps: 0 ")
	wantError(t, neuralrg(t, dir, "branch", "run", "--epoch", "-1"), 2, "--epoch", "not negative")
	wantError(t, neuralrg(t, dir, "branch", "nowhere"), 2, "nowhere", "directory of a run")
	wantError(t, neuralrg(t, dir, "branch"), 2, "needs the directory", "give it")
}
