package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Every thread of a run with --nice lets others go first.
func TestNiceIsOfEveryThread(t *testing.T) {
	dir := t.TempDir()
	c := command(t, dir, append([]string{"train", "--plain", "--epochs", "1000000", "--dir", "run", "--nice", "17"}, tiny...)...)
	interrupt, wait := started(t, c, new(bytes.Buffer), filepath.Join(dir, "run", "metrics.jsonl"), 20)
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", c.Process.Pid))
	if err != nil || len(stats) < 2 {
		t.Errorf("it has the threads %v, %v", stats, err)
	}
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, after, _ := strings.Cut(string(data), ") ")
		if fields := strings.Fields(after); fields[16] != "17" && fields[16] != "18" && fields[16] != "19" {
			t.Errorf("%s has the niceness %s", path, fields[16])
		}
	}
	interrupt(syscall.SIGTERM)
	if code, stderr := wait(); code != 0 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
