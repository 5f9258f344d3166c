package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
)

// A screen at the end of a line that is no file has the sizes it is told, at most
// the largest, lines that begin at the left, and ends with the line.
func TestShowOnLine(t *testing.T) {
	l := &wire{t: t, emulator: vt.NewSafeEmulator(120, 40), fake: newFake(8), ended: make(chan struct{})}
	keys, typed := io.Pipe()
	sizes := make(chan [2]int)
	l.ends.Go(func() { _, _ = io.Copy(io.Discard, l.emulator) })
	go func() {
		defer close(l.ended)
		l.exit, l.result = Show(context.Background(), l.fake, Link{Away: true}, Options{}, Terminal{
			In: keys, Out: l.emulator, Environ: append(utf8, "TTY_FORCE=1"), Width: 120, Height: 40,
			Resized: sizes, Turn: func() time.Duration { return time.Millisecond },
		})
	}()
	l.sees("neuralrg", "1 lattice", "2 free energy", "3 latents", "4 sampler", "training")
	for _, area := range []size{{80, 24}, {30, 8}, {1 << 30, 1 << 30}} {
		within := clamp(area)
		l.emulator.Resize(within.width, within.height)
		sizes <- [2]int{area.width, area.height}
		if area.width < minWidth {
			l.sees("needs 40 x 10", "has 30 x 8")
			continue
		}
		l.sees("tab 1-6 focus", "? help  q quit")
	}
	_ = typed.CloseWithError(errors.New("gone"))
	if err := l.end(); err == nil {
		t.Error("the end of the line is no error")
	}
	if answers, ok := l.emulator.InputPipe().(io.Closer); ok {
		_ = answers.Close()
	}
	l.ends.Wait()
}

// What is written counts as it was given, and the end is told once it is there.
func TestStream(t *testing.T) {
	var text bytes.Buffer
	var once sync.Once
	gone := error(nil)
	s := stream{in: bytes.NewReader(nil), out: &text, lost: func(err error) { once.Do(func() { gone = err }) }, sent: new(atomic.Int64)}
	if n, err := s.Write([]byte("a\nb\n")); n != 4 || err != nil || text.String() != "a\r\nb\r\n" || gone != nil || s.sent.Load() != 6 {
		t.Errorf("%d, %v, %q, %v, %d sent", n, err, text.String(), gone, s.sent.Load())
	}
	if _, err := s.Read(make([]byte, 1)); err != io.EOF || !errors.Is(gone, io.EOF) {
		t.Errorf("the end is %v, told as %v", err, gone)
	}
}
