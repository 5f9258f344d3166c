package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"neuralrg/training/run"
)

// Server answers the viewers of a run.
type Server struct {
	run      Runner
	limits   limits
	trusts   func(*net.UnixConn) error
	listener *net.UnixListener
	socket   string      // path of the socket
	file     os.FileInfo // of the socket
	viewers  atomic.Int64

	drawing sync.Mutex
	images  *run.Feed[*image] // of the run, while somebody looks
	drawn   bool              // the last image

	serving context.Context // until the server is closed
	close   context.CancelFunc
	workers sync.WaitGroup
	over    chan struct{} // closed when all viewers have heard of the run's end
}

// limits bound what viewers may ask for.
type limits struct {
	viewers int           // at the same time
	pace    time.Duration // between two news
	hello   time.Duration // for a viewer to say who it is
	write   time.Duration // for a viewer to read a message
	takeOut time.Duration // for another process to leave the socket
}

var usual = limits{
	viewers: 32,
	pace:    100 * time.Millisecond,
	hello:   5 * time.Second,
	write:   10 * time.Second,
	takeOut: 3 * time.Second,
}

// Serve answers viewers of r at the socket of its directory until the server is
// closed or the run ends. This process must hold the lease of the run. If there
// can be no socket, the run works as well, and viewers read its files.
func Serve(r Runner, dir string) (*Server, error) {
	owner, err := run.OwnerOf(dir)
	if err == nil && !owner.Self() {
		err = errors.New("this process does not hold the run")
	}
	var s *Server
	if err == nil {
		s, err = serve(r, dir, usual, peer(peerUser).trusts)
	}
	if err != nil {
		return nil, &problem{
			text:  "no viewer can attach to " + dir + " with control",
			hint:  "viewers can read its files; put the run on a local disk to attach with control",
			cause: err,
		}
	}
	return s, nil
}

func serve(r Runner, dir string, l limits, trusts func(*net.UnixConn) error) (*Server, error) {
	listener, err := listen(dir, l.takeOut)
	if err != nil {
		return nil, err
	}
	s := &Server{
		run: r, limits: l, trusts: trusts, listener: listener,
		socket: filepath.Join(dir, controlName, socketName),
		images: run.NewFeed[*image](), over: make(chan struct{}),
	}
	s.file, _ = os.Lstat(s.socket)
	s.serving, s.close = context.WithCancel(context.Background())
	s.workers.Go(s.accept)
	go func() {
		defer close(s.over)
		s.watch()
		s.leave()
		s.workers.Wait()
	}()
	return s, nil
}

// Close ends the server. Viewers of a run that is over may finish hearing of
// it for a moment. No goroutine is left then.
func (s *Server) Close() {
	if last := s.run.Feed().Latest(); last != nil && last.Phase.Over() {
		select {
		case <-s.over:
		case <-time.After(lastWords):
		}
	}
	s.close()
	<-s.over
}

// lastWords is the time that viewers have to hear of the end of a run before
// its process ends.
const lastWords = 2 * time.Second

// watch keeps the image of the run up to date until the run is over.
func (s *Server) watch() {
	pace := time.NewTicker(s.limits.pace)
	defer pace.Stop()
	for range s.run.Feed().Follow(s.serving) {
		if s.viewers.Load() > 0 {
			s.draw()
		}
		select {
		case <-pace.C:
		case <-s.serving.Done():
		}
	}
	s.draw()
	s.drawing.Lock()
	defer s.drawing.Unlock()
	s.images.Close()
	s.drawn = true
}

// draw makes the image of the run as it is now, unless that is made or no more are
// wanted.
func (s *Server) draw() {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.drawn {
		return
	}
	old, newest := s.images.Latest(), s.run.Feed().Latest()
	if newest != nil && (old == nil || old.snapshot != newest) {
		s.images.Publish(old.next(newest))
	}
}

// leave makes room for the next server: the name first, while nobody else can
// have taken it, unless the lease was lost.
func (s *Server) leave() {
	if now, err := os.Lstat(s.socket); err == nil && os.SameFile(now, s.file) {
		_ = os.Remove(s.socket)
	}
	_ = s.listener.Close()
}

// accept lets viewers in.
func (s *Server) accept() {
	for {
		c, err := s.listener.AcceptUnix()
		switch {
		case err == nil:
			s.workers.Go(func() { s.receive(c) })
		case isClosed(err):
			return
		default: // out of descriptors, say: that passes
			select {
			case <-time.After(s.limits.pace):
			case <-s.serving.Done():
			}
		}
	}
}

// receive greets a viewer and stays with it.
func (s *Server) receive(c *net.UnixConn) {
	defer c.Close()
	defer context.AfterFunc(s.serving, func() { _ = c.Close() })()
	defer s.viewers.Add(-1)
	crowded := s.viewers.Add(1) > int64(s.limits.viewers)
	if s.trusts(c) != nil {
		return
	}
	ours := newHello()
	if crowded {
		ours.Refused = fmt.Sprintf("%d viewers are attached already", s.limits.viewers)
	}
	theirs, err := s.greet(c, ours)
	if err == nil && theirs.check() == nil && !crowded {
		newSession(s, c).attend()
	}
}

// greet exchanges hellos.
func (s *Server) greet(c *net.UnixConn, ours hello) (theirs hello, err error) {
	if err := c.SetDeadline(time.Now().Add(s.limits.hello)); err != nil {
		return hello{}, err
	}
	if err := decode(c, &theirs, maxOrder); err != nil {
		return hello{}, err
	}
	if frame, err := encode(ours, maxReport); err != nil {
		return hello{}, err
	} else if _, err := c.Write(frame); err != nil {
		return hello{}, err
	}
	return theirs, c.SetDeadline(time.Time{})
}
