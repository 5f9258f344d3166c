package serve

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"

	"neuralrg/tui"
)

// session is a channel on which a screen is shown. The library has one too, which
// keeps whatever a client says and answers requests for an agent; here only what a
// screen needs is granted.
type session struct {
	gossh.Channel
	client gossh.Conn
	server *Server
	line   *line
	role   role
	desk   desk
	sizes  chan [2]int // the last one that has not been seen
}

// receive takes a channel that a client opens for a session.
func (s *Server) receive(_ *ssh.Server, conn *gossh.ServerConn, offered gossh.NewChannel, ctx ssh.Context) {
	l := lineOf(ctx)
	if !l.enter() {
		_ = offered.Reject(gossh.Prohibited, "a connection has one screen")
		l.refused("a second session")
		return
	}
	defer l.screens.Done()
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	v := &session{
		Channel: channel, client: conn, server: s, line: l, role: role(conn.Permissions.Extensions[roleName]),
		desk: desk{environ: map[string]string{}}, sizes: make(chan [2]int, 1),
	}
	v.attend(requests)
}

// attend shows the screen once it is asked for, and ends the connection after it.
func (v *session) attend(requests <-chan *gossh.Request) {
	defer v.line.Close()
	if !v.prepare(requests) {
		return
	}
	limits := v.server.limits
	here, gone := context.WithCancelCause(v.line.serving)
	defer gone(nil)
	var listening sync.WaitGroup
	defer listening.Wait() // the client has closed the channel too, or the line
	listening.Go(func() {
		defer gone(nil)
		v.listen(requests)
	})
	listening.Go(func() { v.ping(here) })
	v.line.expect(v.server.config.Session+limits.stall, errTime.Error())
	defer time.AfterFunc(v.server.config.Session, func() { gone(errTime) }).Stop()
	status := v.show(here, gone)
	v.line.expect(limits.goodbye, "the screen has ended")
	_, _ = v.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{status}))
	_ = v.Close()
}

// prepare takes requests until there is one for the screen.
func (v *session) prepare(requests <-chan *gossh.Request) bool {
	for r := range requests {
		switch {
		case r.Type == "shell":
			return r.Reply(true, nil) == nil
		case r.Type == "pty-req" && v.desk.seat(r.Payload), r.Type == "env" && v.desk.set(r.Payload), v.resize(r):
			_ = r.Reply(true, nil)
		default:
			v.refuse(r)
		}
	}
	return false
}

// listen takes what comes while the screen is shown.
func (v *session) listen(requests <-chan *gossh.Request) {
	for r := range requests {
		if v.resize(r) {
			_ = r.Reply(true, nil)
			continue
		}
		v.refuse(r)
	}
}

// ping asks the client again and again whether it is there: what it does not read
// could wait in the kernel for long before anybody noticed.
func (v *session) ping(here context.Context) {
	stall := v.server.limits.stall
	pause := time.NewTicker(stall / 2)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-here.Done():
			return
		}
		give := time.AfterFunc(stall, func() { v.line.cut("the client does not answer") })
		_, _, err := v.client.SendRequest("keepalive@openssh.com", true, nil) // or the line is cut
		give.Stop()
		if err != nil {
			return
		}
	}
}

// resize takes a new size of the window in the place of one that has not been
// seen.
func (v *session) resize(r *gossh.Request) bool {
	if r.Type != "window-change" {
		return false
	}
	area, ok := resized(r.Payload)
	if !ok || !v.desk.terminal {
		return false
	}
	select {
	case <-v.sizes:
	default:
	}
	v.sizes <- area // there is room: nobody else puts one there
	return true
}

// refuse says no.
func (v *session) refuse(r *gossh.Request) {
	_ = r.Reply(false, nil)
	v.line.refused(r.Type)
}

// show shows the screen and returns the exit code.
func (v *session) show(here context.Context, gone context.CancelCauseFunc) (status uint32) {
	if !v.desk.terminal {
		v.tell("a terminal is needed: ssh -t")
		return 1
	}
	first, link, leave, err := v.first(here)
	if err != nil {
		v.tell(err.Error())
		return 1
	}
	defer leave()
	keyboard := newKeyboard(here, v, v.server.config.Idle, func() { gone(errIdle) })
	defer keyboard.stop()
	_, err = tui.Show(here, first, link, v.server.config.Options, tui.Terminal{
		In: keyboard, Out: patient{v}, Environ: v.desk.list(),
		Width: v.desk.window[0], Height: v.desk.window[1], Resized: v.sizes, Turn: v.server.turns.take,
	})
	switch cause := context.Cause(here); {
	case cause == errIdle || cause == errTime:
		v.tell(cause.Error())
	case v.line.serving.Err() != nil:
		v.tell(errEnd.Error())
	}
	if err != nil {
		return 1
	}
	return 0
}

// first is what the screen begins with: the run, or the list of them if there are
// several.
func (v *session) first(here context.Context) (first tui.Runner, link tui.Link, leave func(), err error) {
	runs := shelf{v.server, v.role}
	if len(v.server.runs) > 1 {
		return nil, tui.Link{Library: runs}, func() {}, nil
	}
	o, err := runs.Open(here, v.server.runs[0].dir)
	return o.Run, o.Link, o.Close, err
}

// tell writes a line to whoever is there.
func (v *session) tell(text string) {
	_, _ = io.WriteString(patient{v}, tui.Clean(text)+"\r\n")
}

// Why a screen ends that its user would have kept.
var (
	errIdle = errors.New("nobody has typed for long: the screen is closed")
	errTime = errors.New("the time of a session is over")
	errEnd  = errors.New("the server ends")
)

// patient writes to a client and gives up on one that does not read: it cuts the
// line, for a channel has no deadline of its own.
type patient struct{ *session }

func (p patient) Write(b []byte) (int, error) {
	give := time.AfterFunc(p.server.limits.stall, func() { p.line.cut("the client does not read") })
	defer give.Stop()
	return p.Channel.Write(b)
}
