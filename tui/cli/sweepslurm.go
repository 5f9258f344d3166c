package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
	"neuralrg/training/sweep/slurm"
	"neuralrg/tui"
)

// clusterFlags adds the flags that say what is asked of a cluster.
func clusterFlags(flags *pflag.FlagSet, o *slurm.Options) {
	flags.Var((*word)(&o.Time), "time", "time limit of a Slurm task, as 12:00:00 (the partition's)")
	flags.Var((*whole)(&o.CPUs), "cpus", "processors of a Slurm task (one, or what the site gives)")
	flags.Var((*word)(&o.Memory), "mem", "memory of a Slurm task, as 4G (what the site gives)")
	flags.Var((*word)(&o.Partition), "partition", "partition of Slurm (the site's)")
	flags.Var((*word)(&o.Account), "account", "account of Slurm (yours)")
	flags.StringArrayVar(&o.Args, "sbatch-arg", nil, "another option of sbatch, as --sbatch-arg=--qos=long; may be repeated")
	flags.Var((*whole)(&o.Pack), "pack", "points at work at a time in a Slurm task, which share its processors (1)")
}

// clusterNames are the names of these flags.
var clusterNames = []string{"time", "cpus", "mem", "partition", "account", "sbatch-arg", "pack"}

// hereNames are the flags of sweep run that a cluster has no use for.
var hereNames = []string{"threads", "nice"}

// checkBackend refuses flags that the other back end has.
func checkBackend(g given, backend string) error {
	foreign, hint := clusterNames, "leave it out, or give --backend slurm"
	if backend == backendSlurm {
		foreign, hint = hereNames, "leave it out; --cpus asks for the processors of a task"
	}
	for _, name := range foreign {
		if _, is := g[name]; is {
			return usage(fmt.Sprintf("--%s has no meaning with --backend %s", name, backend), hint)
		}
	}
	for _, name := range []string{"cpus", "pack", "jobs"} {
		if g[name] == "0" {
			return usage(fmt.Sprintf("--%s is 0", name), "give a number from 1 on, or leave it out")
		}
	}
	return nil
}

// cluster is the back end of a sweep on a cluster.
func cluster(s *sweep.Sweep, o slurm.Options, notice func(string)) *slurm.Backend {
	program := executable()
	if strings.HasPrefix(program, "/proc/") {
		program = "" // another has taken its place, which no node knows
	}
	if whole, err := filepath.EvalSymlinks(program); err == nil {
		program = whole
	}
	return &slurm.Backend{Sweep: s, Program: program, Options: o, Notice: notice}
}

// queues are those that may know of a sweep what its files do not say.
func queues(s *sweep.Sweep) []sweep.Queue {
	if !slurm.Submitted(s.Dir) {
		return nil
	}
	return []sweep.Queue{cluster(s, slurm.Options{}, nil)}
}

// sweepSubmit gives points to a cluster, or writes what it would give.
func (a *app) sweepSubmit(s *sweep.Sweep, points []int, o slurm.Options, dry bool) error {
	b := cluster(s, o, a.note)
	points = s.In(points, sweep.Pending, sweep.Lost)
	if dry {
		var script strings.Builder
		if err := b.Dry(&script, points); err != nil {
			return err
		}
		_, err := io.WriteString(a.out, script.String())
		return output(err)
	}
	ctx, cancel := untilSignal(false)
	defer cancel(nil)
	if err := b.Run(ctx, points); err != nil {
		return err
	}
	dir := run.ShellWord(tui.Clean(s.Dir))
	text := fmt.Sprintf("look at it with: neuralrg sweep status %s\nsave and stop it with: neuralrg sweep cancel %s\n", dir, dir)
	if len(points) == 0 {
		text = fmt.Sprintf("nothing is missing; see: neuralrg sweep status %s\n", dir)
	}
	_, err := fmt.Fprint(a.out, text)
	return output(err)
}

// resubmit gives points that are to be tried again to the cluster that had them
// last, if one had: as it was asked then, but for the flags that are given now.
func resubmit(ctx context.Context, s *sweep.Sweep, points []int, o slurm.Options, g given, notice func(string)) (done bool, err error) {
	last, found := cluster(s, o, nil).Last()
	if !found || len(points) == 0 {
		return false, nil
	}
	for name, keep := range map[string]func(){
		"time":       func() { o.Time = last.Time },
		"cpus":       func() { o.CPUs = last.CPUs },
		"mem":        func() { o.Memory = last.Memory },
		"partition":  func() { o.Partition = last.Partition },
		"account":    func() { o.Account = last.Account },
		"sbatch-arg": func() { o.Args = slices.Clone(last.Args) },
		"pack":       func() { o.Pack = last.Pack },
	} {
		if _, is := g[name]; !is {
			keep()
		}
	}
	o.AtOnce = last.AtOnce
	return true, cluster(s, o, notice).Run(ctx, points)
}
