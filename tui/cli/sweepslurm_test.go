package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The dry run on a cluster needs no Slurm, prints a script and nothing beside
// it, and leaves nothing.
func TestSweepDryRunOnACluster(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2", "--seeds", "2")
	c := command(t, dir, "sweep", "run", "sweep", "--backend", "slurm", "--dry-run", "--cpus", "2", "--time", "4:00:00", "-j", "3", "0", "1", "3")
	c.Env = append(c.Env, "PATH="+dir)
	var stdout, stderr strings.Builder
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	text := stdout.String()
	if stderr.Len() > 0 || !strings.HasPrefix(text, "#!/bin/sh\n") || !strings.HasSuffix(text, "\"$SLURM_ARRAY_TASK_ID\"\n") {
		t.Errorf("it is no script:\n%s", text)
	}
	for _, want := range []string{"--array=0-1,3%3", "--cpus-per-task=2", "--time=4:00:00", "--signal=B:USR1@120", "--open-mode=append", "\nexec /"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %s:\n%s", want, text)
		}
	}
	for _, never := range []string{"--mem", "--partition", "--account"} {
		if strings.Contains(text, never) {
			t.Errorf("it has %s, which nobody asked for", never)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "sweep")); err != nil || len(entries) != 1 {
		t.Errorf("it left %v, %v", entries, err)
	}
}

func TestClusterFlagsThatCannotBeMeant(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2")
	for _, c := range []struct {
		args          []string
		problem, hint string
	}{
		{[]string{"--time", "4:00:00"}, "--time has no meaning with --backend local", "--backend slurm"},
		{[]string{"--backend", "slurm", "--threads", "2"}, "--threads has no meaning", "--cpus"},
		{[]string{"--backend", "slurm", "--time", "soon"}, `"soon" is no time`, "12:00:00"},
		{[]string{"--backend", "slurm", "--mem", "much"}, `"much" is no size`, "4G"},
		{[]string{"--backend", "slurm", "--cpus", "0"}, "--cpus is 0", "from 1 on"},
		{[]string{"--backend", "slurm", "--pack", "-1"}, "negative", "from 1 on"},
		{[]string{"--backend", "slurm", "--sbatch-arg", "--array=7"}, "--array=7 is set by the sweep", "--dry-run"},
		{[]string{"--backend", "pbs"}, "pbs", "local, slurm"},
	} {
		args := append([]string{"sweep", "run", "sweep", "--dry-run"}, c.args...)
		wantError(t, neuralrg(t, dir, args...), 2, c.problem, c.hint)
	}
	c := command(t, dir, "sweep", "run", "sweep", "--backend", "slurm")
	c.Env = append(c.Env, "PATH="+dir)
	out, _ := c.CombinedOutput()
	wantError(t, outcome{code: c.ProcessState.ExitCode(), stderr: string(out)}, 1, "there is no sinfo here", "--backend local")
	o := neuralrg(t, dir, "sweep", "point", "sweep", "--backend", "slurm", "0")
	wantError(t, o, 2, "no task of a job array", "--backend slurm")
}
