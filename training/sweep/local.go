package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"neuralrg/training/run"
)

// Local is the back end of this machine: a pool that carries out as many points
// at a time as there are cores, each in a process of its own. So a crash of one,
// or its end for want of memory, takes no other with it, and a point is the same
// command here as in the queue of a cluster.
//
// A point has one core as long as there are enough of them: so no thread waits for
// another at the end of an epoch, which may be short. The last points share what is
// free.
type Local struct {
	Sweep   *Sweep
	Program string       // this program
	Cores   int          // to share
	AtOnce  int          // points at most; 0 for one a core
	Say     func(string) // hears of the points; may be nil
	Begun   func()       // is called when the pool has begun; may be nil

	tried   map[int]bool
	done    map[int]bool
	working map[int]*child
	ended   chan *child
}

// child is the process of a point.
type child struct {
	index   int
	threads int
	process *exec.Cmd
	leash   io.Closer // the process saves and stops when it is closed, by whatever end of this one
	began   time.Time
	err     error
}

// Dry writes the commands that Run would start, one a line, and how many at a
// time.
func (l *Local) Dry(w io.Writer, points []int) error {
	threads := max(1, l.Cores/max(1, min(l.jobs(), len(points))))
	text := fmt.Sprintf("# %d points, %d at a time, here\n", len(points), l.jobs())
	for _, index := range points {
		text += run.ShellLine(append([]string{l.Program}, PointArgs(l.Sweep.Dir, index, threads)...)) + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// jobs is how many points are at work at a time.
func (l *Local) jobs() int {
	if l.AtOnce > 0 {
		return l.AtOnce
	}
	return max(1, l.Cores)
}

// pollEvery is how soon a pool sees what is asked for by files.
const pollEvery = time.Second

// Run carries the points out that are not done, and those that are tried again
// meanwhile. It is an error if some are not done at the end.
func (l *Local) Run(ctx context.Context, points []int) error {
	s := l.Sweep
	if l.Say == nil {
		l.Say = func(string) {}
	}
	place := filepath.Join(s.Dir, poolName)
	if err := os.MkdirAll(place, 0o777); err != nil {
		return s.unwritable(err)
	}
	hold, err := run.TakeHold(ctx, place, 1, run.Claim{}, l.Say)
	if run.Held(err) {
		return &problem{text: err.Error(), hint: "it carries this sweep out already; look at it with: neuralrg sweep status " + run.ShellWord(s.Dir)}
	}
	if err != nil {
		return err
	}
	defer hold.Release()
	if l.Begun != nil {
		l.Begun()
	}
	l.tried, l.done, l.working, l.ended = map[int]bool{}, map[int]bool{}, map[int]*child{}, make(chan *child)
	err = l.work(ctx, points)
	l.settle()
	if err != nil || ctx.Err() != nil {
		return err
	}
	return l.verdict(points)
}

// work starts points until there are none to start and none at work.
func (l *Local) work(ctx context.Context, points []int) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		if err := l.fill(points); err != nil {
			return err
		}
		if len(l.working) == 0 {
			return nil
		}
		select {
		case c := <-l.ended:
			l.bury(c)
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// fill starts as many points as there is room for.
func (l *Local) fill(points []int) error {
	free := l.Cores
	for _, c := range l.working {
		free -= c.threads
	}
	room := l.jobs() - len(l.working)
	if room <= 0 || (free <= 0 && l.AtOnce == 0) {
		return nil
	}
	var ready []int
	for _, index := range points {
		if l.ready(index) {
			if ready = append(ready, index); len(ready) == room {
				break
			}
		}
	}
	for i, index := range ready {
		threads := max(1, free/(len(ready)-i))
		if err := l.start(index, threads); err != nil {
			return err
		}
		free -= threads
	}
	return nil
}

// ready says whether a point is to be started now.
func (l *Local) ready(index int) bool {
	s := l.Sweep
	if l.done[index] || l.working[index] != nil || (l.tried[index] && !isThere(s.kept(index, retryName))) {
		return false
	}
	st := s.state(index)
	l.done[index] = st.State == Done
	if st.State != Pending && st.State != Lost {
		return false
	}
	from := s.Plan.Points[index].From
	return from == nil || s.state(*from).State == Done
}

// start starts the process of a point.
func (l *Local) start(index, threads int) error {
	s := l.Sweep
	if err := s.Prepare([]int{index}); err != nil {
		return err
	}
	log, err := os.OpenFile(s.LogPath(index), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return s.unwritable(err)
	}
	defer log.Close()
	args := PointArgs(s.Dir, index, threads)
	c := &child{index: index, threads: threads, process: exec.Command(l.Program, slices.Insert(args, 2, "--leash")...), began: time.Now()}
	c.process.Stdout, c.process.Stderr = log, log
	c.process.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(threads)) // it keeps to its cores
	c.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}               // Ctrl-C is the pool's to pass on
	leash, err := c.process.StdinPipe()
	if err == nil {
		c.leash = leash
		err = c.process.Start()
	}
	if err != nil {
		return &problem{text: fmt.Sprintf("cannot start the process of point %d", index), hint: "see whether the program and the machine are well, then try again", cause: err}
	}
	l.tried[index], l.working[index] = true, c
	l.Say(fmt.Sprintf("point %d (%s): begun", index, s.Plan.Describe(index)))
	_ = os.Remove(s.kept(index, retryName)) // it is heard; what comes after it is another one
	go func() {
		c.err = c.process.Wait()
		l.ended <- c
	}()
	return nil
}

// bury tells what became of a point whose process has ended.
func (l *Local) bury(c *child) {
	delete(l.working, c.index)
	_ = c.leash.Close()
	s := l.Sweep
	st := s.StatusOf(c.index)
	what := string(st.State)
	switch {
	case st.State == Done:
		what = fmt.Sprintf("done, gap %.3f +- %.3f nats", *st.Gap, *st.GapError)
	case st.Why != "":
		what += ": " + st.Why
	case c.err != nil:
		what = fmt.Sprintf("failed: %v; see %s", c.err, s.LogPath(c.index))
	case st.State == Pending:
		what = fmt.Sprintf("saved at epoch %d", st.Epoch)
	}
	if exit := new(exec.ExitError); errors.As(c.err, &exit) && !exit.Exited() {
		what += fmt.Sprintf(" (%v)", c.err)
	}
	l.Say(fmt.Sprintf("point %d (%s): %s, after %v", c.index, s.Plan.Describe(c.index), what, time.Since(c.began).Round(time.Second)))
}

// settle lets what is at work save and stop, and waits for it.
func (l *Local) settle() {
	for _, c := range l.working {
		_ = c.process.Process.Signal(syscall.SIGTERM) // or it has ended
	}
	for len(l.working) > 0 {
		l.bury(<-l.ended)
	}
}

// verdict is an error if some of the points are not done that nobody cancelled.
func (l *Local) verdict(points []int) error {
	counts := map[State]int{}
	for _, index := range points {
		counts[l.Sweep.state(index).State]++
	}
	dir := run.ShellWord(l.Sweep.Dir)
	left := len(points) - counts[Done] - counts[Cancelled]
	if left == 0 {
		return nil
	}
	return &problem{
		text: fmt.Sprintf("%d of %d points are not done: %s", left, len(points), Tally(counts)),
		hint: fmt.Sprintf("see why with: neuralrg sweep status %s, and try again with: neuralrg sweep retry %s", dir, dir),
	}
}

// Tally writes how many points are in each state, as "3 done, 1 failed".
func Tally(counts map[State]int) string {
	var parts []string
	for _, s := range States {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// Owner is the process of the pool of this machine that carries a sweep out, or nil.
func (s *Sweep) Owner() *run.Owner {
	o, err := run.OwnerOf(filepath.Join(s.Dir, poolName))
	if err != nil || !alive(o) {
		return nil
	}
	return o
}

// PoolDir is where a pool keeps its lease and its log.
func (s *Sweep) PoolDir() string { return filepath.Join(s.Dir, poolName) }
