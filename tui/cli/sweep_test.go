package cli_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"neuralrg/training"
	"neuralrg/training/run"
	"neuralrg/training/sweep"
)

// planned plans a sweep of tiny runs at dir/sweep.
func planned(t *testing.T, dir string, args ...string) {
	t.Helper()
	args = append([]string{"sweep", "plan", "--out", "sweep", "-L", "4", "--couplings", "2", "--hidden", "4", "--hidden-layers", "1", "--batch", "16", "--seed", "7"}, args...)
	if o := neuralrg(t, dir, args...); o.code != 0 {
		t.Fatalf("%v: exit code %d\n%s%s", args, o.code, o.stdout, o.stderr)
	}
}

// standing is what sweep status --json says, and its points.
func standing(t *testing.T, dir string) (object map[string]any, points []map[string]any) {
	t.Helper()
	o := neuralrg(t, dir, "sweep", "status", "sweep", "--json")
	if o.code != 0 {
		t.Fatalf("exit code %d, %s", o.code, o.stderr)
	}
	object = decode(t, o.stdout)
	for _, p := range object["points"].([]any) {
		points = append(points, p.(map[string]any))
	}
	return object, points
}

// states are those of the points of dir/sweep, as "done done failed".
func pointStates(t *testing.T, dir string) string {
	t.Helper()
	_, points := standing(t, dir)
	words := make([]string, len(points))
	for i, p := range points {
		words[i] = p["state"].(string)
	}
	return strings.Join(words, " ")
}

// pool starts a pool over dir/sweep that is killed with the test.
func pool(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	c := command(t, dir, append([]string{"sweep", "run", "sweep"}, args...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// trains waits until a point of dir/sweep has done some epochs, and returns its
// process.
func trains(t *testing.T, dir string, index int) (pid int) {
	t.Helper()
	within(t, fmt.Sprintf("point %d trains", index), func() bool {
		_, points := standing(t, dir)
		p := points[index]
		if p["state"] == "running" && number(t, p, "epoch") >= 20 {
			pid = int(number(t, p, "pid"))
		}
		return pid > 0
	})
	return pid
}

// A sweep is planned, carried out and collected. What it says is what the runs
// alone come to, whoever carries them out and with however many threads.
func TestSweep(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2:2.3:0.1", "--axis", "depth=1,2", "--epochs", "30")
	if o := neuralrg(t, dir, "sweep", "run", "sweep", "--dry-run"); o.code != 0 || strings.Count(o.stdout, "sweep point --threads") != 4 {
		t.Errorf("dry: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	if got := pointStates(t, dir); got != "pending pending pending pending" {
		t.Errorf("before: %s", got)
	}
	if o := neuralrg(t, dir, "sweep", "point", "sweep", "2", "--threads", "2"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	o := neuralrg(t, dir, "sweep", "run", "sweep", "-j", "2")
	if o.code != 0 || strings.Count(o.stdout, "done, gap") != 3 || !strings.Contains(o.stdout, "sweep: 4 done") {
		t.Fatalf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	if !strings.Contains(o.stdout, "point 0 (T=2.2 depth=1): begun\n") || !strings.Contains(o.stderr, "sweep status --watch sweep") {
		t.Errorf("it does not say what it does: %s%s", o.stdout, o.stderr)
	}
	if again := neuralrg(t, dir, "sweep", "run", "sweep"); again.code != 0 || strings.Contains(again.stdout, "gap") {
		t.Errorf("again: exit code %d, %s%s", again.code, again.stdout, again.stderr)
	}

	args := []string{"-T", "2.3", "--depth", "1", "--epochs", "30", "--dir", "alone"}
	train(t, dir, args...)
	sameMetrics(t, metrics(t, filepath.Join(dir, "sweep/points/002")), metrics(t, filepath.Join(dir, "alone")))

	table := collected(t, dir)
	if !testing.Short() { // the same plan elsewhere, by a pool with other threads: the same results
		other := t.TempDir()
		planned(t, other, "--axis", "T=2.2:2.3:0.1", "--axis", "depth=1,2", "--epochs", "30")
		if o := neuralrg(t, other, "sweep", "run", "sweep", "-j", "1", "--threads", "3"); o.code != 0 {
			t.Fatal(o.stderr)
		}
		if elsewhere := collected(t, other); !reflect.DeepEqual(table, elsewhere) {
			t.Errorf("by another pool:\n%v\n%v", table, elsewhere)
		}
	}
	head := table[0]
	if len(table) != 5 || head[0] != "point" || head[1] != "T" || head[2] != "depth" {
		t.Fatalf("collected %d lines, head %v", len(table), head)
	}
	at := func(line int, name string) string { return table[line][slices.Index(head, name)] }
	for line := 1; line <= 4; line++ {
		if at(line, "state") != "done" || at(line, "epoch") != "30" || at(line, "gap") == "" || at(line, "m2_exact") == "" || at(line, "heat_capacity_weighted_error") == "" {
			t.Errorf("line %d: %v", line, table[line])
		}
	}
	if at(3, "T") != "2.3" || at(3, "depth") != "1" || at(3, "L") != "4" || at(3, "seed") != "7" {
		t.Errorf("line 3: %v", table[3])
	}
	_, points := standing(t, dir)
	m2 := points[2]["result"].(map[string]any)["magnetization_squared"].(map[string]any)
	if exact, samples := m2["exact"].(float64), m2["samples"].(map[string]any); absolute(exact-number(t, samples, "value")) > 5*number(t, samples, "error") {
		t.Errorf("exact samples say %v, exact is %v", samples, exact)
	}
}

func absolute(v float64) float64 { return max(v, -v) }

// collected is what sweep collect --csv prints, but for seconds.
func collected(t *testing.T, dir string) [][]string {
	t.Helper()
	o := neuralrg(t, dir, "sweep", "collect", "sweep", "--csv")
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("exit code %d, %s", o.code, o.stderr)
	}
	table, err := csv.NewReader(strings.NewReader(o.stdout)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(table[0], "seconds")
	for i := range table {
		table[i] = slices.Delete(table[i], at, at+1)
	}
	return table
}

// A killed point takes no other with it and is lost; a killed pool leaves points
// that save and stop. What is missing is gone on with, to the same bits.
func TestSweepKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2,2.3", "--epochs", "1000000", "--schedule", "constant")
	c := pool(t, dir, "-j", "2")
	first, second := trains(t, dir, 0), trains(t, dir, 1)
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, "the first is lost", func() bool { return pointStates(t, dir) == "lost running" })
	if o := neuralrg(t, dir, "sweep", "retry", "sweep", "--lost"); o.code != 0 || !strings.Contains(o.stdout, "1 point to be tried again\nprocess ") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	third := trains(t, dir, 0)
	if third == first {
		t.Error("it is the killed process")
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	within(t, "the points have ended", func() bool { return ended(second) && ended(third) })
	if got := pointStates(t, dir); got != "pending pending" {
		t.Errorf("after the pool was killed: %s", got)
	}
	_, points := standing(t, dir)
	for i, p := range points {
		point := filepath.Join(dir, "sweep/points", fmt.Sprintf("%03d", i))
		if epoch := int(number(t, p, "epoch")); epoch != len(metrics(t, point)) || !saved(t, point, epoch) {
			t.Errorf("point %d: epoch %d, %d lines", i, epoch, len(metrics(t, point)))
		}
		if got := number(t, p, "attempts"); got != float64(2-i) {
			t.Errorf("point %d: %v attempts", i, got)
		}
	}

	c = pool(t, dir, "-j", "2")
	trains(t, dir, 0)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("the pool that was told to stop: %v", err)
	}
	if got := pointStates(t, dir); got != "pending pending" {
		t.Errorf("after the pool has stopped: %s", got)
	}
	got := metrics(t, filepath.Join(dir, "sweep/points/000"))
	train(t, dir, "-T", "2.2", "--epochs", fmt.Sprint(len(got)), "--schedule", "constant", "--dir", "whole")
	sameMetrics(t, got, metrics(t, filepath.Join(dir, "whole")))
}

// saved says that a run has a checkpoint of an epoch.
func saved(t *testing.T, dir string, epoch int) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(dir, "checkpoints", fmt.Sprintf("%06d.npz", epoch)))
	return err == nil
}

// One that is cancelled saves and stops, and comes back only when it is tried
// again. One that fails stops no other.
func TestSweepCancelRetry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2,2.3,2.4", "--epochs", "1000000")
	stray := filepath.Join(dir, "sweep/points/002/stray")
	if err := os.MkdirAll(stray, 0o777); err != nil {
		t.Fatal(err)
	}
	c := pool(t, dir, "-j", "3")
	trains(t, dir, 0)
	trains(t, dir, 1)
	within(t, "the third has failed", func() bool { return pointStates(t, dir) == "running running failed" })
	if o := neuralrg(t, dir, "sweep", "logs", "sweep"); o.code != 0 || !strings.Contains(o.stdout, "stray") {
		t.Errorf("logs: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	if o := neuralrg(t, dir, "sweep", "cancel", "sweep", "1"); o.code != 0 || !strings.HasPrefix(o.stdout, "1 point cancelled") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	within(t, "the second is cancelled", func() bool { return pointStates(t, dir) == "running cancelled failed" })
	if o := neuralrg(t, dir, "sweep", "point", "sweep", "1"); o.code != 0 || !strings.Contains(o.stderr, ": cancelled") {
		t.Errorf("a cancelled one by itself: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	if err := os.Remove(stray); err != nil {
		t.Fatal(err)
	}
	if o := neuralrg(t, dir, "sweep", "retry", "sweep", "--all-unfinished", "--json"); o.code != 0 || fmt.Sprint(decode(t, o.stdout)["points"]) != "[1 2]" {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	trains(t, dir, 1)
	trains(t, dir, 2)
	wantError(t, neuralrg(t, dir, "sweep", "run", "sweep"), 1, "in use by process", "sweep status sweep")
	if o := neuralrg(t, dir, "sweep", "cancel", "sweep"); o.code != 0 {
		t.Error(o.stderr)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("the pool of cancelled points: %v", err)
	}
	if got := pointStates(t, dir); got != "cancelled cancelled cancelled" {
		t.Errorf("in the end: %s", got)
	}
	if o := neuralrg(t, dir, "sweep", "retry", "sweep"); o.code != 0 || !strings.Contains(o.stdout, "3 cancelled: --all-unfinished") {
		t.Errorf("nothing failed: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
}

// Chains begin where their neighbours end.
func TestSweepWarmStart(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2,2.3", "--epochs", "10", "--warm-start", "temperature")
	o := neuralrg(t, dir, "sweep", "point", "sweep", "1")
	wantError(t, o, 1, "point 1 begins from point 0, which is not done", "sweep run sweep")
	if o := neuralrg(t, dir, "sweep", "run", "sweep"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	train(t, dir, "--from", "sweep/points/000", "-T", "2.3", "--epochs", "10", "--dir", "alone")
	sameMetrics(t, metrics(t, filepath.Join(dir, "sweep/points/001")), metrics(t, filepath.Join(dir, "alone")))
}

// A detached pool outlives its command, and stops when it is told to.
func TestSweepDetached(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2,2.3", "--epochs", "1000000")
	o := neuralrg(t, dir, "sweep", "run", "sweep", "--detach", "-j", "2")
	if o.code != 0 || !strings.Contains(o.stdout, "neuralrg stop sweep") {
		t.Fatalf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	object, _ := standing(t, dir)
	pid := int(number(t, object, "pid"))
	t.Cleanup(func() {
		if !ended(pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	trains(t, dir, 1)
	if o := neuralrg(t, dir, "stop", "sweep"); o.code != 0 || !strings.Contains(o.stdout, "sweep: 2 pending\nsaved and stopped") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
	within(t, "the pool has ended", func() bool { return ended(pid) })
	log, err := os.ReadFile(filepath.Join(dir, "sweep/pool/log.txt"))
	if err != nil || !strings.Contains(string(log), "saved at epoch") {
		t.Errorf("its log: %q, %v", log, err)
	}
	if o := neuralrg(t, dir, "stop", "sweep"); o.code != 0 || !strings.Contains(o.stdout, "no pool carries sweep out") {
		t.Errorf("stopped twice: exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
}

func TestSweepErrors(t *testing.T) {
	onlyPlain(t)
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "full", "of", "it"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"good", "changed"} {
		if o := neuralrg(t, dir, "sweep", "plan", "--out", name, "--axis", "T=2,3"); o.code != 0 {
			t.Fatal(o.stderr)
		}
	}
	wantError(t, neuralrg(t, dir, "sweep", "plan", "--out", "good", "--axis", "T=2"), 2, "good already holds a sweep", "neuralrg sweep run good")
	path := filepath.Join(dir, "changed", "plan.json")
	plan, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(strings.Replace(string(plan), "4000", "40", 1)), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string][2]string{
		"":                            {"needs to know what to do", "neuralrg sweep --help"},
		"pla":                         {`unknown command "pla"`, "did you mean neuralrg sweep plan?"},
		"plan":                        {"--out is missing", "--out sweeps/depth"},
		"plan --out s":                {"a sweep needs an axis", "--axis T=2.0:2.8:0.1"},
		"plan --out s --axis":         {"--axis needs a value", "--axis T=2.0:2.8:0.1"},
		"plan --out s --axis T":       {`axis "T" is not valid`, "--axis"},
		"plan --out s --axis dept=1":  {`axis "dept" is no flag of training`, "did you mean depth?"},
		"plan --out s --axis plain=1": {`axis "plain" is no flag of training`, "choose a flag of training: L, T"},
		"plan --out s --axis depth=1,2 --depth 2":            {"depth is an axis and --depth is given too", "leave the flag out"},
		"plan --out s --axis T=2 --axis temperature=3":       {"axis T is given twice", "commas"},
		"plan --out s --axis depth=1,9":                      {"depth=9: depth 9 is not between 0 and 4", "0 means all"},
		"plan --out s --axis depth=1,x":                      {`axis depth: "x" is not valid`, "whole number"},
		"plan --out s --axis T=2.8:2.0:0.1":                  {"is empty", "first:last:step"},
		"plan --out s --axis L=7,8":                          {"7 is not a power of two", "4 or 8"},
		"plan --out s --axis seed=1:101:1 --axis T=1:5:0.01": {"more than 10000 points", "larger step"},
		"plan --out s --axis T=2 --seeds 0":                  {"seeds 0 is out of range", "choose from 1"},
		"plan --out s --axis T=2 --warm-start depth":         {"no axis depth", "name one of the axes"},
		"plan --out full --axis T=2":                         {"full is not empty", "--out"},
		"run":                                                {"needs the directory of a sweep", "sweeps/depth"},
		"run nowhere":                                        {"nowhere holds no sweep", "neuralrg sweep plan --out nowhere"},
		"run good 7":                                         {"there is no point 7", "from 0 to 1"},
		"run good x":                                         {`"x" is no point`, "sweep status"},
		"run good -j -1":                                     {"-j -1 is out of range", "choose from 1"},
		"run good --backend pbs":                             {"", "choose one of local"},
		"status changed":                                     {"changed since it was made", "neuralrg sweep plan"},
		"retry good --failed 1":                              {"points and a flag are both given", "name the points"},
	} {
		o := neuralrg(t, dir, append([]string{"sweep"}, strings.Fields(args)...)...)
		code := 2
		if args == "status changed" {
			code = 1
		}
		wantError(t, o, code, want[0], want[1])
		if _, err := os.Stat(filepath.Join(dir, "s")); err == nil {
			t.Fatalf("%s leaves a directory", args)
		}
	}
}

// On a terminal a sweep that is watched is the screen: a point at work is opened
// from there, and paused; one is cancelled.
// What a plan says that somebody else has made does not steer a terminal.
func TestSweepOfSomebodyElse(t *testing.T) {
	dir := t.TempDir()
	axes := []sweep.Axis{{Name: "T\x1b[2J", Values: []string{"2\x1b]0;mine\a", "3\u009b2J"}}}
	p, err := sweep.NewPlan("0.1.0", axes, "", func(_ []sweep.Axis, values []string) (run.Config, error) {
		c, err := training.Preset("quick")
		c.Seed = uint64(values[0][0])
		return run.Config{Config: c, Sampler: run.SamplerOff}, err
	})
	if err == nil {
		_, err = sweep.Create(filepath.Join(dir, "sweep"), p)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status", "sweep"}, {"status", "--watch", "--plain", "sweep"}, {"logs", "sweep", "0", "1"}} {
		o := neuralrg(t, dir, append([]string{"sweep"}, args...)...)
		if o.code != 0 || !strings.Contains(o.stdout, "2]0;mine") || strings.ContainsAny(o.stdout+o.stderr, "\x1b\a\u009b") {
			t.Errorf("%v: exit code %d, %q, %q", args, o.code, o.stdout, o.stderr)
		}
	}
}

func TestSweepOnScreen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "T=2.2,2.3", "--epochs", "1000000")
	c := pool(t, dir, "-j", "2")
	trains(t, dir, 0)
	trains(t, dir, 1)
	screen := onTerminal(t, 140, 40, command(t, dir, "sweep", "status", "sweep", "--watch"))
	screen.wait("2 running", "gap (nats)", "carried out by process")
	screen.press("j")
	screen.wait("c cancel")
	screen.press("\r")
	screen.wait("lattice", "attached", "training")
	screen.press(" ")
	screen.wait("paused")
	screen.press("q")
	screen.wait("leave it running")
	screen.press("l")
	screen.wait("2 running")
	screen.press("c")
	screen.wait("Cancel point 1?")
	screen.press("y")
	screen.wait("1 cancelled")
	screen.press("q")
	if o := neuralrg(t, dir, "sweep", "cancel", "sweep"); o.code != 0 {
		t.Error(o.stderr)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

// Whoever carries a point out, its log keeps its newest lines whole, a megabyte
// at most: a pool, or a task of Slurm's that has it alone or beside others.
func TestLogsOfPointsAreBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2", "--seeds", "2", "--epochs", "5")
	if err := os.Mkdir(filepath.Join(dir, "sweep/logs"), 0o777); err != nil {
		t.Fatal(err)
	}
	const bound, line = 1 << 20, "of an earlier attempt\n"
	log := func(index int) string { return filepath.Join(dir, fmt.Sprintf("sweep/logs/%03d.txt", index)) }
	for index := range 4 {
		if err := os.WriteFile(log(index), []byte(strings.Repeat(line, 2*bound/len(line))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if o := neuralrg(t, dir, "sweep", "run", "sweep", "0"); o.code != 0 {
		t.Fatal(o.stderr)
	}
	task := func(stdout string, points ...string) {
		t.Helper()
		out, err := os.OpenFile(stdout, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666) // as Slurm does
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		c := command(t, dir, append([]string{"sweep", "point", "--backend", "slurm", "sweep"}, points...)...)
		c.Env = append(c.Env, "SLURM_ARRAY_JOB_ID=1", "SLURM_ARRAY_TASK_ID=0")
		c.Stdout, c.Stderr = out, out
		if err := c.Run(); err != nil {
			t.Fatal(err)
		}
	}
	task(log(1), "1")
	task(filepath.Join(dir, "sweep/logs/task-0.txt"), "2", "3")
	for index := range 4 {
		data, err := os.ReadFile(log(index))
		if err != nil || len(data) > bound || len(data) < bound/3 {
			t.Errorf("the log of point %d has %d bytes, %v", index, len(data), err)
		}
		text := string(data)
		if !strings.HasPrefix(text, line) || strings.Count(text, "epoch 5/5 ") != 1 || !strings.HasSuffix(text, fmt.Sprintf("note: point %d (depth=%d seed=%d): done\n", index, 1+index/2, 7+index%2)) {
			t.Errorf("the log of point %d ends with %q", index, text[max(0, len(text)-300):])
		}
	}
}

// What is left of a packed array may be one point in a task of its own number:
// what is said of it is in its log all the same.
func TestLogOfAPointThatIsAloneInItsTask(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2", "--epochs", "5")
	c := command(t, dir, "sweep", "point", "--backend", "slurm", "--pack", "2", "sweep", "1")
	c.Env = append(c.Env, "SLURM_ARRAY_JOB_ID=1", "SLURM_ARRAY_TASK_ID=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if o := neuralrg(t, dir, "sweep", "logs", "sweep", "1"); o.code != 0 || !strings.Contains(o.stdout, "epoch 5/5 ") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
}

// The screen of a sweep has the user's settings, as every other.
func TestSweepOnScreenHasTheSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2", "--epochs", "5")
	settings := filepath.Join(state(t), "neuralrg", "settings.json")
	if err := os.MkdirAll(filepath.Dir(settings), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte(`{"theme": "pink"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	screen := onTerminal(t, 140, 40, command(t, dir, "sweep", "status", "sweep", "--watch"))
	screen.wait("unknown theme", "settings.json")
	if code := screen.exit(); code != 2 {
		t.Errorf("exit code %d", code)
	}
}

// What is given for a sweep, or for a run, may be something else.
func TestSweepAndRunMistaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	planned(t, dir, "--axis", "depth=1,2", "--epochs", "5")
	wantError(t, neuralrg(t, dir, "sweep", "status", "sweep/plan.json"), 2, "is not a directory", "directory of a sweep")
	wantError(t, neuralrg(t, dir, "sample", "sweep"), 2, "holds no run", "it is a sweep, whose runs are in sweep/points")
	if err := os.Rename(filepath.Join(dir, "sweep"), filepath.Join(dir, "my sweep")); err != nil {
		t.Fatal(err)
	}
	wantError(t, neuralrg(t, dir, "sweep", "status", "my sweep", "7"), 2, "no point 7", "sweep status 'my sweep' lists")
	if o := neuralrg(t, dir, "sweep", "run", "my sweep", "--dry-run"); o.code != 0 || !strings.Contains(o.stdout, " -- 'my sweep' 1\n") {
		t.Errorf("exit code %d, %s%s", o.code, o.stdout, o.stderr)
	}
}
