package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// A click anywhere in a box focuses its pane, and on a name in its border that pane,
// at every size.
func TestClick(t *testing.T) {
	for _, area := range []size{{40, 10}, {80, 24}, {120, 30}, {120, 40}, {200, 50}} {
		m := still(sample(16, 100), area, colorprofile.TrueColor, false)
		lines := strings.Split(ansi.Strip(m.View().Content), "\n")
		for _, p := range panes {
			for y, line := range lines[:len(lines)-footerRows] {
				at := strings.Index(line, fmt.Sprintf(" %d %s", p, p.name()))
				if at < 0 || y < headerRows || !strings.Contains(line, "╭") {
					continue
				}
				m.view.focus = latticePane
				_, _ = m.Update(tea.MouseClickMsg{X: ansi.StringWidth(line[:at]) + 1, Y: y, Button: tea.MouseLeft})
				if m.view.focus != p {
					t.Errorf("%v: a click on %q focuses %q", area, p.name(), m.view.focus.name())
				}
			}
		}
		for y := range area.height {
			for x := range area.width {
				m.view.focus = latticePane
				p, _, inY, ok := m.under(tea.Mouse{X: x, Y: y})
				if body := y >= headerRows && y < area.height-footerRows; ok != body {
					t.Fatalf("%v: at %d, %d there is a box: %v", area, x, y, ok)
				}
				if !ok || inY == 0 || x%7 != 0 {
					continue
				}
				m.click(tea.Mouse{X: x, Y: y, Button: tea.MouseLeft})
				if m.view.focus != p.pane {
					t.Fatalf("%v: a click at %d, %d focuses %q, not %q", area, x, y, m.view.focus.name(), p.pane.name())
				}
			}
		}
	}
}

// The wheel looks closer at curves that are all there, scrolls others, and does
// nothing elsewhere.
func TestWheel(t *testing.T) {
	m := still(sample(16, 1000), size{120, 40}, colorprofile.TrueColor, false)
	roll := func(x, y int, b tea.MouseButton, mod tea.KeyMod) (first, last int) {
		_, _ = m.Update(tea.MouseWheelMsg{X: x, Y: y, Button: b, Mod: mod})
		return m.view.ends(m.latest)
	}
	for i, c := range []struct {
		x, y        int
		button      tea.MouseButton
		mod         tea.KeyMod
		first, last int
	}{
		{5, 5, tea.MouseWheelUp, 0, 1, 1000}, // on the lattice
		{5, 30, tea.MouseWheelUp, 0, 501, 1000},
		{5, 30, tea.MouseWheelUp, 0, 376, 875},
		{5, 30, tea.MouseWheelDown, 0, 501, 1000},
		{5, 30, tea.MouseWheelUp, tea.ModCtrl, 751, 1000},
		{5, 30, tea.MouseWheelLeft, 0, 689, 938},
		{5, 30, tea.MouseWheelDown, tea.ModCtrl, 439, 938},
		{5, 30, tea.MouseMiddle, 0, 439, 938},
	} {
		if first, last := roll(c.x, c.y, c.button, c.mod); first != c.first || last != c.last {
			t.Fatalf("step %d: epochs %d to %d, want %d to %d", i, first, last, c.first, c.last)
		}
	}
}

// M leaves the mouse to the terminal and takes it back.
func TestTurnMouse(t *testing.T) {
	c := newConsole(8, size{80, 24})
	c.mouse = true
	for _, want := range []tea.MouseMode{tea.MouseModeCellMotion, tea.MouseModeNone, tea.MouseModeCellMotion} {
		if got := c.View().MouseMode; got != want {
			t.Errorf("mode %v, want %v", got, want)
		}
		c.press("M")
	}
}

// A frozen picture stands while the run goes on, which the status says, and goes on
// from where the run is.
func TestFreeze(t *testing.T) {
	c := newConsole(16, size{120, 40})
	body := func() string {
		lines := c.lines()
		return strings.Join(lines[headerRows:len(lines)-footerRows], "\n")
	}
	status := func() string { return ansi.Strip(c.lines()[c.area.height-footerRows]) }
	c.press("f")
	before := body()
	next := sample(16, 1300)
	c.fake.mu.Lock()
	c.fake.state = *next
	c.fake.publish()
	c.fake.mu.Unlock()
	c.calmed = c.calmed.Add(-calmPeriod)
	c.show()
	if body() != before {
		t.Error("a frozen picture changes")
	}
	if s := status(); !strings.Contains(s, "1,300") || !strings.Contains(s, "frozen at 1,234") {
		t.Errorf("the status is %q", s)
	}
	c.press("f")
	if body() == before || strings.Contains(status(), "frozen") {
		t.Error("the picture does not go on")
	}
}
