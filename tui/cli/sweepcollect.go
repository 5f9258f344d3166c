package cli

import (
	"github.com/spf13/cobra"

	"neuralrg/training/sweep"
)

func (a *app) sweepCollectCommand() *cobra.Command {
	asCSV := false
	c := &cobra.Command{
		Use:     "collect SWEEP",
		Short:   "collect the results of a sweep",
		Long:    "Print the results of a sweep as comma-separated values, a line for each point.",
		Example: `neuralrg sweep collect sweeps/depth --csv > depth.csv`,
		Args:    cobra.ArbitraryArgs,
		RunE: a.withPoints(func(s *sweep.Sweep, points []int) error {
			if len(points) > 0 {
				return usage("sweep collect takes all points", "leave their numbers out")
			}
			return output(s.WriteCSV(a.out, s.Status()))
		}),
	}
	c.Flags().BoolVar(&asCSV, "csv", false, "comma-separated values on standard output")
	return c
}
