package cli

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"neuralrg/training/run"
	"neuralrg/tui"
)

func (a *app) branchCommand() *cobra.Command {
	dir, at, asJSON := "", moment(run.Newest), false
	c := &cobra.Command{
		Use:   "branch RUN",
		Short: "copy a run as it stands, to go on from there in two ways",
		Long: "Make a new run that stands where another has its newest checkpoint, or that of\n" +
			"--epoch, with its record up to there: train --resume goes on with it as the other\n" +
			"does, bit for bit, until something is changed. A run at work saves one first, and\n" +
			"goes on.",
		Example: `# as it stands
neuralrg branch runs/first --dir runs/second

# as it was, if it keeps that checkpoint
neuralrg branch runs/first --epoch 1000`,
		Args: cobra.ArbitraryArgs,
		RunE: a.withRun(func(source string) error { return a.branch(source, dir, int(at), asJSON) }),
	}
	c.Flags().SortFlags = false
	c.Flags().Var((*word)(&dir), "dir", "directory of the new run (RUN-branch-1)")
	c.Flags().Var(&at, "epoch", "epoch of a checkpoint that the run keeps (the newest)")
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	return c
}

// moment is the value of a flag that names an epoch; without it it is run.Newest.
type moment int

func (m *moment) String() string {
	if *m == run.Newest {
		return ""
	}
	return strconv.Itoa(int(*m))
}

func (m *moment) Set(s string) error {
	value, err := strconv.ParseUint(s, 10, 31)
	*m = moment(value)
	return err
}

func (m *moment) Type() string { return "epoch" }

// branch makes a branch of the run in a directory, and says how to go on with it.
func (a *app) branch(source, dir string, at int, asJSON bool) error {
	ctx, release := untilLeft()
	defer release()
	if at == run.Newest { // to save one more could remove that of an epoch
		if err := saveNow(ctx, source); err != nil {
			return err
		}
	}
	if dir == "" {
		dir = branchDir(source)
	}
	epoch, err := run.Branch(source, dir, at)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, struct {
			Run   string `json:"run"`
			Dir   string `json:"dir"`
			Epoch int    `json:"epoch"`
		}{source, dir, epoch})
	}
	_, err = fmt.Fprintf(a.out, "%s stands at epoch %d of %s\ngo on with it: neuralrg train --resume --dir %s\n",
		tui.Clean(dir), epoch, tui.Clean(source), run.ShellWord(tui.Clean(dir)))
	return output(err)
}
