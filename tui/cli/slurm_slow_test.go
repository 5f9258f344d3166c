//go:build slow && linux

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestSlurm carries sweeps out on a real Slurm and disturbs them. Whatever
// happens, in the end each point is what an undisturbed run of the local pool
// comes to, bit for bit, and one job has carried it out.
func TestSlurm(t *testing.T) {
	l := openLab(t, 4)
	undisturbed := byThePool(t)
	// These wait more than they work, so that they go side by side.
	t.Run("disturbed", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *onSlurm){
			"an array that finishes":           arrayFinishes,
			"points that share a task":         packed,
			"a killed task":                    killedTask,
			"a lost node":                      lostNode,
			"the time is over":                 walltime,
			"cancelled":                        cancelledOnSlurm,
			"cancelled with Slurm's command":   scancelled,
			"two submissions at once":          submittedTwice,
			"a crash before the record":        submissionCrashes,
			"a full disk":                      fullDiskOnSlurm,
			"resources that there are not":     badResources,
			"a dry run is what sbatch accepts": dryRunIsAccepted,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, &onSlurm{lab: l, t: t, dir: t.TempDir(), undisturbed: undisturbed})
			})
		}
	})
	t.Run("the controller goes and comes back", func(t *testing.T) {
		controllerAway(t, &onSlurm{lab: l, t: t, dir: t.TempDir(), undisturbed: undisturbed})
	})
}

// byThePool lets the pool of this machine carry the same sweep out meanwhile, and
// returns what waits for it.
func byThePool(t *testing.T) func() (dir string, err error) {
	dir := t.TempDir()
	plannedForSlurm(t, dir)
	c := pool(t, dir)
	return sync.OnceValues(func() (string, error) { return dir, c.Wait() })
}

// plannedForSlurm plans a sweep of two points that take some seconds each.
func plannedForSlurm(t *testing.T, dir string) {
	t.Helper()
	planned(t, dir, "--axis", "T=2.2:2.3:0.1", "--hidden", "16", "--batch", "64", "--epochs", strconv.Itoa(slurmEpochs))
}

const slurmEpochs = 4000

// onSlurm is a sweep of two points in a test's directory.
type onSlurm struct {
	*lab
	t           *testing.T
	dir         string
	undisturbed func() (dir string, err error)
}

// run plans the sweep and submits it.
func (s *onSlurm) run(args ...string) {
	s.t.Helper()
	plannedForSlurm(s.t, s.dir)
	s.submit(args...)
}

func (s *onSlurm) submit(args ...string) {
	s.t.Helper()
	args = append([]string{"sweep", "run", "sweep", "--backend", "slurm"}, args...)
	if o := neuralrg(s.t, s.dir, args...); o.code != 0 {
		s.t.Fatalf("%v: exit code %d\n%s%s%s", args, o.code, o.stdout, o.stderr, s.words())
	}
}

func (s *onSlurm) point(index int, name ...string) string {
	return filepath.Join(append([]string{s.dir, "sweep", "points", fmt.Sprintf("%03d", index)}, name...)...)
}

// arrays are the numbers of the jobs that were submitted.
func (s *onSlurm) arrays() (jobs []string) {
	s.t.Helper()
	names, _ := filepath.Glob(filepath.Join(s.dir, "sweep/slurm/*.json"))
	slices.Sort(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		if job, _ := decode(s.t, string(data))["job"].(string); job != "" {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// queue is the state of each element of the sweep's last array, by its number.
func (s *onSlurm) queue() map[int]string {
	s.t.Helper()
	jobs := s.arrays()
	out, err := s.ask("squeue", "-h", "-r", "-t", "all", "-j", jobs[len(jobs)-1], "-o", "%K %T")
	if err != nil {
		s.t.Fatalf("squeue: %v, %s", err, out)
	}
	elements := map[int]string{}
	for line := range strings.Lines(out) {
		var id int
		var state string
		if _, err := fmt.Sscan(line, &id, &state); err == nil {
			elements[id] = state
		}
	}
	return elements
}

// holder is who has the lease of a point's run.
func (s *onSlurm) holder(index int) (pid, turn int) {
	data, _ := os.ReadFile(s.point(index, "lease"))
	var h struct{ PID, Turn int }
	_ = json.Unmarshal(data, &h) // it may be about to be written
	return h.PID, h.Turn
}

// epochs counts the lines of a point's metrics.
func (s *onSlurm) epochs(index int) int {
	data, _ := os.ReadFile(s.point(index, "metrics.jsonl"))
	return bytes.Count(data, []byte("\n"))
}

// halt waits until a point trains, and stops its process for the time being.
func (s *onSlurm) halt(index int) (pid int) {
	s.t.Helper()
	s.await(s.t, fmt.Sprintf("point %d trains", index), func() bool {
		pid, _ = s.holder(index)
		return pid > 0 && s.epochs(index) >= 5
	})
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	if n := s.epochs(index); n >= slurmEpochs {
		s.t.Fatalf("point %d is too quick for this test: %d epochs", index, n)
	}
	return pid
}

func (s *onSlurm) signal(pid int, sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(pid, sig); err != nil {
		s.t.Fatal(err)
	}
}

// finished waits for both points and compares them with the undisturbed ones.
func (s *onSlurm) finished() {
	s.t.Helper()
	for index := range 2 {
		s.await(s.t, fmt.Sprintf("point %d is done", index), func() bool {
			_, err := os.Stat(s.point(index, "done.json"))
			return err == nil
		})
	}
	undisturbed, err := s.undisturbed()
	if err != nil {
		s.t.Fatal(err)
	}
	for index := range 2 {
		other := filepath.Join(undisturbed, fmt.Sprintf("sweep/points/%03d", index))
		sameMetrics(s.t, metrics(s.t, s.point(index)), metrics(s.t, other))
		if got, want := comes(s.t, s.point(index)), comes(s.t, other); got != want {
			s.t.Errorf("point %d came to\n%s, undisturbed to\n%s", index, got, want)
		}
	}
	s.await(s.t, "nothing is left in the queue", func() bool {
		for _, state := range s.queue() {
			if state == "RUNNING" || state == "PENDING" || state == "COMPLETING" {
				return false
			}
		}
		return true
	})
	if got := pointStates(s.t, s.dir); got != "done done" {
		s.t.Errorf("in the end the points are %s", got)
	}
}

// comes is what a point comes to, but for how it came there.
func comes(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "done.json"))
	if err != nil {
		t.Fatal(err)
	}
	object := decode(t, string(data))
	delete(object, "attempt")
	delete(object, "seconds")
	text, _ := json.Marshal(object)
	return string(text)
}

// attempts are the attempts of a point.
func (s *onSlurm) attempts(index int) (all []map[string]any) {
	s.t.Helper()
	names, _ := filepath.Glob(s.point(index, "sweep", "attempt-*.json"))
	slices.Sort(names)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, decode(s.t, string(data)))
	}
	return all
}

func arrayFinishes(t *testing.T, s *onSlurm) {
	s.run("--cpus", "2", "--time", "30", "--mem", "500", "--sbatch-arg=--comment=a test")
	s.finished()
	log := neuralrg(t, s.dir, "sweep", "logs", "sweep", "1")
	if log.code != 0 || !strings.Contains(log.stdout, "point 1 (T=2.3): done") || !strings.Contains(log.stdout, "2 threads") {
		t.Errorf("the log of point 1: %d, %s%s", log.code, log.stdout, log.stderr)
	}
	if again := neuralrg(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm"); again.code != 0 || len(s.arrays()) != 1 {
		t.Errorf("submitted again: %d, %s%s, %v", again.code, again.stdout, again.stderr, s.arrays())
	}
}

func packed(t *testing.T, s *onSlurm) {
	s.run("--pack", "2", "--cpus", "2")
	s.finished()
	if got := s.queue(); len(got) != 1 {
		t.Errorf("the tasks are %v, want one", got)
	}
	log := neuralrg(t, s.dir, "sweep", "logs", "sweep", "0")
	if !strings.Contains(log.stdout, "1 threads") || !strings.Contains(log.stdout, "point 0 (T=2.2): done") || strings.Contains(log.stdout, "point 1") {
		t.Errorf("the log of point 0: %s%s", log.stdout, log.stderr)
	}
}

func killedTask(t *testing.T, s *onSlurm) {
	s.run()
	s.signal(s.halt(0), syscall.SIGKILL)
	s.await(t, "Slurm sees the end", func() bool { return s.queue()[0] == "FAILED" })
	s.await(t, "the other point is done", func() bool { return s.queue()[1] == "COMPLETED" })
	if got := pointStates(t, s.dir); got != "lost done" {
		t.Errorf("after the kill the points are %s", got)
	}
	if o := neuralrg(t, s.dir, "sweep", "retry", "sweep", "--lost"); o.code != 0 || !strings.Contains(o.stdout, "in the queue of Slurm") {
		t.Fatalf("retry: %d, %s%s", o.code, o.stdout, o.stderr)
	}
	s.finished()
	if got := s.queue(); len(got) != 1 {
		t.Errorf("submitted again were %v, want only what was missing", got)
	}
}

// lostNode kills the daemon of a node while its task is suspended. Slurm begins
// the task on another node, and then the old process goes on.
func lostNode(t *testing.T, s *onSlurm) {
	s.run("--partition", "far", "-j", "1")
	old := s.halt(0)
	out, err := s.ask("squeue", "-h", "-t", "running", "-j", s.arrays()[0], "-o", "%N")
	node := strings.TrimSpace(out)
	if err != nil || (node != "n3" && node != "n4") {
		t.Fatalf("point 0 is on node %q, %v", node, err)
	}
	s.kill(node)
	s.await(t, "another process has the point", func() bool {
		pid, turn := s.holder(0)
		return pid != 0 && pid != old && turn == 2
	})
	before := s.epochs(0)
	s.signal(old, syscall.SIGCONT)
	s.await(t, "the old process ends", func() bool { return !alive(old) })
	t.Logf("the old process went on when the new one had %d epochs, and ended when it had %d", before, s.epochs(0))
	s.finished()
	attempts := s.attempts(0)
	if len(attempts) != 2 || attempts[0]["outcome"] != nil || attempts[1]["outcome"] != "done" {
		t.Errorf("the attempts are %v", attempts)
	}
}

// alive says whether a process has not ended.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(rest, "Z")
}

// walltime suspends a task until Slurm's signal is there, which comes after
// half a minute.
func walltime(t *testing.T, s *onSlurm) {
	s.run("--time", "1", "-j", "1")
	pid := s.halt(0)
	s.await(t, "Slurm gives its signal", func() bool { return pends(pid, syscall.SIGUSR1) || !alive(pid) })
	if alive(pid) {
		s.signal(pid, syscall.SIGCONT)
	}
	s.finished()
	attempts := s.attempts(0)
	if len(attempts) < 2 || attempts[0]["outcome"] != "stopped" || number(t, attempts[1], "from_epoch") < 5 {
		t.Errorf("the attempts are %v", attempts)
	}
	for _, a := range attempts {
		if a["job"] != s.arrays()[0]+"_0" {
			t.Errorf("an attempt of job %v", a["job"])
		}
	}
	if got := len(s.arrays()); got != 1 {
		t.Errorf("%d arrays", got)
	}
}

// pends says whether a signal waits for a process.
func pends(pid int, sig syscall.Signal) bool {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if mask, found := strings.CutPrefix(line, "ShdPnd:"); found {
			bits, _ := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
			return bits&(1<<(sig-1)) != 0
		}
	}
	return false
}

func cancelledOnSlurm(t *testing.T, s *onSlurm) {
	s.run("-j", "1")
	pid := s.halt(0)
	if o := neuralrg(t, s.dir, "sweep", "cancel", "sweep"); o.code != 0 || o.stderr != "" {
		t.Fatalf("cancel: %d, %s%s", o.code, o.stdout, o.stderr)
	}
	s.signal(pid, syscall.SIGCONT)
	s.await(t, "both tasks are cancelled", func() bool { q := s.queue(); return q[0] == "CANCELLED" && q[1] == "CANCELLED" })
	s.await(t, "the process has ended", func() bool { return !alive(pid) })
	if got := pointStates(t, s.dir); got != "cancelled cancelled" {
		t.Errorf("the points are %s", got)
	}
	if s.submit(); len(s.arrays()) != 1 {
		t.Errorf("cancelled points were submitted again")
	}
	if saved, _ := filepath.Glob(s.point(0, "checkpoints", "*.npz")); len(saved) < 2 {
		t.Errorf("point 0 was not saved: %v", saved)
	}
	if o := neuralrg(t, s.dir, "sweep", "retry", "sweep", "--all-unfinished"); o.code != 0 {
		t.Fatalf("retry: %d, %s%s", o.code, o.stdout, o.stderr)
	}
	s.finished()
	if a := s.attempts(0); len(a) != 2 || number(t, a[1], "from_epoch") < 5 {
		t.Errorf("the attempts are %v", a)
	}
}

// scancelled cancels a task behind the program's back: it saves, and does not
// come back.
func scancelled(t *testing.T, s *onSlurm) {
	s.run("-j", "1")
	pid := s.halt(0)
	if out, err := s.ask("scancel", s.arrays()[0]); err != nil {
		t.Fatal(out, err)
	}
	s.signal(pid, syscall.SIGCONT)
	s.await(t, "both tasks are cancelled", func() bool { q := s.queue(); return q[0] == "CANCELLED" && q[1] == "CANCELLED" })
	s.await(t, "the process has ended", func() bool { return !alive(pid) })
	if a := s.attempts(0); len(a) != 1 || a[0]["outcome"] != "stopped" || number(t, a[0], "epoch") < 5 {
		t.Errorf("the attempts are %v", a)
	}
	if got := pointStates(t, s.dir); got != "pending pending" {
		t.Errorf("the points are %s", got)
	}
}

func submittedTwice(t *testing.T, s *onSlurm) {
	plannedForSlurm(t, s.dir)
	said := make([]string, 2)
	var both sync.WaitGroup
	for i := range said {
		c := command(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm")
		both.Go(func() {
			out, err := c.CombinedOutput()
			if said[i] = string(out); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	both.Wait()
	if both := strings.Join(said, ""); strings.Count(both, "2 points in 2 tasks") != 1 || !strings.Contains(both, "2 points are in the queue already") {
		t.Errorf("they said %q", said)
	}
	s.finished()
	s.oneJob()
}

// oneJob wants one array of this sweep in the queue, ended or not, by its name.
func (s *onSlurm) oneJob() {
	s.t.Helper()
	out, err := s.ask("scontrol", "show", "job", s.arrays()[0])
	_, rest, _ := strings.Cut(out, "JobName=")
	name, _, _ := strings.Cut(rest, "\n")
	if err != nil || name == "" {
		s.t.Fatal(out, err)
	}
	out, err = s.ask("squeue", "-h", "-r", "-t", "all", "-n", name, "-o", "%F")
	jobs := strings.Fields(out)
	if jobs = slices.Compact(jobs); err != nil || len(jobs) != 1 {
		s.t.Errorf("jobs %v with the name %s, %v", jobs, name, err)
	}
}

// submissionCrashes kills a submission when sbatch has done its work, before it
// can say so.
func submissionCrashes(t *testing.T, s *onSlurm) {
	plannedForSlurm(t, s.dir)
	sbatch, err := exec.LookPath("sbatch")
	if err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf("#!/bin/sh\n%s \"$@\"\nkill -KILL $PPID\n", sbatch)
	if err := os.WriteFile(filepath.Join(s.dir, "sbatch"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	c := command(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm")
	c.Env = append(c.Env, "PATH="+s.dir+":"+os.Getenv("PATH"))
	var exit *exec.ExitError
	if err := c.Run(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the submission ended with %v", err)
	}
	if got := s.arrays(); len(got) != 0 {
		t.Fatalf("it has written down %v", got)
	}
	if o := neuralrg(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm"); o.code != 0 || !strings.Contains(o.stderr, "of an earlier try") {
		t.Fatalf("the next: %d, %s%s", o.code, o.stdout, o.stderr)
	}
	s.finished()
	s.oneJob()
}

func fullDiskOnSlurm(t *testing.T, s *onSlurm) {
	smallDisk(t, s.dir)
	if err := syscall.Mount("neuralrg-test", s.dir, "tmpfs", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	s.run("-j", "1")
	pid := s.halt(0)
	ballast := filepath.Join(s.dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 32<<20), 0o666); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: %v", err)
	}
	s.signal(pid, syscall.SIGCONT)
	s.await(t, "both tasks end", func() bool { q := s.queue(); return q[0] == "FAILED" && q[1] == "FAILED" })
	for _, state := range strings.Fields(pointStates(t, s.dir)) {
		if state == "done" || state == "running" || state == "queued" {
			t.Errorf("on a full disk a point is %s", state)
		}
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if o := neuralrg(t, s.dir, "sweep", "retry", "sweep", "--all-unfinished"); o.code != 0 {
		t.Fatalf("retry: %d, %s%s", o.code, o.stdout, o.stderr)
	}
	s.finished()
}

func badResources(t *testing.T, s *onSlurm) {
	plannedForSlurm(t, s.dir)
	for say, args := range map[string][]string{
		"--time 61 is more than partition debug allows": {"--time", "61"},
		"--cpus 3 is more than a node":                  {"--cpus", "3"},
		"--mem 2G is more than a node":                  {"--mem", "2G"},
		`no partition "fast"`:                           {"--partition", "fast"},
	} {
		args = append([]string{"sweep", "run", "sweep", "--backend", "slurm"}, args...)
		wantError(t, neuralrg(t, s.dir, args...), 2, say, "")
	}
	many := t.TempDir()
	planned(t, many, "--axis", "T=2.2", "--seeds", "1002")
	wantError(t, neuralrg(t, many, "sweep", "run", "sweep", "--backend", "slurm"), 2, "task 1001", "--pack 2")
	for _, dir := range []string{s.dir, many} {
		if left, _ := filepath.Glob(filepath.Join(dir, "sweep/slurm/*.json")); len(left) != 0 {
			t.Errorf("there are records of what was refused: %v", left)
		}
	}
}

// dryRunIsAccepted gives the script of a dry run to sbatch as it is, through a
// pipe.
func dryRunIsAccepted(t *testing.T, s *onSlurm) {
	plannedForSlurm(t, s.dir)
	dry := neuralrg(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm", "--dry-run", "--time", "5")
	if dry.code != 0 || dry.stderr != "" {
		t.Fatalf("dry: %d, %s", dry.code, dry.stderr)
	}
	if entries, err := os.ReadDir(filepath.Join(s.dir, "sweep")); err != nil || len(entries) != 1 {
		t.Errorf("the dry run left %v, %v", entries, err)
	}
	c := exec.CommandContext(t.Context(), "sbatch", "--parsable", "--hold")
	c.Stdin = strings.NewReader(dry.stdout)
	out, err := c.CombinedOutput()
	job := strings.TrimSpace(string(out))
	if err != nil {
		t.Fatal(job, err)
	}
	elements, err := s.ask("squeue", "-h", "-r", "-j", job, "-o", "%K %T %l")
	if err != nil || len(strings.Fields(elements)) != 6 || !strings.Contains(elements, "5:00") {
		t.Errorf("in the queue: %s, %v", elements, err)
	}
	if out, err := s.ask("scancel", job); err != nil {
		t.Error(out, err)
	}
	s.submit("--time", "5")
	submitted, err := os.ReadFile(filepath.Join(s.dir, "sweep/slurm/001.sh"))
	if err != nil || string(submitted) != dry.stdout {
		t.Errorf("submitted was\n%s, %v, dry was\n%s", submitted, err, dry.stdout)
	}
	if o := neuralrg(t, s.dir, "sweep", "cancel", "sweep"); o.code != 0 {
		t.Error(o.stderr)
	}
}

// controllerAway ends the controller while a task is at work and another waits,
// and starts it again.
func controllerAway(t *testing.T, s *onSlurm) {
	s.run("-j", "1")
	pid := s.halt(0)
	halted := time.Now()
	// It may have done so since the task began, and does it again if something changes.
	if out, err := s.ask("scontrol", "update", "JobId="+s.arrays()[0]+"_0", "Comment=halted"); err != nil {
		t.Fatal(out, err)
	}
	s.await(t, "the controller has saved what it knows", func() bool {
		info, err := os.Stat(s.path("state/job_state"))
		return err == nil && info.ModTime().After(halted)
	})
	s.kill("slurmctld")
	object, points := standing(t, s.dir)
	if word, _ := object["unknown"].(string); !strings.Contains(word, "squeue") {
		t.Errorf("that the scheduler is away is not said: %q", word)
	}
	if points[0]["state"] != "running" || points[1]["state"] != "pending" {
		t.Errorf("the points are %v and %v", points[0]["state"], points[1]["state"])
	}
	wantError(t, neuralrg(t, s.dir, "sweep", "run", "sweep", "--backend", "slurm"), 1, "squeue", "scontrol ping")
	s.signal(pid, syscall.SIGCONT)
	s.await(t, "the task ends without a controller", func() bool {
		_, err := os.Stat(s.point(0, "done.json"))
		return err == nil
	})
	s.startController()
	s.finished()
	if a := s.attempts(0); len(a) != 1 {
		t.Errorf("point 0 was carried out again: %v", a)
	}
	if got := len(s.arrays()); got != 1 {
		t.Errorf("%d arrays", got)
	}
}
