package serve

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"neuralrg/model"
	"neuralrg/training"
	"neuralrg/training/remote"
	"neuralrg/training/run"
	"neuralrg/tui"
)

// tiny is the configuration of a run whose epochs take no time.
func tiny() run.Config {
	return run.Config{Config: training.Config{
		Shape:       model.Shape{L: 4, Repeat: 1, Couplings: 2, Hidden: 4, HiddenLayers: 1},
		Temperature: 2.5, Batch: 8, Epochs: 100_000_000, Rate: 0.01,
		Schedule: training.Constant, Objective: training.ReverseKL, Seed: 1,
	}, Format: run.Format, Sampler: run.SamplerOff, SamplerShare: run.DefaultSamplerShare}
}

// atWork is a run at work in this process that viewers can attach to, paused so
// that it takes nothing from the tests.
func atWork(t testing.TB, c run.Config) (*run.Run, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	r, err := run.Start(context.Background(), dir, c, run.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := remote.Serve(r, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Do(run.Command{Kind: run.Stop})
		r.Wait()
		s.Close()
	})
	return r, dir
}

func paused(t testing.TB) (*run.Run, string) {
	t.Helper()
	r, dir := atWork(t, tiny())
	if err := r.Do(run.Command{Kind: run.Pause}); err != nil {
		t.Fatal(err)
	}
	return r, dir
}

// place is a server under test, with what clients need of it.
type place struct {
	*Server
	run     *run.Run
	viewer  gossh.Signer
	control gossh.Signer
	dir     string // of the keys
	log     *log
	end     func() // ends it and waits
}

// log is a journal that can be read while it is written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// patience is how long a test waits for what a busy machine does late.
const patience = 2 * time.Minute

// eager are limits that nobody who behaves comes to on a busy machine, but for the
// time in which a client that was told of the end has to close.
func eager() limits {
	l := usual
	l.login, l.opening, l.stall = patience, patience, patience
	l.goodbye = 500 * time.Millisecond
	return l
}

// settings are those of a server of runs with keys in a directory.
func settings(keys string, runs ...string) Config {
	return Config{
		Runs: runs, Listen: "127.0.0.1:0",
		Look: func(dir string) tui.Entry {
			return tui.Entry{Dir: dir, State: run.Paused, Live: true, L: 4, T: 2.5, Settings: "those of " + dir}
		},
		AuthorizedKeys: filepath.Join(keys, "viewers"), ControlKeys: filepath.Join(keys, "controllers"),
		HostKey: filepath.Join(keys, "host"), Frames: 100, Idle: time.Hour, Session: time.Hour,
		Options: tui.Options{Glyphs: tui.GlyphsBlock},
	}
}

// serving is a server of a run that is paused.
func serving(t *testing.T, l limits, change func(*Config)) *place {
	t.Helper()
	r, dir := paused(t)
	p := &place{run: r, dir: t.TempDir(), log: &log{}}
	var look, steer string
	p.viewer, look = newKey(t)
	p.control, steer = newKey(t)
	write(t, filepath.Join(p.dir, "viewers"), look+"\n", 0o600)
	write(t, filepath.Join(p.dir, "controllers"), steer+"\n", 0o600)
	c := settings(p.dir, dir)
	c.Log = p.log
	if change != nil {
		change(&c)
	}
	s, err := newServer(c, l)
	if err != nil {
		t.Fatal(err)
	}
	p.Server = s
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		if err := s.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	p.end = sync.OnceFunc(func() {
		stop()
		work.Wait()
	})
	t.Cleanup(p.end)
	return p
}

// several is a server of three runs, and a fourth one that is not served.
func several(t *testing.T) (p *place, runs []string, hidden string) {
	t.Helper()
	for range 2 {
		_, dir := paused(t)
		runs = append(runs, dir)
	}
	_, hidden = paused(t)
	p = serving(t, eager(), func(c *Config) {
		runs = append(c.Runs, runs...)
		c.Runs = runs
	})
	return p, runs, hidden
}

// soon waits for something.
func soon(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}

// logs waits for words in the journal.
func (p *place) logs(t testing.TB, words ...string) {
	t.Helper()
	soon(t, strings.Join(words, ", ")+" in the log", func() bool {
		for _, w := range words {
			if !strings.Contains(p.log.String(), w) {
				return false
			}
		}
		return true
	})
}

// empty waits until nobody is connected, and the run is let go.
func (p *place) empty(t testing.TB) {
	t.Helper()
	soon(t, "nobody is connected", func() bool {
		p.runs[0].mu.Lock()
		defer p.runs[0].mu.Unlock()
		return len(p.all()) == 0 && p.runs[0].now == nil
	})
}

// Screens share one connection to their run, which ends with the last of them,
// and a run that was over and has been resumed is opened anew.
func TestVisits(t *testing.T) {
	r, dir := paused(t)
	s := &served{dir: dir}
	var all []*remote.Viewer
	var leaves []func()
	for range 3 {
		v, leave, err := s.visit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all, leaves = append(all, v), append(leaves, leave)
	}
	if all[0] != all[1] || all[1] != all[2] {
		t.Error("not all have the same connection")
	}
	leaves[0]()
	leaves[0]() // counts once
	leaves[1]()
	if err := all[2].Do(run.Command{Kind: run.Save}); err != nil {
		t.Errorf("the connection of the last one: %v", err)
	}
	if err := r.Do(run.Command{Kind: run.Stop}); err != nil {
		t.Fatal(err)
	}
	r.Wait()
	soon(t, "the end is known", func() bool { return all[2].Feed().Latest().Phase.Over() })
	again, leave, err := s.visit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again == all[2] || again.Connection().How != remote.Over {
		t.Errorf("a run that is over is seen by %v", again.Connection().How)
	}
	leaves[2]()
	leave()
	if s.now != nil || len(s.users) != 0 {
		t.Error("connections are left")
	}
	if _, _, err := (&served{dir: t.TempDir()}).visit(t.Context()); err == nil || hintOf(err) == "" {
		t.Errorf("no run: %v", err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
}
