//go:build slow && linux

package cli_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// lab is a Slurm of a test's own: a controller and some nodes, all on this host
// and its loopback, with all that they keep in one directory. Its daemons end
// with the test binary, however that ends; what they started is known by the
// directory, which is in its environment.
type lab struct {
	t     *testing.T
	dir   string
	ports []int // the controller's, then each node's
	start chan func()

	mu      sync.Mutex
	daemons map[string]*exec.Cmd
}

// labPrefix begins the name of a lab's directory; the process that made it
// follows.
const labPrefix = "neuralrg-lab-"

// openLab starts a Slurm with so many nodes of two processors each, the last two
// of them in a partition of their own. It skips the test where there is none to
// start.
func openLab(t *testing.T, nodes int) *lab {
	t.Helper()
	setenv(t, "PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, tool := range []string{"munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no Slurm here (no %s): install slurmctld, slurmd, slurm-client and munge", tool)
		}
	}
	sweepLabs(t)
	l := &lab{t: t, start: make(chan func()), daemons: map[string]*exec.Cmd{}}
	var err error
	if l.dir, err = os.MkdirTemp("", fmt.Sprintf("%s%d-", labPrefix, os.Getpid())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	// A daemon dies with the thread that has started it.
	go func() {
		runtime.LockOSThread()
		for do := range l.start {
			do()
		}
	}()
	l.write(nodes)
	setenv(t, "SLURM_CONF", l.conf())
	l.daemon("munged", "munged", "--foreground", "--force", "--num-threads=2", "--key-file="+l.path("munge/key"),
		"--socket="+l.path("munge/sock"), "--pid-file="+l.path("munge/pid"), "--log-file="+l.path("log/munged"), "--seed-file="+l.path("munge/seed"))
	l.await(l.t, "munge answers", func() bool { return exec.Command("munge", "-n", "-S", l.path("munge/sock")).Run() == nil })
	l.startController("-i")
	for i := range nodes {
		l.startNode(i + 1)
	}
	l.await(l.t, "all nodes are idle", func() bool {
		idle, _ := l.ask("sinfo", "-h", "-N", "-t", "idle", "-o", "%N")
		return len(strings.Fields(idle)) == nodes
	})
	return l
}

// setenv sets a variable for a test and its parts, which may run side by side.
func setenv(t *testing.T, name, value string) {
	before, was := os.LookupEnv(name)
	if err := os.Setenv(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.Unsetenv(name)
		if was {
			_ = os.Setenv(name, before)
		}
	})
}

func (l *lab) path(name string) string { return filepath.Join(l.dir, name) }
func (l *lab) conf() string            { return l.path("slurm.conf") }

// write writes what the daemons read.
func (l *lab) write(nodes int) {
	l.t.Helper()
	must := func(err error) {
		l.t.Helper()
		if err != nil {
			l.t.Fatal(err)
		}
	}
	me, err := user.Current()
	must(err)
	host, err := os.Hostname()
	must(err)
	host, _, _ = strings.Cut(host, ".")
	l.ports = freePorts(l.t, nodes+1)
	must(os.Chmod(l.dir, 0o755))
	for _, d := range []string{"munge", "state", "log", "pid"} {
		must(os.Mkdir(l.path(d), 0o755))
	}
	key := make([]byte, 128)
	_, _ = rand.Read(key)
	must(os.WriteFile(l.path("munge/key"), key, 0o600))
	var b bytes.Buffer
	fmt.Fprintf(&b, `ClusterName=lab
SlurmctldHost=%s(127.0.0.1)
SlurmctldPort=%d
SlurmUser=%s
SlurmdUser=%[3]s
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=%[4]s/munge/sock,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
MpiDefault=none
ReturnToService=2
SlurmdTimeout=4
SlurmctldTimeout=5
MessageTimeout=10
TCPTimeout=2
KillWait=5
MinJobAge=3600
MaxArraySize=1001
JobRequeue=1
StateSaveLocation=%[4]s/state
SlurmdSpoolDir=%[4]s/spool.%%n
SlurmctldPidFile=%[4]s/pid/slurmctld
SlurmdPidFile=%[4]s/pid/%%n
SlurmctldLogFile=%[4]s/log/slurmctld
SlurmdLogFile=%[4]s/log/%%n
`, host, l.ports[0], me.Username, l.dir)
	for i, port := range l.ports[1:] {
		must(os.Mkdir(l.path(fmt.Sprintf("spool.n%d", i+1)), 0o755))
		fmt.Fprintf(&b, "NodeName=n%d NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=2 RealMemory=1000 State=UNKNOWN\n", i+1, host, port)
	}
	fmt.Fprintf(&b, "PartitionName=debug Nodes=n[1-%d] Default=YES MaxTime=60 DefaultTime=10 State=UP\n", nodes-2)
	fmt.Fprintf(&b, "PartitionName=far Nodes=n[%d-%d] MaxTime=60 DefaultTime=10 State=UP\n", nodes-1, nodes)
	must(os.WriteFile(l.conf(), b.Bytes(), 0o644))
}

// freePorts finds ports that nobody listens at.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Skipf("no loopback for a Slurm: %v", err)
		}
		defer listener.Close()
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// daemon starts a program that is killed with this process.
func (l *lab) daemon(name string, command ...string) {
	l.t.Helper()
	out, err := os.OpenFile(l.path("log/"+name+".out"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		l.t.Fatal(err)
	}
	defer out.Close()
	c := exec.Command(command[0], command[1:]...)
	c.Stdout, c.Stderr = out, out
	c.Env = append(os.Environ(), "SLURM_CONF="+l.conf())
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	l.start <- func() { started <- c.Start() }
	if err := <-started; err != nil {
		l.t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.daemons[name] = c
}

func (l *lab) startController(args ...string) {
	l.t.Helper()
	l.daemon("slurmctld", append([]string{"slurmctld", "-D", "-f", l.conf()}, args...)...)
	l.await(l.t, "the controller answers", func() bool {
		word, _ := l.ask("scontrol", "ping")
		return strings.Contains(word, "UP")
	})
}

func (l *lab) startNode(i int) {
	l.t.Helper()
	name := fmt.Sprintf("n%d", i)
	l.daemon(name, "slurmd", "-D", "-N", name, "-f", l.conf())
}

// kill ends a daemon at once; what it has started lives on.
func (l *lab) kill(name string) {
	l.mu.Lock()
	c := l.daemons[name]
	delete(l.daemons, name)
	l.mu.Unlock()
	if c != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

// ask runs a command of Slurm's.
func (l *lab) ask(command ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
	return string(out), err
}

// await waits until something holds, and ends the test if it never does.
func (l *lab) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patient); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after %v: %s\n%s", patient, what, l.words())
		}
	}
}

// words are the last of what each daemon and task has said.
func (l *lab) words() string {
	queue, _ := l.ask("squeue", "-r", "-t", "all", "-o", "%F_%K %j %T %r %N %M")
	nodes, _ := l.ask("sinfo", "-N", "-o", "%N %T %E")
	said := queue + nodes
	logs, _ := filepath.Glob(l.path("log/*"))
	for _, log := range logs {
		data, _ := os.ReadFile(log)
		lines := strings.SplitAfter(string(data), "\n")
		said += fmt.Sprintf("== %s\n%s", log, strings.Join(lines[max(0, len(lines)-12):], ""))
	}
	return said
}

// close ends all that the lab has started, and removes its directory.
func (l *lab) close() {
	l.mu.Lock()
	var names []string
	for name := range l.daemons {
		names = append(names, name)
	}
	l.mu.Unlock()
	for _, name := range names { // the nodes may not see their tasks end
		l.kill(name)
	}
	close(l.start)
	clearLab(l.dir)
}

// clearLab ends the processes of a lab that nobody serves any more.
func clearLab(dir string) {
	for tries := 0; tries < 100; tries++ {
		left := strays(dir)
		if len(left) == 0 {
			break
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = os.RemoveAll(dir)
}

// strays are the processes that have a lab's directory in their environment,
// but for this one and its relatives.
func strays(dir string) []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		state, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		_, rest, _ := strings.Cut(string(state), ") ")
		if bytes.Contains(environment, []byte("SLURM_CONF="+dir+"/slurm.conf\x00")) && !strings.HasPrefix(rest, "Z") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// sweepLabs removes the labs of tests that were killed.
func sweepLabs(t *testing.T) {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), labPrefix+"*"))
	for _, dir := range left {
		word, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), labPrefix), "-")
		pid, err := strconv.Atoi(word)
		if err == nil && syscall.Kill(pid, 0) != nil {
			t.Logf("removing %s of a test that was killed", dir)
			clearLab(dir)
		}
	}
}
