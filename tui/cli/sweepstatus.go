package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/training/sweep/slurm"
	"neuralrg/tui"
)

func (a *app) sweepStatusCommand() *cobra.Command {
	watch, plain, asJSON := false, false, false
	screen := tui.Options{}
	c := &cobra.Command{
		Use:   "status SWEEP [POINT...]",
		Short: "say where the points of a sweep stand",
		Long: "Say where the points of a sweep stand: by their files, and by what a queue knows\n" +
			"of them. Until a point is done its gap is that of the last epochs. With --watch\n" +
			"the sweep is shown on the screen, as a table and as curves, and its points can be\n" +
			"opened, tried again and cancelled there; where there is no terminal, lines of text\n" +
			"tell of each point that changes.",
		Example: `neuralrg sweep status sweeps/depth --watch
neuralrg sweep status sweeps/depth --json`,
		Args: cobra.ArbitraryArgs,
		RunE: a.withPoints(func(s *sweep.Sweep, points []int) error {
			switch {
			case watch && asJSON:
				return usage("--watch and --json are both given", "give one of them")
			case watch && !plain && len(points) == 0 && a.hasScreen():
				return a.sweepOnScreen(s, screen)
			case watch:
				return a.sweepWatch(s, points)
			}
			return a.sweepStatus(s, points, asJSON)
		}),
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.BoolVar(&watch, "watch", false, "on the screen, or as lines of text until nobody works on it")
	flags.BoolVar(&plain, "plain", false, "lines of text, no screen")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	screenFlags(flags, &screen)
	return c
}

// sweepState is the object that status --json prints.
type sweepState struct {
	Dir     string              `json:"dir"`
	Hash    string              `json:"hash"`
	Axes    []sweep.Axis        `json:"axes"`
	Counts  map[sweep.State]int `json:"counts"`
	Host    string              `json:"host,omitempty"` // of the pool at work
	PID     int                 `json:"pid,omitempty"`
	Unknown string              `json:"unknown,omitempty"` // why a queue could not be asked
	Points  []sweep.Status      `json:"points"`
}

// lookAt finds out where points of a sweep stand, or all if none are named.
func (a *app) lookAt(ctx context.Context, s *sweep.Sweep, queues []sweep.Queue, points []int) sweepState {
	state := sweepState{Dir: s.Dir, Hash: s.Plan.Hash, Axes: s.Plan.Axes, Counts: map[sweep.State]int{}}
	if len(points) == 0 {
		points = s.Plan.All()
	}
	for _, index := range points {
		state.Points = append(state.Points, s.StatusOf(index))
	}
	if !slices.ContainsFunc(state.Points, func(st sweep.Status) bool { return st.State != sweep.Done }) {
		queues = nil // they know nothing that matters any more
	}
	for _, b := range queues {
		jobs, err := b.Jobs(ctx)
		if err != nil {
			state.Unknown = err.Error()
		}
		sweep.Join(state.Points, jobs)
	}
	for _, st := range state.Points {
		state.Counts[st.State]++
	}
	if o := s.Owner(); o != nil {
		state.Host, state.PID = o.Host, o.PID
	}
	return state
}

func (a *app) sweepStatus(s *sweep.Sweep, points []int, asJSON bool) error {
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	state := a.lookAt(ctx, s, queues(s), points)
	if asJSON {
		return writeJSON(a.out, state)
	}
	return state.write(a.out)
}

// write prints the points as a table.
func (s sweepState) write(w io.Writer) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	names := make([]string, len(s.Axes))
	for i, a := range s.Axes {
		names[i] = tui.Clean(a.Name)
	}
	fmt.Fprintf(table, "point\t%s\tepoch\tgap (nats)\ttraining\tattempts\tstate\n", strings.Join(names, "\t"))
	for _, st := range s.Points {
		fmt.Fprintln(table, strings.Join(pointCells(st), "\t"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return output(err)
		}
	}
	_, err := fmt.Fprintln(w, s.tally())
	return output(err)
}

// tally says in a line where the sweep stands, and who carries it out.
func (s sweepState) tally() string {
	text := sweep.Tally(s.Counts)
	if s.PID > 0 {
		text += fmt.Sprintf("; process %d on %s carries it out", s.PID, tui.Clean(s.Host))
	}
	if s.Unknown != "" {
		text += "; " + tui.Clean(s.Unknown)
	}
	return text
}

// pointCells are the columns of a point in the table.
func pointCells(st sweep.Status) []string {
	gap, state, where := "-", string(st.State), ""
	if st.Gap != nil && st.GapError != nil {
		gap = fmt.Sprintf("%.3f +- %.3f", *st.Gap, *st.GapError)
	}
	if st.PID > 0 {
		where = fmt.Sprintf(", process %d on %s", st.PID, st.Host)
	}
	if st.Job != nil && !st.Job.Over {
		where += ", job " + st.Job.ID
	}
	if st.Why != "" {
		where += ": " + st.Why
	}
	cells := append([]string{strconv.Itoa(st.Index)}, st.Values...)
	cells = append(cells, fmt.Sprintf("%d/%d", st.Epoch, st.Epochs), gap, duration(st.Seconds), strconv.Itoa(st.Attempts), state+where)
	for i, c := range cells {
		cells[i] = tui.Clean(c)
	}
	return cells
}

// watchPace is how often a sweep that is watched is looked at.
const watchPace = 2 * time.Second

// sweepWatch tells of each point whose state has changed, until nobody works on
// the sweep.
func (a *app) sweepWatch(s *sweep.Sweep, points []int) error {
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	ticker := time.NewTicker(watchPace)
	defer ticker.Stop()
	known := queues(s) // the same ones, which know when they were asked
	var before sweepState
	for {
		now := a.lookAt(ctx, s, known, points)
		if now.Unknown != "" && now.Unknown != before.Unknown {
			a.note(now.Unknown)
		}
		for i, st := range now.Points {
			if before.Points != nil && before.Points[i].State == st.State {
				continue
			}
			if _, err := fmt.Fprintf(a.out, "point %d (%s): %s\n", st.Index, tui.Clean(s.Plan.Describe(st.Index)), strings.Join(pointCells(st)[1+len(st.Values):], "  ")); err != nil {
				return output(err)
			}
		}
		if now.PID == 0 && now.Unknown == "" && now.Counts[sweep.Running]+now.Counts[sweep.Queued] == 0 {
			_, err := fmt.Fprintln(a.out, now.tally())
			return output(err)
		}
		before = now
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *app) sweepRetryCommand() *cobra.Command {
	failed, lost, all, asJSON := false, false, false, false
	var cluster slurm.Options
	c := &cobra.Command{
		Use:   "retry SWEEP [POINT...]",
		Short: "let points be tried again",
		Long: "Let points that failed, were lost or were cancelled be tried again, from their\n" +
			"checkpoints. A pool at work takes them up by itself; Slurm is given them again if\n" +
			"it had the sweep last, as then but for what is asked now; else sweep run does it.\n" +
			"Without a flag and without points they are those that failed or were lost.",
		Example: "neuralrg sweep retry sweeps/depth --failed",
		Args:    cobra.ArbitraryArgs,
	}
	c.RunE = a.withPoints(func(s *sweep.Sweep, points []int) error {
		states := []sweep.State{sweep.Failed, sweep.Lost}
		switch {
		case len(points) > 0 && (failed || lost || all):
			return usage("points and a flag are both given", "name the points, or give --failed, --lost or --all-unfinished")
		case all || len(points) > 0:
			states = []sweep.State{sweep.Failed, sweep.Lost, sweep.Cancelled, sweep.Pending}
		case failed != lost:
			states = states[:1]
			if lost {
				states[0] = sweep.Lost
			}
		}
		return a.sweepRetry(s, points, states, cluster, flagsGiven(c.Flags()), asJSON)
	})
	flags := c.Flags()
	flags.SortFlags = false
	flags.BoolVar(&failed, "failed", false, "those that failed")
	flags.BoolVar(&lost, "lost", false, "those whose process ended without a word")
	flags.BoolVar(&all, "all-unfinished", false, "all that are not done, those that were cancelled too")
	clusterFlags(flags, &cluster)
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// touched is the object that retry and cancel print with --json.
type touched struct {
	Dir    string `json:"dir"`
	Points []int  `json:"points"`
}

func (a *app) sweepRetry(s *sweep.Sweep, points []int, states []sweep.State, o slurm.Options, g given, asJSON bool) error {
	chosen := s.In(points, states...)
	if err := s.Retry(chosen); err != nil {
		return err
	}
	submitted := false
	if s.Owner() == nil {
		ctx, cancel := untilSignal(false)
		defer cancel(nil)
		var err error
		if submitted, err = resubmit(ctx, s, chosen, o, g, a.note); err != nil {
			return failed(fmt.Sprintf("the points may be tried again, but Slurm does not have them: %v", err),
				hintOf(err)+"; then: neuralrg sweep run "+run.ShellWord(s.Dir)+" --backend slurm")
		}
	}
	if asJSON {
		return writeJSON(a.out, touched{s.Dir, append([]int{}, chosen...)})
	}
	how := "carry them out with: neuralrg sweep run " + run.ShellWord(tui.Clean(s.Dir))
	if o := s.Owner(); o != nil {
		how = fmt.Sprintf("process %d on %s takes them up", o.PID, tui.Clean(o.Host))
	}
	if submitted {
		how = "they are in the queue of Slurm"
	}
	if len(chosen) == 0 {
		how = "see where they stand with: neuralrg sweep status " + run.ShellWord(tui.Clean(s.Dir))
		if n := len(s.In(points, sweep.Cancelled)); n > 0 {
			how = fmt.Sprintf("%d cancelled: --all-unfinished lets those be tried again too", n)
		}
	}
	_, err := fmt.Fprintf(a.out, "%s to be tried again\n%s\n", count(len(chosen), "point"), how)
	return output(err)
}

func (a *app) sweepCancelCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "cancel SWEEP [POINT...]",
		Short: "save and stop points, and do not go on with them",
		Long: "Save and stop these points, or all that are not done, wherever they are at work,\n" +
			"and let nobody go on with them until sweep retry says otherwise.",
		Example: "neuralrg sweep cancel sweeps/depth 3 4",
		Args:    cobra.ArbitraryArgs,
		RunE:    a.withPoints(func(s *sweep.Sweep, points []int) error { return a.sweepCancel(s, points, asJSON) }),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) sweepCancel(s *sweep.Sweep, points []int, asJSON bool) error {
	chosen := s.In(points, sweep.Pending, sweep.Queued, sweep.Running, sweep.Failed, sweep.Lost)
	if err := s.Cancel(chosen); err != nil {
		return err
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	for _, b := range queues(s) {
		if err := b.Cancel(ctx, chosen); err != nil {
			a.note(fmt.Sprintf("the queue was not told (%v); tasks that begin later see it in the files, and end at once", err))
		}
	}
	if asJSON {
		return writeJSON(a.out, touched{s.Dir, append([]int{}, chosen...)})
	}
	_, err := fmt.Fprintf(a.out, "%s cancelled; what is at work saves and stops\n", count(len(chosen), "point"))
	return output(err)
}

func (a *app) sweepLogsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logs SWEEP [POINT...]",
		Short: "print what was said while points were carried out",
		Long: "Print what was said while these points were carried out or, if none are named,\n" +
			"those that failed or were lost.",
		Example: "neuralrg sweep logs sweeps/depth 3",
		Args:    cobra.ArbitraryArgs,
		RunE:    a.withPoints(a.sweepLogs),
	}
}

func (a *app) sweepLogs(s *sweep.Sweep, points []int) error {
	if len(points) == 0 {
		if points = s.In(nil, sweep.Failed, sweep.Lost); len(points) == 0 {
			a.note("no point has failed; name one to see its log")
			return nil
		}
	}
	for _, index := range points {
		if len(points) > 1 {
			if _, err := fmt.Fprintf(a.out, "== point %d (%s)\n", index, tui.Clean(s.Plan.Describe(index))); err != nil {
				return output(err)
			}
		}
		if err := a.sweepLog(s, index); err != nil {
			return err
		}
	}
	return nil
}

// sweepLog prints the log of a point, without what could steer a terminal.
func (a *app) sweepLog(s *sweep.Sweep, index int) error {
	data, err := os.ReadFile(s.LogPath(index))
	if os.IsNotExist(err) {
		a.note(fmt.Sprintf("point %d has no log: it was not begun", index))
		return nil
	}
	if err != nil {
		return failed(fmt.Sprintf("cannot read %s: %v", s.LogPath(index), bare(err)), "see whether the disk and its mount are well")
	}
	for line := range strings.Lines(string(data)) {
		if _, err := fmt.Fprintln(a.out, tui.Clean(strings.TrimRight(line, "\n"))); err != nil {
			return output(err)
		}
	}
	return nil
}
