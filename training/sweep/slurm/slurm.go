// Package slurm carries out the points of a sweep on a cluster: as the tasks of
// job arrays, by the commands of Slurm, without its accounting.
//
// An array is submitted held, written down, and released then. So whatever goes
// wrong in between, one that nobody knows of never begins, and the next
// submission finds it by its name. What was submitted lies beside the points:
//
//	SWEEP/slurm/NNN.sh    the script
//	SWEEP/slurm/NNN.json  the array: its name, number, tasks and what was asked for
//	SWEEP/slurm/lease     who is submitting
package slurm

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"neuralrg/training/sweep"
)

// Options are what is asked of the cluster. What is empty is not passed on, since
// some sites refuse it.
type Options struct {
	Time      string   `json:"time,omitempty"` // as sbatch takes it
	CPUs      int      `json:"cpus,omitempty"` // of a task
	Memory    string   `json:"mem,omitempty"`  // of a task's node, as sbatch takes it
	Partition string   `json:"partition,omitempty"`
	Account   string   `json:"account,omitempty"`
	Args      []string `json:"sbatch_args,omitempty"` // as they are
	Pack      int      `json:"pack,omitempty"`        // points that share a task; 0 is 1
	AtOnce    int      `json:"at_once,omitempty"`     // tasks at work at a time, if not 0
}

// Backend carries out points by Slurm.
type Backend struct {
	Sweep   *sweep.Sweep
	Program string // to run; absolute, and the same on each node
	Options Options
	Notice  func(string) // hears of the work; may be nil

	mu    sync.Mutex // of what follows: what the queue said last
	asked time.Time
	known map[int]sweep.Job
	away  error
}

// Dry writes the script that Run would submit with these points. It is a script
// by itself: what sbatch is told beside it stands in it as a comment.
func (b *Backend) Dry(w io.Writer, points []int) error {
	if len(points) == 0 {
		return nil
	}
	a, err := b.array(points)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, a.script())
	return err
}

// Run submits these points, but for those that are in the queue already, and
// returns when they are in it.
func (b *Backend) Run(ctx context.Context, points []int) error {
	if len(points) == 0 {
		return nil
	}
	return b.submit(ctx, points)
}

// array is what would be submitted for these points now.
func (b *Backend) array(points []int) (*array, error) {
	dir, err := filepath.Abs(b.Sweep.Dir)
	if err != nil {
		return nil, &problem{text: "the directory of the sweep has no absolute path", hint: "go to a directory that exists", cause: err}
	}
	if err := writable(dir, b.Program); err != nil {
		return nil, err
	}
	if err := b.Options.Check(); err != nil {
		return nil, err
	}
	if b.Program == "" {
		return nil, &problem{text: "the program has no path any more", hint: "start it from a place that all nodes see"}
	}
	number := b.next()
	tasks := group(b.Sweep.Plan, slices.Sorted(slices.Values(points)), b.Options.Pack)
	return &array{
		Options: b.Options, dir: dir, program: b.Program, number: number, name: name(b.Sweep.Plan.Hash, dir, number),
		tasks: tasks, byIndex: b.Options.Pack <= 1 && b.Sweep.Plan.Warm == "", digits: len(filepath.Base(b.Sweep.PointDir(0))),
	}, nil
}

// writable refuses paths that a script or a pattern for names cannot hold.
func writable(paths ...string) error {
	for _, p := range paths {
		if i := strings.IndexFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == '"' }); i >= 0 {
			return &problem{text: fmt.Sprintf("the path %q has a character that Slurm does not take", p), hint: "rename it without backslashes, double quotes and control characters", usage: true}
		}
	}
	return nil
}

func (b *Backend) note(format string, args ...any) {
	if b.Notice != nil {
		b.Notice(fmt.Sprintf(format, args...))
	}
}
