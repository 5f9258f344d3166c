package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/training/sweep/slurm"
	"neuralrg/tui"
)

// sweepRunFlags are those of sweep run.
type sweepRunFlags struct {
	backend string
	jobs    int
	threads int
	nice    int
	dry     bool
	detach  bool
	cluster slurm.Options
}

// The back ends.
const (
	backendLocal = "local"
	backendSlurm = "slurm"
)

func (a *app) sweepRunCommand() *cobra.Command {
	f := &sweepRunFlags{backend: backendLocal, threads: defaultThreads()}
	c := &cobra.Command{
		Use:   "run SWEEP [POINT...]",
		Short: "carry out what is missing of a sweep",
		Long: "Carry out the points of a sweep that are neither done nor failed nor cancelled,\n" +
			"or only these, from their checkpoints where they have some. On this machine a pool\n" +
			"shares the cores among them, each in a process of its own. Ctrl-C saves and stops.\n" +
			"With --backend slurm they are tasks of a job array, and the command returns when\n" +
			"it is in the queue.",
		Example: `neuralrg sweep run sweeps/depth

# without a terminal
neuralrg sweep run sweeps/depth --detach

# on a cluster; first look at the script
neuralrg sweep run sweeps/depth --backend slurm --time 4:00:00 --cpus 4 --dry-run
neuralrg sweep run sweeps/depth --backend slurm --time 4:00:00 --cpus 4`,
		Args: cobra.ArbitraryArgs,
	}
	flags := c.Flags()
	c.RunE = a.withPoints(func(s *sweep.Sweep, points []int) error {
		if err := checkBackend(flagsGiven(flags), f.backend); err != nil {
			return err
		}
		if f.backend == backendSlurm {
			f.cluster.AtOnce = f.jobs
			return a.sweepSubmit(s, points, f.cluster, f.dry)
		}
		return a.sweepRun(s, points, f)
	})
	flags.SortFlags = false
	addChoice(flags, &f.backend, "backend", "who carries it out", backendLocal, backendSlurm)
	flags.VarP((*whole)(&f.jobs), "jobs", "j", "points at a time (as many as cores), or tasks of Slurm (all)")
	flags.Var((*whole)(&f.threads), "threads", "cores that the pool shares among the points")
	flags.Var((*whole)(&f.nice), "nice", "let other programs go first, 0 to 19")
	flags.BoolVar(&f.dry, "dry-run", false, "print what would be done, and do nothing")
	flags.BoolVar(&f.detach, "detach", false, "in a process of its own, without a terminal")
	clusterFlags(flags, &f.cluster)
	return c
}

// maxJobs is more than most machines can carry out at a time.
const maxJobs = 1024

func (a *app) sweepRun(s *sweep.Sweep, points []int, f *sweepRunFlags) error {
	if err := checkThreads(f.threads); err != nil {
		return err
	}
	if f.jobs < 0 || f.jobs > maxJobs {
		return usage(fmt.Sprintf("-j %d is out of range", f.jobs), fmt.Sprintf("choose from 1 to %d; without it there are as many as cores", maxJobs))
	}
	if err := checkNice(f.nice); err != nil {
		return err
	}
	if len(points) == 0 {
		points = s.Plan.All()
	}
	local := &sweep.Local{Sweep: s, Program: executable(), Cores: f.threads, AtOnce: f.jobs, Say: a.say}
	if f.dry {
		return output(local.Dry(a.out, s.In(points, sweep.Pending, sweep.Lost)))
	}
	if f.detach && a.parent == nil {
		return a.sweepDetached(s)
	}
	if err := beNice(f.nice); err != nil {
		return err
	}
	local.Begun = func() {
		a.note("look at it with: neuralrg sweep status --watch " + run.ShellWord(s.Dir))
	}
	if a.parent != nil {
		local.Begun = func() { a.cutLoose(s.PoolDir()) }
	}
	ctx, cancel := untilSignal(a.parent != nil)
	defer cancel(nil)
	if err := local.Run(ctx, points); err != nil {
		return err
	}
	return a.sweepDone(s, ctx.Err() != nil)
}

// say tells of a point.
func (a *app) say(text string) {
	_, _ = fmt.Fprintln(a.out, tui.Clean(text)) // it need not arrive
}

// sweepDone says where a sweep stands that nobody here works on any more.
func (a *app) sweepDone(s *sweep.Sweep, stopped bool) error {
	counts := map[sweep.State]int{}
	for _, st := range s.Status() {
		counts[st.State]++
	}
	text := fmt.Sprintf("%s: %s\n", tui.Clean(s.Dir), sweep.Tally(counts))
	dir := run.ShellWord(tui.Clean(s.Dir))
	switch {
	case stopped:
		text += fmt.Sprintf("saved and stopped; go on with: neuralrg sweep run %s\n", dir)
	default:
		text += fmt.Sprintf("its results: neuralrg sweep collect %s\n", dir)
	}
	_, err := fmt.Fprint(a.out, text)
	return output(err)
}

// sweepDetached lets a process of its own carry a sweep out.
func (a *app) sweepDetached(s *sweep.Sweep) error {
	word, err := a.detach(a.args)
	if err != nil {
		return err
	}
	dir := run.ShellWord(tui.Clean(s.Dir))
	_, err = fmt.Fprintf(a.out, "process %d carries it out on its own\nlook at it with: neuralrg sweep status --watch %s\nsave and stop it with: neuralrg stop %s\n", word.PID, dir, dir)
	return output(err)
}
