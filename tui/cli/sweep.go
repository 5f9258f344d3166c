package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

func (a *app) sweepCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "sweep",
		Short: "a grid of runs: plan it, carry it out, collect its results",
		Long: "Plan a grid of runs and carry it out, each point an ordinary run directory in\n" +
			"SWEEP/points. Where it stands is what its files say: whatever ends it, another\n" +
			"sweep run goes on with what is missing, from the checkpoints.",
		Example: `# the depths and temperatures of the paper
neuralrg sweep plan --out sweeps/depth --axis T=2.0:2.8:0.1 --axis depth=1,2,3,4
neuralrg sweep run sweeps/depth`,
		Args: cobra.ArbitraryArgs,
	}
	c.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			a.err = usage("neuralrg sweep needs to know what to do", helpHint(c))
		default:
			a.err = unknownCommand(c, args[0])
		}
		return nil
	}
	c.AddCommand(a.sweepPlanCommand(), a.sweepRunCommand(), a.sweepStatusCommand(), a.sweepRetryCommand(), a.sweepCancelCommand(),
		a.sweepLogsCommand(), a.sweepCollectCommand(), a.sweepPointCommand())
	return c
}

// withPoints wraps what a command does with a sweep and some of its points.
func (a *app) withPoints(work func(s *sweep.Sweep, points []int) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		switch {
		case a.refuses():
		case len(args) == 0 || args[0] == "":
			a.err = usage(c.CommandPath()+" needs the directory of a sweep", fmt.Sprintf("give it as in %s sweeps/depth", c.CommandPath()))
		default:
			s, points, err := openPoints(args[0], args[1:])
			if err == nil {
				err = work(s, points)
			}
			a.err = err
		}
		return nil
	}
}

// openPoints opens a sweep and reads the indices of points of it.
func openPoints(dir string, words []string) (*sweep.Sweep, []int, error) {
	s, err := sweep.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	points := make([]int, len(words))
	for i, w := range words {
		if points[i], err = strconv.Atoi(w); err != nil {
			return nil, nil, usage(fmt.Sprintf("%q is no point", w), "give the number of a point, as neuralrg sweep status lists them")
		}
		if err := s.Check(points[i]); err != nil {
			return nil, nil, err
		}
	}
	return s, points, nil
}

// sweepPointCommand makes the hidden command that carries out one point, for
// every back end, or several that share a task of Slurm's.
func (a *app) sweepPointCommand() *cobra.Command {
	threads, pack, backend, leash := defaultThreads(), 1, "local", false
	c := &cobra.Command{
		Use: "point SWEEP INDEX", Short: "carry out one point of a sweep", Hidden: true,
		Long: "Carry out one point of a sweep, as its back ends do.",
		Args: cobra.ArbitraryArgs,
		RunE: a.withPoints(func(s *sweep.Sweep, points []int) error {
			switch {
			case len(points) > 0 && backend == "slurm":
				return a.sweepTask(s, points, pack)
			case len(points) != 1:
				return usage("one point is needed", "give its number after the sweep")
			}
			return a.sweepPoint(s, points[0], threads, backend, leash)
		}),
	}
	c.Flags().Var((*whole)(&threads), "threads", "threads that train")
	c.Flags().Var((*whole)(&pack), "pack", "points at work at a time, in a task of Slurm's")
	c.Flags().Var((*word)(&backend), "backend", "who has started it")
	c.Flags().BoolVar(&leash, "leash", false, "save and stop when standard input ends")
	return c
}

func (a *app) sweepPoint(s *sweep.Sweep, index, threads int, backend string, leash bool) error {
	if err := checkThreads(threads); err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	if leash {
		go func() {
			_, _ = io.Copy(io.Discard, a.stdin) // until whoever holds the other end has ended
			cancel(errUnleashed)
		}()
	}
	_, err := a.carryOut(ctx, s, index, sweep.Execution{Threads: threads, Backend: backend})
	return err
}

// errUnleashed is why a point stops whose pool has ended.
var errUnleashed = errors.New("the pool has ended")

// beside follows a run as lines of text, and lets viewers come to it, until end
// is called.
func (a *app) beside(r *run.Run) (end func()) {
	unserve := a.serve(r)
	lines := newProgress(forgiving{a.out}, a.note, true)
	lines.every = sweepPace
	told := make(chan struct{})
	go func() {
		defer close(told)
		_ = follow(r, lines, func(error) {}) // it never fails
	}()
	return func() {
		<-told
		unserve()
	}
}
