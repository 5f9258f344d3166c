package serve

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	gossh "golang.org/x/crypto/ssh"

	"neuralrg/training/run"
)

// dial logs in.
func (p *place) dial(methods ...gossh.AuthMethod) (*gossh.Client, error) {
	return gossh.Dial("tcp", p.Addr().String(), &gossh.ClientConfig{
		User: "somebody", Auth: methods, HostKeyCallback: gossh.FixedHostKey(p.host), Timeout: patience,
	})
}

// enter logs in with a key, until the test ends.
func (p *place) enter(t *testing.T, key gossh.Signer) *gossh.Client {
	t.Helper()
	c, err := p.dial(gossh.PublicKeys(key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// glass is the screen of a client.
type glass struct {
	t        *testing.T
	session  *gossh.Session
	emulator *vt.SafeEmulator
	keys     io.Writer
}

// look asks for a screen.
func look(t *testing.T, c *gossh.Client, columns, rows int) *glass {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	g := &glass{t: t, session: s, emulator: vt.NewSafeEmulator(columns, rows)}
	var ends sync.WaitGroup
	ends.Go(func() { _, _ = io.Copy(io.Discard, g.emulator) })
	t.Cleanup(func() {
		_ = s.Close()
		_ = g.emulator.InputPipe().(io.Closer).Close()
		ends.Wait()
	})
	s.Stdout = g.emulator
	if g.keys, err = s.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.RequestPty("xterm-256color", rows, columns, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Shell(); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *glass) text() string { return ansi.Strip(g.emulator.Render()) }

// sees waits for words on the screen.
func (g *glass) sees(words ...string) {
	g.t.Helper()
	text := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		text = g.text()
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(text, w)
		}
		if !missing {
			return
		}
	}
	g.t.Fatalf("the screen does not say %q:\n%s", words, text)
}

func (g *glass) types(keys string) {
	g.t.Helper()
	if _, err := io.WriteString(g.keys, keys); err != nil {
		g.t.Fatal(err)
	}
}

// A viewer's keys do nothing to the run; a controller's do; both leave with q.
func TestRoles(t *testing.T) {
	t.Parallel()
	p := serving(t, eager(), nil)
	v := look(t, p.enter(t, p.viewer), 120, 40)
	c := look(t, p.enter(t, p.control), 120, 40)
	v.sees("1 lattice", "2 free energy", "paused", "over SSH, to look at")
	c.sees("1 lattice", "paused", "over SSH", "space resume")
	if text := v.text(); strings.Contains(text, "space ") || strings.Contains(text, "save") && strings.Contains(text, "s save") {
		t.Errorf("a viewer is offered to steer:\n%s", text)
	}
	rate := p.run.Feed().Latest().BaseRate
	v.types(" +s\x1b[C")
	v.types("?")
	v.sees("any key closes this")
	c.types("+")
	soon(t, "the controller's rate", func() bool { return p.run.Feed().Latest().BaseRate != rate })
	if got := p.run.Feed().Latest(); got.BaseRate != rate*1.25 || got.Phase != run.Paused {
		t.Errorf("the rate is %v, it was %v; the run is %s", got.BaseRate, rate, got.Phase)
	}
	v.types("xq")
	if err := v.session.Wait(); err != nil {
		t.Errorf("a viewer leaves: %v", err)
	}
	c.types("q")
	c.sees("leave it running")
	c.types("l")
	if err := c.session.Wait(); err != nil {
		t.Errorf("a controller leaves: %v", err)
	}
	p.empty(t)
	p.logs(t, "has logged in as a viewer: key SHA256:", "has logged in as a controller: key SHA256:", `name "somebody"`)
}

// borrowed is a key that is offered and never used: it looks different once the
// server has said that it would do.
type borrowed struct {
	gossh.PublicKey
	asked int
}

func (b *borrowed) Marshal() []byte {
	if b.asked++; b.asked > 1 {
		return []byte("not the one that was meant")
	}
	return b.PublicKey.Marshal()
}

type unable struct{ key *borrowed }

func (u unable) PublicKey() gossh.PublicKey { return u.key }

func (u unable) Sign(io.Reader, []byte) (*gossh.Signature, error) { return nil, io.ErrUnexpectedEOF }

// Whoever offers the key of a controller, which anybody can, and then logs in with
// that of a viewer is a viewer.
func TestRoleIsOfTheProvedKey(t *testing.T) {
	p := serving(t, eager(), nil)
	offered := &borrowed{PublicKey: p.control.PublicKey()}
	c, err := p.dial(gossh.PublicKeys(unable{offered}, p.viewer))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if offered.asked != 2 {
		t.Errorf("the key of a controller was not offered: %d", offered.asked)
	}
	g := look(t, c, 80, 24)
	g.sees("over SSH, to look at")
	before := p.run.Feed().Latest().BaseRate
	g.types("+ s")
	g.types("?")
	g.sees("any key closes this")
	if now := p.run.Feed().Latest(); now.BaseRate != before || now.Phase != run.Paused {
		t.Errorf("a viewer has steered: rate %v, %s", now.BaseRate, now.Phase)
	}
	p.logs(t, "has logged in as a viewer: key "+gossh.FingerprintSHA256(p.viewer.PublicKey()))
	if strings.Contains(p.log.String(), "as a controller") {
		t.Errorf("somebody was taken for a controller:\n%s", p.log)
	}
}

// forged is a key with the signatures of another.
type forged struct{ key, other gossh.Signer }

func (f forged) PublicKey() gossh.PublicKey { return f.key.PublicKey() }

func (f forged) Sign(rand io.Reader, data []byte) (*gossh.Signature, error) {
	return f.other.Sign(rand, data)
}

// Nobody gets in without the signature of a key that is known.
func TestNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	p := serving(t, eager(), nil)
	stranger, _ := newKey(t)
	for name, methods := range map[string][]gossh.AuthMethod{
		"nothing":            nil,
		"a password":         {gossh.Password("secret")},
		"answers":            {gossh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) { return q, nil })},
		"another key":        {gossh.PublicKeys(stranger)},
		"a forged signature": {gossh.PublicKeys(forged{p.control, p.viewer})},
	} {
		if c, err := p.dial(methods...); err == nil {
			t.Errorf("%s lets in", name)
			_ = c.Close()
		}
	}
	p.empty(t)
	p.logs(t, "no key was offered", "no key that is let in; the last was "+gossh.FingerprintSHA256(stranger.PublicKey()))
	if strings.Contains(p.log.String(), "logged in") {
		t.Errorf("somebody got in:\n%s", p.log)
	}
}

// Whose key is taken out of the file is not let in any more, and while the file
// cannot be used nobody is.
func TestKeysAreReadAtEachLogin(t *testing.T) {
	t.Parallel()
	p := serving(t, eager(), nil)
	_ = p.enter(t, p.viewer).Close()
	path := filepath.Join(p.dir, "viewers")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, "# nobody\n", 0o600)
	if _, err := p.dial(gossh.PublicKeys(p.viewer)); err == nil {
		t.Error("a key that was taken out is let in")
	}
	_ = p.enter(t, p.control).Close()
	write(t, path, "restrict "+string(text), 0o600)
	for _, key := range []gossh.Signer{p.viewer, p.control} {
		if _, err := p.dial(gossh.PublicKeys(key)); err == nil {
			t.Error("somebody is let in by half a file")
		}
	}
	p.logs(t, `line 1 has the option "restrict"`)
	write(t, path, string(text), 0o622)
	if _, err := p.dial(gossh.PublicKeys(p.viewer)); err == nil {
		t.Error("somebody is let in by a file that anybody may write")
	}
}

// Connections without a login are few.
func TestStrangersAreFew(t *testing.T) {
	t.Parallel()
	l := eager()
	l.strange = 3
	p := serving(t, l, nil)
	var open []net.Conn
	for range 3 {
		c, err := net.Dial("tcp", p.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		open = append(open, c)
	}
	soon(t, "three are connected", func() bool { return len(p.all()) == 3 })
	if _, err := p.dial(gossh.PublicKeys(p.viewer)); err == nil {
		t.Error("a fourth is let in")
	}
	p.logs(t, "3 connections are open without a login")
	for _, c := range open {
		_ = c.Close()
	}
	p.empty(t)
	g := look(t, p.enter(t, p.viewer), 80, 24)
	g.sees("1 lattice")
}

// A connection without a login is short.
func TestStrangersAreShort(t *testing.T) {
	t.Parallel()
	l := eager()
	l.login = 200 * time.Millisecond
	p := serving(t, l, nil)
	c, err := net.Dial("tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if text, err := io.ReadAll(c); err != nil || !bytes.HasPrefix([]byte("SSH-2.0-neuralrg"), text[:min(len(text), 16)]) {
		t.Errorf("a connection that says nothing ends with %q, %v", text, err)
	}
	p.logs(t, "no login in time")
	p.empty(t)
}

// There are only so many connections.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	l := eager()
	l.lines = 2
	p := serving(t, l, nil)
	g := look(t, p.enter(t, p.viewer), 80, 24)
	g.sees("1 lattice")
	p.enter(t, p.viewer) // asks for no screen
	if _, err := p.dial(gossh.PublicKeys(p.viewer)); err == nil {
		t.Error("a third is let in")
	}
	p.logs(t, "2 connections are open")
	g.types("?")
	g.sees("any key closes this")
}

// None of them is for nothing.
func TestConnectionWithoutAScreenEnds(t *testing.T) {
	t.Parallel()
	l := eager()
	l.opening = 200 * time.Millisecond
	p := serving(t, l, nil)
	c, err := p.dial(gossh.PublicKeys(p.viewer))
	if err == nil { // else the client heard of the end before it knew that it was let in
		err = c.Wait()
	}
	if err == nil {
		t.Error("a connection without a screen ends well")
	}
	p.logs(t, "no screen was asked for")
	p.empty(t)
}
