package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

func (a *app) attachCommand() *cobra.Command {
	plain, screen := false, tui.Options{}
	c := &cobra.Command{
		Use:   "attach [RUN]",
		Short: "look at a run, at work or over, on the screen",
		Long: "Show a run of another process on the screen, with full control, or one that is\n" +
			"over. Without RUN it is the only one at work, or there is a choice. To leave the screen leaves the run\n" +
			"as it is. Without a terminal it follows the run as lines of text.",
		Example: "neuralrg attach runs/first",
		Args:    cobra.ArbitraryArgs,
		RunE:    a.withAtMostOne(func(dir string) error { return a.attach(dir, plain, screen) }),
	}
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&plain, "plain", plain, "lines of text, no screen")
	screenFlags(c.Flags(), &screen)
	return c
}

// screenFlags are the flags of whatever has a screen. What is not given the user's
// settings may have.
func screenFlags(flags *pflag.FlagSet, o *tui.Options) {
	addChoice(flags, &o.Color, "color", "colours (auto)",
		tui.ColorAuto, tui.ColorTrue, tui.Color256, tui.Color16, tui.ColorNone)
	addChoice(flags, &o.Glyphs, "glyphs", "characters (auto)",
		tui.GlyphsAuto, tui.GlyphsBraille, tui.GlyphsBlock, tui.GlyphsASCII)
	flags.Var((*word)(&o.Theme), "theme", "colour theme (by the terminal's background)")
	flags.Var((*whole)(&o.FPS), "fps", "pictures a second at most (5, and 4 over SSH)")
}

// attach looks at the run in a directory, or at the only one at work if that is
// empty, until it is over or the user leaves.
func (a *app) attach(dir string, plain bool, o tui.Options) (err error) {
	if err := o.Validate(); err != nil {
		return wrong(err)
	}
	screen := !plain && a.hasScreen()
	if screen {
		if o, err = o.WithSettings(); err != nil {
			return err
		}
	}
	if dir == "" {
		if screen && len(atWork()) > 1 {
			return a.showRuns(runsDir, o)
		}
		if dir, err = onlyRun(); err != nil {
			return err
		}
	}
	ctx, release := untilLeft()
	defer release()
	v, err := remote.Open(ctx, dir)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer v.Close()
	first := v.Feed().Latest()
	if screen {
		l := link(v.Connection())
		l.Library = a.library(dir)
		_, err = tui.Run(ctx, v, l, o)
	} else {
		err = a.readLines(ctx, v)
	}
	if err != nil {
		return err
	}
	return a.depart(v, first)
}

// untilLeft returns a context that ends when a signal asks this process to. Another
// one kills it.
func untilLeft() (ctx context.Context, release func()) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, release = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release)
	return ctx, release
}

// showRuns shows the runs in a directory on the screen, and those that are opened
// there.
func (a *app) showRuns(dir string, o tui.Options) error {
	if err := o.Validate(); err != nil {
		return wrong(err)
	}
	ctx, release := untilLeft()
	defer release()
	_, err := tui.Run(ctx, nil, tui.Link{Library: &shelf{app: a, dir: dir}}, o)
	return err
}

// link says on the screen how it is connected.
func link(c remote.Connection) tui.Link {
	l := tui.Link{Away: true, ReadOnly: c.ReadOnly, How: "attached"}
	switch c.How {
	case remote.Files:
		l.How, l.Greeting = fmt.Sprintf("by files of %s, read-only", c.Host), c.Why
	case remote.Over:
		l.How = "by its files"
	}
	return l
}

// readLines follows a run as lines of text until it is over or ctx is done.
func (a *app) readLines(ctx context.Context, v *remote.Viewer) error {
	if c := v.Connection(); c.How == remote.Files {
		a.note(c.Why)
	}
	lines := newProgress(a.out, a.note, false)
	for s := range v.Feed().Follow(ctx) {
		if err := lines.show(s, time.Now()); err != nil {
			return err
		}
		if s.Phase.Over() {
			return nil
		}
	}
	return nil
}

// depart says what becomes of a run that is no longer looked at, and that was
// like first at first: it goes on, it has come to an end, or nobody knows.
func (a *app) depart(v *remote.Viewer, first *run.Snapshot) error {
	last := v.Feed().Latest()
	if err := v.Err(); err != nil {
		return failed(err.Error(), hintOf(err))
	}
	switch {
	case first.Phase.Over(): // it is not news how it ended
		if first.Error != "" {
			a.note(first.Error)
		}
		return summarise(last).write(a.out)
	case last.Phase == run.Failed || last.Phase == run.Interrupted:
		return failed(last.Error, last.Hint)
	case last.Phase.Over():
		return summarise(last).write(a.out)
	}
	c := v.Connection()
	a.note(fmt.Sprintf("the run goes on, process %d on %s: neuralrg attach %s", c.PID, c.Host, run.ShellWord(last.Dir)))
	return nil
}
