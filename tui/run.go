// Package tui is the screen of a run, with six panes and one table of keys, and the
// pages that lie over it: the list of runs, the form for a new one, a sweep. It draws
// what a run gives it and computes no physics.
package tui

import (
	"context"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"neuralrg/themes"
	"neuralrg/training/run"
	"neuralrg/tui/chart"
)

// Runner is what the screen needs of a run: *run.Run is one.
type Runner interface {
	Feed() *run.Feed[*run.Snapshot]
	Do(run.Command) error
}

// Run shows a run on the terminal of this process until the user leaves or ctx
// is done, and says how the user left. It stops a run only if the user asks for
// that: an error, such as that of a terminal that has hung up, says only that
// there is no screen any more.
func Run(ctx context.Context, r Runner, l Link, o Options) (Exit, error) {
	return Show(ctx, r, l, o, Terminal{In: os.Stdin, Out: os.Stdout, Environ: os.Environ()})
}

// Show shows a run on a terminal, as Run does. If there is no run it shows those of
// the library that the link has.
func Show(ctx context.Context, r Runner, l Link, o Options, t Terminal) (Exit, error) {
	if err := o.Validate(); err != nil {
		return Done, err
	}
	watch, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	env := environment(t.Environ)
	profile := o.profile(t.Out, env)
	st := newStyles(themes.For(true), profile, o.ascii(env))
	st.braille = o.Glyphs == GlyphsBraille
	if o.Glyphs == GlyphsBlock {
		st.grain = chart.Quadrants
	}
	st.liked = o.Liked
	if liked, ok := themes.Named(o.Liked); ok { // until the background is known
		st = st.dressed(liked)
	}
	theme, chosen := themes.Named(o.Theme)
	if chosen {
		st = st.dressed(theme)
	}
	slow := env.remote() || !local(t.Out)
	h := &host{watch: watch, perSecond: o.framesPerSecond(env), styles: st, library: l.Library, keys: o.Keys, open: map[int]func(){}, slow: slow, mouse: !o.NoMouse, synchronized: slow && !o.Unsynchronized}
	if slow {
		h.line.perSecond = slowRate
	}
	m, follow := h.first(r, l)
	m.wear(st, chosen)
	program := tea.NewProgram(paced(newStack(m, h), later(watch), t.Turn), append(t.options(leave, &h.line.sent),
		tea.WithEnvironment(env), tea.WithColorProfile(profile),
		tea.WithFilter(o.filter), tea.WithoutSignalHandler())...)

	// Not tea.WithContext: that kills the program, which then closes its input
	// under the goroutine that reads it.
	h.send = program.Send
	stay := context.AfterFunc(watch, program.Quit)
	h.work.Go(func() { follow(watch) })
	h.work.Go(func() { t.resize(watch, program) })
	_, err := program.Run()
	stay()
	gone := context.Cause(watch)
	leave(nil)
	h.end()
	switch {
	case ctx.Err() != nil:
		return Done, nil
	case gone != nil:
		return Done, gone
	}
	if first, ok := m.(*screen); ok {
		return first.exit, err
	}
	return Done, err
}

// later makes commands that bring a message after a while, and end with the
// context.
func later(ctx context.Context) func(time.Duration, tea.Msg) tea.Cmd {
	return func(d time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg {
			wait := time.NewTimer(d)
			defer wait.Stop()
			select {
			case <-wait.C:
				return msg
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// hurry says that something was asked for.
func hurry(asked chan<- struct{}) {
	select {
	case asked <- struct{}{}:
	default:
	}
}

// follow brings snapshots to the screen, no more than so many a second and than
// the line carries, and one at once when a command was answered. It may have to
// wait for the terminal; nothing waits for it.
func follow(ctx context.Context, feed *run.Feed[*run.Snapshot], send func(tea.Msg), perSecond int, line *budget, asked <-chan struct{}) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for s := range feed.Follow(ctx) {
		send(snapshotMsg{s})
		pause.Reset(max(time.Second/time.Duration(perSecond), line.wait(time.Now())))
		select {
		case <-pause.C:
		case <-asked:
		case <-ctx.Done():
		}
	}
	if ctx.Err() == nil {
		send(severedMsg{})
	}
}
