package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"neuralrg/training/run"
	"neuralrg/tui"
)

func (a *app) branchCommand() *cobra.Command {
	dir, asJSON := "", false
	c := &cobra.Command{
		Use:   "branch RUN",
		Short: "copy a run as it stands, to go on from there in two ways",
		Long: "Make a new run that stands where another has its newest checkpoint, with its\n" +
			"record up to there: train --resume goes on with it as the other does, bit for\n" +
			"bit, until something is changed. A run at work saves one first, and goes on.",
		Example: "neuralrg branch runs/first --dir runs/second",
		Args:    cobra.ArbitraryArgs,
		RunE:    a.withRun(func(source string) error { return a.branch(source, dir, asJSON) }),
	}
	c.Flags().SortFlags = false
	c.Flags().Var((*word)(&dir), "dir", "directory of the new run (RUN-branch-1)")
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	return c
}

// branch makes a branch of the run in a directory, and says how to go on with it.
func (a *app) branch(source, dir string, asJSON bool) error {
	ctx, release := untilLeft()
	defer release()
	if err := saveNow(ctx, source); err != nil {
		return err
	}
	if dir == "" {
		dir = branchDir(source)
	}
	epoch, err := run.Branch(source, dir)
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
		tui.Clean(dir), epoch, tui.Clean(source), shellWord(tui.Clean(dir)))
	return output(err)
}
