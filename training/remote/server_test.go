package remote

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"neuralrg/training/run"
)

// knock connects to the socket of a directory and says nothing.
func knock(t *testing.T, dir string) *net.UnixConn {
	t.Helper()
	c, err := dial(t.Context(), filepath.Join(dir, controlName))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// greeted connects and says hello.
func greeted(t *testing.T, dir string, ours hello) (c *net.UnixConn, theirs hello) {
	t.Helper()
	c = knock(t, dir)
	say(t, c, ours, maxOrder)
	if err := decode(c, &theirs, maxReport); err != nil {
		t.Fatal(err)
	}
	return c, theirs
}

func say(t *testing.T, c net.Conn, message any, most int) {
	t.Helper()
	frame, err := encode(message, most)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(frame); err != nil {
		t.Fatal(err)
	}
}

// hangsUp wants the other end to hang up, whatever it says before.
func hangsUp(t *testing.T, what string, c net.Conn) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s: the server does not hang up", what)
	}
}

func TestAnotherProtocol(t *testing.T) {
	s, dir := served(t, newFake(), quick)
	other := newHello()
	other.Protocol, other.Version = protocol+1, "9.9"
	c, theirs := greeted(t, dir, other)
	if theirs != newHello() {
		t.Errorf("the server says %+v", theirs)
	}
	hangsUp(t, "another protocol", c)
	s.Close()

	listener, err := listen(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, answer := range map[string]hello{
		"9.9":            other,
		"something else": {Program: "other"},
		"no room":        {Program: program, Protocol: protocol, Refused: "no room"},
	} {
		go func() {
			c, err := listener.AcceptUnix()
			if err != nil {
				return
			}
			frame, _ := encode(answer, maxReport)
			_, _ = c.Write(frame)
			_ = c.Close()
		}()
		v, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if c := v.Connection(); c.How != Files || !c.ReadOnly || !strings.Contains(c.Why, name) || c.PID != os.Getpid() {
			t.Errorf("%s: the connection is %+v", name, c)
		}
		if err := v.Do(run.Command{Kind: run.Pause}); err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("%s: a command: %v", name, err)
		}
		v.Close()
	}
}

// A process that is suspended takes connections and says nothing.
func TestSilentRun(t *testing.T) {
	dir := stopped(t)
	listener, err := listen(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l := quick
	l.hello = 20 * time.Millisecond
	_, _, err = newWire(t.Context(), knock(t, dir), dir, l, everybody)
	if err == nil || !strings.Contains(reason(err), "does not answer") {
		t.Errorf("a run that says nothing: %v", err)
	}
	waiting, enough := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer enough()
	if _, _, err := newWire(waiting, knock(t, dir), dir, quick, everybody); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who waits no longer is told %v", err)
	}
}

// Who is silent, or does not say who it is to the end, is shown out.
func TestSilentViewers(t *testing.T) {
	l := quick
	l.hello = 50 * time.Millisecond
	_, dir := served(t, newFake(), l)
	for name, bytes := range map[string]string{"silence": "", "half a hello": head(100) + "{"} {
		c := knock(t, dir)
		_, _ = io.WriteString(c, bytes) // which may be too late
		hangsUp(t, name, c)
	}
}

// Who talks nonsense is shown out, and nobody else notices.
func TestBadViewers(t *testing.T) {
	f := newFake()
	_, dir := served(t, f, quick)
	v := attach(t, dir)
	for name, bytes := range map[string]string{
		"too large":        head(maxOrder + 1),
		"negative":         head(0xffffffff),
		"not JSON":         head(4) + "what",
		"a browser":        "GET / HTTP/1.1\r\n\r\n",
		"another language": head(2) + "{}",
	} {
		c := knock(t, dir)
		if _, err := io.WriteString(c, bytes); err != nil {
			t.Fatal(err)
		}
		hangsUp(t, name, c)
		c, _ = greeted(t, dir, newHello())
		if _, err := io.WriteString(c, bytes+head(0)); err != nil {
			t.Fatal(err)
		}
		hangsUp(t, name+" after the hello", c)
	}
	f.epochs(3)
	eventually(t, v.Feed(), "epochs", func(s *run.Snapshot) bool { return s.Epoch == 3 })
}

// A viewer that only listens need not send, and one that has shut its mouth has
// left.
func TestHalfClosedViewer(t *testing.T) {
	s, dir := served(t, newFake(), quick)
	c, _ := greeted(t, dir, newHello())
	soon(t, "the viewer counts", func() bool { return s.viewers.Load() == 1 })
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	hangsUp(t, "half closed", c)
	soon(t, "the viewer is gone", func() bool { return s.viewers.Load() == 0 })
}

func TestTooManyViewers(t *testing.T) {
	l := quick
	l.viewers = 2
	s, dir := served(t, newFake(), l)
	first := attach(t, dir)
	attach(t, dir)
	if _, theirs := greeted(t, dir, newHello()); !strings.Contains(theirs.Refused, "2 viewers") {
		t.Errorf("the third is told %+v", theirs)
	}
	first.Close()
	soon(t, "there is room", func() bool { return s.viewers.Load() < 2 })
	attach(t, dir)
}

// A viewer that does not read is dropped after a bound. Commands of the others
// are taken meanwhile, and the run never waits.
func TestViewerThatDoesNotRead(t *testing.T) {
	l := quick
	l.write = 2 * time.Second // which is ample for who reads
	f := newFake()
	s, dir := served(t, f, l)
	f.publish(func(s *run.Snapshot) {
		s.Events = []run.Event{{Text: strings.Repeat("x", 1<<20)}} // more than the line holds
	})
	c, _ := greeted(t, dir, newHello())
	v := attach(t, dir)
	if err := v.Do(run.Command{Kind: run.Save}); err != nil {
		t.Errorf("beside a viewer that does not read: %v", err)
	}
	soon(t, "the viewer is dropped", func() bool { return s.viewers.Load() == 1 })
	hangsUp(t, "not reading", c)
	f.epochs(1)
	eventually(t, v.Feed(), "an epoch", func(s *run.Snapshot) bool { return s.Epoch == 1 })
}

// All viewers get the last snapshot, also those who come while the run ends,
// and then their feeds close.
func TestEndOfTheRun(t *testing.T) {
	f := newFake()
	_, dir := served(t, f, quick)
	var viewers []*Viewer
	for range 5 {
		viewers = append(viewers, attach(t, dir))
	}
	f.epochs(3)
	f.end(run.Finished)
	for _, v := range viewers {
		last := eventually(t, v.Feed(), "the end", over)
		if last.Phase != run.Finished || last.Epoch != 3 || last.History.Epochs != 3 {
			t.Errorf("the last is %+v", last)
		}
		select {
		case <-v.left:
		case <-time.After(30 * time.Second):
			t.Fatal("the feed stays open")
		}
		if err := v.Err(); err != nil {
			t.Errorf("the viewer ended with %v", err)
		}
		if err := v.Do(run.Command{Kind: run.Pause}); !errors.Is(err, errOver) {
			t.Errorf("a command to a run that is over: %v", err)
		}
	}
}

// A server that is closed while viewers read ends them, with an error as long
// as the run's process lives.
func TestServerClosed(t *testing.T) {
	before := runtime.NumGoroutine()
	f := newFake()
	busy := make(chan struct{})
	f.do = func(run.Command) error { <-busy; return nil }
	s, dir := served(t, f, quick)
	v := attach(t, dir)
	answered := make(chan error)
	go func() { answered <- v.Do(run.Command{Kind: run.Pause}) }()
	soon(t, "the command is there", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return len(f.did) == 1 })
	go func() {
		time.Sleep(20 * time.Millisecond)
		close(busy)
	}()
	s.Close()
	if err := <-answered; err != nil && !errors.Is(err, errLost) {
		t.Errorf("the command came to %v", err)
	}
	soon(t, "the viewer ends", func() bool { return v.Err() != nil })
	if err := v.Err(); hintOf(err) == "" {
		t.Errorf("the viewer ended with %v", err)
	}
	v.Close()
	noGoroutineLeft(t, before)
}

// A command that moves the lattice and is done only after the server was closed is
// not shown to anybody any more.
func TestCommandAfterTheServerClosed(t *testing.T) {
	f := newFake()
	begun, busy := make(chan struct{}), make(chan struct{})
	f.do = func(run.Command) error { close(begun); <-busy; return nil }
	s, dir := served(t, f, quick)
	v := attach(t, dir)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_ = v.Do(run.Command{Kind: run.Fix}) // its connection is lost
	}()
	<-begun
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.Close()
	}()
	for range s.images.Follow(t.Context()) { // until there are no more
	}
	f.epochs(1)
	close(busy)
	<-closed
	<-answered
}

// A viewer whose run was killed keeps the picture and says what happened.
func TestKilledRun(t *testing.T) {
	f := newFake()
	s, dir := served(t, f, quick)
	v := attach(t, dir)
	f.epochs(4)
	eventually(t, v.Feed(), "epochs", func(s *run.Snapshot) bool { return s.Epoch == 4 })
	lease(t, dir, 1<<30)
	s.Close()
	last := eventually(t, v.Feed(), "the end", over)
	if last.Phase != run.Interrupted || last.Epoch != 4 || last.Error == "" || !strings.Contains(last.Hint, "--resume") {
		t.Errorf("the last is %+v", last)
	}
	<-v.left
	if err := v.Err(); err == nil || hintOf(err) == "" {
		t.Errorf("the viewer ended with %v", err)
	}
}

// A viewer that was dropped while it was suspended comes back. It does not wait for
// ever: where there was no server for too long, that is tried again.
func TestViewerComesBack(t *testing.T) {
	for range 20 {
		f := newFake()
		s, dir := served(t, f, quick)
		v := attach(t, dir)
		f.epochs(1)
		eventually(t, v.Feed(), "an epoch", func(s *run.Snapshot) bool { return s.Epoch == 1 }) // it follows
		time.Sleep(patience)
		began := time.Now()
		s.Close()
		s, err := serve(f, dir, quick, everybody)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if time.Since(began) > patience/2 {
			continue
		}
		f.epochs(2)
		eventually(t, v.Feed(), "epochs", func(s *run.Snapshot) bool { return s.Epoch == 3 })
		if err := v.Do(run.Command{Kind: run.Save}); err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("a server takes too long to begin")
}

// Viewers come and go while a run is at work, and some give commands.
func TestManyViewers(t *testing.T) {
	before := runtime.NumGoroutine()
	f := newFake()
	s, dir := served(t, f, quick)
	working, rest := context.WithCancel(t.Context())
	var viewers, worker sync.WaitGroup
	worker.Go(func() {
		for working.Err() == nil {
			f.epochs(3)
			time.Sleep(2 * time.Millisecond)
		}
		f.end(run.Stopped)
	})
	for n := range 20 {
		viewers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 0))
			for range 3 {
				v, err := openSocket(t, dir)
				if err != nil {
					t.Error(err)
					return
				}
				seen := v.Feed().Latest().Epoch
				for s := range v.Feed().Follow(t.Context()) {
					if s.History.Epochs != s.Epoch {
						t.Errorf("at epoch %d there are %d", s.Epoch, s.History.Epochs)
					}
					if s.Epoch > seen+random.IntN(100) {
						break
					}
				}
				if err := v.Do(run.Command{Kind: run.Redraw}); err != nil {
					t.Error(err)
				}
				v.Close()
			}
		})
	}
	viewers.Wait()
	rest()
	worker.Wait()
	s.Close()
	noGoroutineLeft(t, before)
	if len(f.did) != 60 {
		t.Errorf("%d commands came", len(f.did))
	}
}
