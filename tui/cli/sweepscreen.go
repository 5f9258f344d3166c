package cli

import (
	"context"
	"fmt"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/training/sweep/slurm"
	"neuralrg/tui"
)

// study is a sweep as the screen has it.
type study struct {
	app    *app
	sweep  *sweep.Sweep
	queues []sweep.Queue
}

// sweepOnScreen shows a sweep on the screen, and the runs of its points.
func (a *app) sweepOnScreen(s *sweep.Sweep, o tui.Options) error {
	if err := o.Validate(); err != nil {
		return wrong(err)
	}
	o, err := o.WithSettings()
	if err != nil {
		return err
	}
	ctx, release := untilLeft()
	defer release()
	points := &shelf{app: a, dir: s.PointsDir()}
	_, err = tui.Run(ctx, nil, tui.Link{Library: points, Study: &study{a, s, queues(s)}}, o)
	return err
}

// Look says where the sweep stands.
func (y *study) Look(ctx context.Context) (tui.Survey, error) {
	s := y.sweep
	state := y.app.lookAt(ctx, s, y.queues, nil)
	v := tui.Survey{Name: s.Dir, Axes: state.Axes, Points: state.Points, Tally: sweep.Tally(state.Counts)}
	if state.PID > 0 {
		v.Who = fmt.Sprintf("carried out by process %d on %s", state.PID, state.Host)
	}
	if state.Unknown != "" {
		v.Who = state.Unknown
	}
	for _, p := range state.Points {
		v.Dirs = append(v.Dirs, s.PointDir(p.Index))
	}
	g := s.Grid(state.Points)
	if g.Axis() == "" {
		return v, ctx.Err()
	}
	first, last := g.Span()
	for _, q := range []sweep.Quantity{sweep.Gap, sweep.RelativeError, sweep.M2, sweep.HeatCapacity} {
		v.Plots = append(v.Plots, tui.StudyPlot{Title: q.Label, X: g.Label(), First: first, Last: last, Log: !q.Known(), Curves: g.Curves(q), Exact: g.Exact(q)})
	}
	return v, ctx.Err()
}

// Retry lets a point be tried again.
func (y *study) Retry(ctx context.Context, point int) (string, error) {
	if err := y.sweep.Retry([]int{point}); err != nil {
		return "", err
	}
	said := fmt.Sprintf("point %d will be tried again", point)
	if y.sweep.Owner() != nil {
		return said, nil
	}
	submitted, err := resubmit(ctx, y.sweep, []int{point}, slurm.Options{}, nil, nil)
	switch {
	case err != nil:
		return "", err
	case submitted:
		return said + ": it is in the queue of Slurm", nil
	}
	return said + " by the next: neuralrg sweep run " + run.ShellWord(y.sweep.Dir), nil
}

// Cancel lets nobody go on with a point.
func (y *study) Cancel(ctx context.Context, point int) (string, error) {
	if err := y.sweep.Cancel([]int{point}); err != nil {
		return "", err
	}
	for _, b := range y.queues {
		if err := b.Cancel(ctx, []int{point}); err != nil {
			return fmt.Sprintf("point %d is cancelled, but the queue was not told: %v", point, err), nil
		}
	}
	return fmt.Sprintf("point %d is cancelled", point), nil
}
