package tui

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"neuralrg/themes"
	"neuralrg/training/run"
)

func TestRefinementByHand(t *testing.T) {
	c := newConsole(16, size{120, 40})
	c.press("left", "right", "n", "a")
	if first := (refinement{stage: 1}); c.view.refinement != first {
		t.Errorf("without the focus the keys made %+v", c.view.refinement)
	}
	c.press("5")
	for _, step := range []struct {
		key  string
		want refinement
	}{
		{"left", refinement{stage: 0}},
		{"left", refinement{stage: 0}},
		{"right", refinement{stage: 1}},
		{"n", refinement{stage: 1, drawn: true}},
		{"right", refinement{stage: 2, drawn: true}},
		{"a", refinement{stage: 2, drawn: true, playing: true}},
		{"right", refinement{stage: 3, drawn: true}},
		{"right", refinement{stage: 4, drawn: true}},
		{"right", refinement{stage: 4, drawn: true}},
		{"n", refinement{stage: 4}},
	} {
		if c.press(step.key); c.view.refinement != step.want {
			t.Fatalf("after %q: %+v, want %+v", step.key, c.view.refinement, step.want)
		}
	}
}

// The animation goes through all stages and begins again, one frame at a time,
// and only while it can be seen.
func TestRefinementGoesOn(t *testing.T) {
	c := newConsole(8, size{120, 40})
	var waits []time.Duration
	var frames []tea.Msg
	c.after = func(d time.Duration, msg tea.Msg) tea.Cmd {
		if _, ok := msg.(frameMsg); ok {
			waits, frames = append(waits, d), append(frames, msg)
		}
		return nil
	}
	c.press("5", "a")
	stages := []int{c.view.refinement.stage}
	for range 5 {
		c.tell(frameMsg{c.frames})
		stages = append(stages, c.view.refinement.stage)
	}
	if want := []int{1, 2, 3, 0, 1, 2}; !slices.Equal(stages, want) {
		t.Errorf("the stages are %v, want %v", stages, want)
	}
	if want := []time.Duration{frameTime, frameTime, lastTime, frameTime, frameTime, frameTime}; !slices.Equal(waits, want) {
		t.Errorf("the frames stand %v, want %v", waits, want)
	}
	waits = nil
	stage := c.view.refinement.stage
	c.press("a", "a")
	c.tell(frames[len(frames)-2]) // another has taken its place
	waits = nil
	c.press("3")
	c.tell(frameMsg{c.frames})
	if c.view.refinement.stage != stage || len(waits) != 0 {
		t.Errorf("unseen it goes on to stage %d with %d frames to come", c.view.refinement.stage, len(waits))
	}
	if c.press("5"); len(waits) != 1 {
		t.Errorf("seen again it has %d frames to come", len(waits))
	}
	c.press("a")
	if c.tell(frameMsg{c.frames}); c.view.refinement.stage != stage || len(waits) != 1 {
		t.Error("it goes on after it was stopped")
	}
}

// The levels are asked for when they come onto the screen, and again for another
// draw or, after a while, for another epoch; one question at a time.
func TestLevelsAreAskedFor(t *testing.T) {
	c := newConsole(16, size{120, 40})
	now := time.Unix(1e9, 0)
	c.now = func() time.Time { return now }
	c.fake.state.Levels = nil
	answer := c.fake.Do
	c.do = func(command run.Command) error { // the answer comes later
		if command.Kind != run.Coarsen {
			return answer(command)
		}
		c.fake.mu.Lock()
		defer c.fake.mu.Unlock()
		c.fake.commands = append(c.fake.commands, command)
		return nil
	}
	vary := func(change func(*run.Lattice)) {
		c.fake.mu.Lock()
		lattice := *c.fake.state.Lattice
		change(&lattice)
		c.fake.state.Lattice = &lattice
		c.fake.publish()
		c.fake.mu.Unlock()
		c.show()
	}
	epoch := func() {
		c.fake.state.Epoch++
		vary(func(l *run.Lattice) { l.Epoch++ })
	}
	reply := func() {
		c.fake.mu.Lock()
		c.fake.state.Levels = levels(c.fake.state.Lattice, c.fake.state.Epoch)
		c.fake.publish()
		c.fake.mu.Unlock()
		c.show()
	}
	for _, step := range []struct {
		what string
		do   func()
		more int
	}{
		{"the latents are shown", epoch, 0},
		{"they are shown", func() { c.press("5") }, 1},
		{"there is no answer yet", epoch, 0},
		{"there was none for long", func() { now = now.Add(levelsLife); epoch() }, 1},
		{"the answer comes", reply, 0},
		{"an epoch goes by", epoch, 0},
		{"they are old", func() { now = now.Add(levelsLife); epoch() }, 1},
		{"the answer comes again", reply, 0},
		{"the lattice is another", func() { vary(func(l *run.Lattice) { l.Draw++ }) }, 1},
		{"the answer for it is under way", epoch, 0},
		{"a latent is fixed", func() { vary(func(l *run.Lattice) { l.Fixed = &run.Fixed{Latent: 3, Value: 1} }) }, 1},
		{"it slides", func() { vary(func(l *run.Lattice) { l.Fixed = &run.Fixed{Latent: 3, Value: 1.25} }) }, 1},
		{"it stands", epoch, 0},
		{"they are no longer shown", func() { c.press("6"); now = now.Add(levelsLife); epoch() }, 0},
		{"they are shown again", func() { c.press("5") }, 1},
	} {
		c.fake.mu.Lock()
		c.fake.commands = nil
		c.fake.mu.Unlock()
		step.do()
		got := len(slices.DeleteFunc(c.fake.asked(), func(c run.Command) bool { return c.Kind != run.Coarsen }))
		if got != step.more {
			t.Errorf("%s: %d questions, want %d", step.what, got, step.more)
		}
	}
}

// Every level that has room is there once and in order, and what has none is
// said, wherever there is a line for it.
func TestMosaic(t *testing.T) {
	for _, L := range []int{4, 16, 128} {
		top := len(sample(L, 1).Levels.Coarse) - 1
		for width := 20; width < 240; width += 7 {
			for height := 4; height < 90; height += 3 {
				for _, whole := range []bool{false, true} {
					area := size{width, height}
					m, ok := mosaicOf(L, top, area, whole)
					if !ok {
						if width > 40 && height > 10 {
							t.Errorf("L=%d: nothing fits into %v", L, area)
						}
						continue
					}
					rows := (len(m.levels) + 1 + m.columns - 1) / m.columns
					across, down := m.columns*(m.width()+panelGap)-panelGap, rows*(m.raster.Rows()+1)
					if m.aside {
						across += legendGap + legendColumns
					} else {
						down++
					}
					if across > width || down > height || !slices.IsSorted(m.levels) {
						t.Errorf("L=%d: %+v needs %d x %d of %v", L, m, across, down, area)
					}
					for _, level := range m.levels {
						if r := m.of(L >> level); r.Columns() != m.raster.Columns() || r.Tiles*r.Pool != L>>level {
							t.Errorf("L=%d: level %d is drawn as %+v in %+v", L, level, r, m.raster)
						}
					}
				}
			}
		}
	}
}

func TestLevelsWorthShowing(t *testing.T) {
	for n, want := range [][]int{nil, {3}, {2, 3}, {1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3, 4}} {
		if got := worthShowing(16, 4, n); len(got) != n || n > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%d of 5: %v, want %v", n, got, want)
		}
	}
	if got, want := worthShowing(16, 2, 2), []int{1, 2}; !slices.Equal(got, want) { // what is left is 4 x 4
		t.Errorf("of a shallow flow: %v, want %v", got, want)
	}
}

func TestRanges(t *testing.T) {
	for want, numbers := range map[string][]int{"": nil, "3": {3}, "0-2,5": {0, 1, 2, 5}, "0,2-3": {0, 2, 3}} {
		if got := ranges(numbers); got != want {
			t.Errorf("%v is written %q, want %q", numbers, got, want)
		}
	}
}

// The words under the refinement say what it is made of.
func TestWordsOfTheRefinement(t *testing.T) {
	s := sample(16, 300)
	theme, _ := themes.Named("dark")
	st := newStyles(theme, colorprofile.ASCII, false)
	for want, r := range map[string]refinement{
		"from 1×1 + zeros": {stage: 0},
		"from 4×4 + noise": {stage: 2, drawn: true},
		"▸ 4×4 + zeros":    {stage: 2, playing: true},
		"from 16×16":       {stage: 4, drawn: true},
	} {
		text := strings.Join(drawLevels(s, view{refinement: r}, size{116, 35}, st), "\n")
		if !strings.Contains(text, want) {
			t.Errorf("%+v: no %q in\n%s", r, want, text)
		}
	}
}
