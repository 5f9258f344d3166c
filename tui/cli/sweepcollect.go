package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	figures "neuralrg/training/report"
	"neuralrg/training/sweep"
	"neuralrg/tui"
)

func (a *app) sweepCollectCommand() *cobra.Command {
	asCSV, asJSON, out := false, false, ""
	c := &cobra.Command{
		Use:   "collect SWEEP",
		Short: "collect the results of a sweep, and draw them",
		Long: "Write the results of a sweep into SWEEP/collect: a table with a line for each\n" +
			"point, figures of those that are done against the temperature and by depth, as SVG\n" +
			"and PNG, and a page that puts them in order. What an earlier collect wrote there\n" +
			"is replaced. With --csv the table goes to standard output, and nothing is written.",
		Example: `neuralrg sweep collect sweeps/depth --csv > depth.csv`,
		Args:    cobra.ArbitraryArgs,
		RunE: a.withPoints(func(s *sweep.Sweep, points []int) error {
			switch {
			case len(points) > 0:
				return usage("sweep collect takes all points", "leave their numbers out")
			case asCSV && (asJSON || out != ""):
				return usage("--csv writes no files", "leave out --json and --out, or --csv")
			case asCSV:
				return output(s.WriteCSV(a.out, s.Status()))
			}
			return a.sweepCollect(s, out, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.BoolVar(&asCSV, "csv", false, "the table on standard output, with commas")
	flags.Var((*word)(&out), "out", "directory to write (SWEEP/collect)")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) sweepCollect(s *sweep.Sweep, out string, asJSON bool) error {
	out, c, err := figures.Collect(s, s.Status(), out)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(a.out, struct {
			Dir string `json:"dir"`
			Out string `json:"out"`
			*figures.Collection
		}{s.Dir, out, c})
	}
	text := fmt.Sprintf("%d of %d points are done\n", c.Done, c.Points)
	for _, m := range c.Missing {
		text += fmt.Sprintf("not made: %s: %s\n", m.Title, tui.Clean(m.Reason))
	}
	_, err = fmt.Fprintf(a.out, "%swritten to %s, beginning with %s\n", text, tui.Clean(out), c.Index)
	return output(err)
}
