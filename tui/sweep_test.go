package tui

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"neuralrg/training/sweep"
)

// fakeStudy is a sweep that is made of nothing: temperatures by depths.
type fakeStudy struct {
	mu    sync.Mutex
	now   Survey
	asked []string
}

func newStudy() *fakeStudy {
	s := Survey{Name: "sweeps/depth", Axes: []sweep.Axis{{Name: "T", Values: []string{"2.0", "2.4", "2.8"}}, {Name: "depth", Values: []string{"1", "2"}}}}
	states := []sweep.State{sweep.Done, sweep.Done, sweep.Running, sweep.Failed, sweep.Pending, sweep.Cancelled}
	for i, state := range states {
		gap, off := 5.06-float64(i)/10, 0.02
		p := sweep.Status{Index: i, Values: []string{s.Axes[0].Values[i/2], s.Axes[1].Values[i%2]}, State: state, Epochs: 2000}
		if state != sweep.Pending && state != sweep.Cancelled {
			p.Epoch, p.Attempts, p.Gap, p.GapError = 2000-100*i, 1, &gap, &off
		}
		if state == sweep.Failed {
			p.Why = "no space left on device"
		}
		s.Points = append(s.Points, p)
		s.Dirs = append(s.Dirs, fmt.Sprintf("runs/%d", i))
	}
	s.Tally = "2 done, 1 running"
	curve := func(name string, y ...float64) sweep.Curve {
		c := sweep.Curve{Name: name}
		for i, v := range y {
			c.X, c.Y = append(c.X, 2+0.4*float64(i)), append(c.Y, sweep.Value{Value: v})
		}
		return c
	}
	both := []sweep.Curve{curve("depth 1", 5, 4.8), curve("depth 2", 2)}
	for _, title := range []string{"gap (nats)", "relative error (%)", "<m²>", "heat capacity (k_B per site)"} {
		s.Plots = append(s.Plots, StudyPlot{Title: title, X: "temperature", First: 2, Last: 2.8, Log: title[0] == 'g', Curves: both, Exact: []sweep.Curve{curve("", 3, 2, 1)}})
	}
	return &fakeStudy{now: s}
}

func (f *fakeStudy) Look(context.Context) (Survey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.now
	s.Points = slices.Clone(s.Points)
	return s, nil
}

func (f *fakeStudy) Retry(_ context.Context, point int) (string, error) {
	return f.become(point, sweep.Pending, "retry")
}

func (f *fakeStudy) Cancel(_ context.Context, point int) (string, error) {
	if point == 2 {
		return "", errors.New("the scheduler is away")
	}
	return f.become(point, sweep.Cancelled, "cancel")
}

func (f *fakeStudy) become(point int, state sweep.State, word string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now.Points[point].State, f.now.Points[point].Why = state, ""
	f.asked = append(f.asked, fmt.Sprint(word, " ", point))
	return fmt.Sprintf("%s of point %d it is", word, point), nil
}

// A session: look at the points and curves, open one, try one again, cancel one.
func TestSweepScreen(t *testing.T) {
	study := newStudy()
	l := connectTo(t, size{140, 40}, Options{}, Link{Study: study, Library: newLibrary()}, withoutRun)
	l.sees("sweeps/depth", "2 done, 1 running", "1,900/2,000", "4.96 ± 0.02", "heat capacity", "a depth 1", "b depth 2", "exact")
	l.types("jjj")
	l.sees("no space left on device", "r retry")
	l.types("r")
	l.sees("retry of point 3 it is")
	eventually(t, "tried again", func() bool {
		study.mu.Lock()
		defer study.mu.Unlock()
		return slices.Equal(study.asked, []string{"retry 3"})
	})
	l.types("c")
	l.sees("Cancel point 3?")
	l.types("n")
	l.types("k")
	l.types("cy")
	l.sees("the scheduler is away")
	l.types("jcy")
	l.sees("cancel of point 3 it is")
	l.types("gz")
	l.sees("gap (nats)")
	l.types("?")
	l.sees("any key closes this")
	l.types("x")
	l.types("\r")
	l.sees("attached")
	l.types("q")
	l.sees("stop and save")
	l.types("l")
	l.sees("sweeps/depth")
	l.types("q")
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
}

// Whole screens of a sweep, without colours so that they can be read.
func TestSweepScreens(t *testing.T) {
	for name, change := range map[string]func(p *sweepPage){
		"120x30": func(*sweepPage) {},
		"failed": func(p *sweepPage) { p.at = 3 },
		"cancel": func(p *sweepPage) { p.doomed = 4 },
		"curves": func(p *sweepPage) { p.area, p.curves = size{80, 24}, true },
		"zoomed": func(p *sweepPage) { p.area, p.curves, p.plot = size{80, 24}, true, 1 },
		"ascii":  func(p *sweepPage) { p.styles = still(nil, p.area, colorprofile.ASCII, true).styles },
	} {
		t.Run(name, func(t *testing.T) {
			area := size{120, 30}
			p := newSweepPage(&host{watch: t.Context(), styles: still(nil, area, colorprofile.ASCII, false).styles, library: newLibrary()}, newStudy())
			p.area = area
			now, _ := newStudy().Look(t.Context())
			p.take(rosterMsg[Survey]{now: now})
			change(p)
			golden.RequireEqual(t, p.View().Content+"\n")
		})
	}
}

// Nothing is drawn beyond the screen at any size, whatever is known.
func TestSweepScreenSizes(t *testing.T) {
	for _, area := range []size{{40, 12}, {60, 20}, {80, 24}, {109, 30}, {110, 30}, {130, 36}, {200, 50}, {300, 100}, {20, 5}} {
		p := newSweepPage(&host{watch: t.Context(), styles: still(nil, area, colorprofile.TrueColor, false).styles}, newStudy())
		p.area = area
		check := func(what string) {
			lines := p.lines()
			if len(lines) != area.height {
				t.Errorf("%v, %s: %d lines", area, what, len(lines))
			}
			for i, line := range lines {
				if w := ansi.StringWidth(line); w != area.width {
					t.Errorf("%v, %s: line %d is %d wide: %q", area, what, i, w, line)
				}
			}
		}
		check("looking")
		now, _ := newStudy().Look(t.Context())
		p.take(rosterMsg[Survey]{now: now})
		for i := range now.Points {
			p.at = i
			check(fmt.Sprint("point ", i))
		}
		p.curves = true
		for p.plot = range len(now.Plots) + 1 {
			check(fmt.Sprint("plot ", p.plot))
		}
		p.helping = true
		check("help")
		p.helping, p.doomed = false, 2
		check("cancel")
		p.doomed, p.failure = -1, errors.New(strings.Repeat("away ", 100))
		check("failure")
		now.Plots = nil
		p.take(rosterMsg[Survey]{now: now})
		check("no plots")
	}
}

// Curves keep their points where charts want equal distances, and none is not
// drawn.
func TestSweepCurves(t *testing.T) {
	identity := func(v float64) float64 { return v }
	c := sweep.Curve{X: []float64{2, 2.1, 3}, Y: []sweep.Value{{Value: 1}, {Value: 2}, {Value: -7}}}
	s := evenly(c, 11, identity)
	for i, want := range []float64{1, 2, 1, 0, -1, -2, -3, -4, -5, -6, -7} {
		if math.Abs(s.Values[i]-want) > 1e-9 {
			t.Errorf("value %d is %v, want %v", i, s.Values[i], want)
		}
	}
	if one := evenly(sweep.Curve{X: []float64{2}, Y: []sweep.Value{{Value: 5}}}, 11, identity); one.Values[0] != 5 || one.Last <= one.First {
		t.Errorf("a point is %+v", one)
	}
	if none := evenly(sweep.Curve{}, 11, identity); !math.IsNaN(none.Values[0]) {
		t.Errorf("none is %+v", none)
	}
	for name, q := range map[string]StudyPlot{
		"none":     {Title: "gap", First: 2, Last: 3},
		"negative": {Title: "gap", First: 2, Last: 3, Log: true, Curves: []sweep.Curve{c}},
		"one":      {Title: "gap", First: 2, Last: 2, Log: true, Curves: []sweep.Curve{{X: c.X[:1], Y: c.Y[:1]}}},
	} {
		st := still(nil, size{80, 24}, colorprofile.TrueColor, false).styles
		lines := drawPlot(q, size{40, 12}, st)
		text := ansi.Strip(strings.Join(lines, "\n"))
		if drawn := strings.Contains(text, "┤"); drawn != (name != "none") || len(lines) != 12 {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
