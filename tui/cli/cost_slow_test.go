//go:build slow

package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// What docs/command-line.md says was measured with longer times than these.
var (
	costRounds = flag.Int("cost.rounds", 2, "how often each manner of running takes its turn")
	costPeriod = flag.Duration("cost.period", 600*time.Millisecond, "how long one is measured")
)

// starting is the time of a run that does not count.
const starting = 800 * time.Millisecond

// TestCostOfTheScreen reports what the screen and the samplers cost a run, the
// default one and the paper's. Times depend on the machine and on what else it
// does, so that they are printed and not judged. The manners take turns, and
// the best turn of each counts.
func TestCostOfTheScreen(t *testing.T) {
	manners := []struct {
		name    string
		screen  bool
		sampler string
	}{
		{"lines, no samplers", false, "off"},
		{"screen, no samplers", true, "off"},
		{"lines and samplers", false, "both"},
		{"screen and samplers", true, "both"},
	}
	for _, preset := range []string{"quick", "paper"} {
		medians, means := make([]float64, len(manners)), make([]float64, len(manners))
		for round := range *costRounds {
			for i, m := range manners {
				times := epochTimes(t, m.screen, "--preset", preset, "--sampler", m.sampler)
				median, mean := middle(times), average(times)
				if round == 0 {
					medians[i], means[i] = median, mean
				}
				medians[i], means[i] = min(medians[i], median), min(means[i], mean)
			}
		}
		for i, m := range manners {
			t.Logf("%s, %-20s median %8.3f ms (%+5.1f %%), mean %8.3f ms (%+5.1f %%) an epoch", preset, m.name,
				1e3*medians[i], 100*(medians[i]/medians[0]-1), 1e3*means[i], 100*(means[i]/means[0]-1))
		}
	}
}

// epochTimes runs the program for a while, on a terminal or not, and returns
// the seconds of its epochs.
func epochTimes(t *testing.T, screen bool, args ...string) []float64 {
	t.Helper()
	dir := t.TempDir()
	process := command(t, dir, append([]string{"train", "--epochs", "1000000", "--dir", "run"}, args...)...)
	path := filepath.Join(dir, "run", "metrics.jsonl")
	if screen {
		file, err := pty.StartWithSize(process, &pty.Winsize{Cols: 160, Rows: 50})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		go io.Copy(io.Discard, file) // it ends when the program hangs up
	} else if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(starting + *costPeriod)
	waitForLines(t, path, 5)
	if err := process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err != nil {
		t.Fatal(err)
	}
	return differences(t, path)
}

// differences of the seconds of successive epochs, once the run has got going;
// the last half of them if that takes it too long.
func differences(t *testing.T, path string) []float64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var at []float64
	for line := range bytes.Lines(data) {
		var m struct{ Seconds float64 }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		at = append(at, m.Seconds)
	}
	first, _ := slices.BinarySearch(at, starting.Seconds())
	at = at[min(first, len(at)/2):]
	times := make([]float64, len(at)-1)
	for i := range times {
		times[i] = at[i+1] - at[i]
	}
	return times
}

func middle(times []float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

func average(times []float64) float64 {
	sum := 0.0
	for _, s := range times {
		sum += s
	}
	return sum / float64(len(times))
}
