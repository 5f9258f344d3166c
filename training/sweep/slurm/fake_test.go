package slurm

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is also the Slurm of these tests: called by the name of one of
// its commands, it does what that does, to a file.
func TestMain(m *testing.M) {
	if dir := os.Getenv(fakeDir); dir != "" && slices.Contains(fakeCommands, filepath.Base(os.Args[0])) {
		os.Exit(fakeSlurm(dir, filepath.Base(os.Args[0]), os.Args[1:]))
	}
	os.Exit(m.Run())
}

const fakeDir = "NEURALRG_TEST_SLURM"

var fakeCommands = []string{"sbatch", "squeue", "scontrol", "scancel", "sinfo"}

// fakeState is what the fake Slurm knows and how it behaves.
type fakeState struct {
	Down       bool // no command gets an answer
	Refuse     bool // sbatch takes nothing
	LoseAnswer bool // sbatch submits, and says that it did not
	Slow       bool // sbatch takes half a second
	Jobs       []*fakeJob
	Submitted  int      // calls of sbatch
	Calls      []string // of all commands, in order
}

type fakeJob struct {
	ID    int
	Name  string
	Held  bool
	Tasks map[int]string // their states
}

// fake puts a Slurm of this test's own in the way of the commands.
type fake struct {
	t   *testing.T
	dir string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t, t.TempDir()}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fakeCommands {
		if err := os.Symlink(program, filepath.Join(f.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	f.change(func(*fakeState) {})
	t.Setenv(fakeDir, f.dir)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // or each command takes a second there
	t.Setenv("PATH", f.dir+":"+os.Getenv("PATH"))
	return f
}

func (f *fake) change(change func(*fakeState)) {
	f.t.Helper()
	if err := withState(f.dir, change); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) state() (s fakeState) {
	f.t.Helper()
	f.change(func(now *fakeState) { s = *now })
	return s
}

// withState changes the state of a fake Slurm, one process at a time.
func withState(dir string, change func(*fakeState)) error {
	lock, err := os.OpenFile(filepath.Join(dir, "state.json"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return err
	}
	var s fakeState
	_ = json.NewDecoder(lock).Decode(&s) // empty at first
	change(&s)
	data, err := json.Marshal(s)
	if err == nil {
		err = lock.Truncate(0)
	}
	if err == nil {
		_, err = lock.WriteAt(data, 0)
	}
	return err
}

func fakeSlurm(dir, command string, args []string) (code int) {
	slow := false
	err := withState(dir, func(s *fakeState) {
		s.Calls = append(s.Calls, command+" "+strings.Join(args, " "))
		if s.Down {
			fmt.Fprintf(os.Stderr, "%s: error: Unable to contact slurm controller (connect failure)\n", command)
			code = 1
			return
		}
		slow = s.Slow && command == "sbatch"
		switch command {
		case "sbatch":
			code = s.sbatch(args)
		case "squeue":
			s.squeue(args)
		case "scontrol":
			code = s.scontrol(args)
		case "scancel":
			for _, id := range args {
				s.set(id, "CANCELLED")
			}
		case "sinfo":
			fmt.Print("debug*|up|1:00:00|2|1000\nlong|up|7-00:00:00|16|64000\nlong|up|7-00:00:00|64|256000\nold|down|1:00:00|2|1000\n")
		}
	})
	if slow {
		time.Sleep(500 * time.Millisecond)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return code
}

func (s *fakeState) sbatch(args []string) int {
	s.Submitted++
	if s.Refuse {
		fmt.Fprintln(os.Stderr, "sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified")
		return 1
	}
	j := &fakeJob{ID: 100 + len(s.Jobs), Held: slices.Contains(args, "--hold"), Tasks: map[int]string{}}
	for _, a := range args {
		if list, found := strings.CutPrefix(a, "--array="); found {
			list, _, _ = strings.Cut(list, "%")
			for part := range strings.SplitSeq(list, ",") {
				first, last, isRange := strings.Cut(part, "-")
				if !isRange {
					last = first
				}
				from, _ := strconv.Atoi(first)
				to, _ := strconv.Atoi(last)
				for id := from; id <= to; id++ {
					j.Tasks[id] = "PENDING"
				}
			}
		}
		if name, found := strings.CutPrefix(a, "--job-name="); found {
			j.Name = name
		}
	}
	s.Jobs = append(s.Jobs, j)
	if s.LoseAnswer {
		fmt.Fprintln(os.Stderr, "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation")
		return 1
	}
	fmt.Println(j.ID)
	return 0
}

func (s *fakeState) squeue(args []string) {
	names := strings.Split(args[slices.Index(args, "-n")+1], ",")
	for _, j := range s.Jobs {
		if !slices.Contains(names, j.Name) {
			continue
		}
		for id, state := range j.Tasks {
			reason := "Resources"
			if j.Held {
				reason = "JobHeldUser"
			}
			fmt.Printf("%d|%d|%s||%s\n", j.ID, id, state, reason)
		}
	}
}

func (s *fakeState) scontrol(args []string) int {
	switch args[0] {
	case "release":
		for _, j := range s.Jobs {
			if strconv.Itoa(j.ID) == args[1] {
				j.Held = false
				return 0
			}
		}
		return 1
	case "requeue":
		s.set(args[1], "PENDING")
	case "show":
		fmt.Print("MaxArraySize            = 1001\n")
	}
	return 0
}

// set changes the state of one element, or of a whole array.
func (s *fakeState) set(id, state string) {
	array, element, one := strings.Cut(id, "_")
	for _, j := range s.Jobs {
		for task := range j.Tasks {
			if strconv.Itoa(j.ID) == array && (!one || strconv.Itoa(task) == element) {
				j.Tasks[task] = state
			}
		}
	}
}

// live are the jobs that have an element which is not over.
func (s fakeState) live() (jobs []*fakeJob) {
	for _, j := range s.Jobs {
		for _, state := range j.Tasks {
			if !(row{state: state}).over() {
				jobs = append(jobs, j)
				break
			}
		}
	}
	return jobs
}
