// Package cli is the command line: commands, flags, plain output, errors and
// exit codes. It holds no physics and draws no screen.
//
// Its rules: results go to standard output, words about the work to standard
// error. An error is one line "error: what is wrong" and one line "hint: what to
// do". The exit code is 0 when the work is done or was stopped and saved on the
// user's wish, 1 when it failed, 2 when it was asked for wrongly.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"neuralrg/model"
)

// app is one invocation of the program.
type app struct {
	stdin, stdout, stderr *os.File
	args                  []string
	parent                *os.File  // if this process trains detached, where it says that it has begun
	out                   io.Writer // for results: standard output
	err                   error     // what the command came to
}

// Main runs the program with its arguments, without the program's name, and
// returns its exit code.
func Main(args []string) int {
	if os.Getenv("NO_COLOR") != "" {
		_ = os.Setenv("NO_COLOR", "1") // the library that writes the help does not take any word for it
	}
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, args: args, parent: parent(), out: os.Stdout}
	root := a.root()
	root.SetArgs(args)
	text := &witness{File: a.stdout}
	root.SetOut(text)
	a.strictHelp(root)
	// fang asks the terminal for its background before it hands over an error,
	// and waits two seconds for a terminal that does not answer. So a command's
	// error takes the way round, through a.err.
	err := fang.Execute(context.Background(), root,
		fang.WithVersion(Version),
		fang.WithColorSchemeFunc(helpColors),
		fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}))
	if err == nil {
		err = a.err
	}
	if text.lost != nil {
		err = output(text.lost)
	}
	return report(a.stderr, err)
}

// root is the command table. The root command trains.
func (a *app) root() *cobra.Command {
	root := a.trainCommand("neuralrg")
	root.Long = "Learn the renormalization group of the two-dimensional Ising model:\n" +
		"a normalizing flow in the shape of a MERA, trained from the energy alone."
	root.Example = `# train on the screen, with settings for a first look
neuralrg

# the paper's run, as lines of text
neuralrg train --preset paper --plain

# go on with a run that was stopped
neuralrg train --resume --dir runs/paper

# train without a terminal, look in, and stop
neuralrg train --detach --dir runs/long
neuralrg attach runs/long
neuralrg stop runs/long

# let others look at it over SSH
neuralrg serve runs/long --authorized-keys viewers.pub

# draws of its flow, with what they tell
neuralrg sample runs/paper -n 10000 --out samples.npz

# what a run's flow says of fields that you have
neuralrg evaluate runs/paper --in fields.npz --out likelihood.npz

# Monte Carlo in the flow's latents, measured beside that of the fields
neuralrg compare runs/paper

# the figures of a run and what it has learnt
neuralrg report runs/paper

# the exact solution to compare with
neuralrg exact -L 16 -T 2.3`
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		a.err = flagError(c, err)
		return nil
	})
	root.AddCommand(a.trainCommand("train"), a.attachCommand(), a.serveCommand(), a.stopCommand(), a.runsCommand(), a.branchCommand(), a.sampleCommand(), a.evaluateCommand(), a.compareCommand(), a.reportCommand(), a.sweepCommand(), a.exactCommand(), a.benchCommand(), a.versionCommand())
	return root
}

// do wraps what a command without arguments does: its error goes to a.err.
// Commands accept any argument (cobra.ArbitraryArgs) to get here.
func (a *app) do(work func() error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		switch {
		case a.refuses():
		case len(args) == 0:
			a.err = work()
		case c.HasParent():
			a.err = surplus(c, "no argument", args[0])
		default:
			a.err = unknownCommand(c, args[0])
		}
		return nil
	}
}

// withRun wraps what a command does with the directory of a run.
func (a *app) withRun(work func(dir string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		switch {
		case a.refuses():
		case len(args) == 0 || args[0] == "":
			a.err = usage(c.CommandPath()+" needs the directory of a run", fmt.Sprintf("give it as in %s runs/first", c.CommandPath()))
		case len(args) > 1:
			a.err = surplus(c, "one argument", args[1])
		default:
			a.err = work(args[0])
		}
		return nil
	}
}

// withRuns wraps what a command does with the directories of some runs.
func (a *app) withRuns(work func(dirs []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		switch {
		case a.refuses():
		case len(args) == 0 || slices.Contains(args, ""):
			a.err = usage(c.CommandPath()+" needs the directory of a run", fmt.Sprintf("give it as in %s runs/first", c.CommandPath()))
		default:
			a.err = work(args)
		}
		return nil
	}
}

// withAtMostOne wraps what a command does with one argument or none, which is
// then empty.
func (a *app) withAtMostOne(work func(dir string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !a.refuses() {
			a.err = work("")
			return nil
		}
		return a.withRun(work)(c, args)
	}
}

// refuses says whether the environment asks for what cannot be.
func (a *app) refuses() bool {
	refused := model.KernelsRefused()
	if refused != nil {
		a.err = usage("NEURALRG_KERNELS: "+refused.Error(), hintOf(refused))
	}
	return refused != nil
}

// surplus is the error of an argument too many.
func surplus(c *cobra.Command, takes, arg string) error {
	return usage(fmt.Sprintf("%s takes %s, but %q was given", c.CommandPath(), takes, arg), helpHint(c))
}
