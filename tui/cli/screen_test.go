package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// terminal is the program on a terminal of its own.
type terminal struct {
	*vt.SafeEmulator
	t       *testing.T
	process *exec.Cmd
	file    *os.File // the terminal's side of the line
	reading sync.Mutex
	done    chan struct{} // closed when the program has hung up
}

// onTerminal starts the program on a terminal of a size.
func onTerminal(t *testing.T, columns, rows int, c *exec.Cmd) *terminal {
	t.Helper()
	file, err := pty.StartWithSize(c, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	e := &terminal{SafeEmulator: vt.NewSafeEmulator(columns, rows), t: t, process: c, file: file, done: make(chan struct{})}
	var answers sync.WaitGroup
	answers.Go(func() { _, _ = io.Copy(file, e.SafeEmulator) }) // to the program's questions
	go e.read()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-e.done
		_ = e.InputPipe().(io.Closer).Close() // the emulator's own Close is not safe beside Read
		answers.Wait()
		_ = file.Close()
	})
	return e
}

// read paints what the program writes, while nobody holds the lock.
func (e *terminal) read() {
	defer close(e.done)
	buffer := make([]byte, 4096)
	for {
		e.reading.Lock()
		n, err := e.file.Read(buffer)
		_, _ = e.Write(buffer[:n])
		e.reading.Unlock()
		if err != nil {
			return
		}
	}
}

// screen is the text on the screen.
func (e *terminal) screen() string { return ansi.Strip(e.Render()) }

// press sends keys.
func (e *terminal) press(keys string) {
	e.t.Helper()
	if _, err := e.file.WriteString(keys); err != nil {
		e.t.Fatal(err)
	}
}

// until waits until something is so of the text on the screen.
func (e *terminal) until(what string, so func(screen string) bool) {
	e.t.Helper()
	for end := time.Now().Add(patient); !so(e.screen()); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			e.t.Fatalf("not after %v: %s\n%s", patient, what, e.screen())
		}
	}
}

// wait waits until the screen says all the words.
func (e *terminal) wait(words ...string) {
	e.t.Helper()
	e.until(fmt.Sprintf("it says %q", words), func(screen string) bool { return says(screen, words) })
}

func says(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			return false
		}
	}
	return true
}

// exit waits for the end of the program and returns its exit code.
func (e *terminal) exit() int {
	e.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- e.process.Wait() }()
	select {
	case err := <-ended:
		<-e.done
		return exitCode(e.t, err)
	case <-time.After(patient):
		e.t.Fatalf("the program does not end:\n%s", e.screen())
		return -1
	}
}

func TestScreenFromStartToQuit(t *testing.T) {
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--dir", "run"}, tiny...)
	e := onTerminal(t, 80, 24, command(t, dir, args...))
	e.wait("lattice", "free energy", "gap", "epoch")
	e.press("?")
	e.wait("quit", "pause")
	e.press("?")
	e.press(" ")
	e.wait("paused")
	e.press(" ")
	e.press("q")
	e.wait("save", "cancel")
	e.press("\x1b")
	e.until("the question is gone", func(screen string) bool { return !says(screen, []string{"stop and save"}) }) // or escape and the next key were one
	waitForLines(t, filepath.Join(dir, "run", "metrics.jsonl"), 30)
	e.press("q")
	e.wait("save", "cancel")
	e.press("\r")
	if code := e.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !says(e.screen(), []string{"stopped after", "go on with"}) {
		t.Errorf("the last words are not the summary:\n%s", e.screen())
	}
	o := neuralrg(t, dir, "train", "--resume", "--dir", "run", "--seed", "8")
	wantError(t, o, 2, "--seed 7, not 8", "leave these flags out")
}

func TestTerminalThatDoesNotReadStopsNothing(t *testing.T) {
	t.Parallel() // it mostly waits
	stall := 5 * time.Second
	if testing.Short() {
		stall = time.Second
	}
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--dir", "run"}, tiny...)
	e := onTerminal(t, 80, 24, command(t, dir, args...))
	e.wait("lattice", "free energy", "epoch")
	path := filepath.Join(dir, "run", "metrics.jsonl")

	e.reading.Lock()
	defer e.reading.Unlock()
	end := time.Now().Add(stall)
	for n := 0; time.Now().Before(end); n++ { // whole pictures fill the line's buffer
		if err := pty.Setsize(e.file, &pty.Winsize{Cols: uint16(200 + n%2), Rows: 50}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	waitForLines(t, path, countLines(t, path)+20)
}

func TestTerminalThatHangsUpStopsNothing(t *testing.T) {
	dir := t.TempDir()
	args := append([]string{"--epochs", "1000000", "--dir", "run"}, tiny...)
	c := command(t, dir, args...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	e := onTerminal(t, 80, 24, c)
	e.wait("lattice", "epoch")
	if err := e.file.Close(); err != nil {
		t.Fatal(err)
	}
	<-e.done
	path := filepath.Join(dir, "run", "metrics.jsonl")
	waitForLines(t, path, countLines(t, path)+20)
	if err := e.process.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := e.exit(); code != 0 || strings.Contains(stderr.String(), "error: ") {
		t.Errorf("exit code %d, %q", code, stderr.String())
	}
}

func countLines(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte("\n"))
}

func TestNoTerminalMeansLines(t *testing.T) {
	onlyPlain(t)
	dir := t.TempDir()
	o := neuralrg(t, dir, append([]string{"--epochs", "2", "--dir", "run"}, tiny...)...)
	if o.code != 0 || !strings.Contains(o.stdout, "epoch 2/2") || strings.Contains(o.stdout, "\x1b") {
		t.Errorf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
}
