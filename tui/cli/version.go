package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"neuralrg/model"
	"neuralrg/training/run"
)

// Version is the program's version.
const Version = run.Version

func (a *app) versionCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "version",
		Short: "print the versions of the program and of its files",
		Long:  "Print the versions of the program and of its files.",
		Args:  cobra.ArbitraryArgs,
		RunE: a.do(func() error {
			about := struct {
				Version string `json:"version"`
				Format  int    `json:"format"`
				Kernels string `json:"kernels"`
				Go      string `json:"go"`
				System  string `json:"system"`
			}{Version, run.Format, model.Kernels(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if asJSON {
				return writeJSON(a.out, about)
			}
			_, err := fmt.Fprintf(a.out, "neuralrg %s, files of format %d, kernels %s, %s %s\n",
				about.Version, about.Format, about.Kernels, about.Go, about.System)
			return output(err)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	return c
}
