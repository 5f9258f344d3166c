package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// A latent is examined only while that can be seen: when its face is turned up,
// or the pane is zoomed.
func TestExaminesWhatIsSeen(t *testing.T) {
	examined := run.Command{Kind: run.Examine}
	for _, step := range []struct {
		keys []string
		area size
		want int
	}{
		{[]string{"3", "right"}, size{120, 40}, 0},
		{[]string{"3", "right", "v"}, size{120, 40}, 1},
		{[]string{"3", "right", "v", "v"}, size{120, 40}, 0},
		{[]string{"3", "right", "z"}, size{120, 40}, 1},
		{[]string{"3", "right"}, size{80, 24}, 0},
		{[]string{"3", "v", "1"}, size{80, 24}, 0}, // another pane is in its place
	} {
		c := newConsole(16, step.area)
		c.press(step.keys...)
		c.fake.commands = nil
		c.tell(selectedMsg{c.moves})
		examined.Latent = c.view.latent
		got := len(slices.DeleteFunc(c.fake.asked(), func(c run.Command) bool { return c != examined }))
		if got != step.want {
			t.Errorf("%v at %v: examined %d times, want %d", step.keys, step.area, got, step.want)
		}
		c.show()
		c.fake.commands = nil
		if c.tell(selectedMsg{c.moves}); len(c.fake.asked()) != 0 {
			t.Errorf("%v at %v: what is there is asked for again: %v", step.keys, step.area, c.fake.asked())
		}
	}
}

// What is under way, and what went wrong, is said.
func TestExaminationUnderWay(t *testing.T) {
	c := newConsole(16, size{80, 24})
	c.press("3", "v")
	for want, x := range map[string]*run.Examination{
		"not been examined":    nil,
		"taking exact samples": {Latent: c.view.latent},
		"it has diverged":      {Latent: c.view.latent, Error: "it has diverged\x1b[2J", Hint: "go back"},
	} {
		s := *c.latest
		s.Examination = x
		c.latest = &s
		check(t, c.screen)
		if text := ansi.Strip(c.View().Content); !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// The numbers have as many columns as there is room for.
func TestMoments(t *testing.T) {
	c := newConsole(16, size{200, 50})
	c.press("3", "z")
	c.tell(selectedMsg{c.moves})
	c.show()
	x := examinationOf(c.latest, c.geometry(), c.view.latent)
	if x == nil {
		t.Fatal("there is no examination")
	}
	for _, want := range []struct {
		area  size
		first string
		lines int
	}{
		{size{20, 20}, "mean+0.013\u00b10.016", 3},
		{size{45, 20}, "mean+0.013\u00b10.016z,m+0.61\u00b10.009", 3},
		{size{48, 40}, "mean+0.013\u00b10.016z,m+0.61\u00b10.009", 5},
		{size{70, 20}, "mean+0.013\u00b10.016z,m+0.61\u00b10.009z,ms+0.01\u00b10.016", 3},
	} {
		lines := moments(x, want.area, c.styles)
		all := ansi.Strip(strings.Join(lines, "\n"))
		if got := strings.ReplaceAll(ansi.Strip(lines[0]), " ", ""); len(lines) != want.lines || got != want.first {
			t.Errorf("in %v:\n%s", want.area, all)
		}
		if staggered := strings.Contains(all, "z,ms"); staggered != (want.area.width >= 48) {
			t.Errorf("in %v staggered is %t:\n%s", want.area, staggered, all)
		}
	}
}
