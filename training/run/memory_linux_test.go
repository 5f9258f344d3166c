package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestARunThatDoesNotFitIsRefused(t *testing.T) {
	available, known := availableMemory()
	if !known || available < 1<<20 || available > 1<<50 {
		t.Fatalf("available memory: %d, %v", available, known)
	}
	c := tiny(10)
	if err := checkMemory(c, 2); err != nil {
		t.Errorf("a tiny run: %v", err)
	}
	c.L, c.Hidden, c.HiddenLayers, c.Repeat, c.Couplings, c.Batch = 128, 128, 8, 8, 64, 1<<16
	dir := t.TempDir()
	_, err := Start(t.Context(), dir, c, Options{Threads: 8})
	if err == nil || !strings.Contains(err.Error(), "memory") || hintOf(err) == "" {
		t.Errorf("a giant run: %v", err)
	}
}

// The limit of a job stands above the group of its processes.
func TestLimitsOfControlGroups(t *testing.T) {
	root := t.TempDir()
	for path, limit := range map[string]string{
		"memory.max":                                     "max\n",
		"slurm/job_7/memory.max":                         "3000\n",
		"slurm/job_7/step_0/memory.max":                  "max\n",
		"slurm/job_8/memory.max":                         "1000\n",
		"memory/memory.limit_in_bytes":                   "9223372036854771712\n",
		"memory/slurm/uid_1/memory.limit_in_bytes":       "2000\n",
		"memory/slurm/uid_1/job_7/memory.limit_in_bytes": "2500\n",
	} {
		path = filepath.Join(root, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(limit), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for groups, want := range map[string]int{
		"":                             5000,
		"0::/\n":                       5000,
		"0::/slurm/job_7/step_0\n":     3000,
		"0::/slurm/job_7/gone/below\n": 3000,
		"0::/../../slurm/job_8\n":      1000,
		"9:name=systemd:/slurm/job_8\n4:cpu,memory:/slurm/uid_1/job_7\n0::/\n": 2000,
		"no groups\n": 5000,
	} {
		if got := groupLimit(root, groups, 5000); got != want {
			t.Errorf("%q: %d, want %d", groups, got, want)
		}
	}
}
