package slurm

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"neuralrg/training/sweep"
)

// row is a line of squeue: an element of an array.
type row struct {
	array  string // the number of the array
	task   int
	state  string
	reason string
	node   string
}

// rowFormat has the fields of a row.
const rowFormat = "%F|%K|%T|%N|%r"

// over are the states of an element that has ended for good. All others come
// or go on, those of later versions too.
var over = []string{
	"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT",
}

func (r row) over() bool { return slices.Contains(over, r.state) }

// waits says that an element is not at work.
func (r row) waits() bool { return r.state == "PENDING" || strings.HasPrefix(r.state, "REQUEUE") }

// id is what Slurm calls an element. The number of an array by itself is also
// that of one of its elements.
func (r row) id() string { return fmt.Sprintf("%s_%d", r.array, r.task) }

// parseRows reads what squeue prints. Jobs that are no elements of an array are
// left out: they are not ours.
func parseRows(text string) ([]row, error) {
	var rows []row
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		fields := strings.SplitN(l, "|", 5)
		if len(fields) != 5 {
			return nil, fmt.Errorf("squeue printed %q", l)
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		id, err := strconv.Atoi(fields[1])
		if err != nil {
			continue
		}
		rows = append(rows, row{array: fields[0], task: id, state: fields[2], node: fields[3], reason: fields[4]})
	}
	return rows, nil
}

// rows asks for the elements of arrays by their names. A name that the scheduler
// does not know has none, which is no error.
func rows(ctx context.Context, names ...string) ([]row, error) {
	out, err := ask(ctx, askTimeout, "squeue", "-h", "-r", "-t", "all", "-n", strings.Join(names, ","), "-o", rowFormat)
	if err != nil {
		return nil, err
	}
	return parseRows(out)
}

// pollEvery is the least time between two questions to the scheduler.
const pollEvery = time.Minute

// Jobs is what the queue has of the points, as of a minute ago at most. While the
// scheduler is away the error says so.
func (b *Backend) Jobs(ctx context.Context) (map[int]sweep.Job, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.asked.IsZero() && time.Since(b.asked) < pollEvery {
		return b.known, b.away
	}
	known, err := b.jobs(ctx)
	b.asked, b.known, b.away = time.Now(), known, err
	return known, err
}

func (b *Backend) jobs(ctx context.Context) (map[int]sweep.Job, error) {
	records, err := b.records()
	if err != nil || len(records) == 0 {
		return nil, err
	}
	elements, err := b.elements(ctx, records)
	if err != nil {
		return nil, err
	}
	jobs := map[int]sweep.Job{}
	for _, e := range elements {
		reason := e.reason
		if reason == "None" {
			reason = ""
		}
		for _, index := range e.points { // the newest array has the last word
			jobs[index] = sweep.Job{ID: e.id(), State: e.state, Running: !e.waits() && !e.over(), Over: e.over(), Reason: reason, Where: e.node}
		}
	}
	return jobs, nil
}

// element is a row with the points that are its task.
type element struct {
	row
	points []int
}

// elements are the rows of the arrays that were submitted and written down, the
// oldest first.
func (b *Backend) elements(ctx context.Context, records []*record) ([]element, error) {
	var names []string
	for _, r := range records {
		if r.Job != "" {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	all, err := rows(ctx, names...)
	if err != nil {
		return nil, err
	}
	var elements []element
	for _, r := range records {
		for _, one := range all {
			if one.array == r.Job {
				elements = append(elements, element{one, r.points(one.task)})
			}
		}
	}
	return elements, nil
}

// Cancel withdraws the tasks of these points from the queue: those that wait, and
// those at work that have no other point.
func (b *Backend) Cancel(ctx context.Context, points []int) error {
	records, err := b.records()
	if err != nil {
		return err
	}
	elements, err := b.elements(ctx, records)
	if err != nil {
		return err
	}
	var ids []string
	for _, e := range elements {
		others := slices.ContainsFunc(e.points, func(index int) bool { return !slices.Contains(points, index) })
		if !e.over() && !others {
			ids = append(ids, e.id())
		}
	}
	const most = 200 // of a command line
	for some := range slices.Chunk(ids, most) {
		if _, err := ask(ctx, askTimeout, append([]string{"scancel"}, some...)...); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = time.Time{}
	return nil
}
