package remote

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/training"
	"neuralrg/training/run"
)

// tiny is the configuration of a run whose epochs take no time.
func tiny(epochs int) run.Config {
	return run.Config{Config: training.Config{
		Shape:       model.Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1},
		Temperature: 2.5, Batch: 8, Epochs: epochs, Rate: 0.01,
		Schedule: training.Constant, Objective: training.ReverseKL, Seed: 1,
	}, Format: run.Format, Sampler: run.SamplerOff, SamplerShare: run.DefaultSamplerShare}
}

// fake is a run that does as it is told.
type fake struct {
	feed *run.Feed[*run.Snapshot]
	mu   sync.Mutex
	did  []run.Command
	do   func(run.Command) error // nil takes everything
}

func newFake() *fake {
	f := &fake{feed: run.NewFeed[*run.Snapshot]()}
	f.publish(nil)
	return f
}

func (f *fake) Feed() *run.Feed[*run.Snapshot] { return f.feed }

func (f *fake) Do(c run.Command) error {
	f.mu.Lock()
	f.did = append(f.did, c)
	f.mu.Unlock()
	if f.do == nil {
		return nil
	}
	return f.do(c)
}

// publish publishes the next snapshot, after a change of it.
func (f *fake) publish(change func(*run.Snapshot)) {
	s := run.Snapshot{Phase: run.Training, Dir: "there", Config: tiny(10)}
	if old := f.feed.Latest(); old != nil {
		s = *old
	}
	if change != nil {
		change(&s)
	}
	f.feed.Publish(&s)
}

// epochs lets the fake do so many epochs more.
func (f *fake) epochs(n int) {
	f.publish(func(s *run.Snapshot) {
		for range n {
			s.Epoch++
			s.History = s.History.Append(run.Metrics{Epoch: s.Epoch, Loss: 1 / float64(s.Epoch)})
		}
	})
}

func (f *fake) end(p run.Phase) {
	f.publish(func(s *run.Snapshot) { s.Phase = p })
	f.feed.Close()
}

// quick are limits that tests can wait for.
var quick = limits{
	viewers: 32,
	pace:    5 * time.Millisecond,
	hello:   30 * time.Second,
	write:   30 * time.Second,
	takeOut: 100 * time.Millisecond,
}

func everybody(*net.UnixConn) error { return nil }

// served serves a run in a directory of its own, until the test ends. The
// directory is that of a run of this process.
func served(t *testing.T, r Runner, l limits) (s *Server, dir string) {
	t.Helper()
	dir = stopped(t)
	lease(t, dir, os.Getpid())
	s, err := serve(r, dir, l, everybody)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, dir
}

// stopped is the directory of a run that was stopped.
func stopped(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	r, err := run.Start(t.Context(), dir, tiny(1_000_000), run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Do(run.Command{Kind: run.Stop}); err != nil {
		t.Fatal(err)
	}
	if s := r.Wait(); s.Phase != run.Stopped {
		t.Fatalf("ended %s: %s", s.Phase, s.Error)
	}
	return dir
}

// lease gives a directory to a process of this host.
func lease(t *testing.T, dir string, pid int) {
	t.Helper()
	host, _ := os.Hostname()
	leaseOf(t, dir, host, pid)
}

func leaseOf(t *testing.T, dir, host string, pid int) {
	t.Helper()
	text := fmt.Sprintf(`{"format":%d,"host":%q,"pid":%d,"attempt":1}`, run.Format, host, pid)
	if err := os.WriteFile(filepath.Join(dir, "lease"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// attach looks at a served run.
func attach(t *testing.T, dir string) *Viewer {
	t.Helper()
	v, err := openSocket(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// openSocket opens a served run by its socket. A viewer that gets no answer for some
// seconds reads the files, which is no fault on a busy machine: it is opened again.
func openSocket(t *testing.T, dir string) (*Viewer, error) {
	for end := time.Now().Add(time.Minute); ; {
		v, err := Open(t.Context(), dir)
		if err != nil || v.Connection().How == Socket {
			return v, err
		}
		v.Close()
		if time.Now().After(end) {
			return nil, fmt.Errorf("the connection is %+v", v.Connection())
		}
	}
}

// eventually waits for a snapshot.
func eventually(t *testing.T, feed *run.Feed[*run.Snapshot], what string, ok func(*run.Snapshot) bool) *run.Snapshot {
	t.Helper()
	found := make(chan *run.Snapshot, 1)
	go func() {
		defer close(found)
		for s := range feed.Follow(t.Context()) {
			if ok(s) {
				found <- s
				return
			}
		}
	}()
	select {
	case s := <-found:
		if s == nil {
			t.Fatalf("the feed ended without %s: %+v", what, feed.Latest())
		}
		return s
	case <-time.After(30 * time.Second):
		t.Fatalf("no %s", what)
		return nil
	}
}

// soon waits until something is so.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not come to be that %s", what)
		}
	}
}

// noGoroutineLeft wants no more goroutines than there were at a count.
func noGoroutineLeft(t *testing.T, before int) {
	t.Helper()
	soon(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func over(s *run.Snapshot) bool { return s.Phase.Over() }

// A run is looked at and commanded over its socket, to its end.
func TestARunOverItsSocket(t *testing.T) {
	before := runtime.NumGoroutine()
	dir := filepath.Join(t.TempDir(), "run")
	r, err := run.Start(t.Context(), dir, tiny(1_000_000), run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(r, dir)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	host, _ := os.Hostname()
	if got, want := v.Connection(), (Connection{How: Socket, Host: host, PID: os.Getpid()}); got != want {
		t.Errorf("the connection is %+v, want %+v", got, want)
	}
	eventually(t, v.Feed(), "epochs", func(s *run.Snapshot) bool { return s.Epoch > 20 })
	for _, c := range []run.Command{
		{Kind: run.SetRate, Value: 0.002},
		{Kind: run.Respond, Latent: 3},
		{Kind: run.Redraw},
		{Kind: run.Fix, Latent: 3, Value: -1.5},
		{Kind: run.Coarsen},
		{Kind: run.Gather},
		{Kind: run.Pause},
	} {
		if err := v.Do(c); err != nil {
			t.Fatalf("%s: %v", c.Kind, err)
		}
	}
	eventually(t, v.Feed(), "what was asked for", func(s *run.Snapshot) bool {
		return s.Phase == run.Paused && s.BaseRate == 0.002 && s.Response != nil && s.Response.Latent == 3 && s.Lattice.Draw == 1 && s.Lattice.Fixed != nil && *s.Lattice.Fixed == run.Fixed{Latent: 3, Value: -1.5} && s.Levels != nil && s.Levels.Draw == 1 &&
			s.Gallery != nil && s.Gallery.Of(s.Lattice) && s.Strip != nil
	})
	err = v.Do(run.Command{Kind: run.SetRate, Value: -1})
	if err == nil || err.Error() != r.Do(run.Command{Kind: run.SetRate, Value: -1}).Error() || hintOf(err) == "" {
		t.Errorf("a rate out of range: %v, hint %q", err, hintOf(err))
	}
	if err := v.Do(run.Command{Kind: run.Stop}); err != nil {
		t.Fatal(err)
	}
	want := r.Wait()
	got := eventually(t, v.Feed(), "the end", over)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the last snapshot is\n%+v\nand of the run it was\n%+v", got, want)
	}
	if err := v.Do(run.Command{Kind: run.Pause}); err == nil || hintOf(err) == "" {
		t.Errorf("a command too late: %v", err)
	}
	if err := v.Err(); err != nil {
		t.Errorf("the viewer ended with %v", err)
	}
	v.Close()
	s.Close()
	noGoroutineLeft(t, before)
	if _, err := os.Lstat(filepath.Join(dir, controlName, socketName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := Serve(r, dir); err == nil || hintOf(err) == "" || !strings.Contains(err.Error(), "does not hold") {
		t.Errorf("served without the lease: %v", err)
	}
}

func TestARunThatIsOver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	r, err := run.Start(t.Context(), dir, tiny(5), run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.Wait()
	before := runtime.NumGoroutine()
	v, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if c := v.Connection(); c.How != Over || !c.ReadOnly || c.Why == "" {
		t.Errorf("the connection is %+v", c)
	}
	if s := v.Feed().Latest(); s.Phase != run.Finished || s.History.Epochs != 5 || s.Lattice == nil {
		t.Errorf("the snapshot is %+v", s)
	}
	if err := v.Do(run.Command{Kind: run.Respond, Latent: 2}); err != nil {
		t.Fatal(err)
	}
	eventually(t, v.Feed(), "the response", func(s *run.Snapshot) bool { return s.Response != nil && s.Response.Latent == 2 })
	if err := v.Do(run.Command{Kind: run.Fix, Latent: 2, Value: 3}); err != nil {
		t.Fatal(err)
	}
	if f := v.Feed().Latest().Lattice.Fixed; f == nil || *f != (run.Fixed{Latent: 2, Value: 3}) { // when the command is answered
		t.Errorf("the lattice has %+v", f)
	}
	if err := v.Do(run.Command{Kind: run.Coarsen}); err != nil {
		t.Fatal(err)
	}
	eventually(t, v.Feed(), "the levels", func(s *run.Snapshot) bool { return s.Levels != nil })
	if err := v.Do(run.Command{Kind: run.Inform, Spacing: 1}); err != nil {
		t.Fatal(err)
	}
	eventually(t, v.Feed(), "how far the information has come", func(s *run.Snapshot) bool { return s.Inquiry != nil && s.Inquiry.Done > 0 })
	if err := v.Do(run.Command{Kind: run.Redraw}); err != nil {
		t.Errorf("a command while it is measured: %v", err)
	} // it is given up when the viewer goes
	for _, c := range []run.Command{{Kind: run.Stop}, {Kind: run.Respond, Latent: 99}, {Kind: run.Inform, Spacing: 2}} {
		if err := v.Do(c); err == nil || hintOf(err) == "" {
			t.Errorf("%s %d: %v", c.Kind, c.Latent, err)
		}
	}
	v.Close()
	if err := v.Do(run.Command{Kind: run.Redraw}); err == nil {
		t.Error("a viewer that was closed takes a command")
	}
	noGoroutineLeft(t, before)
	if _, err := Open(t.Context(), t.TempDir()); err == nil || hintOf(err) == "" {
		t.Errorf("a directory without a run: %v", err)
	}
}
