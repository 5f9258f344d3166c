package tui

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// fakeWorkshop makes runs of nothing, and notes what it was asked for.
type fakeWorkshop struct {
	*fakeLibrary
	did []string
}

func newWorkshop() *fakeWorkshop { return &fakeWorkshop{fakeLibrary: newLibrary()} }

func (f *fakeWorkshop) note(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, text)
}

func (f *fakeWorkshop) done() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.did)
}

func (f *fakeWorkshop) Plan(_ context.Context, given map[string]string) Plan {
	p := Plan{Fields: []Field{
		{Name: "from", Help: "begin with what the run in this directory has learnt"},
		{Name: "preset", Help: "settings to begin with: quick, paper", Value: "quick", Choices: []string{"quick", "paper"}},
		{Name: "size", Help: "linear lattice size, a power of two", Value: "16"},
		{Name: "batch", Help: "samples an epoch", Value: "64"},
	}}
	if given["preset"] == "paper" {
		p.Fields[3].Value = "512"
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if text := given[f.Name]; text != "" {
			f.Value, f.Given = text, true
		}
		if _, err := strconv.Atoi(f.Value); err != nil && i > 1 {
			f.Problem = "give a whole number"
		}
	}
	if given["size"] == "7" {
		p.Problem, p.Hint = "lattice size 7 is not a power of two", "choose a size of 4 or 8"
	}
	return p
}

func (f *fakeWorkshop) Start(_ context.Context, given map[string]string) (string, error) {
	text := "start"
	for _, name := range slices.Sorted(maps.Keys(given)) {
		text += " " + name + "=" + given[name]
	}
	f.note(text)
	return "runs/cold", nil
}

func (f *fakeWorkshop) Branch(_ context.Context, dir string) (string, error) {
	f.note("branch " + dir)
	return dir + "-branch-1", nil
}

func (f *fakeWorkshop) Continue(_ context.Context, dir string) error {
	f.note("continue " + dir)
	return nil
}

func (f *fakeWorkshop) Delete(_ context.Context, dir string) error {
	f.note("delete " + dir)
	if dir == "runs/what" {
		return errors.New("runs/what is no run")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = slices.DeleteFunc(f.all, func(e Entry) bool { return e.Dir == dir })
	return nil
}

// A session through the form: what is typed is checked at once, and the run that
// is started is opened.
func TestForm(t *testing.T) {
	shop := newWorkshop()
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: shop})
	l.sees("4 sampler")
	l.types("N")
	l.sees("new run", "linear lattice size", "samples an epoch", "64", "--from")
	l.types("\x1b[B\x1b[C") // to the preset, and the next one
	l.sees("‹ paper ›", "512")
	l.types("\t7")
	l.sees("lattice size 7 is not a power of two", "choose a size of 4 or 8")
	l.types("\x7f8x")
	l.sees(`size "8x" is not valid`, "give a whole number")
	l.types("\x1b[6~\r") // to the end, and start: it cannot be
	l.types("\x1b[A\x1b[A\x7f")
	l.sees("--size")
	l.types("\x1b[6~")
	l.sees("it can be started")
	l.types("\r")
	l.sees("attached", "runs/cold")
	if got := shop.done(); !slices.Equal(got, []string{"start preset=paper size=8"}) {
		t.Errorf("the workshop was asked to %q", got)
	}
	l.types("ql")
	l.sees("4 sampler", "training")
}

// A larger lattice from this run, and a copy of it.
func TestWarmStartAndBranch(t *testing.T) {
	shop := newWorkshop()
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: shop})
	l.sees("4 sampler")
	l.types("W")
	l.sees("new run from runs/L16", "runs/L16-T2.269", "16", "--from")
	l.types("\x1b[6~\r")
	l.sees("attached", "runs/cold")
	l.types("ql")
	l.sees("4 sampler", "runs/L16-T2.269")
	l.types("B")
	l.sees("copied to runs/L16-T2.269-20261123-1-branch-1")
	want := []string{"start from=runs/L16-T2.269-20261123-1 lr=0.001 size=16", "branch runs/L16-T2.269-20261123-1"}
	if got := shop.done(); !slices.Equal(got, want) {
		t.Errorf("the workshop was asked to %q", got)
	}
}

// The list deletes after a question, never what is at work, and goes on with what
// was stopped.
func TestRunsScreenMakesAndDeletes(t *testing.T) {
	shop := newWorkshop()
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: shop})
	l.sees("4 sampler")
	l.types("R")
	l.sees("5 runs, 1 at work")
	l.types("D") // the run at work: nothing
	l.types("j")
	l.sees("▸   runs/cold")
	l.types("D")
	l.sees("Delete runs/cold", "cannot be brought back")
	l.types("n")
	l.types("D")
	l.sees("Delete runs/cold")
	l.types("y")
	l.sees("4 runs, 1 at work", "deleted runs/cold")
	l.types("/warm\r")
	l.sees("1 of 4 runs")
	l.types("r")
	l.sees("attached", "runs/warm")
	want := []string{"delete runs/cold", "continue runs/warm"}
	if got := shop.done(); !slices.Equal(got, want) {
		t.Errorf("the workshop was asked to %q", got)
	}
}

// A library that is no workshop has none of these keys.
func TestRestrictedLibrary(t *testing.T) {
	l := connectTo(t, size{120, 40}, Options{}, Link{Library: newLibrary()})
	l.sees("4 sampler")
	l.types("NWB")
	l.types("R")
	l.sees("5 runs, 1 at work")
	l.types("jD")
	l.types("NWBr")
	l.sees("▸   runs/cold")
	l.types("q")
	l.sees("4 sampler", "training")
}

// Marked runs are drawn along with the one below.
func TestCompareFromTheList(t *testing.T) {
	l := connectTo(t, size{160, 50}, Options{}, Link{Library: newLibrary()})
	l.sees("2 free energy")
	l.types("R")
	l.sees("5 runs")
	l.types("j  ")
	l.sees("a runs/cold", "b runs/warm")
	l.types("c")
	l.sees("a runs/cold", "b runs/warm", "2 free energy")
}

func TestFormSizes(t *testing.T) {
	for _, area := range []size{{40, 12}, {60, 20}, {80, 24}, {120, 30}, {200, 50}, {300, 100}, {20, 5}} {
		shop := newWorkshop()
		p := newForm(&host{library: shop, watch: t.Context(), styles: still(nil, area, colorprofile.TrueColor, false).styles}, "new run", nil)
		p.area = area
		for _, given := range []map[string]string{nil, {"size": "a very long value that is no number and has no room at all"}} {
			p.heard, p.plan, p.given = 1, shop.Plan(t.Context(), given), given
			for at := range len(p.plan.Fields) + 1 {
				p.enter(at)
				lines := p.lines()
				if len(lines) != area.height {
					t.Errorf("%v: %d lines", area, len(lines))
				}
				for i, line := range lines {
					if w := ansi.StringWidth(line); w != area.width {
						t.Errorf("%v: line %d is %d wide: %q", area, i, w, line)
					}
				}
			}
		}
	}
}

// The name of a run does not steer the terminal by the title of its window.
func TestFormOfAStrangeName(t *testing.T) {
	h := &host{library: newWorkshop(), watch: t.Context(), styles: still(nil, size{80, 24}, colorprofile.TrueColor, false).styles}
	p := warmForm(h, "runs/a\x1b]0;mine\a", 8)
	if title := p.View().WindowTitle; !strings.Contains(title, "a]0;mine") || title != Clean(title) {
		t.Errorf("the window is called %q", title)
	}
}

// Whoever types on and on fills no memory.
func TestInputIsBounded(t *testing.T) {
	input := newInput()
	input.Focus()
	for range 10 {
		input, _ = input.Update(tea.PasteMsg{Content: strings.Repeat("a", 1000)})
	}
	if n := len(input.Value()); n != longestInput {
		t.Errorf("it has %d letters", n)
	}
}

// The palette finds what is meant by some letters, and does it where it belongs.
func TestPalette(t *testing.T) {
	l := connect(t, size{120, 40}, Options{})
	l.sees("4 sampler")
	l.types(":")
	l.sees("enter do it", "pause or resume training")
	l.types("savechk")
	l.sees("save a checkpoint now")
	l.types("\r")
	l.sees("saving a checkpoint")
	l.types(":lrn rate down\r")
	l.sees("learning rate 8.00e-04")
	l.types("u")
	l.sees("learning rate 1.00e-03")
	l.types(":nothingiscalledso")
	l.sees("nothing is called so")
	l.types("\x03") // not escape, which with the next key would be another
	l.types("?")
	l.sees("any key closes this")
	l.types("/learning")
	l.sees("raise or lower the learning rate")
	l.types("\r")
	l.types(":measure\r")
	l.sees("6 information")
	var kinds []run.Kind
	for _, c := range l.fake.asked() {
		if !asksToLook(c) {
			kinds = append(kinds, c.Kind)
		}
	}
	if !slices.Equal(kinds, []run.Kind{run.Save, run.SetRate, run.SetRate}) {
		t.Errorf("commands %v", kinds)
	}
}

func TestUndo(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("u") // nothing yet
	theme := c.styles.theme.Name
	c.press("t", "+", "3", ">", ">", "t")
	if c.styles.theme.Name == theme || c.fake.state.BaseRate == 1e-3 || c.fake.state.Lattice.Fixed == nil {
		t.Fatal("nothing has changed")
	}
	first := c.fake.state.Lattice.Fixed.Value
	c.press("u", "u")
	if f := c.fake.state.Lattice.Fixed; f == nil || f.Value != first-slideStep {
		t.Errorf("the latent is fixed at %v, and was at %v", f, first)
	}
	c.press("u")
	if c.fake.state.Lattice.Fixed != nil {
		t.Error("the latent is still fixed")
	}
	c.press("u")
	if c.fake.state.BaseRate != 1e-3 {
		t.Errorf("the rate is %v", c.fake.state.BaseRate)
	}
	c.press("u")
	if c.styles.theme.Name != theme || len(c.past) != 0 {
		t.Errorf("the theme is %s, and %d changes are left", c.styles.theme.Name, len(c.past))
	}
}
