package tui

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"neuralrg/training/run"
)

// soakRounds is how many keys and resizes TestSoak makes: all with NEURALRG_SOAK=1,
// else a tenth, and fewer with -short.
func soakRounds() int {
	switch {
	case os.Getenv("NEURALRG_SOAK") == "1":
		return 10000
	case testing.Short():
		return 200
	}
	return 1000
}

// typedKeys are what a terminal sends for keys, and for other things.
func typedKeys() []string {
	sequences := map[string]string{
		"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "enter": "\r", "esc": "\x1b", "space": " ",
		"tab": "\t", "shift+tab": "\x1b[Z", "pgup": "\x1b[5~", "pgdown": "\x1b[6~", "home": "\x1b[H", "end": "\x1b[F",
		"ctrl+c": "\x03", "ctrl+u": "\x15", "ctrl+d": "\x04",
	}
	var all []string
	for _, a := range actions() {
		for _, k := range a.typed() {
			if s, ok := sequences[k]; ok {
				k = s
			}
			all = append(all, k)
		}
	}
	return append(all, "\x1b[200~pasted\x1b[201~", "\x1b[<0;10;10M", "\x1b[<64;300;2M", "\x1b[I", "\x1b[99~", "\x1b]11;rgb:ffff/ffff/ffff\x07", "é", "\xff", "\x00", "日")
}

// Whatever is typed and however the window changes, the program neither panics nor
// hangs, and leaves no goroutine.
func TestSoak(t *testing.T) {
	warm := make(chan os.Signal, 1) // the first use of signals starts a goroutine for good
	signal.Notify(warm, syscall.SIGWINCH)
	signal.Stop(warm)
	before := len(goroutines())
	const seed = 11
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	keys := typedKeys()
	sessions := 0
	for left := soakRounds(); left > 0; sessions++ {
		t.Run("session", func(t *testing.T) {
			l := connect(t, size{80, 24}, Options{FPS: 60, Glyphs: []Glyphs{GlyphsBlock, GlyphsBraille, GlyphsASCII}[sessions%3]})
			l.sees("lattice")
			for end := left - min(left, 250); left > end; left-- {
				switch random.IntN(8) {
				case 0:
					l.resizes(size{1 + random.IntN(300), 1 + random.IntN(100)})
				case 1:
					l.publishes()
				default:
					if !l.tries(keys[random.IntN(len(keys))]) {
						return // it has been told to quit
					}
				}
			}
			l.leave()
			_ = l.end()
		})
	}
	t.Logf("%d sessions", sessions)
	leavesNothing(t, before)
}

// resizes changes the window.
func (l *wire) resizes(area size) {
	l.t.Helper()
	l.emulator.Resize(area.width, area.height)
	resize(l.t, l.tty, area)
	// The kernel tells the processes whose terminal it is; here it is none's.
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGWINCH); err != nil {
		l.t.Fatal(err)
	}
}

// publishes lets the run go on by an epoch, unless it is over.
func (l *wire) publishes() {
	l.fake.mu.Lock()
	defer l.fake.mu.Unlock()
	if s := &l.fake.state; !s.Phase.Over() {
		s.Epoch++
		s.Lattice = sampleLattice(s.Config.L, s.Epoch)
		s.History = s.History.Append(run.Metrics{Epoch: s.Epoch, FreeEnergy: -500, Gap: 5, ESS: 0.4, Rate: 1e-3})
		l.fake.publish()
	}
}

// tries types keys until they are read, and says whether there is still somebody to
// read them. One that reads no more and does not end hangs.
func (l *wire) tries(keys string) bool {
	l.t.Helper()
	for end := time.Now().Add(patient); time.Now().Before(end); {
		select {
		case <-l.ended:
			if l.result != nil {
				l.t.Errorf("the program ended: %v", l.result)
			}
			return false
		default:
		}
		if keys == "" {
			if !l.unread() {
				return true
			}
			time.Sleep(100 * time.Microsecond)
			continue
		}
		_ = l.master.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := l.master.WriteString(keys); err == nil {
			keys = "" // now somebody has to read them
		} else if !errors.Is(err, os.ErrDeadlineExceeded) {
			l.t.Fatal(err)
		}
	}
	l.t.Fatal("the program takes no keys any more")
	return false
}

// unread says that keys wait to be read.
func (l *wire) unread() bool {
	l.t.Helper()
	waiting := []unix.PollFd{{Fd: int32(l.tty.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(waiting, 0)
	if err != nil && !errors.Is(err, unix.EINTR) {
		l.t.Fatal(err)
	}
	return n > 0
}

// leavesNothing waits until no more goroutines are there than before.
func leavesNothing(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(patient); ; time.Sleep(20 * time.Millisecond) {
		running := goroutines()
		if len(running) <= before {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d goroutines before, %d after:\n%s", before, len(running), strings.Join(running, "\n\n"))
		}
	}
}

// goroutines are the stacks of all goroutines but those of Bubble Tea's that read
// the terminal and have a key left over as it ends: it lets them stand.
func goroutines() []string {
	stacks := make([]byte, 1<<20)
	all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	return slices.DeleteFunc(all, func(s string) bool { return strings.Contains(s, "(*TerminalReader).sendEvents") })
}
