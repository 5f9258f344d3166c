package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// turnMouse lets the screen have the mouse, or leaves it to the terminal, which can
// then select text with it.
func (m *screen) turnMouse(string) tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		return m.say(notice{text: "the mouse works here"})
	}
	return m.say(notice{text: "the mouse is the terminal's: select text with it"})
}

// mode is what the terminal is asked to report.
func (m *screen) mode() tea.MouseMode {
	if m.mouse {
		return tea.MouseModeCellMotion
	}
	return tea.MouseModeNone
}

// click focuses what lies under the mouse: a pane, or one of those that share a box
// by its name in the border.
func (m *screen) click(at tea.Mouse) tea.Cmd {
	p, x, y, ok := m.under(at)
	if !ok || m.dialog != noDialog || at.Button != tea.MouseLeft {
		return nil
	}
	which := p.pane
	if y == 0 {
		which = m.tabAt(p, x)
	}
	return m.focus(which)
}

// roll scrolls the curves under the mouse, or looks closer at them if they cannot be
// scrolled or ctrl is held.
func (m *screen) roll(at tea.Mouse) tea.Cmd {
	p, _, _, ok := m.under(at)
	if !ok || m.dialog != noDialog || p.pane != energyPane {
		return nil
	}
	names := map[tea.MouseButton]string{
		tea.MouseWheelUp: "left", tea.MouseWheelLeft: "left",
		tea.MouseWheelDown: "right", tea.MouseWheelRight: "right",
	}
	if m.view.stretch.length == 0 || at.Mod.Contains(tea.ModCtrl) {
		names = map[tea.MouseButton]string{tea.MouseWheelUp: "up", tea.MouseWheelDown: "down"}
	}
	switch name := names[at.Button]; name {
	case "up", "down":
		return m.stretchCurves(name)
	case "left", "right":
		return m.scrollCurves(name)
	}
	return nil
}

// under is the box under the mouse, and where in it the mouse is.
func (m *screen) under(at tea.Mouse) (p placed, x, y int, ok bool) {
	if !m.fits() {
		return placed{}, 0, 0, false
	}
	left := 0
	for _, column := range m.arranged() {
		top := headerRows
		for _, p := range column {
			x, y := at.X-left, at.Y-top
			if x >= 0 && x < p.area.width && y >= 0 && y < p.area.height {
				return p, x, y, true
			}
			top += p.area.height
		}
		left += column[0].area.width
	}
	return placed{}, 0, 0, false
}

// tabAt is the pane whose name stands in the border of a box at a column: the last
// that begins before it.
func (m *screen) tabAt(p placed, x int) pane {
	edge := ansi.Strip(m.pictured().drawPane(p)[0])
	which := p.pane
	if len(p.tabs) == 1 {
		return which
	}
	from := 0
	for _, t := range p.tabs {
		at := strings.Index(edge[from:], fmt.Sprintf(" %d", int(t)))
		if at < 0 {
			break
		}
		from += at + 1
		if ansi.StringWidth(edge[:from]) > x {
			break
		}
		which = t
	}
	return which
}
