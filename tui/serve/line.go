package serve

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// line is a connection. It has a limit for whatever comes next, be that the login,
// the screen or the end, and is cut when that has passed. The library's own limits
// are not used: to it a screen that draws is never idle.
type line struct {
	net.Conn
	server  *Server
	serving context.Context // until the server ends

	mu       sync.Mutex
	limit    *time.Timer
	why      string // it was cut
	closed   bool
	known    bool           // somebody has logged in; the server's lock guards it
	taken    bool           // by a screen, of which a line has one
	offered  string         // fingerprint of the key that was offered last
	refusals int            // of requests
	screens  sync.WaitGroup // that are shown
}

func newLine(serving context.Context, c net.Conn, s *Server) *line {
	l := &line{Conn: c, server: s, serving: serving}
	l.expect(s.limits.login, "no login in time")
	return l
}

// expect cuts the line after a while, unless something else is expected then.
func (l *line) expect(within time.Duration, otherwise string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit != nil {
		l.limit.Stop()
	}
	if l.serving.Err() != nil {
		within, otherwise = min(within, l.server.limits.goodbye), errEnd.Error()
	}
	if !l.closed {
		l.limit = time.AfterFunc(within, func() { l.cut(otherwise) })
	}
}

// cut closes the line for a reason.
func (l *line) cut(why string) {
	l.mu.Lock()
	if l.why == "" {
		l.why = why
	}
	l.mu.Unlock()
	_ = l.Close()
}

// Close closes the line; no screen is begun on it then.
func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.limit.Stop()
	return l.Conn.Close()
}

// Write gives up on a client that does not read.
func (l *line) Write(p []byte) (int, error) {
	if err := l.SetWriteDeadline(time.Now().Add(l.server.limits.stall)); err != nil {
		return 0, err
	}
	return l.Conn.Write(p)
}

// SetDeadline leaves the limits to expect: the library would lift them.
func (l *line) SetDeadline(time.Time) error { return nil }

// enter says whether a screen may be shown on the line, which then waits for it.
func (l *line) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.taken {
		return false
	}
	l.taken = true
	l.screens.Add(1)
	return true
}

// refused notes that something was asked for that nobody gets. Who asks on and on
// has to go.
func (l *line) refused(what string) {
	l.mu.Lock()
	l.refusals++
	many := l.refusals > l.server.limits.requests
	l.mu.Unlock()
	if !slices.Contains(usually, what) {
		l.server.journal.refuse("%v: %s", l.RemoteAddr(), short(what))
	}
	if many {
		l.cut("too much was asked for that nobody gets")
	}
}

// usually are requests that any client may make without anybody's asking for it.
var usually = []string{"env", "no-more-sessions@openssh.com", "eow@openssh.com", "signal", "break"}

// reason says why the line was cut, if it was.
func (l *line) reason() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// failure says in what way somebody has failed to log in.
func (l *line) failure() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offered == "" {
		return "no key was offered"
	}
	return "no key that is let in; the last was " + l.offered
}

// roleName is the name of the role that a login leaves with its connection.
const roleName = "neuralrg-role"

// config is what the server asks of a client: a key that it knows. There is no
// callback for anything else, and none is not enough.
func (l *line) config() *gossh.ServerConfig {
	return &gossh.ServerConfig{
		ServerVersion:             "SSH-2.0-neuralrg",
		PublicKeyAuthAlgorithms:   gossh.SupportedAlgorithms().PublicKeyAuths, // not those that are broken
		PublicKeyCallback:         l.consider,
		VerifiedPublicKeyCallback: l.admit,
	}
}

// consider says whether a key would be let in. Anybody can offer any key: nothing
// comes of it.
func (l *line) consider(_ gossh.ConnMetadata, key gossh.PublicKey) (*gossh.Permissions, error) {
	l.mu.Lock()
	l.offered = gossh.FingerprintSHA256(key)
	l.mu.Unlock()
	_, err := l.server.roleOf(key)
	return nil, err
}

// admit lets in whoever has just proved to hold a key, with the role of that key.
func (l *line) admit(client gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string) (*gossh.Permissions, error) {
	r, err := l.server.roleOf(key)
	if err != nil {
		return nil, err
	}
	l.server.welcome(l, r, gossh.FingerprintSHA256(key), client.User())
	return &gossh.Permissions{Extensions: map[string]string{roleName: string(r)}}, nil
}
