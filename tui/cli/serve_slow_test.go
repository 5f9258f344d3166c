//go:build slow

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// crowd is how many look at once.
const crowd = 20

// watcher is somebody who looks and counts bytes.
type watcher struct {
	client *gossh.Client
	bytes  atomic.Int64
}

func (w *watcher) Write(p []byte) (int, error) {
	w.bytes.Add(int64(len(p)))
	return len(p), nil
}

// watch opens a screen of the usual size.
func watch(t *testing.T, address string, key gossh.Signer) *watcher {
	t.Helper()
	c, err := gossh.Dial("tcp", address, &gossh.ClientConfig{
		User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, Timeout: time.Minute,
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{client: c}
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	s.Stdout = w
	if _, err := s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", 40, 120, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	return w
}

// paceOf are the seconds of the epochs that a run does in a while.
func paceOf(t *testing.T, dir string, while func()) []float64 {
	t.Helper()
	path := filepath.Join(dir, "metrics.jsonl")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	while()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.NewSectionReader(f, info.Size(), 1<<40))
	if err != nil {
		t.Fatal(err)
	}
	var times []float64
	before := 0.0
	for line := range bytes.Lines(text) {
		var m struct{ Seconds float64 }
		if json.Unmarshal(line, &m) != nil { // the first and the last may be torn
			continue
		}
		if before > 0 {
			times = append(times, m.Seconds-before)
		}
		before = m.Seconds
	}
	if len(times) < 3 {
		t.Fatalf("%d epochs", len(times))
	}
	slices.Sort(times)
	return times
}

// used is the time of a processor that a process has taken, in seconds.
func used(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, system := 0.0, 0.0
	_, _ = fmt.Sscan(fields[11], &user)
	_, _ = fmt.Sscan(fields[12], &system)
	return (user + system) / 100
}

// Twenty who look slow training by a tenth at most. Rounds with and without them
// take turns, and the best of each kind counts: what else is at work on the machine
// slows some rounds, and whoever looks would slow all.
func TestCrowd(t *testing.T) {
	rounds, each := 8, 15*time.Second // two minutes of each kind
	if os.Getenv("NEURALRG_SOAK") == "" {
		rounds, each = 4, 3*time.Second
	}
	dir := t.TempDir()
	key, viewers := keyFile(t, dir, "viewers")
	started := neuralrg(t, dir, "train", "--detach", "--dir", "run", "--epochs", "100000000", "--threads", fmt.Sprint(runtime.NumCPU()))
	if started.code != 0 {
		t.Fatal(started.stderr)
	}
	defer neuralrg(t, dir, "stop", "run")
	h := serve(t, dir, "run", "--authorized-keys", viewers)
	run := filepath.Join(dir, "run")
	time.Sleep(each) // the samplers warm up

	var without, with []float64 // medians of the rounds
	var cost, received float64
	for round := range rounds {
		alone := paceOf(t, run, func() { time.Sleep(each) })
		without = append(without, alone[len(alone)/2])

		var all []*watcher
		for range crowd {
			all = append(all, watch(t, h.address, key))
		}
		for end := time.Now().Add(time.Minute); slices.ContainsFunc(all, func(w *watcher) bool { return w.bytes.Load() < 1000 }); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("not all see something")
			}
		}
		before := used(h.process.Process.Pid)
		seen := make([]int64, crowd)
		for i, w := range all {
			seen[i] = w.bytes.Load()
		}
		watched := paceOf(t, run, func() { time.Sleep(each) })
		with = append(with, watched[len(watched)/2])
		cost += used(h.process.Process.Pid) - before
		for i, w := range all {
			now := w.bytes.Load() - seen[i]
			if now == 0 {
				t.Errorf("round %d: viewer %d sees nothing new", round, i)
			}
			received += float64(now)
			_ = w.client.Close()
		}
	}
	ratio := slices.Min(with) / slices.Min(without)
	seconds := float64(rounds) * each.Seconds()
	t.Logf("%d rounds of %v each: the median epoch takes %.2f ms alone in the best round, %.2f ms with %d viewers: ratio %.3f", rounds, each, 1e3*slices.Min(without), 1e3*slices.Min(with), crowd, ratio)
	t.Logf("rounds alone %.2f ms", scaled(without, 1e3))
	t.Logf("rounds with viewers %.2f ms", scaled(with, 1e3))
	t.Logf("the server took %.1f %% of a core and sent %.1f kB/s in all", 100*cost/seconds, received/seconds/1e3)
	if ratio > 1.10 {
		t.Errorf("training is slowed by %.1f %%", 100*(ratio-1))
	}
}

func scaled(values []float64, factor float64) []float64 {
	all := slices.Clone(values)
	for i := range all {
		all[i] *= factor
	}
	return all
}
