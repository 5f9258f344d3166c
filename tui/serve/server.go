// Package serve shows runs over SSH: a screen for each who logs in, to look at or,
// with certain keys, to steer.
//
// It attaches to the runs as any other viewer does and is no part of them: when it
// ends, by whatever means, no run notices. The library's server is used for what
// it does well, and is told everything: it lets everybody in unless told otherwise,
// and its sessions believe what clients say.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"

	"neuralrg/tui"
)

// Config says what is shown to whom.
type Config struct {
	Runs   []string                   // the directories of the runs; nothing else can be reached
	Look   func(dir string) tui.Entry // says where one of them stands
	Listen string                     // address and port
	Expose bool                       // Listen may be an address that other machines reach

	AuthorizedKeys string // file of the keys that may look
	ControlKeys    string // file of those that may steer too; may be empty
	HostKey        string // file of the host key, which is made if there is none

	Frames  int           // pictures a second, of all screens together
	Idle    time.Duration // a screen at which nobody types ends after this
	Session time.Duration // every screen ends after this

	Options tui.Options // of all screens
	Log     io.Writer   // who came and who was refused
}

// The ranges of what can be chosen.
const (
	mostFrames = 200
	mostLimit  = 30 * 24 * time.Hour
)

// limits bound what a client may take.
type limits struct {
	lines    int           // connections at the same time
	strange  int           // those of them where nobody has logged in
	login    time.Duration // until somebody has
	opening  time.Duration // from then on until a screen is shown
	stall    time.Duration // that a client may leave something unread
	goodbye  time.Duration // for a client to close
	requests int           // refused ones of a client, after which it has to go
	typed    int           // bytes a second
	burst    int           // bytes at once
}

var usual = limits{
	lines: 64, strange: 16, login: 15 * time.Second, opening: 15 * time.Second,
	stall: 30 * time.Second, goodbye: 2 * time.Second, requests: 100, typed: 1024, burst: 4096,
}

// unread is how many bytes may be on their way to a client, about: pictures that wait
// in the kernel are old when they are seen.
const unread = 64 << 10

// Server shows runs.
type Server struct {
	config   Config
	limits   limits
	listener *net.TCPListener
	ssh      *ssh.Server
	host     gossh.PublicKey
	runs     []*served
	opening  chan struct{} // has room for those that are opened at a time
	turns    turns
	journal  *journal

	listing sync.Mutex
	listed  time.Time
	entries []tui.Entry

	mu      sync.Mutex
	lines   map[*line]bool
	strange int
	workers sync.WaitGroup
}

// New listens. Nobody is let in before Serve.
func New(c Config) (*Server, error) { return newServer(c, usual) }

func newServer(c Config, l limits) (*Server, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	s := &Server{
		config: c, limits: l, journal: &journal{out: c.Log}, lines: map[*line]bool{},
		opening: make(chan struct{}, 4), turns: turns{every: time.Second / time.Duration(c.Frames)},
	}
	for _, dir := range c.Runs {
		s.runs = append(s.runs, &served{dir: dir})
	}
	for _, path := range []string{c.AuthorizedKeys, c.ControlKeys} {
		if path == "" {
			continue
		}
		if _, err := readKeys(path); err != nil {
			return nil, err
		}
	}
	signer, err := hostKey(c.HostKey)
	if err != nil {
		return nil, err
	}
	s.host = signer.PublicKey()
	if s.ssh, err = wish.NewServer(s.options(signer)); err != nil {
		return nil, err
	}
	s.listener, err = listen(c.Listen, c.Expose)
	return s, err
}

// options are all that the library's server is told. There is no handler but for
// sessions, and that is ours; the others say no to everything else, the forwarding
// of ports among it.
func (s *Server) options(host gossh.Signer) ssh.Option {
	return func(server *ssh.Server) error {
		server.HostSigners = []ssh.Signer{host}
		server.ConnCallback = func(ctx ssh.Context, c net.Conn) net.Conn {
			ctx.SetValue(lineKey{}, c)
			return c
		}
		server.ServerConfigCallback = func(ctx ssh.Context) *gossh.ServerConfig { return lineOf(ctx).config() }
		server.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.receive, "default": noChannel}
		server.RequestHandlers = map[string]ssh.RequestHandler{"default": noRequest}
		server.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
		return nil
	}
}

func noChannel(_ *ssh.Server, _ *gossh.ServerConn, offered gossh.NewChannel, ctx ssh.Context) {
	_ = offered.Reject(gossh.Prohibited, "there is a screen and nothing else")
	lineOf(ctx).refused(offered.ChannelType())
}

func noRequest(ctx ssh.Context, _ *ssh.Server, r *gossh.Request) (ok bool, payload []byte) {
	if r.Type != "keepalive@openssh.com" { // any answer does
		lineOf(ctx).refused(r.Type)
	}
	return false, nil
}

// lineKey is under which the library keeps our line.
type lineKey struct{}

func lineOf(ctx ssh.Context) *line { return ctx.Value(lineKey{}).(*line) }

func (c Config) validate() error {
	switch {
	case c.AuthorizedKeys == "":
		return &problem{text: "nobody may look", hint: "give a file of public keys with --authorized-keys", usage: true}
	case c.Frames < 1 || c.Frames > mostFrames:
		return &problem{text: fmt.Sprintf("%d pictures a second are out of range", c.Frames), hint: fmt.Sprintf("choose from 1 to %d, for all screens together", mostFrames), usage: true}
	case c.Idle < time.Second || c.Idle > mostLimit:
		return outOfRange("idle", c.Idle)
	case c.Session < time.Second || c.Session > mostLimit:
		return outOfRange("session", c.Session)
	}
	return c.Options.Validate()
}

func outOfRange(name string, d time.Duration) error {
	return &problem{text: fmt.Sprintf("--%s %v is out of range", name, d), hint: "choose from 1s to 720h", usage: true}
}

// listen listens at an address of this machine only, unless it may be another.
func listen(address string, expose bool) (*net.TCPListener, error) {
	at, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, &problem{text: "cannot listen at " + address, hint: "give an address and a port, such as 127.0.0.1:2222", usage: true, cause: err}
	}
	if !at.IP.IsLoopback() && !expose {
		return nil, &problem{
			text: fmt.Sprintf("other machines can reach %s", address),
			hint: "listen at 127.0.0.1, and let them come through ssh -L; or give --expose too", usage: true,
		}
	}
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, &problem{text: "cannot listen at " + address, hint: "choose another port with --listen", cause: errors.Unwrap(err)}
	}
	return l, nil
}

// Addr is where the server listens.
func (s *Server) Addr() *net.TCPAddr { return s.listener.Addr().(*net.TCPAddr) }

// Fingerprint is that of the host key, as OpenSSH writes it.
func (s *Server) Fingerprint() string { return gossh.FingerprintSHA256(s.host) }

// roleOf is what the holder of a key may do. The files are read each time, so that
// a line that is taken out of them counts at once; while one of them cannot be
// used nobody is let in.
func (s *Server) roleOf(key gossh.PublicKey) (role, error) {
	looking, err := readKeys(s.config.AuthorizedKeys)
	if err != nil {
		s.journal.refuse("everybody: %v", err)
		return "", err
	}
	steering := keys{}
	if s.config.ControlKeys != "" {
		if steering, err = readKeys(s.config.ControlKeys); err != nil {
			s.journal.refuse("everybody: %v", err)
			return "", err
		}
	}
	switch {
	case steering.have(key):
		return controller, nil
	case looking.have(key):
		return viewer, nil
	}
	return "", errors.New("the key is not known")
}

// Serve lets people in until ctx is done. No goroutine of the server is left then.
func (s *Server) Serve(ctx context.Context) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	end := context.AfterFunc(serving, func() {
		_ = s.listener.Close()
		for _, l := range s.all() {
			l.expect(s.limits.goodbye, errEnd.Error()) // a screen takes its leave
		}
	})
	defer s.journal.close()
	defer s.workers.Wait()
	defer func() { stop(); end() }()
	for {
		c, err := s.listener.AcceptTCP()
		switch {
		case err == nil:
			_ = c.SetWriteBuffer(unread)
			s.accept(serving, c)
		case errors.Is(err, net.ErrClosed):
			return nil
		default: // out of descriptors, say: that passes
			select {
			case <-time.After(100 * time.Millisecond):
			case <-serving.Done():
			}
		}
	}
}

func (s *Server) all() []*line {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*line
	for l := range s.lines {
		all = append(all, l)
	}
	return all
}

// accept takes a connection, unless there are too many.
func (s *Server) accept(serving context.Context, c net.Conn) {
	s.mu.Lock()
	full := ""
	switch {
	case len(s.lines) >= s.limits.lines:
		full = fmt.Sprintf("%d connections are open", len(s.lines))
	case s.strange >= s.limits.strange:
		full = fmt.Sprintf("%d connections are open without a login", s.strange)
	}
	if full != "" {
		s.mu.Unlock()
		_ = c.Close()
		s.journal.refuse("%v: %s", c.RemoteAddr(), full)
		return
	}
	l := newLine(serving, c, s)
	s.lines[l] = true
	s.strange++
	s.mu.Unlock()
	s.workers.Go(func() { s.attend(l) })
}

// attend stays with a connection until it is closed.
func (s *Server) attend(l *line) {
	began := time.Now()
	s.ssh.HandleConn(l)
	_ = l.Close()
	l.screens.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.lines, l)
	if l.known {
		s.journal.say("%v has gone after %v: %s", l.RemoteAddr(), time.Since(began).Round(time.Second), firstWord(l.reason(), "by itself"))
		return
	}
	s.strange--
	s.journal.refuse("%v: %s", l.RemoteAddr(), firstWord(l.reason(), l.failure()))
}

// welcome notes that somebody has logged in.
func (s *Server) welcome(l *line, r role, key, user string) {
	s.mu.Lock()
	l.known = true
	s.strange--
	s.mu.Unlock()
	l.expect(s.limits.opening, "no screen was asked for")
	s.journal.say("%v has logged in as a %s: key %s, name %q", l.RemoteAddr(), r, key, short(user))
}
