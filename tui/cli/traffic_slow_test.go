//go:build slow

package cli_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// What docs/command-line.md says was measured with longer times than these.
var (
	trafficPeriod = flag.Duration("traffic.period", 8*time.Second, "how long the bytes of each state are counted")
	trafficKeys   = flag.Int("traffic.keys", 30, "how many keys are timed")
	trafficColor  = flag.String("traffic.color", "auto", "the depth of colour")
	trafficJudge  = flag.Bool("traffic.judge", false, "fail where times are longer than they should be, on a machine with nothing else to do")
)

// line is the program on a terminal that only counts what comes.
type line struct {
	t       *testing.T
	file    *os.File
	process *exec.Cmd

	mu    sync.Mutex
	heard []byte
	done  chan struct{}
}

// listen starts a run, as large as the default one, on a terminal of 120 x 40.
func listen(t *testing.T, env []string, args ...string) *line {
	t.Helper()
	c := command(t, t.TempDir(), append([]string{"train", "--epochs", "1000000", "--dir", "run", "--color", *trafficColor}, args...)...)
	c.Env = append(c.Env, env...)
	file, err := pty.StartWithSize(c, &pty.Winsize{Cols: 120, Rows: 40})
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, file: file, process: c, done: make(chan struct{})}
	go l.hear()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
		<-l.done
		_ = file.Close()
	})
	return l
}

func (l *line) hear() {
	defer close(l.done)
	buffer := make([]byte, 1<<16)
	for {
		n, err := l.file.Read(buffer)
		l.mu.Lock()
		l.heard = append(l.heard, buffer[:n]...)
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// so is what has come so far.
func (l *line) so() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}

// await waits until words have come after a point, and says how long that took.
func (l *line) await(from int, words string) time.Duration {
	l.t.Helper()
	begin := time.Now()
	for time.Since(begin) < patient {
		if bytes.Contains(l.so()[from:], []byte(words)) {
			return time.Since(begin)
		}
		time.Sleep(200 * time.Microsecond)
	}
	l.t.Fatalf("%q does not come within %v; the last is %q", words, patient, l.so()[max(0, len(l.so())-200):])
	return 0
}

func (l *line) press(keys string) (from int) {
	l.t.Helper()
	from = len(l.so())
	if _, err := l.file.WriteString(keys); err != nil {
		l.t.Fatal(err)
	}
	return from
}

// count counts bytes and pictures a second.
func (l *line) count(period time.Duration) (bytesPerSecond, pictures float64) {
	from := len(l.so())
	begin := time.Now()
	time.Sleep(period)
	came := l.so()[from:]
	seconds := time.Since(begin).Seconds()
	return float64(len(came)) / seconds, float64(bytes.Count(came, []byte("\x1b[?2026h"))) / seconds
}

// settled is how long the screen takes to come to rest: notices go.
const settled = 6 * time.Second

// TestTrafficOverSSH counts what the default screen sends over SSH, where pictures
// say where they begin.
func TestTrafficOverSSH(t *testing.T) {
	l := listen(t, []string{"SSH_TTY=/dev/pts/9"})
	l.await(0, "lattice")
	time.Sleep(settled)
	rate, pictures := l.count(*trafficPeriod)
	t.Logf("training: %.0f bytes/s, %.1f pictures/s", rate, pictures)
	if rate > 8000 || pictures > 4.5 {
		t.Errorf("training sends %.0f bytes and %.1f pictures a second", rate, pictures)
	}
	l.await(len(l.so()), "\x1b[?2026h") // another picture comes
	from := l.press(" ")
	l.await(from, "paused")
	within(t, "a paused run sends at most 1000 bytes a second", func() bool { // once all has been shown
		rate, _ = l.count(*trafficPeriod)
		t.Logf("paused: %.0f bytes/s", rate)
		return rate <= 1000
	})
}

// TestKeysShowSoon times the first picture, and how soon the screen shows what a
// key does while the run trains on all cores. Times depend on what else a machine
// does, and are judged only if asked to.
func TestKeysShowSoon(t *testing.T) {
	begin := time.Now()
	l := listen(t, nil)
	l.await(0, "lattice")
	first := time.Since(begin)
	t.Logf("first picture after %v", first)
	if *trafficJudge && first > 300*time.Millisecond {
		t.Errorf("the first picture takes %v", first)
	}
	l.await(0, "free energy")
	random := rand.New(rand.NewPCG(1, 1))
	var took []time.Duration
	for range *trafficKeys {
		time.Sleep(time.Duration(100+random.IntN(150)) * time.Millisecond)
		from := l.press("?")
		took = append(took, l.await(from, "any key"))
		l.await(from+bytes.Index(l.so()[from:], []byte("any key")), "quit") // the last line steps back
		l.await(l.press("x"), "quit")                                       // and stands out again
	}
	slices.Sort(took)
	median, worst := took[len(took)/2], took[len(took)*99/100]
	t.Logf("keys: median %v, 99 %% %v", median, worst)
	if *trafficJudge && (median > 50*time.Millisecond || worst > 100*time.Millisecond) {
		t.Errorf("keys take %v at the median and %v at the 99th percentile", median, worst)
	}
}
