package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"neuralrg/physics"
)

func (a *app) exactCommand() *cobra.Command {
	size, t, asJSON := 16, temperature(physics.Tc), false
	c := &cobra.Command{
		Use:     "exact",
		Short:   "print the exact solution to compare with",
		Long:    "Print the exact solution of the Ising model on an L x L torus (Kaufman):\nlnZ of the spins and of their continuous dual, energy and heat capacity per site.",
		Example: "neuralrg exact -L 16 -T 2.3 --json",
		Args:    cobra.ArbitraryArgs,
		RunE: a.do(func() error {
			exact, err := physics.Solve(size, float64(t))
			if err != nil {
				return wrong(err)
			}
			if asJSON {
				return writeJSON(a.out, exact)
			}
			return writeExact(a.out, exact)
		}),
	}
	c.Flags().VarP((*whole)(&size), "size", "L", "linear lattice size, even")
	c.Flags().VarP(&t, "temperature", "T", "temperature in units of J/k_B, or Tc")
	c.Flags().BoolVar(&asJSON, "json", asJSON, "print one JSON object")
	return c
}

func writeExact(w io.Writer, e physics.Exact) error {
	rows := []struct {
		name, unit string
		value      float64
	}{
		{"lnZ", "nats, of the spins", e.LnZ},
		{"lnZ_dual", "nats, of the continuous dual", e.LnZDual},
		{"energy", "J per site", e.Energy},
		{"heat capacity", "k_B per site", e.HeatCapacity},
	}
	text := fmt.Sprintf("Ising model, %d x %d torus, T = %v\n", e.L, e.L, e.T)
	for _, r := range rows {
		text += fmt.Sprintf("%-14s %18.12g  %s\n", r.name, r.value, r.unit)
	}
	if e.MagnetizationSquared != nil {
		text += fmt.Sprintf("%-14s %18.12g  of the magnetisation m per site\n", "<m^2>", *e.MagnetizationSquared)
	}
	_, err := io.WriteString(w, text)
	return output(err)
}
