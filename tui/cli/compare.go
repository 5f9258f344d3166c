package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/sampling"
	"neuralrg/training/compare"
	"neuralrg/training/run"
)

func (a *app) compareCommand() *cobra.Command {
	p := compare.Plan{Chains: 512, Step: sampling.PaperStep, Leapfrogs: sampling.PaperLeapfrogs, Threads: defaultThreads()}
	seed, curves, asJSON := natural(0), curveFile{}, false
	c := &cobra.Command{
		Use:   "compare RUN",
		Short: "measure what the latents do for Monte Carlo",
		Long: "Measure how soon hybrid Monte Carlo forgets where it began, and where it was, in\n" +
			"the latents of a run's flow and in the fields: with the same settings, then with\n" +
			"those that suit each best, from cold and hot starts, and with Wolff's clusters\n" +
			"beside them. With 512 chains at L=16 it takes some ten minutes.",
		Example: `# the paper's settings
neuralrg compare runs/first

# with the whole curves, for a plot
neuralrg compare runs/first --csv curves.csv --json`,
		Args: cobra.ArbitraryArgs,
		RunE: a.withRun(func(dir string) error {
			p.Seed = uint64(seed)
			return a.compare(dir, p, curves, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var((*whole)(&p.Chains), "chains", "chains of each start")
	flags.Float64Var(&p.Step, "step", p.Step, "step of the leapfrog, of the equal settings")
	flags.Var((*whole)(&p.Leapfrogs), "leapfrogs", "steps of a trajectory, of the equal settings")
	flags.Var((*whole)(&p.Trajectories), "trajectories", "the most trajectories of each start (by the method)")
	flags.Var(&seed, "seed", "seed of every random number")
	flags.Var((*whole)(&p.Threads), "threads", "threads at work")
	flags.Var((*word)(&curves.path), "csv", "file to write the curves to (none)")
	flags.BoolVar(&curves.force, "force", false, "replace the file of --csv")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) compare(dir string, p compare.Plan, curves curveFile, asJSON bool) error {
	if err := checkThreads(p.Threads); err != nil {
		return err
	}
	t, err := a.load(dir)
	if err != nil {
		return err
	}
	if err := curves.check(); err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	p.Progress = a.comparing()
	r, err := compare.Run(ctx, t, p)
	if err != nil {
		return err
	}
	lost := curves.write(r) // after it the results are printed all the same
	if asJSON {
		err = writeJSON(a.out, newCompared(dir, t, r))
	} else {
		err = writeCompared(a.out, t, r)
	}
	if err != nil {
		return err
	}
	return lost
}

// comparing tells how far a comparison is, every now and then.
func (a *app) comparing() func(compare.Progress) {
	next := time.Now().Add(pace)
	return func(p compare.Progress) {
		now := time.Now()
		if now.Before(next) {
			return
		}
		next = now.Add(pace)
		text := fmt.Sprintf("%s: %d %s", p.Work, p.Done, p.Unit)
		if p.M2 != nil {
			text += fmt.Sprintf(", <m^2> %.4f", *p.M2)
		}
		a.note(text)
	}
}

// compared is the object that --json prints.
type compared struct {
	Run   string  `json:"run"`
	Epoch int     `json:"epoch"`
	L     int     `json:"L"`
	T     float64 `json:"T"`
	*compare.Report
}

func newCompared(dir string, t *run.Trained, r *compare.Report) compared {
	return compared{Run: dir, Epoch: t.Epoch, L: t.Config.L, T: t.Config.Temperature, Report: r}
}
