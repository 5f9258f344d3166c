package tui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// Terminal is what a screen is shown on: files of this process that are a
// terminal, or the two directions of a line to one elsewhere.
type Terminal struct {
	In      io.Reader
	Out     io.Writer
	Environ []string // of whoever looks, as os.Environ has it

	// These are of a terminal elsewhere; a file knows its size itself.

	Width, Height int                  // at first, in cells
	Resized       <-chan [2]int        // widths and heights later on; may be nil
	Turn          func() time.Duration // before each picture: how long it has to wait; nil: not at all
}

// pacedRate is how often a screen that has to wait for its turn looks whether it
// has come, a second.
const pacedRate = 20

// options tie a program to the terminal. lost is told when the terminal has gone:
// Bubble Tea takes the end of its input for silence and an error of its output
// for nothing, and would show a screen to nobody for ever.
// sent counts the bytes that the terminal is sent.
func (t Terminal) options(lost func(error), sent *atomic.Int64) []tea.ProgramOption {
	options := []tea.ProgramOption{tea.WithInput(listening(t.In, lost))}
	output, window := io.Writer(stream{out: t.Out, lost: lost, sent: sent}), clamp(size{t.Width, t.Height})
	if file, ok := t.Out.(*os.File); ok {
		output, window = clamped(terminalFile{file, lost, sent})
	}
	if t.Turn != nil {
		options = append(options, tea.WithFPS(pacedRate))
	}
	return append(options, tea.WithOutput(output), tea.WithWindowSize(window.width, window.height))
}

// listening is input that says when it has ended.
func listening(in io.Reader, lost func(error)) io.Reader {
	if file, ok := in.(*os.File); ok {
		return terminalFile{File: file, lost: lost}
	}
	return stream{in: in, lost: lost}
}

// resize tells a program the sizes of its terminal. One that cannot be true it
// would not take.
func (t Terminal) resize(ctx context.Context, program *tea.Program) {
	for {
		select {
		case area := <-t.Resized:
			within := clamp(size{area[0], area[1]})
			program.Send(tea.WindowSizeMsg{Width: within.width, Height: within.height})
		case <-ctx.Done():
			return
		}
	}
}

// terminalFile is a terminal of this host that says when it has gone.
type terminalFile struct {
	*os.File
	lost func(error)
	sent *atomic.Int64
}

func (f terminalFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	return n, noticed(err, n == 0, f.lost)
}

func (f terminalFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.sent.Add(int64(n))
	return n, noticed(err, true, f.lost)
}

// stream is a direction of a line to a terminal elsewhere.
type stream struct {
	in   io.Reader
	out  io.Writer
	lost func(error)
	sent *atomic.Int64
}

func (s stream) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	return n, noticed(err, n == 0, s.lost)
}

// Write ends lines as a terminal in raw mode needs it: Bubble Tea relies on a
// driver that does this wherever its output is no file.
func (s stream) Write(p []byte) (int, error) {
	n, err := s.out.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	s.sent.Add(int64(n))
	if noticed(err, true, s.lost) != nil {
		return 0, err
	}
	return len(p), nil
}

// noticed passes an error on, and says that the terminal has gone if this is the
// end.
func noticed(err error, end bool, lost func(error)) error {
	if err != nil && end {
		lost(fmt.Errorf("the terminal has gone: %w", err))
	}
	return err
}

// filter keeps the program's buffers at a reasonable size, and from pictures that
// are shown whole if they are not to be.
func (o Options) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		area := clamp(size{msg.Width, msg.Height})
		return tea.WindowSizeMsg{Width: area.width, Height: area.height}
	case tea.ModeReportMsg:
		if o.Unsynchronized && msg.Mode == ansi.ModeSynchronizedOutput {
			return nil
		}
	}
	return msg
}

// local says that output goes to a terminal of this host, or seems to.
func local(out io.Writer) bool {
	_, ok := out.(*os.File)
	return ok
}

// clamped hides from Bubble Tea a window so large that the first buffer, which
// it sizes before any message, would take all memory.
func clamped(out terminalFile) (io.Writer, size) {
	w, h, err := term.GetSize(out.Fd())
	window := size{w, h}
	if err == nil && w*h > maxWidth*maxHeight {
		return struct{ io.Writer }{out}, clamp(window)
	}
	return out, window
}
