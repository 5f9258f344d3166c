// Package tui is the screen of a run: one Bubble Tea model, four panes, one key
// table. It draws what a run gives it and computes no physics.
package tui

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// Runner is what the screen needs of a run: *run.Run is one.
type Runner interface {
	Feed() *run.Feed[*run.Snapshot]
	Do(run.Command) error
}

// Run shows a run on the terminal of this process until the user leaves or ctx
// is done. It never stops a run by itself: an error, such as that of a terminal
// that has hung up, says only that there is no screen any more.
func Run(ctx context.Context, r Runner, o Options) error {
	return show(ctx, r, o, os.Stdin, os.Stdout, os.Environ())
}

func show(ctx context.Context, r Runner, o Options, in io.Reader, out io.Writer, env environment) error {
	if err := o.Validate(); err != nil {
		return err
	}
	profile := o.profile(out, env)
	m := newScreen(r.Do, themes.For(true), profile, o.ascii(env))
	if theme, ok := themes.Named(o.Theme); ok {
		m.dress(theme)
		m.chosen = true
	}
	out, initial := clamped(out)
	program := tea.NewProgram(m,
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithEnvironment(env),
		tea.WithColorProfile(profile), tea.WithWindowSize(initial.width, initial.height),
		tea.WithFilter(clampResize), tea.WithoutSignalHandler())

	watch, leave := context.WithCancel(ctx)
	var follower sync.WaitGroup
	follower.Go(func() { follow(watch, r.Feed(), program, o.framesPerSecond(env)) })
	_, err := program.Run()
	leave()
	follower.Wait()
	if ctx.Err() != nil && errors.Is(err, tea.ErrProgramKilled) {
		return nil
	}
	return err
}

// follow brings snapshots to the screen, no more than so many a second. It may
// have to wait for the terminal; nothing waits for it.
func follow(ctx context.Context, feed *run.Feed[*run.Snapshot], program *tea.Program, perSecond int) {
	pause := time.NewTicker(time.Second / time.Duration(perSecond))
	defer pause.Stop()
	for s := range feed.Follow(ctx) {
		program.Send(snapshotMsg{s})
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
}

// clampResize keeps the program's buffers at a reasonable size.
func clampResize(_ tea.Model, msg tea.Msg) tea.Msg {
	if w, ok := msg.(tea.WindowSizeMsg); ok {
		area := clamp(size{w.Width, w.Height})
		return tea.WindowSizeMsg{Width: area.width, Height: area.height}
	}
	return msg
}

// clamped hides from Bubble Tea a window so large that the first buffer, which
// it sizes before any message, would take all memory.
func clamped(out io.Writer) (io.Writer, size) {
	f, ok := out.(term.File)
	if !ok {
		return out, size{80, 24}
	}
	w, h, err := term.GetSize(f.Fd())
	window := size{w, h}
	if err == nil && clamp(window) != window && w*h > maxWidth*maxHeight {
		return struct{ io.Writer }{out}, clamp(window)
	}
	return out, window
}
