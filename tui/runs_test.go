package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// fakeLibrary has runs that are made of nothing.
type fakeLibrary struct {
	mu     sync.Mutex
	all    []Entry
	opened map[string]*fakeRun
	closed []string
}

func newLibrary() *fakeLibrary {
	gap, off := 2.55, 0.07
	return &fakeLibrary{opened: map[string]*fakeRun{}, all: []Entry{
		{Dir: "runs/L16-T2.269-20261123-1", State: run.Training, Live: true, L: 16, T: 2.269185, Settings: "quick, batch 64, seed 1", Epoch: 1234, Epochs: 5000, Gap: &gap, GapError: &off, Where: "node1, process 4711"},
		{Dir: "runs/cold", State: run.Finished, L: 8, T: 2.1, Settings: "paper, batch 512, seed 1", Epoch: 5000, Epochs: 5000, Gap: &gap, GapError: &off},
		{Dir: "runs/warm", State: run.Stopped, L: 32, T: 2.6, Settings: "quick, batch 64, seed 2", Epoch: 17, Epochs: 4000},
		{Dir: "runs/broken", State: run.Failed, L: 8, T: 2.3, Settings: "batch 64, seed 1", Epoch: 3, Epochs: 9, Problem: "training diverged"},
		{Dir: "runs/what", State: "damaged", Problem: "runs/what/config.json cannot be read"},
	}}
}

func (f *fakeLibrary) List(context.Context) ([]Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all), nil
}

func (f *fakeLibrary) Open(_ context.Context, dir string) (Opened, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if dir == "runs/what" {
		return Opened{}, errors.New("runs/what/config.json cannot be read")
	}
	r := newFake(8)
	r.state.Dir = dir
	r.publish()
	f.opened[dir] = r
	return Opened{Run: r, Link: Link{Away: true, How: "attached"}, Close: func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.closed = append(f.closed, dir)
	}}, nil
}

func (f *fakeLibrary) Read(_ context.Context, dir string) (*run.Snapshot, error) {
	s := sample(16, 600)
	s.Dir = dir
	return s, nil
}

// commands that a run of the library was given.
func (f *fakeLibrary) asked(dir string) []run.Command {
	f.mu.Lock()
	r := f.opened[dir]
	f.mu.Unlock()
	if r == nil {
		return nil
	}
	return r.asked()
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(patient); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not %s after %v", what, patient)
		}
	}
}

// A session through the list of runs: filter, open, give a command, come back.
func TestRunsScreen(t *testing.T) {
	lib := newLibrary()
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: lib})
	l.sees("4 sampler", "training")
	l.types("R")
	l.sees("5 runs, 1 at work", "runs/cold", "finished", "2.55 ± 0.07", "damaged", "• runs/L16")
	l.types("/cold")
	l.sees("1 of 5 runs")
	l.types("\r")
	l.types("\r")
	l.sees("attached", "runs/cold")
	l.types("s")
	eventually(t, "told to save", func() bool {
		return slices.ContainsFunc(lib.asked("runs/cold"), func(c run.Command) bool { return c.Kind == run.Save })
	})
	if slices.ContainsFunc(l.fake.asked(), func(c run.Command) bool { return c.Kind == run.Save }) {
		t.Error("the run below was told to save")
	}
	l.types("q")
	l.sees("stop and save", "leave it running")
	l.types("l")
	l.sees("1 of 5 runs")
	eventually(t, "closed", func() bool {
		lib.mu.Lock()
		defer lib.mu.Unlock()
		return slices.Contains(lib.closed, "runs/cold")
	})
	l.types("q") // the filter goes first
	l.sees("5 runs, 1 at work")
	l.types("q")
	l.sees("4 sampler")
	l.types("q")
	l.sees("stop and save")
	l.types("\r")
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
}

// Runs that are open when the program ends are closed with it.
func TestProgramClosesWhatIsOpen(t *testing.T) {
	lib := newLibrary()
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: lib})
	l.sees("4 sampler")
	l.types("R")
	l.sees("runs/cold")
	l.types("j\r")
	l.sees("attached", "runs/cold")
	l.leave()
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
	lib.mu.Lock()
	defer lib.mu.Unlock()
	if !slices.Equal(lib.closed, []string{"runs/cold"}) {
		t.Errorf("closed are %q", lib.closed)
	}
}

// Without a run the list is the first page, and what cannot be opened says why.
func TestRunsScreenAlone(t *testing.T) {
	l := connectTo(t, size{80, 24}, Options{}, Link{Library: newLibrary()}, withoutRun)
	l.sees("5 runs, 1 at work")
	l.types("G")
	l.types("\r")
	l.sees("config.json cannot be read")
	l.types("?")
	l.sees("any key closes this")
	l.types("x")
	l.types("q")
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
}

// Nothing is drawn beyond the screen at any size.
func TestRunsScreenSizes(t *testing.T) {
	for _, area := range []size{{40, 12}, {60, 20}, {80, 24}, {120, 30}, {200, 50}, {300, 100}, {20, 5}} {
		p := newRunsPage(&host{library: newLibrary(), watch: t.Context(), styles: still(nil, area, colorprofile.TrueColor, false).styles}, "runs/cold")
		p.area = area
		for _, state := range []string{"looking", "listed", "none"} {
			if state == "listed" {
				p.all, p.known = newLibrary().all, true
			}
			if state == "none" {
				p.filter.SetValue("no such run")
			}
			p.keepChoice()
			lines := p.lines()
			if len(lines) != area.height {
				t.Errorf("%v, %s: %d lines", area, state, len(lines))
			}
			for i, line := range lines {
				if w := ansi.StringWidth(line); w != area.width {
					t.Errorf("%v, %s: line %d is %d wide: %q", area, state, i, w, line)
				}
			}
		}
	}
}

func TestRunsFilter(t *testing.T) {
	p := newRunsPage(&host{library: newLibrary(), watch: t.Context(), styles: still(nil, size{80, 24}, colorprofile.TrueColor, false).styles}, "")
	p.all, p.known = newLibrary().all, true
	for filter, want := range map[string]string{
		"":              "runs/L16-T2.269-20261123-1 runs/cold runs/warm runs/broken runs/what",
		"L=8":           "runs/cold runs/broken",
		"l=8 finished":  "runs/cold",
		"quick L=32":    "runs/warm",
		"quick nothing": "",
	} {
		p.filter.SetValue(filter)
		var dirs []string
		for _, e := range p.visible() {
			dirs = append(dirs, e.Dir)
		}
		if got := strings.Join(dirs, " "); got != want {
			t.Errorf("%q lets through %q, want %q", filter, got, want)
		}
	}
	p.filter.SetValue("")
	p.at = "runs/cold"
	for _, d := range runsDeeds() {
		if d.keys[0].name == "delete" && d.offered(p) {
			t.Error("a library that is no workshop is asked to delete")
		}
	}
}
