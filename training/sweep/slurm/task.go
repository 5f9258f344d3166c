package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

// Task is the element of an array that this process carries out.
type Task struct {
	ID       string // as Slurm calls it
	Threads  int    // processors that it has
	Restarts int    // how often it was begun before
}

// Here is the task that this process is, as its environment says.
func Here() (Task, error) {
	array, element := os.Getenv("SLURM_ARRAY_JOB_ID"), os.Getenv("SLURM_ARRAY_TASK_ID")
	if array == "" || element == "" {
		return Task{}, wrong("this is no task of a job array", "let neuralrg sweep run --backend slurm submit it")
	}
	t := Task{ID: array + "_" + element, Threads: 1}
	for _, name := range []string{"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"} { // the first only if it was asked for
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
			t.Threads = n
			break
		}
	}
	t.Restarts, _ = strconv.Atoi(os.Getenv("SLURM_RESTART_COUNT")) // absent the first time
	return t, nil
}

// ErrTime is the cause that ends a task whose time is nearly over.
var ErrTime = errors.New("the time of the task is nearly over")

// mostRestarts is how often a task is begun again by itself.
const mostRestarts = 100

// CarryOut carries out points by the function execute, so many at a time, which
// share the processors of the task. What becomes of one does not touch the
// others, but for those that begin from it. When ctx is done all save and stop;
// if that was for ErrTime, and the task has come further, Slurm is asked to begin
// it again. The error is the first of a point that failed.
func (t Task) CarryOut(ctx context.Context, s *sweep.Sweep, points []int, pack int, execute func(index int, e sweep.Execution) (sweep.Outcome, error)) error {
	for _, index := range points {
		if err := s.Check(index); err != nil {
			return err
		}
	}
	chains := chainsOf(s.Plan, points)
	pack = max(1, min(pack, len(chains)))
	e := sweep.Execution{Backend: "slurm", Job: t.ID, Threads: max(1, t.Threads/pack), Claim: run.Claim{Task: t.ID}}
	c := &crew{}
	before := epochs(s, points)
	places := make(chan struct{}, pack)
	var workers sync.WaitGroup
	for _, chain := range chains {
		places <- struct{}{}
		workers.Go(func() {
			defer func() { <-places }()
			for _, index := range chain {
				outcome, err := sweep.Stopped, error(nil)
				if ctx.Err() == nil {
					outcome, err = execute(index, e)
				}
				c.took(index, outcome, err)
			}
		})
	}
	workers.Wait()
	if errors.Is(context.Cause(ctx), ErrTime) && len(c.stopped) > 0 {
		return errors.Join(c.failed, t.again(s, c.stopped, epochs(s, points) > before || c.completed > 0))
	}
	return c.failed
}

// crew are the points of a task at work.
type crew struct {
	mu        sync.Mutex
	completed int
	stopped   []int // saved before their end
	failed    error // the first
}

// took takes down what became of a point.
func (c *crew) took(index int, outcome sweep.Outcome, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil && c.failed == nil:
		c.failed = err
	case err != nil:
	case outcome == sweep.Completed:
		c.completed++
	case outcome == sweep.Stopped:
		c.stopped = append(c.stopped, index)
	}
}

// epochs is the sum of the epochs that points have done.
func epochs(s *sweep.Sweep, points []int) (n int) {
	for _, index := range points {
		n += s.StatusOf(index).Epoch
	}
	return n
}

// again asks Slurm to begin the task once more, for the points that were stopped.
// It gives them up if that would be of no use.
func (t Task) again(s *sweep.Sweep, points []int, further bool) error {
	points = slices.DeleteFunc(points, func(index int) bool { return s.StatusOf(index).State == sweep.Cancelled })
	if len(points) == 0 {
		return nil
	}
	more := "ask for more time, as in: neuralrg sweep retry " + run.ShellWord(s.Dir) + " --time 12:00:00"
	var giveUp *problem
	switch {
	case !further:
		giveUp = &problem{text: "the time of a task is too short to come any further", hint: more}
	case t.Restarts >= mostRestarts:
		giveUp = &problem{text: fmt.Sprintf("the task was begun again %d times", t.Restarts), hint: more}
	}
	if giveUp != nil {
		for _, index := range points {
			if err := s.GiveUp(index, giveUp); err != nil {
				return err
			}
		}
		return giveUp
	}
	// Slurm ends this process for it, which has nothing left to do.
	var err error
	for range requeueTries {
		if _, err = ask(context.Background(), askTimeout, "scontrol", "requeue", t.ID); err == nil {
			return nil
		}
	}
	return err
}

// requeueTries is how often a scheduler that gives no answer is asked: there are
// two minutes left.
const requeueTries = 3
