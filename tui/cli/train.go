package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// trainCommand makes the command that trains; the root command is one too.
func (a *app) trainCommand(name string) *cobra.Command {
	f := newTrainFlags()
	c := &cobra.Command{
		Use:   name,
		Short: "train a flow, on the screen or as lines of text",
		Long: "Train a flow on the Ising model, on the screen or, with --plain or where\n" +
			"standard output is no terminal, as lines of text. Without --preset the\n" +
			"settings are those of a first look.",
		Args: cobra.ArbitraryArgs,
		RunE: a.do(func() error { return a.train(f) }),
	}
	c.Flags().SortFlags = false
	f.register(c.Flags())
	return c
}

// train starts or resumes a run and follows it to its end, or leaves that to a
// process of its own.
func (a *app) train(f *trainFlags) error {
	if f.detach && a.parent == nil {
		return a.trainDetached(f.json, a.args)
	}
	if err := beNice(f.nice); err != nil {
		return err
	}
	screen := a.onScreen(f)
	ctx, cancel := untilSignal(screen || a.parent != nil)
	defer cancel(nil)
	if screen {
		a.out = forgiving{a.out} // the last words are for whoever still reads
		var err error
		if f.screen, err = f.screen.WithSettings(); err != nil {
			return err
		}
		leaveRoom(f.threads)
	}
	lines := newProgress(a.out, a.note, !f.resume)
	r, err := f.open(ctx, screen || (a.parent != nil && !f.plain), a.note)
	if errors.Is(err, run.ErrFinished) {
		return a.concludeFinished(f)
	}
	if err != nil {
		return err
	}
	end := sync.OnceFunc(a.serve(r))
	defer end()
	exit, err := a.accompany(ctx, cancel, f, r, lines)
	last := r.Wait()
	switch {
	case last.Phase == run.Failed:
		return failed(last.Error, last.Hint)
	case err != nil:
		return err
	case exit == tui.Left && last.Phase == run.Stopped:
		end()
		return a.trainDetached(false, f.sequel(last))
	}
	return a.conclude(f, last)
}

// accompany follows a run until it is over or told to stop, or the user leaves
// it at work.
func (a *app) accompany(ctx context.Context, cancel context.CancelCauseFunc, f *trainFlags, r *run.Run, lines *progress) (tui.Exit, error) {
	dir := r.Feed().Latest().Dir
	others := othersAtWork(dir)
	if a.onScreen(f) {
		return a.show(ctx, cancel, r, tui.Link{Greeting: others, Library: a.library(dir)}, f.screen, lines)
	}
	if others != "" {
		a.note(others)
	}
	if a.parent != nil {
		f.json = false // that was for the process which has asked
		a.cutLoose(dir)
	}
	lines.out = a.out
	if f.json {
		lines.out = forgiving{a.stderr}
	}
	return tui.Done, follow(r, lines, cancel)
}

// sequel is how a process of its own goes on with a run that this one leaves, to
// the same bits: as it is carried out now.
func (f *trainFlags) sequel(last *run.Snapshot) []string {
	return []string{
		"train", "--resume", "--detach", "--dir=" + last.Dir, "--threads", strconv.Itoa(f.threads),
		"--sampler", string(last.Sampler), "--sampler-share", strconv.FormatFloat(f.config.SamplerShare, 'g', -1, 64),
	}
}

// serve lets viewers come to a run and leaves a note of it; the function that it
// returns ends both. A run that nobody can attach to works all the same.
func (a *app) serve(r *run.Run) (end func()) {
	dir := r.Feed().Latest().Dir
	withdraw := run.Announce(dir)
	server, err := remote.Serve(r, dir)
	if err != nil {
		r.Warn(err.Error())
		return withdraw
	}
	return func() {
		server.Close()
		withdraw()
	}
}

// concludeFinished prints what a run came to that has nothing left to do.
func (a *app) concludeFinished(f *trainFlags) error {
	last, damage, err := finishedRun(f.dir)
	if err != nil {
		return err
	}
	a.note("all epochs of this run are done")
	if damage != nil {
		a.note(fmt.Sprintf("its record is damaged, and this is what can be read of it: %v", damage))
	}
	return a.conclude(f, last)
}

// show follows a run on the screen. A screen that breaks, as when its terminal
// hangs up, does not end the run: it goes on as lines of text, which need not
// arrive.
func (a *app) show(ctx context.Context, cancel context.CancelCauseFunc, r *run.Run, l tui.Link, o tui.Options, lines *progress) (tui.Exit, error) {
	exit, err := tui.Run(ctx, r, l, o)
	if err == nil {
		cancel(nil) // who leaves the screen has asked the run to stop, here at least
		return exit, nil
	}
	a.note(fmt.Sprintf("the screen ended (%v); training goes on", err))
	return exit, follow(r, lines, cancel)
}

// follow writes a run as lines until it is over. If they cannot be written, as
// when their reader goes away, the run saves and stops, and
// records why.
func follow(r *run.Run, lines *progress, cancel context.CancelCauseFunc) (lost error) {
	for s := range r.Feed().Follow(context.Background()) {
		if err := lines.show(s, time.Now()); err != nil && lost == nil {
			lost = err
			cancel(err)
		}
	}
	return lost
}

// conclude prints what a run came to.
func (a *app) conclude(f *trainFlags, last *run.Snapshot) error {
	sum := summarise(last)
	if f.json {
		return writeJSON(a.out, sum)
	}
	return sum.write(a.out)
}

// leaveRoom lets the screen run beside so many threads that train: the system
// then gives it a core at once, where Go would let it wait for one of these.
func leaveRoom(threads int) {
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), threads+2))
}

// note says something about the work.
func (a *app) note(text string) { fmt.Fprintf(a.stderr, "note: %s\n", tui.Clean(text)) }

// untilSignal returns a context that ends when the user or the system asks the
// program to: it then saves and stops. A second signal kills it. A hangup counts
// as such a signal for lines of text, unless nohup said otherwise; a run on the
// screen, or detached, survives the loss of its terminal. Writing to a closed
// pipe is an error and not the end of the program.
func untilSignal(survives bool) (context.Context, context.CancelCauseFunc) {
	signal.Ignore(syscall.SIGPIPE)
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	switch {
	case survives:
		signal.Ignore(syscall.SIGHUP)
	case !signal.Ignored(syscall.SIGHUP):
		signals = append(signals, syscall.SIGHUP)
	}
	signalled, release := signal.NotifyContext(context.Background(), signals...)
	ctx, cancel := context.WithCancelCause(signalled)
	context.AfterFunc(ctx, release)
	return ctx, cancel
}

// onScreen says whether a run is shown on the screen.
func (a *app) onScreen(f *trainFlags) bool {
	return a.parent == nil && !f.plain && !f.json && a.hasScreen()
}

// hasScreen says whether there is a terminal to draw on and to take keys from.
func (a *app) hasScreen() bool {
	return os.Getenv("TERM") != "dumb" && term.IsTerminal(a.stdin.Fd()) && term.IsTerminal(a.stdout.Fd())
}
