package serve

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	gossh "golang.org/x/crypto/ssh"

	"neuralrg/training/run"
)

// A window as large as can be said takes no more than the largest screen.
func TestEnormousWindow(t *testing.T) {
	var before, after runtime.MemStats // other tests may have taken some
	runtime.ReadMemStats(&before)
	p := serving(t, eager(), nil)
	c := p.enter(t, p.viewer)
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.StdinPipe(); err != nil { // else its end would be the end
		t.Fatal(err)
	}
	const most = 4294967295
	if ok, err := s.SendRequest("pty-req", true, terminalRequest("xterm-256color", most, most)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	text := readUntil(t, out, "1 lattice")
	for _, size := range [][2]uint32{{0, 0}, {most, most}, {most, 1}, {80, 24}, {most, most}} {
		if ok, err := s.SendRequest("window-change", true, sizeRequest(size[0], size[1])); !ok || err != nil {
			t.Errorf("%v: %v, %v", size, ok, err)
		}
	}
	if ok, _ := s.SendRequest("window-change", true, []byte{1}); ok {
		t.Error("half a size is taken")
	}
	if !strings.Contains(ansi.Strip(text), "2 free energy") { // else it may not be drawn again
		text += readUntil(t, out, "2 free energy")
	}
	if strings.Contains(text, ";401H") || strings.Contains(text, "\x1b[151;") {
		t.Error("the cursor goes beyond 400 x 150")
	}
	runtime.ReadMemStats(&after)
	if taken := int64(after.Sys) - int64(before.Sys); taken > 1<<30 {
		t.Errorf("%d MB taken from the system", taken>>20)
	}
}

// readUntil reads until words have come.
func readUntil(t *testing.T, from io.Reader, words string) string {
	t.Helper()
	found := make(chan string)
	go func() {
		var text bytes.Buffer
		chunk := make([]byte, 4096)
		for !strings.Contains(ansi.Strip(text.String()), words) {
			n, err := from.Read(chunk)
			text.Write(chunk[:n])
			if err != nil {
				break
			}
		}
		found <- text.String()
	}()
	select {
	case text := <-found:
		if !strings.Contains(ansi.Strip(text), words) {
			t.Fatalf("%q does not come in %q", words, text)
		}
		return text
	case <-time.After(patience):
		t.Fatalf("%q does not come", words)
		return ""
	}
}

// There is a screen and nothing else: no command, subsystem, agent, X11 or second
// session, and no port in either direction.
func TestNothingElse(t *testing.T) {
	p := serving(t, eager(), nil)
	c := p.enter(t, p.control)
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string][]byte{
		"exec":                       gossh.Marshal(struct{ Command string }{"id"}),
		"subsystem":                  gossh.Marshal(struct{ Name string }{"sftp"}),
		"auth-agent-req@openssh.com": nil,
		"x11-req":                    gossh.Marshal(struct{ A, B uint32 }{}),
		"signal":                     gossh.Marshal(struct{ Name string }{"KILL"}),
		"frobnicate":                 nil,
	} {
		if ok, err := s.SendRequest(name, true, payload); ok || err != nil {
			t.Errorf("%s is granted: %v, %v", name, ok, err)
		}
	}
	if _, err := c.NewSession(); err == nil {
		t.Error("there is a second session")
	}
	if conn, err := c.Dial("tcp", p.Addr().String()); err == nil {
		t.Error("there is a connection onward")
		_ = conn.Close()
	}
	if conn, err := c.Dial("unix", "/tmp/socket"); err == nil {
		t.Error("there is a connection to a socket")
		_ = conn.Close()
	}
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		if l, err := c.Listen("tcp", address); err == nil {
			t.Errorf("there is a listener at %v", l.Addr())
		}
	}
	if l, err := c.ListenUnix("/tmp/neuralrg-test-socket"); err == nil {
		t.Errorf("there is a listener at %v", l.Addr())
	}
	for _, kind := range []string{"auth-agent@openssh.com", "x11", "tun@openssh.com", "direct-streamlocal@openssh.com"} {
		if _, _, err := c.OpenChannel(kind, nil); err == nil {
			t.Errorf("there is a channel %s", kind)
		}
	}
	if ok, _, err := c.SendRequest("keepalive@openssh.com", true, nil); ok || err != nil {
		t.Errorf("a question whether anybody is there: %v, %v", ok, err)
	}
	p.logs(t, ": exec", ": subsystem", ": auth-agent-req@openssh.com", ": direct-tcpip", ": tcpip-forward", ": a second session")
}

// A client that asks on and on has to go; one that types on and on is read as
// fast as anybody types, and disturbs nobody.
func TestFloods(t *testing.T) {
	t.Parallel()
	l := eager()
	l.typed, l.burst = 200, 200
	p := serving(t, l, nil)
	other := look(t, p.enter(t, p.viewer), 80, 24)
	other.sees("1 lattice")

	asking := p.enter(t, p.viewer)
	s, err := asking.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	for range 100_000 {
		if _, err = s.SendRequest("env", false, variable("PATH", strings.Repeat("x", 1000))); err != nil {
			break
		}
	}
	if err := asking.Wait(); err == nil {
		t.Error("who asks on and on is kept")
	}
	p.logs(t, "too much was asked for that nobody gets")

	typing := look(t, p.enter(t, p.control), 80, 24)
	typing.sees("1 lattice")
	stopped := make(chan int)
	go func() {
		written := 0
		for {
			n, err := io.WriteString(typing.keys, strings.Repeat("+z?x", 4096))
			written += n
			if err != nil {
				stopped <- written
				return
			}
		}
	}()
	other.types("?")
	other.sees("any key closes this")
	time.Sleep(time.Second) // of flood
	_ = typing.session.Close()
	if written := <-stopped; written > 8<<20 {
		t.Errorf("%d bytes were taken", written)
	}
	other.types("x")
	other.sees("tab 1-6 focus")
	if got := p.run.Feed().Latest(); got.BaseRate > 1 {
		t.Errorf("the rate is %v", got.BaseRate)
	}
	p.logs(t, "logged in as a controller")
}

// stuck is a channel at whose other end nothing is read.
type stuck struct {
	gossh.Channel
	line *line
}

func (s stuck) Write([]byte) (int, error) {
	soon := time.After(patience)
	for s.line.reason() == "" {
		select {
		case <-time.After(time.Millisecond):
		case <-soon:
			return 0, io.ErrNoProgress
		}
	}
	return 0, io.EOF
}

// Whoever does not read what is written is dropped.
func TestPatience(t *testing.T) {
	s := &Server{limits: eager()}
	s.limits.stall = 50 * time.Millisecond
	ours, theirs := net.Pipe()
	defer theirs.Close()
	l := newLine(t.Context(), ours, s)
	v := &session{server: s, line: l, Channel: stuck{line: l}}
	if _, err := (patient{v}).Write([]byte("a picture")); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	if why := l.reason(); why != "the client does not read" {
		t.Errorf("the reason is %q", why)
	}
	if _, err := theirs.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the line is not closed: %v", err)
	}
}

// A screen at which nobody types ends, and so does every one after its time; what
// it was is said on the terminal.
func TestScreensEnd(t *testing.T) {
	t.Parallel()
	for words, change := range map[string]func(*Config){
		errIdle.Error(): func(c *Config) { c.Idle = 2 * time.Second },
		errTime.Error(): func(c *Config) { c.Session = 2 * time.Second },
	} {
		p := serving(t, eager(), change)
		g := look(t, p.enter(t, p.viewer), 80, 24)
		_ = g.session.Wait()
		g.sees(words)
		p.empty(t)
		p.end()
	}
}

// When the server ends screens say so, whatever the state of a connection is, and
// the run goes on.
func TestServerEnds(t *testing.T) {
	t.Parallel()
	l := eager()
	l.goodbye = 10 * time.Second // in which the screen has to say so
	p := serving(t, l, nil)
	g := look(t, p.enter(t, p.viewer), 80, 24)
	g.sees("1 lattice")
	p.enter(t, p.viewer)
	half, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	soon(t, "all are connected", func() bool { return len(p.all()) == 3 })
	p.end()
	g.sees("the server ends")
	if phase := p.run.Feed().Latest().Phase; phase != run.Paused {
		t.Errorf("the run is %s", phase)
	}
}

// No goroutine is left of a server and its clients.
func TestNoGoroutineIsLeft(t *testing.T) {
	p := serving(t, eager(), nil)
	first := look(t, p.enter(t, p.viewer), 80, 24)
	first.sees("1 lattice")
	_ = first.session.Close()
	p.empty(t)
	before := runtime.NumGoroutine()
	t.Run("clients", func(t *testing.T) {
		for _, key := range []gossh.Signer{p.viewer, p.control} {
			g := look(t, p.enter(t, key), 80, 24)
			g.sees("1 lattice")
			if key == p.viewer {
				g.types("q")
				_ = g.session.Wait()
			}
		}
		_, _ = p.dial(gossh.Password("x"))
	})
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// Another address than this machine's needs a word.
func TestAddresses(t *testing.T) {
	for address, good := range map[string]bool{
		"127.0.0.1:0": true, "localhost:0": true, "[::1]:0": true,
		"0.0.0.0:0": false, ":0": false, "[::]:0": false, "192.0.2.1:2222": false, "nonsense": false, "127.0.0.1:99999": false, "127.0.0.1": false,
	} {
		l, err := listen(address, false)
		if err == nil {
			_ = l.Close()
		}
		if strings.HasPrefix(address, "[::1]") && err != nil {
			continue // there may be no IPv6
		}
		if (err == nil) != good || err != nil && hintOf(err) == "" {
			t.Errorf("%s: %v", address, err)
		}
	}
	l, err := listen("0.0.0.0:0", true)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := listen(l.Addr().String(), true); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("an address in use: %v", err)
	}
}
