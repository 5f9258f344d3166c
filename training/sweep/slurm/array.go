package slurm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

// array is a job array before it is submitted.
type array struct {
	Options
	dir     string // of the sweep; absolute
	program string
	number  int // of the submission, from 1
	name    string
	tasks   []task
	byIndex bool // each task has one point, whose index is its own
	digits  int  // of an index in the names of files
}

// task is an element of an array.
type task struct {
	ID     int   `json:"task"`
	Points []int `json:"points"`
}

// name is one that a user knows in a queue, and that no other sweep has.
func name(hash, dir string, number int) string {
	sum := sha256.Sum256([]byte(hash + "\x00" + dir))
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, filepath.Base(dir))
	word = word[:min(len(word), 30)]
	return fmt.Sprintf("neuralrg-%s-%s-%d", word, hex.EncodeToString(sum[:4]), number)
}

// group makes tasks of sorted points: one of each, whose number is its index, or
// as many as share a task. Points that begin from one another are in one task.
func group(p *sweep.Plan, points []int, pack int) []task {
	if pack <= 1 && p.Warm == "" {
		tasks := make([]task, len(points))
		for i, index := range points {
			tasks[i] = task{index, []int{index}}
		}
		return tasks
	}
	var tasks []task
	for some := range slices.Chunk(chainsOf(p, points), max(pack, 1)) {
		tasks = append(tasks, task{len(tasks), slices.Concat(some...)})
	}
	return tasks
}

// chainsOf parts sorted points into those that begin from one another, in their
// order.
func chainsOf(p *sweep.Plan, points []int) [][]int {
	var chains [][]int
	at := map[int]int{} // the chain of each first point
	for _, index := range points {
		head := index
		for p.Points[head].From != nil {
			head = *p.Points[head].From
		}
		i, known := at[head]
		if !known {
			i = len(chains)
			at[head], chains = i, append(chains, nil)
		}
		chains[i] = append(chains[i], index)
	}
	return chains
}

// indices writes the tasks as sbatch takes them: 0,3,7-9.
func (a *array) indices() string {
	var parts []string
	for i := 0; i < len(a.tasks); {
		first, j := a.tasks[i].ID, i+1
		for j < len(a.tasks) && a.tasks[j].ID == first+j-i {
			j++
		}
		part := strconv.Itoa(first)
		if j-i > 1 {
			part += "-" + strconv.Itoa(first+j-i-1)
		}
		parts, i = append(parts, part), j
	}
	list := strings.Join(parts, ",")
	if a.AtOnce > 0 {
		list += "%" + strconv.Itoa(a.AtOnce)
	}
	return list
}

// warning is how long before its time is over a task is told: a fourth of a
// short time, so that it has some to work in.
func (a *array) warning() int {
	const usual = 120 * time.Second
	limit, known := parseTime(a.Time)
	if !known || limit/4 >= usual {
		return int(usual.Seconds())
	}
	return max(1, int((limit / 4).Seconds()))
}

// options are what sbatch is told. They stand in the script too, but there the
// variables SBATCH_... of a site or a user would have the last word.
func (a *array) options() []string {
	log := fmt.Sprintf("%%%da.txt", a.digits) // the name that a point's log has
	if !a.byIndex {
		log = "task-%a.txt"
	}
	o := []string{
		"--job-name=" + a.name,
		"--array=" + a.indices(),
		"--output=" + strings.ReplaceAll(filepath.Join(a.dir, "logs"), "%", "%%") + "/" + log,
		"--open-mode=append",
		"--chdir=" + a.dir,
		"--requeue",
		fmt.Sprintf("--signal=B:USR1@%d", a.warning()),
	}
	add := func(flag, value string) {
		if value != "" {
			o = append(o, flag+"="+value)
		}
	}
	add("--time", a.Time)
	if a.CPUs > 0 {
		add("--cpus-per-task", strconv.Itoa(a.CPUs))
	}
	add("--mem", a.Memory)
	add("--partition", a.Partition)
	add("--account", a.Account)
	return append(o, a.Args...)
}

// command is what is run to submit.
func (a *array) command() []string {
	c := append([]string{"sbatch", "--parsable", "--hold"}, a.options()...)
	return append(c, a.scriptPath())
}

func (a *array) scriptPath() string {
	return filepath.Join(a.dir, keptName, fmt.Sprintf("%03d.sh", a.number))
}

// script is what is submitted. A signal reaches only the process of the batch
// script, so that the program takes its place.
func (a *array) script() string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, o := range a.options() {
		fmt.Fprintf(&b, "#SBATCH %s\n", directive(o))
	}
	fmt.Fprintf(&b, "# submitted held, and released when its number is written down, by\n# %s\n", run.ShellLine(a.command()))
	points := `"$SLURM_ARRAY_TASK_ID"`
	if !a.byIndex {
		b.WriteString("case $SLURM_ARRAY_TASK_ID in\n")
		for _, t := range a.tasks {
			fmt.Fprintf(&b, "%d) set -- %s ;;\n", t.ID, strings.Trim(fmt.Sprint(t.Points), "[]"))
		}
		b.WriteString("esac\n")
		points = `"$@"`
	}
	args := []string{a.program, "sweep", "point", "--backend", "slurm"}
	if a.Pack > 1 {
		args = append(args, "--pack", strconv.Itoa(a.Pack))
	}
	fmt.Fprintf(&b, "exec %s %s\n", run.ShellLine(append(args, "--", a.dir)), points)
	return b.String()
}

// directive writes an option as a line #SBATCH takes it.
func directive(option string) string {
	if strings.ContainsAny(option, " \t#'") {
		return `"` + option + `"`
	}
	return option
}
