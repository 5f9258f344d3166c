package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

// submit gives points to Slurm, but for those that it has already.
func (b *Backend) submit(ctx context.Context, points []int) error {
	if _, err := b.array(points); err != nil { // before anything is made
		return err
	}
	if err := os.MkdirAll(b.kept(), 0o777); err != nil {
		return b.unwritten(err)
	}
	hold, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer hold.Release()
	if err := b.adopt(ctx); err != nil {
		return err
	}
	points, err = b.missing(ctx, points)
	if err != nil || len(points) == 0 {
		return err
	}
	a, err := b.array(points)
	if err != nil {
		return err
	}
	if err := a.fit(ctx); err != nil {
		return err
	}
	if err := b.Sweep.Prepare(points); err != nil { // without its directory a log ends a task
		return err
	}
	r := &record{
		Format: format, Time: time.Now().UTC().Format(time.RFC3339), Name: a.name, Options: a.Options, Tasks: a.tasks,
		path: filepath.Join(b.kept(), fmt.Sprintf("%03d.json", a.number)),
	}
	if err := errors.Join(hold.Check(), run.WriteWhole(a.scriptPath(), []byte(a.script())), r.write()); err != nil {
		return b.unwritten(err)
	}
	return b.hand(ctx, a, r)
}

// togetherFor is how long a submission waits for another of the same sweep.
const togetherFor = 3 * time.Minute

// alone takes the lease of submitting, when it is free.
func (b *Backend) alone(ctx context.Context) (*run.Hold, error) {
	told := false
	for deadline := time.Now().Add(togetherFor); ; {
		hold, err := run.TakeHold(ctx, b.kept(), 1, run.Claim{}, func(text string) { b.note("%s", text) })
		if err == nil || !run.Held(err) || time.Now().After(deadline) {
			return hold, err
		}
		if !told {
			told = true
			b.note("another process is submitting this sweep: waiting for it")
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// adopt brings submissions to their end that another process left halfway.
func (b *Backend) adopt(ctx context.Context) error {
	records, err := b.records()
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Released {
			continue
		}
		found, err := b.find(ctx, r)
		if err != nil {
			return err
		}
		if !found {
			if r.Job != "" { // it was withdrawn while it was held
				r.Released = true
			}
			r.Lost = r.Job == ""
			if err := r.write(); err != nil {
				return b.unwritten(err)
			}
			continue
		}
		if r.Lost { // nobody waits for it any more
			if err := b.withdraw(ctx, r); err != nil {
				return err
			}
			continue
		}
		b.note("job %s of an earlier try is in the queue: going on with it", r.Job)
		if err := b.release(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// find looks for a submission by its name, and writes its number down. Of several
// it keeps the first: none of them was released.
func (b *Backend) find(ctx context.Context, r *record) (bool, error) {
	all, err := rows(ctx, r.Name)
	if err != nil {
		return false, err
	}
	var jobs []string
	for _, one := range all {
		if !one.over() && !slices.Contains(jobs, one.array) {
			jobs = append(jobs, one.array)
		}
	}
	if len(jobs) == 0 {
		return false, nil
	}
	slices.SortFunc(jobs, func(x, y string) int {
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		return m - n
	})
	if r.Job == "" {
		r.Job = jobs[0]
		if err := r.write(); err != nil {
			return false, b.unwritten(err)
		}
	}
	for _, job := range jobs {
		if job == r.Job {
			continue
		}
		b.note("job %s is job %s once more: withdrawing it", job, r.Job)
		if _, err := ask(ctx, askTimeout, "scancel", job); err != nil {
			return false, err
		}
	}
	return slices.Contains(jobs, r.Job), nil
}

// withdraw cancels a submission that was given up before it came.
func (b *Backend) withdraw(ctx context.Context, r *record) error {
	b.note("job %s of an earlier try came late: withdrawing it", r.Job)
	if _, err := ask(ctx, askTimeout, "scancel", r.Job); err != nil {
		return err
	}
	r.Released = true // there is nothing to release any more
	if err := r.write(); err != nil {
		return b.unwritten(err)
	}
	return nil
}

// missing leaves out the points that are done, at work, cancelled or in the
// queue. Those that are held there it releases: a controller that ends at once
// may forget that it was told to.
func (b *Backend) missing(ctx context.Context, points []int) ([]int, error) {
	queued, err := b.jobs(ctx)
	if err != nil {
		return nil, err
	}
	var left []int
	held := map[string]bool{}
	already := 0
	for _, index := range points {
		state := b.Sweep.StatusOf(index).State
		if job, there := queued[index]; there && !job.Over && state != sweep.Done {
			already++
			if job.Reason == heldByUser {
				array, _, _ := strings.Cut(job.ID, "_")
				held[array] = true
			}
		} else if state != sweep.Done && state != sweep.Running && state != sweep.Cancelled {
			left = append(left, index)
		}
	}
	for array := range held {
		if _, err := ask(ctx, askTimeout, "scontrol", "release", array); err != nil {
			return nil, err
		}
		b.note("job %s was held: released", array)
	}
	if already > 0 {
		b.note("%s in the queue already", count(already, "point is", "points are"))
	}
	return left, nil
}

// heldByUser is the reason of an element that its user holds.
const heldByUser = "JobHeldUser"

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// hand gives an array to sbatch, writes its number down, and releases it.
func (b *Backend) hand(ctx context.Context, a *array, r *record) error {
	command := a.command()
	out, err := ask(ctx, submitTimeout, command...)
	job, _, _ := strings.Cut(strings.TrimSpace(lastLine(out)), ";")
	if _, bad := strconv.Atoi(job); err == nil && bad == nil {
		r.Job = job
		if err := r.write(); err != nil {
			return b.unwritten(err)
		}
	} else {
		if err == nil {
			err = &silent{"sbatch", fmt.Errorf("it printed %q", out)}
		}
		// It may be in the queue all the same, if only the answer was lost.
		found, lost := b.find(ctx, r)
		if lost != nil {
			return &problem{text: "it is not known whether the sweep was submitted", hint: "try again when the scheduler answers: what was submitted is found by its name, " + r.Name, cause: err}
		}
		if !found {
			r.Lost = true
			_ = r.write() // or else the next submission finds out again
			return refused(err)
		}
	}
	if err := b.release(ctx, r); err != nil {
		return err
	}
	n := 0
	for _, t := range a.tasks {
		n += len(t.Points)
	}
	b.note("job %s (%s) is in the queue: %s in %s", r.Job, r.Name, count(n, "point", "points"), count(len(a.tasks), "task", "tasks"))
	return nil
}

// refused is the error of a submission that the scheduler did not take.
func refused(err error) error {
	if s := (*silent)(nil); errors.As(err, &s) {
		return &problem{text: "Slurm did not take the sweep", hint: "change what it objects to; neuralrg sweep run --dry-run shows the script", cause: s.cause}
	}
	return err
}

// release lets the tasks of a submission that is written down begin.
func (b *Backend) release(ctx context.Context, r *record) error {
	if _, err := ask(ctx, askTimeout, "scontrol", "release", r.Job); err != nil {
		return &problem{text: fmt.Sprintf("job %s is in the queue but still held", r.Job), hint: "release it: neuralrg sweep run " + run.ShellWord(b.Sweep.Dir) + " --backend slurm", cause: err}
	}
	r.Released = true
	if err := r.write(); err != nil {
		return b.unwritten(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = time.Time{}
	return nil
}

// unwritten is an error of writing down what is submitted.
func (b *Backend) unwritten(err error) error {
	p := &problem{text: "cannot write to " + b.kept(), hint: "see whether the disk and its mount are well, then try again: what is in the queue already is found again", cause: err}
	if run.IsFull(err) {
		p.hint = "free some space, then try again: what is in the queue already is found again"
	}
	return p
}
