package tui

import (
	"context"
	"image/color"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// wire is the whole program on a pseudo-terminal, in this process: a fake run
// at one end, an emulator at the other.
type wire struct {
	t        *testing.T
	emulator *vt.SafeEmulator
	master   *os.File
	tty      *os.File
	fake     *fakeRun
	leave    context.CancelFunc
	ended    chan struct{} // closed when the program has ended, with this:
	result   error
	exit     Exit
	link     Link
	ends     sync.WaitGroup
	reading  sync.RWMutex // held by a test while the terminal is not to read
}

// patient is how long a test waits for what a busy machine does late.
const patient = 2 * time.Minute

var utf8 = environment{"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8"}

func connect(t *testing.T, area size, o Options) *wire {
	t.Helper()
	return connectTo(t, area, o, Link{})
}

// withoutRun leaves out the run: only the library is shown.
func withoutRun(l *wire) { l.fake = nil }

// connectTo connects to a run that hangs on the screen by a link.
func connectTo(t *testing.T, area size, o Options, link Link, more ...func(*wire)) *wire {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	resize(t, tty, area)
	master = pollable(t, master)
	area = clamp(area)
	ctx, leave := context.WithCancel(context.Background())
	l := &wire{
		t: t, emulator: vt.NewSafeEmulator(area.width, area.height), master: master, tty: tty,
		fake: newFake(8), leave: leave, ended: make(chan struct{}), link: link,
	}
	for _, change := range more {
		change(l)
	}
	// The emulator answers questions: its answers must have somewhere to go
	// before it is asked.
	l.ends.Go(func() { _, _ = io.Copy(master, l.emulator) })
	l.ends.Go(l.read)
	go func() {
		defer close(l.ended)
		var r Runner
		if l.fake != nil {
			r = l.fake
		}
		l.exit, l.result = Show(ctx, r, l.link, o, Terminal{In: tty, Out: tty, Environ: utf8})
	}()
	t.Cleanup(l.disconnect)
	return l
}

func resize(t *testing.T, tty *os.File, area size) {
	t.Helper()
	if err := pty.Setsize(tty, &pty.Winsize{Cols: uint16(area.width), Rows: uint16(area.height)}); err != nil {
		t.Fatal(err)
	}
}

// pollable is a file that can be closed while somebody reads it.
func pollable(t *testing.T, f *os.File) *os.File {
	t.Helper()
	fd, err := syscall.Dup(int(f.Fd()))
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	return os.NewFile(uintptr(fd), f.Name())
}

func (l *wire) read() {
	buffer := make([]byte, 4096)
	for {
		l.awaitReading()
		n, err := l.master.Read(buffer)
		_, _ = l.emulator.Write(buffer[:n])
		if err != nil {
			return
		}
	}
}

// awaitReading waits while a test keeps the terminal from reading.
func (l *wire) awaitReading() {
	l.reading.RLock()
	defer l.reading.RUnlock()
}

// disconnect leaves the program's side of the line to the garbage collector: a
// program that is killed does not wait for its reader to notice.
func (l *wire) disconnect() {
	l.leave()
	<-l.ended
	_ = l.master.Close()
	if answers, ok := l.emulator.InputPipe().(io.Closer); ok {
		_ = answers.Close()
	}
	l.ends.Wait()
}

func (l *wire) types(keys string) {
	l.t.Helper()
	if _, err := l.master.WriteString(keys); err != nil {
		l.t.Fatal(err)
	}
}

// sees waits for words on the screen.
func (l *wire) sees(words ...string) {
	l.t.Helper()
	text := ""
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		text = ansi.Strip(l.emulator.Render())
		missing := slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		if !missing {
			return
		}
	}
	l.t.Fatalf("the screen does not say %q:\n%s", words, text)
}

func (l *wire) end() error {
	l.t.Helper()
	select {
	case <-l.ended:
		return l.result
	case <-time.After(patient):
		l.t.Fatal("the program does not end")
		return nil
	}
}

// A session by keys, from the first frame to the saved end.
func TestProgram(t *testing.T) {
	warm := make(chan os.Signal, 1) // the first use of signals starts a goroutine for good
	signal.Notify(warm, syscall.SIGWINCH)
	signal.Stop(warm)
	before := len(goroutines())
	t.Run("session", func(t *testing.T) {
		l := connect(t, size{120, 40}, Options{})
		l.sees("neuralrg", "1 lattice", "2 free energy", "3 latents", "4 sampler", "training")
		l.types("?")
		l.sees("any key closes this")
		l.types("x")
		l.types(" ")
		l.sees("paused", "space resume")
		l.types("+")
		l.sees("learning rate 1.25e-03")
		l.types("3")
		l.sees("arrows latent")
		l.types("\x1b[C") // right
		l.sees("4,0")
		l.types("z")
		l.sees("1 lattice  2 free energy  3 latents  4 sampler")
		l.types("q")
		l.sees("Stop at epoch 1,234", "stop and save")
		l.types("\r")
		if err := l.end(); err != nil {
			t.Fatal(err)
		}
		commands := l.fake.asked()
		for _, kind := range []run.Kind{run.Pause, run.SetRate, run.Respond, run.Stop} {
			if !slices.ContainsFunc(commands, func(c run.Command) bool { return c.Kind == kind }) {
				t.Errorf("no command %q in %v", kind, commands)
			}
		}
		if last := commands[len(commands)-1]; last.Kind != run.Stop {
			t.Errorf("the last command is %v", last)
		}
	})
	leavesNothing(t, before)
}

// The background that the terminal reports chooses the theme, and a key overrides
// that.
func TestProgramSuitsTheBackground(t *testing.T) {
	for name, background := range map[string]color.Color{"dark": color.Black, "light": color.White} {
		l := connectTo(t, size{80, 24}, Options{}, Link{}, func(l *wire) { l.emulator.SetBackgroundColor(background) })
		l.sees("1 lattice")
		theme, _ := themes.Named(name)
		l.wears(theme)
		l.types("b")
		l.wears(theme.Turned())
		l.leave()
	}
}

// wears waits until the keys in the last line have the colour of a theme.
func (l *wire) wears(theme themes.Theme) {
	l.t.Helper()
	want := newStyles(theme, colorprofile.TrueColor, false).accent.paint("?")
	want = strings.TrimSuffix(want, ansi.ResetStyle)
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if strings.Contains(l.emulator.Render(), want) { // which locks; a cell would be read while it is written
			return
		}
	}
	l.t.Fatalf("the keys are not %q as in %s:\n%q", want, theme.Name, l.emulator.Render())
}

// The window may shrink and grow.
func TestProgramResizes(t *testing.T) {
	l := connect(t, size{120, 40}, Options{})
	l.sees("4 sampler", "runs/L16")
	for _, area := range []size{{80, 24}, {30, 8}, {200, 50}} {
		l.resizes(area)
		if area.width < minWidth {
			l.sees("needs 40 x 10", "has 30 x 8")
			continue
		}
		l.sees("tab 1-6 focus", "? help  q quit")
	}
}

// When the context ends the screen goes without an error: somebody else ends
// the run.
func TestProgramEndsWithContext(t *testing.T) {
	l := connect(t, size{80, 24}, Options{})
	l.sees("1 lattice")
	l.leave()
	if err := l.end(); err != nil {
		t.Errorf("the end of the context is the error %v", err)
	}
	if got := l.fake.asked(); slices.ContainsFunc(got, func(c run.Command) bool { return c.Kind == run.Stop }) {
		t.Errorf("the run was stopped: %v", got)
	}
}

// When the terminal hangs up the screen ends, and the run does not.
func TestProgramSurvivesHangup(t *testing.T) {
	l := connect(t, size{80, 24}, Options{})
	l.sees("1 lattice")
	_ = l.master.Close()
	if err := l.end(); err == nil {
		t.Error("a terminal that has hung up is no error")
	}
	if got := l.fake.asked(); slices.ContainsFunc(got, func(c run.Command) bool { return c.Kind == run.Stop }) {
		t.Errorf("the run was stopped: %v", got)
	}
}

// A terminal that does not read stops neither the run's publishing nor, once it
// reads again, the screen.
func TestStalledTerminal(t *testing.T) {
	l := connect(t, size{120, 40}, Options{FPS: 60})
	l.sees("1 lattice")
	l.reading.Lock()
	published := make(chan int) // the last epoch
	go func() {
		for range snapshots {
			l.publishes()
			time.Sleep(5 * time.Millisecond) // for the screen to draw what the terminal does not read
		}
		published <- l.fake.feed.Latest().Epoch
	}()
	epoch := 0
	select {
	case epoch = <-published:
	case <-time.After(patient):
		l.reading.Unlock()
		t.Fatalf("%d snapshots were not published while the terminal did not read", snapshots)
	}
	l.reading.Unlock()
	l.sees(count(epoch))
	l.types("q")
	l.sees("stop and save")
}

// An enormous window does not take all memory.
func TestEnormousWindow(t *testing.T) {
	var before, after runtime.MemStats // other tests may have taken some
	runtime.ReadMemStats(&before)
	l := connect(t, size{20000, 5000}, Options{})
	l.sees("1 lattice", "? help")
	runtime.ReadMemStats(&after)
	if taken := int64(after.Sys) - int64(before.Sys); taken > 1<<30 {
		t.Errorf("%d MB taken from the system", taken>>20)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		o    Options
		good bool
	}{
		{Options{}, true},
		{Options{Theme: "light", Color: Color256, Glyphs: GlyphsASCII, FPS: 4}, true},
		{Options{Theme: "aurora", Glyphs: GlyphsBraille}, true},
		{Options{Theme: "no\x1bsuch"}, false},
		{Options{Color: "17"}, false},
		{Options{Glyphs: "emoji"}, false},
		{Options{FPS: -1}, false},
		{Options{FPS: 1000}, false},
	} {
		err := c.o.Validate()
		if (err == nil) != c.good {
			t.Errorf("%+v: %v", c.o, err)
		}
		if err == nil {
			continue
		}
		if hint, ok := err.(interface{ Hint() string }); !ok || hint.Hint() == "" {
			t.Errorf("%+v: no hint", c.o)
		}
		if strings.ContainsAny(err.Error(), "\x1b\n") {
			t.Errorf("%+v: %q", c.o, err.Error())
		}
	}
}

func TestTerminalAnswers(t *testing.T) {
	for _, c := range []struct {
		env     environment
		profile string
		ascii   bool
		fps     int
	}{
		{utf8, "TrueColor", false, 5},
		{append(utf8, "NO_COLOR=yes"), "Ascii", false, 5},
		{append(utf8, "NO_COLOR="), "TrueColor", false, 5},
		{environment{"TERM=xterm-256color", "TTY_FORCE=1", "LC_ALL=C", "LANG=C.UTF-8"}, "ANSI256", true, 5},
		{environment{"TERM=xterm", "TTY_FORCE=1", "LC_CTYPE=de_DE.utf8"}, "ANSI", false, 5},
		{environment{"TERM=dumb"}, "Ascii", true, 5},
		{append(utf8, "SSH_TTY=/dev/pts/1"), "ANSI256", false, 4},
	} {
		env := append(environment{"TTY_FORCE=1"}, c.env...)
		var o Options
		if got := o.profile(io.Discard, env).String(); got != c.profile {
			t.Errorf("%v: colours %s, want %s", c.env, got, c.profile)
		}
		if got := o.ascii(env); got != c.ascii {
			t.Errorf("%v: ascii %v, want %v", c.env, got, c.ascii)
		}
		if got := o.framesPerSecond(env); got != c.fps {
			t.Errorf("%v: %d frames a second, want %d", c.env, got, c.fps)
		}
	}
	forced := Options{Color: Color16, Glyphs: GlyphsBlock, FPS: 2}
	env := environment{"NO_COLOR=1", "LC_ALL=C"}
	if got := forced.profile(io.Discard, env).String(); got != "ANSI" {
		t.Errorf("a colour depth asked for becomes %s", got)
	}
	if forced.ascii(env) || forced.framesPerSecond(env) != 2 {
		t.Error("glyphs or frames asked for are overruled")
	}
	if (Options{Glyphs: GlyphsBraille}).ascii(env) {
		t.Error("braille asked for becomes ASCII")
	}
}
