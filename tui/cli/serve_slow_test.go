//go:build slow

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(key)}, Timeout: patient,
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
	var times []float64
	within(t, "two epochs come to their end", func() bool {
		times = timesFrom(t, path, info.Size())
		return len(times) > 0
	})
	slices.Sort(times)
	return times
}

// timesFrom are the seconds of the epochs in a file of metrics from a byte on.
func timesFrom(t *testing.T, path string, from int64) (times []float64) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := 0.0
	for line := range bytes.Lines(text[from:]) {
		var m struct{ Seconds float64 }
		if json.Unmarshal(line, &m) != nil { // the first and the last may be torn
			continue
		}
		if before > 0 {
			times = append(times, m.Seconds-before)
		}
		before = m.Seconds
	}
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

// Twenty who look slow training by a tenth at most: by what a run takes of the
// processors for an epoch, and what the server takes from it. These hold on a
// machine that has other things to do too; the time that epochs take is shown, and
// depends on those. Rounds with and without viewers take turns.
func TestCrowd(t *testing.T) {
	rounds, each, most := 8, 15*time.Second, 0.10 // two minutes of each kind
	if os.Getenv("NEURALRG_SOAK") == "" {
		rounds, each, most = 2, 6*time.Second, 1 // so few epochs differ by themselves, and with what else the machine does
	}
	dir := t.TempDir()
	key, viewers := keyFile(t, dir, "viewers")
	started := neuralrg(t, dir, "train", "--detach", "--dir", "run", "--epochs", "100000000", "--sampler", "off", "--threads", fmt.Sprint(runtime.NumCPU()), "--json")
	if started.code != 0 {
		t.Fatal(started.stderr)
	}
	defer neuralrg(t, dir, "stop", "run")
	trains := int(number(t, decode(t, started.stdout), "pid"))
	h := serve(t, dir, "run", "--authorized-keys", viewers)
	serves := h.process.Process.Pid
	run := filepath.Join(dir, "run")
	waitForLines(t, filepath.Join(run, "metrics.jsonl"), 10)
	time.Sleep(each) // the first epochs are slower

	var medians [2][]float64 // of the time of epochs in the rounds; alone, and with viewers
	var taken, epochs [2]float64
	var cost, received, watched float64
	epoch := func() float64 { return number(t, listed(t, dir, "run")["run"], "epoch") } // the files have it later
	measure := func(kind int) {
		epochs[kind] -= epoch()
		taken[kind] -= used(trains)
		times := paceOf(t, run, func() { time.Sleep(each) })
		epochs[kind] += epoch()
		taken[kind] += used(trains)
		medians[kind] = append(medians[kind], 1e3*times[len(times)/2])
	}
	for round := range rounds {
		measure(0)
		var all []*watcher
		for range crowd {
			all = append(all, watch(t, h.address, key))
		}
		within(t, "all see something", func() bool {
			return !slices.ContainsFunc(all, func(w *watcher) bool { return w.bytes.Load() < 1000 })
		})
		seen := make([]int64, crowd)
		for i, w := range all {
			seen[i] = w.bytes.Load()
		}
		before, began := used(serves), time.Now()
		measure(1)
		cost += used(serves) - before
		watched += time.Since(began).Seconds()
		for i, w := range all {
			received += float64(w.bytes.Load() - seen[i])
			within(t, fmt.Sprintf("round %d: viewer %d sees something new", round, i), func() bool { return w.bytes.Load() > seen[i] })
			_ = w.client.Close()
		}
	}
	alone, crowded := taken[0]/epochs[0], taken[1]/epochs[1]
	share := cost / watched / float64(runtime.NumCPU())
	slowed := crowded/alone/(1-share) - 1
	t.Logf("%d rounds of %v each, on %d processors", rounds, each, runtime.NumCPU())
	t.Logf("an epoch takes %.2f ms of them alone and %.2f ms with %d viewers, and the server %.1f %%: training is slowed by %.1f %%",
		1e3*alone, 1e3*crowded, crowd, 100*share, 100*slowed)
	t.Logf("the median time of an epoch, round by round: alone %.1f ms, with viewers %.1f ms", medians[0], medians[1])
	t.Logf("the viewers got %.1f kB/s in all", received/watched/1e3)
	if slowed > most {
		t.Errorf("training is slowed by %.1f %%", 100*slowed)
	}
}
