package slurm

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"neuralrg/training"
	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

var update = flag.Bool("update", false, "write the golden files again")

// hidden is the part of a name that the place of a test decides.
var hidden = regexp.MustCompile(`-depth_study-[0-9a-f]{8}-1`)

// grid makes a sweep with so many temperatures and depths.
func grid(t *testing.T, warm string, temperatures, depths int) *sweep.Sweep {
	t.Helper()
	axes := []sweep.Axis{{Name: "T"}, {Name: "depth"}}
	for i := range temperatures {
		axes[0].Values = append(axes[0].Values, fmt.Sprintf("2.%d", i))
	}
	for i := range depths {
		axes[1].Values = append(axes[1].Values, strconv.Itoa(i+1))
	}
	p, err := sweep.NewPlan("test", axes, warm, func(_ []sweep.Axis, values []string) (run.Config, error) {
		c, err := training.Preset("quick")
		c.Temperature, _ = strconv.ParseFloat(values[0], 64)
		c.Depth, _ = strconv.Atoi(values[1])
		return run.Config{Config: c, Sampler: run.SamplerOff}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sweep.Create(filepath.Join(t.TempDir(), "depth study"), p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func backend(s *sweep.Sweep, o Options) *Backend {
	return &Backend{Sweep: s, Program: "/opt/neuralrg/bin/neuralrg", Options: o}
}

func all(s *sweep.Sweep) []int {
	points := make([]int, len(s.Plan.Points))
	for i := range points {
		points[i] = i
	}
	return points
}

// The dry run needs no Slurm, changes nothing, and prints the script to the
// letter.
func TestDryRun(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for name, c := range map[string]struct {
		warm    string
		options Options
		points  []int
	}{
		"plain": {"", Options{}, []int{0, 1, 2, 5, 3}},
		"asked": {"", Options{Time: "4:00", CPUs: 2, Memory: "2G", Partition: "long", Account: "ising", Args: []string{"--comment=for the paper's figure"}, AtOnce: 2}, []int{0, 1, 2, 3, 4, 5}},
		"pack":  {"", Options{Pack: 4, CPUs: 8}, []int{0, 1, 2, 4, 5}},
		"warm":  {"T", Options{}, []int{0, 1, 2, 3, 4, 5}},
	} {
		s := grid(t, c.warm, 3, 2)
		var b strings.Builder
		if err := backend(s, c.options).Dry(&b, c.points); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		entries, _ := os.ReadDir(s.Dir)
		if len(entries) != 1 {
			t.Errorf("%s: the dry run left %v", name, entries)
		}
		got := strings.ReplaceAll(b.String(), s.Dir, "/home/ana/depth study")
		path := filepath.Join("testdata", name+".sh")
		got = hidden.ReplaceAllString(got, "-depth_study-HASH-1")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s: the script is not that of %s (%v):\n%s", name, path, err, got)
		}
	}
}

func TestSubmission(t *testing.T) {
	f := newFake(t)
	s := grid(t, "", 3, 2)
	b := backend(s, Options{})
	if err := b.Run(t.Context(), all(s)); err != nil {
		t.Fatal(err)
	}
	state := f.state()
	if len(state.Jobs) != 1 || state.Jobs[0].Held || len(state.Jobs[0].Tasks) != 6 {
		t.Fatalf("in the queue: %+v", state.Jobs)
	}
	jobs, err := b.Jobs(t.Context())
	if err != nil || len(jobs) != 6 || jobs[3] != (sweep.Job{ID: "100_3", State: "PENDING", Reason: "Resources"}) {
		t.Errorf("%v, %v", jobs, err)
	}
	if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil || f.state().Submitted != 1 {
		t.Errorf("what is in the queue was submitted again: %v", err)
	}

	// Two elements fail: only they are submitted again.
	f.change(func(now *fakeState) { now.set("100_2", "FAILED"); now.set("100_4", "NODE_FAIL") })
	if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil {
		t.Fatal(err)
	}
	state = f.state()
	if len(state.Jobs) != 2 || len(state.Jobs[1].Tasks) != 2 || state.Jobs[1].Tasks[2] == "" || state.Jobs[1].Tasks[4] == "" {
		t.Fatalf("in the queue: %+v", state.Jobs[1])
	}

	// A cancelled point is withdrawn; the others stay.
	b = backend(s, Options{})
	if err := b.Cancel(t.Context(), []int{1, 4}); err != nil {
		t.Fatal(err)
	}
	state = f.state()
	if state.Jobs[0].Tasks[1] != "CANCELLED" || state.Jobs[1].Tasks[4] != "CANCELLED" || state.Jobs[0].Tasks[0] != "PENDING" || state.Jobs[1].Tasks[2] != "PENDING" {
		t.Errorf("in the queue: %+v, %+v", state.Jobs[0], state.Jobs[1])
	}
}

// Two submissions at once make one job.
func TestTwoAtOnce(t *testing.T) {
	f := newFake(t)
	f.change(func(now *fakeState) { now.Slow = true })
	s := grid(t, "", 3, 2)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if jobs := f.state().Jobs; len(jobs) != 1 || jobs[0].Held {
		t.Errorf("in the queue: %+v", jobs)
	}
}

// Whatever goes wrong between sbatch and the record, the next try finds the job
// and makes no other.
func TestHalfASubmission(t *testing.T) {
	t.Run("the answer is lost", func(t *testing.T) {
		f := newFake(t)
		f.change(func(now *fakeState) { now.LoseAnswer = true })
		s := grid(t, "", 3, 2)
		if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil {
			t.Error(err)
		}
		oneJob(t, f, s)
	})
	t.Run("the process ends before the record", func(t *testing.T) {
		f := newFake(t)
		s := grid(t, "", 3, 2)
		b := backend(s, Options{})
		if err := b.Run(t.Context(), all(s)); err != nil {
			t.Fatal(err)
		}
		records, _ := b.records()
		records[0].Job, records[0].Released = "", false
		if err := records[0].write(); err != nil {
			t.Fatal(err)
		}
		f.change(func(now *fakeState) { now.Jobs[0].Held = true })
		oneJob(t, f, s)
	})
	t.Run("the process ends before the release", func(t *testing.T) {
		f := newFake(t)
		s := grid(t, "", 3, 2)
		b := backend(s, Options{})
		if err := b.Run(t.Context(), all(s)); err != nil {
			t.Fatal(err)
		}
		records, _ := b.records()
		records[0].Released = false
		if err := records[0].write(); err != nil {
			t.Fatal(err)
		}
		f.change(func(now *fakeState) { now.Jobs[0].Held = true })
		oneJob(t, f, s)
	})
	t.Run("the controller forgets the release", func(t *testing.T) {
		f := newFake(t)
		s := grid(t, "", 3, 2)
		if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil {
			t.Fatal(err)
		}
		f.change(func(now *fakeState) { now.Jobs[0].Held = true })
		oneJob(t, f, s)
	})
	t.Run("the job comes late, and twice", func(t *testing.T) {
		f := newFake(t)
		f.change(func(now *fakeState) { now.Refuse = true })
		s := grid(t, "", 3, 2)
		err := backend(s, Options{}).Run(t.Context(), all(s))
		if err == nil || !strings.Contains(err.Error(), "Invalid account") {
			t.Fatalf("a refused submission: %v", err)
		}
		records, _ := backend(s, Options{}).records()
		f.change(func(now *fakeState) {
			now.Refuse = false
			for i := range 2 {
				now.Jobs = append(now.Jobs, &fakeJob{ID: 7 + i, Name: records[0].Name, Held: true, Tasks: map[int]string{0: "PENDING"}})
			}
		})
		oneJob(t, f, s)
	})
}

// oneJob submits once more and wants one job at work for each point.
func oneJob(t *testing.T, f *fake, s *sweep.Sweep) {
	t.Helper()
	if err := backend(s, Options{}).Run(t.Context(), all(s)); err != nil {
		t.Fatal(err)
	}
	live := f.state().live()
	if len(live) != 1 || live[0].Held || len(live[0].Tasks) != 6 {
		t.Errorf("in the queue: %+v", f.state().Jobs)
	}
}

// That the scheduler is away is said, and taken for nothing else.
func TestSchedulerAway(t *testing.T) {
	f := newFake(t)
	s := grid(t, "", 3, 2)
	b := backend(s, Options{})
	if err := b.Run(t.Context(), all(s)); err != nil {
		t.Fatal(err)
	}
	f.change(func(now *fakeState) { now.Down = true })
	_, err := b.Jobs(t.Context())
	if err == nil || !strings.Contains(err.Error(), "Unable to contact") || hint(err) == "" {
		t.Errorf("%v", err)
	}
	calls := len(f.state().Calls)
	for range 5 { // it is asked once a minute
		if _, again := b.Jobs(t.Context()); again == nil {
			t.Error("it is not said any more")
		}
	}
	if n := len(f.state().Calls); n != calls {
		t.Errorf("%d more questions at once", n-calls)
	}
	if err := backend(s, Options{}).Run(t.Context(), all(s)); err == nil || hint(err) == "" {
		t.Errorf("submitted to nobody: %v", err)
	}
	f.change(func(now *fakeState) { now.Down = false })
	if n := len(f.state().Jobs); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// What would wait for ever is refused before anything is submitted.
func TestBadResources(t *testing.T) {
	f := newFake(t)
	s := grid(t, "", 3, 2)
	for say, o := range map[string]Options{
		"--time 2:00:00":       {Time: "2:00:00"},
		"--cpus 3":             {CPUs: 3},
		"--mem 2G":             {Memory: "2G"},
		`no partition "short"`: {Partition: "short"},
		"--array=1-9":          {Args: []string{"--array=1-9"}},
	} {
		err := backend(s, o).Run(t.Context(), all(s))
		if err == nil || !strings.Contains(err.Error(), say) || hint(err) == "" {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if state := f.state(); state.Submitted != 0 {
		t.Errorf("submitted all the same: %v", state.Calls)
	}
	if Submitted(s.Dir) {
		t.Error("there is a record of what was refused")
	}
}

func TestNoSlurm(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s := grid(t, "", 3, 2)
	err := backend(s, Options{}).Run(t.Context(), all(s))
	if err == nil || !strings.Contains(err.Error(), "there is no") || !strings.Contains(hint(err), "--backend local") {
		t.Errorf("%v", err)
	}
}

// Points of a packed task are at work so many at a time; those that begin from
// one another in order; a failure stops no other.
func TestCarryOut(t *testing.T) {
	newFake(t)
	s := grid(t, "T", 3, 2) // two chains: 0 2 4 and 1 3 5
	var mu sync.Mutex
	var begun []int
	atWork, most := 0, 0
	task := Task{ID: "9_0", Threads: 4}
	err := task.CarryOut(t.Context(), s, all(s), 2, func(index int, e sweep.Execution) (sweep.Outcome, error) {
		mu.Lock()
		begun = append(begun, index)
		atWork++
		most = max(most, atWork)
		mu.Unlock()
		if e.Threads != 2 || e.Job != "9_0" || e.Claim.Task != "9_0" || e.Backend != "slurm" {
			t.Errorf("point %d: %+v", index, e)
		}
		time.Sleep(time.Millisecond)
		mu.Lock()
		atWork--
		mu.Unlock()
		if index == 1 {
			return "", errors.New("broken")
		}
		return sweep.Completed, nil
	})
	if err == nil || err.Error() != "broken" || len(begun) != 6 || most > 2 {
		t.Errorf("%v: %v, %d at a time", err, begun, most)
	}
	for i, index := range begun {
		if index >= 2 && !slices.Contains(begun[:i], index-2) {
			t.Errorf("%d before the point that it begins from: %v", index, begun)
		}
	}
}

// A task whose time is over is begun again if it has come further, and not if it
// was cancelled.
func TestTimeIsOver(t *testing.T) {
	for _, c := range []struct {
		name     string
		cause    error
		outcome  sweep.Outcome
		further  bool
		restarts int
		requeued bool
		failed   bool
	}{
		{"further", ErrTime, sweep.Stopped, true, 0, true, false},
		{"no further", ErrTime, sweep.Stopped, false, 0, false, true},
		{"too often", ErrTime, sweep.Stopped, true, mostRestarts, false, true},
		{"cancelled by scancel", context.Canceled, sweep.Stopped, true, 0, false, false},
		{"cancelled by the sweep", ErrTime, sweep.Withdrawn, true, 0, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			s := grid(t, "", 3, 2)
			ctx, cancel := context.WithCancelCause(t.Context())
			done := 0
			err := Task{ID: "9_0", Threads: 1, Restarts: c.restarts}.CarryOut(ctx, s, []int{0, 1}, 1, func(int, sweep.Execution) (sweep.Outcome, error) {
				if done++; c.further && done == 1 {
					return sweep.Completed, nil
				}
				cancel(c.cause)
				return c.outcome, nil
			})
			requeued := slices.ContainsFunc(f.state().Calls, func(call string) bool { return call == "scontrol requeue 9_0" })
			if requeued != c.requeued || (err != nil) != c.failed {
				t.Errorf("requeued %v, %v", requeued, err)
			}
			if st := s.StatusOf(1); (st.State == sweep.Failed) != c.failed {
				t.Errorf("the point is %s: %s", st.State, st.Why)
			}
		})
	}
}
