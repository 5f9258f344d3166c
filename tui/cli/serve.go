package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/tui"
	"neuralrg/tui/serve"
)

func (a *app) serveCommand() *cobra.Command {
	o := serve.Config{
		Listen: "127.0.0.1:2222", Frames: 12, Idle: time.Hour, Session: 12 * time.Hour,
	}
	log := ""
	c := &cobra.Command{
		Use:   "serve [RUN...]",
		Short: "show runs to others over SSH",
		Long: "Show the screen of runs over SSH: whoever has a key of --authorized-keys may look,\n" +
			"and with one of --control-keys steer. Without RUN it is the only one at work. It is\n" +
			"a process of its own: no run notices when it ends.",
		Example: "neuralrg serve runs/first --authorized-keys viewers.pub --control-keys mine.pub",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if !a.refuses() {
				a.err = a.share(args, o, log)
			}
			return nil
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var((*word)(&o.Listen), "listen", "address and port")
	flags.BoolVar(&o.Expose, "expose", o.Expose, "let --listen be an address that other machines reach")
	flags.Var((*word)(&o.AuthorizedKeys), "authorized-keys", "file of the public keys that may look")
	flags.Var((*word)(&o.ControlKeys), "control-keys", "file of those that may steer too")
	flags.Var((*word)(&o.HostKey), "host-key", "file of the host key (made once in the user's state directory)")
	flags.Var((*whole)(&o.Frames), "frames", "pictures a second, of all screens together")
	flags.DurationVar(&o.Idle, "idle", o.Idle, "a screen at which nobody types ends after this")
	flags.DurationVar(&o.Session, "session", o.Session, "every screen ends after this")
	flags.Var((*word)(&log), "log", "file of who came, a megabyte at most (standard error)")
	screenFlags(flags, &o.Options)
	return c
}

// share shows runs over SSH until a signal comes.
func (a *app) share(dirs []string, o serve.Config, log string) (err error) {
	if o.Runs, err = chosenRuns(dirs); err != nil {
		return err
	}
	if o.Options, err = o.Options.WithSettingsForOthers(); err != nil {
		return err
	}
	if o.HostKey == "" {
		if o.HostKey, err = serve.HostKeyPath(); err != nil {
			return err
		}
	}
	o.Look = func(dir string) tui.Entry { return entry(look(dir)) }
	o.Log = a.stderr
	if log != "" {
		f, err := os.OpenFile(log, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			return usage(fmt.Sprintf("cannot write the log %s: %v", log, bare(err)), "give another file with --log")
		}
		defer f.Close()
		o.Log = bounded{f}
	}
	signal.Ignore(syscall.SIGPIPE)
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	context.AfterFunc(ctx, release) // another signal ends this process
	s, err := serve.New(o)
	if err != nil {
		return err
	}
	if err := serve.GiveWay(); err != nil {
		a.note(fmt.Sprintf("the priority stays as it is: %v", err))
	}
	runtime.GOMAXPROCS(1) // one core at most, and that only when the runs leave it
	at := s.Addr()
	a.note(fmt.Sprintf("serving %s at %v; host key %s", strings.Join(o.Runs, ", "), at, s.Fingerprint()))
	a.note(fmt.Sprintf("look at it with: ssh -p %d %s", at.Port, at.IP))
	return s.Serve(ctx)
}

// chosenRuns are the directories of the runs to show, each of which is one, or
// the only one at work.
func chosenRuns(dirs []string) ([]string, error) {
	if len(dirs) == 0 {
		dir, err := onlyRun()
		return []string{dir}, err
	}
	for _, dir := range dirs {
		if !isRun(dir) {
			return nil, usage(fmt.Sprintf("there is no run in %q", dir), "neuralrg runs lists those that there are")
		}
	}
	return dirs, nil
}
