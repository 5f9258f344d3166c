package serve

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"neuralrg/training/run"
)

// openSSH is a server with clients that are OpenSSH's.
type openSSH struct {
	*place
	t *testing.T
}

// withOpenSSH is a server that lets in two keys in files, view and control, and not
// a third, stranger.
func withOpenSSH(t *testing.T, l limits, change func(*Config)) openSSH {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("OpenSSH's client is not here:", err)
	}
	p := serving(t, l, change)
	for name, file := range map[string]string{"view": "viewers", "control": "controllers", "stranger": ""} {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := gossh.NewSignerFromKey(private)
		if err != nil {
			t.Fatal(err)
		}
		block, err := gossh.MarshalPrivateKey(private, name)
		if err != nil {
			t.Fatal(err)
		}
		line := string(gossh.MarshalAuthorizedKey(signer.PublicKey()))
		write(t, filepath.Join(p.dir, name), string(pem.EncodeToMemory(block)), 0o600)
		write(t, filepath.Join(p.dir, name+".pub"), line, 0o600)
		if file != "" {
			write(t, filepath.Join(p.dir, file), line, 0o600)
		}
	}
	at := p.Addr()
	host := fmt.Sprintf("[%v]:%d %s", at.IP, at.Port, gossh.MarshalAuthorizedKey(p.host))
	write(t, filepath.Join(p.dir, "known"), host, 0o600)
	return openSSH{p, t}
}

// command is a client with a key, which never asks.
func (o openSSH) command(key string, args ...string) *exec.Cmd {
	at := o.Addr()
	all := []string{
		"-F", "none", "-p", strconv.Itoa(at.Port), "-i", filepath.Join(o.dir, key),
		"-o", "UserKnownHostsFile=" + filepath.Join(o.dir, "known"), "-o", "GlobalKnownHostsFile=none",
		"-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=120",
	}
	c := exec.CommandContext(o.t.Context(), "ssh", append(append(all, args...), at.IP.String())...)
	c.Env = append(os.Environ(), "SSH_AUTH_SOCK=", "LANG=C.UTF-8", "LC_ALL=", "TERM=xterm-256color")
	c.WaitDelay = patience
	return c
}

// fails runs a client that does not get what it asks for, and returns what it
// says. What stands behind the host is the last of it.
func (o openSSH) fails(key string, args []string, behind ...string) string {
	o.t.Helper()
	c := o.command(key, args...)
	c.Args = append(c.Args, behind...)
	text, err := c.CombinedOutput()
	if err == nil {
		o.t.Errorf("ssh %v %v: no error; it says\n%s", args, behind, text)
	}
	return string(text)
}

// pane is a client on a terminal.
type pane struct {
	t        *testing.T
	client   *exec.Cmd
	master   *os.File
	emulator *vt.SafeEmulator
	ended    chan error
}

func (o openSSH) pane(key string, columns, rows int, args ...string) *pane {
	o.t.Helper()
	return o.started(o.command(key, append([]string{"-tt"}, args...)...), columns, rows)
}

func (w *pane) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := w.master.Read(buffer)
		_, _ = w.emulator.Write(buffer[:n])
		if err != nil {
			return
		}
	}
}

func (w *pane) sees(words ...string) {
	w.t.Helper()
	(&glass{t: w.t, emulator: w.emulator}).sees(words...)
}

func (w *pane) types(keys string) {
	w.t.Helper()
	if _, err := w.master.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

func (w *pane) resize(columns, rows int) {
	w.t.Helper()
	w.emulator.Resize(columns, rows)
	if err := pty.Setsize(w.master, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		w.t.Fatal(err)
	}
}

// ends waits for the client's end.
func (w *pane) ends() error {
	w.t.Helper()
	select {
	case err := <-w.ended:
		return err
	case <-time.After(patience):
		w.t.Fatalf("the client does not end:\n%s", ansi.Strip(w.emulator.Render()))
		return nil
	}
}

func wants(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not in\n%s", word, text)
		}
	}
}

// Other keys, passwords and questions let nobody in; without a terminal there is
// no screen; and there are no commands and no subsystems.
func TestOpenSSHIsRefused(t *testing.T) {
	t.Parallel()
	o := withOpenSSH(t, eager(), nil)
	wants(t, o.fails("stranger", nil), "Permission denied (publickey)")
	wants(t, o.fails("view", []string{"-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password,keyboard-interactive"}),
		"Permission denied (publickey)")
	wants(t, o.fails("view", []string{"-o", "PreferredAuthentications=none"}), "Permission denied")
	wants(t, o.fails("view", []string{"-T"}), "a terminal is needed: ssh -t")
	for _, key := range []string{"view", "control"} {
		wants(t, o.fails(key, nil, "id"), "exec request failed")
		wants(t, o.fails(key, []string{"-tt"}, "id"), "exec request failed")
		wants(t, o.fails(key, []string{"-s"}, "sftp"), "subsystem request failed")
	}
	o.logs(t, "no key that is let in", ": exec", ": subsystem")
	o.empty(t)
}

// A viewer looks, with windows of any size, and leaves.
func TestOpenSSHLooks(t *testing.T) {
	t.Parallel()
	o := withOpenSSH(t, eager(), nil)
	w := o.pane("view", 120, 40, "-o", "SendEnv=LANG", "-o", "SetEnv=PATH=/nowhere TMUX=x COLORTERM=truecolor")
	w.sees("1 lattice", "2 free energy", "paused", "over SSH, to look at")
	for _, area := range [][2]int{{80, 24}, {30, 8}, {200, 50}, {1000, 1000}, {80, 24}} {
		w.resize(area[0], area[1])
		if area[0] < 40 {
			w.sees("needs 40 x", "has 30 x 8")
			continue
		}
		w.sees("? help  q quit", "over SSH")
	}
	w.types("q")
	if err := w.ends(); err != nil {
		t.Errorf("the client ends with %v", err)
	}
	o.empty(t)
}

// A controller steers. A client that has a controller's public key and not the
// private one offers it, and is the viewer that it can prove to be.
func TestOpenSSHRoles(t *testing.T) {
	t.Parallel()
	o := withOpenSSH(t, eager(), nil)
	c := o.pane("control", 120, 40)
	c.sees("paused", "space resume")
	c.types(" ")
	soon(t, "the run goes on", func() bool { return o.run.Feed().Latest().Phase == run.Training })
	write(t, filepath.Join(o.dir, "control"), "no key any more\n", 0o600)
	v := o.pane("control", 120, 40, "-v", "-E", filepath.Join(o.dir, "talk"), "-i", filepath.Join(o.dir, "view"))
	v.sees("over SSH, to look at")
	v.types(" ")
	v.types("?")
	v.sees("any key closes this")
	if phase := o.run.Feed().Latest().Phase; phase != run.Training {
		t.Errorf("a viewer has paused the run: %s", phase)
	}
	o.logs(t, "has logged in as a viewer")
	talk, err := os.ReadFile(filepath.Join(o.dir, "talk"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, string(talk), "Server accepts key: "+filepath.Join(o.dir, "control"), "Server accepts key: "+filepath.Join(o.dir, "view"))
}

// Ports are forwarded neither from here nor from there, and no agent is.
func TestOpenSSHForwardsNothing(t *testing.T) {
	t.Parallel()
	o := withOpenSSH(t, eager(), nil)
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	reached := make(chan bool, 1)
	go func() {
		if c, err := target.Accept(); err == nil {
			_ = c.Close()
			reached <- true
		}
	}()
	wants(t, o.fails("control", []string{"-N", "-o", "ExitOnForwardFailure=yes", "-R", fmt.Sprintf("0:%v", target.Addr())}),
		"remote port forwarding failed")

	forward, socks := free(t), free(t)
	agent, err := net.Listen("unix", filepath.Join(o.dir, "agent"))
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	go func() { // it has no keys
		for {
			c, err := agent.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	client := o.command("control", "-tt", "-A", "-L", fmt.Sprintf("%s:%v", forward, target.Addr()), "-D", socks)
	client.Env = append(client.Env, "SSH_AUTH_SOCK="+agent.Addr().String())
	w := o.started(client, 120, 40)
	w.sees("1 lattice")
	for address, hello := range map[string][]byte{
		forward: []byte("hello"),
		socks:   append([]byte{5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1}, byte(port(target)>>8), byte(port(target))),
	} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		_, _ = c.Write(hello)
		if answer, err := io.ReadAll(c); err == nil && bytes.HasPrefix(answer, []byte{5, 0, 5, 0}) {
			t.Errorf("%s leads on: %q", address, answer)
		}
		_ = c.Close()
	}
	o.logs(t, ": tcpip-forward", ": direct-tcpip", ": auth-agent-req@openssh.com")
	select {
	case <-reached:
		t.Error("a port was forwarded")
	default:
	}
}

// started is a client on a terminal.
func (o openSSH) started(client *exec.Cmd, columns, rows int) *pane {
	o.t.Helper()
	w := &pane{t: o.t, client: client, emulator: vt.NewSafeEmulator(columns, rows), ended: make(chan error, 1)}
	var err error
	if w.master, err = pty.StartWithSize(client, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		o.t.Fatal(err)
	}
	var ends sync.WaitGroup
	ends.Go(func() { _, _ = io.Copy(io.Discard, w.emulator) })
	ends.Go(w.read)
	go func() { w.ended <- client.Wait() }()
	o.t.Cleanup(func() {
		_ = client.Process.Kill()
		_ = w.emulator.InputPipe().(io.Closer).Close()
		ends.Wait()
		_ = w.master.Close()
	})
	return w
}

// free is an address where nobody listens; where the system has more of this
// machine than one, at an address that is this process's own, so that nobody takes
// the port meanwhile.
func free(t *testing.T) string {
	t.Helper()
	pid := os.Getpid()
	l, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", 1+pid>>16%200, pid>>8%256, 1+pid%254))
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func port(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// A client that is stopped and does not read is dropped, one that types on and on
// is not listened to, and neither disturbs a third.
func TestOpenSSHThatStallsOrFloods(t *testing.T) {
	t.Parallel()
	l := eager()
	l.stall = 10 * time.Second // in which the others have to answer on a busy machine
	o := withOpenSSH(t, l, func(c *Config) { c.Frames = 200 })
	if err := o.run.Do(run.Command{Kind: run.Resume}); err != nil {
		t.Fatal(err)
	}
	calm := o.pane("view", 80, 24)
	calm.sees("1 lattice", "training")

	stalled := o.pane("view", 400, 150)
	stalled.sees("1 lattice")
	if err := stalled.client.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	flood := o.pane("control", 80, 24)
	flood.sees("1 lattice")
	stop := make(chan struct{})
	var flooding sync.WaitGroup
	flooding.Go(func() {
		room := []unix.PollFd{{Fd: int32(flood.master.Fd()), Events: unix.POLLOUT}}
		for {
			select {
			case <-stop:
				return
			default: // a terminal that is full would hold up a write for ever
				if n, err := unix.Poll(room, 10); n == 1 && err == nil {
					_, _ = flood.master.WriteString("-z?x\x1b[C")
				}
			}
		}
	})
	calm.types("?")
	calm.sees("any key closes this")
	calm.types("x")
	o.logs(t, "the client does not answer")
	calm.types("?")
	calm.sees("any key closes this")
	close(stop)
	_ = flood.client.Process.Kill()
	flooding.Wait()
	_ = stalled.client.Process.Signal(syscall.SIGCONT)
}
