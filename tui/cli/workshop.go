package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// A shelf is a workshop too: its runs are made as by the command line, in
// processes of their own, so that no screen has to stay for them.
var _ tui.Workshop = (*shelf)(nil)

// formLeavesOut are the flags of train that say how it is shown or carried out
// here, and not what is trained.
var formLeavesOut = []string{"resume", "detach", "plain", "json", "color", "glyphs", "theme", "fps"}

// formFlags are the flags that a form has, with the variables behind them.
func formFlags() (*trainFlags, *pflag.FlagSet) {
	f, all, some := newTrainFlags(), flagSet(), flagSet()
	f.register(all)
	for _, first := range []string{"from", "preset", "config", "dir"} {
		some.AddFlag(all.Lookup(first))
	}
	all.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(formLeavesOut, flag.Name) && some.Lookup(flag.Name) == nil {
			some.AddFlag(flag)
		}
	})
	return f, some
}

// Plan settles the run of some settings, as train does with its flags.
func (s *shelf) Plan(_ context.Context, given map[string]string) tui.Plan {
	f, flags := formFlags()
	f.detach = true // it is carried out so
	wrongs := setFlags(flags, given)
	p := tui.Plan{}
	if err := f.settle(); err != nil {
		p.Problem, p.Hint = err.Error(), hintOf(err)
	}
	flags.VisitAll(func(flag *pflag.Flag) {
		field := tui.Field{Name: flag.Name, Help: flag.Usage, Value: flag.Value.String(), Problem: wrongs[flag.Name]}
		if lister, ok := flag.Value.(interface{ choices() []string }); ok {
			field.Choices = lister.choices()
		} else if flag.Value.Type() == "bool" {
			field.Choices = []string{"true", "false"}
		}
		if text := given[flag.Name]; text != "" {
			field.Value, field.Given = text, true
		} else if flag.Name == "dir" {
			field.Value = run.DefaultDir(runsDir, f.config, time.Now())
		}
		p.Fields = append(p.Fields, field)
	})
	return p
}

// setFlags gives flags their values, as a command line does, and says of each that
// cannot have its value what it takes.
func setFlags(flags *pflag.FlagSet, given map[string]string) (wrongs map[string]string) {
	wrongs = map[string]string{}
	for name, text := range given {
		flag := flags.Lookup(name)
		if flag == nil || text == "" {
			continue
		}
		before := flag.Value.String()
		if err := flags.Set(name, text); err != nil {
			wrongs[name] = valueHint(flag)
			_ = flag.Value.Set(before)
		}
	}
	return wrongs
}

// settle finds out what the flags make together, and what is wrong with it.
func (f *trainFlags) settle() error {
	if err := f.check(); err != nil {
		return err
	}
	from, err := f.resolve(true)
	if err != nil {
		return err
	}
	if from != nil {
		return from.Suits(f.config)
	}
	return nil
}

// Start begins a run in a process of its own.
func (s *shelf) Start(_ context.Context, given map[string]string) (string, error) {
	args := []string{"train", "--detach"}
	for name, text := range given {
		if text != "" {
			args = append(args, "--"+name+"="+text)
		}
	}
	slices.Sort(args[2:])
	return spawn(args)
}

// Continue goes on with a run in a process of its own.
func (s *shelf) Continue(_ context.Context, dir string) error {
	_, err := spawn([]string{"train", "--detach", "--resume", "--dir=" + dir})
	return err
}

// Branch makes a copy of a run as it stands, which one at work saves first.
func (s *shelf) Branch(ctx context.Context, dir string) (string, error) {
	if err := saveNow(ctx, dir); err != nil {
		return "", err
	}
	to := branchDir(dir)
	_, err := run.Branch(dir, to, run.Newest)
	return to, err
}

// Delete removes the directory of a run.
func (s *shelf) Delete(ctx context.Context, dir string) error { return run.Remove(ctx, dir) }

// branchDir proposes the directory of a branch: the first free of DIR-branch-1,
// -2, ...
func branchDir(dir string) string {
	for n := 1; ; n++ {
		path := fmt.Sprintf("%s-branch-%d", filepath.Clean(dir), n)
		if _, err := os.Lstat(path); err != nil {
			return path
		}
	}
}

// saveNow lets a run at work on this host write a checkpoint, if it can be asked,
// and returns when it has.
func saveNow(ctx context.Context, dir string) error {
	o, err := run.OwnerOf(dir)
	if err != nil || o == nil || o.Dead || !o.Here {
		return err
	}
	ctx, release := context.WithTimeout(ctx, saveTime)
	defer release()
	v, err := remote.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer v.Close()
	before := v.Feed().Latest()
	if v.Connection().How != remote.Socket || before.Phase.Over() {
		return nil
	}
	if err := v.Do(run.Command{Kind: run.Save}); err != nil {
		return err
	}
	for now := range v.Feed().Follow(ctx) {
		if now.Saved >= before.Epoch || now.Phase.Over() {
			return nil
		}
	}
	return failed(fmt.Sprintf("%s has not saved a checkpoint in %v", dir, saveTime), "see whether its disk is well, then try again")
}

// saveTime is how long a run may take to save: it does so at the end of an epoch.
const saveTime = 5 * time.Minute

// spawn runs the program with these arguments in a process of its own and returns
// in which directory its run has begun. What that process says until then is the
// error if there comes none: it goes to a file, for here is a screen.
func spawn(args []string) (dir string, err error) {
	said, err := os.CreateTemp("", "neuralrg-*.txt")
	if err != nil {
		return "", cannotDetach(err)
	}
	defer func() {
		_ = said.Close()
		_ = os.Remove(said.Name())
	}()
	word, c, err := launch(args, said, said)
	if err != nil {
		return "", cannotDetach(err)
	}
	if word.Dir == "" {
		_ = c.Wait()
		return "", lastError(said)
	}
	go func() { _ = c.Wait() }() // or it would stay in the system's list, when it has ended, as long as this process
	return word.Dir, nil
}

// lastError is what a process has said last that was an error.
func lastError(said io.ReadSeeker) error {
	_, _ = said.Seek(0, io.SeekStart)
	text, _ := io.ReadAll(io.LimitReader(said, 1<<16))
	problem, hint := "the process of the run ended without a word", "try it with neuralrg train --detach"
	for line := range bytes.Lines(text) {
		line := strings.TrimSpace(string(line))
		if e, ok := strings.CutPrefix(line, "error: "); ok {
			problem = e
		}
		if h, ok := strings.CutPrefix(line, "hint: "); ok {
			hint = h
		}
		if n, ok := strings.CutPrefix(line, "note: all epochs"); ok {
			problem, hint = "all epochs"+n, "start another run that begins with this one"
		}
	}
	return failed(problem, hint)
}
