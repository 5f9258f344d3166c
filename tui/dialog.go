package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// dialog is what lies over the panes.
type dialog int

const (
	noDialog dialog = iota
	helpDialog
	quitDialog
	savingDialog // stopping: waits for the run to have saved
	failedDialog
)

// choice is what the quit dialog has under its cursor.
type choice int

const (
	stopAndSave choice = iota
	stay
)

// answer carries out what a key means in the open dialog.
func (m *screen) answer(key string) tea.Cmd {
	switch m.dialog {
	case quitDialog:
		return m.answerQuit(key)
	case savingDialog:
		if key == "ctrl+c" || key == "q" {
			return tea.Quit
		}
		return nil
	case failedDialog:
		if key == "ctrl+c" || key == "q" {
			return tea.Quit
		}
	}
	m.dialog = noDialog
	return nil
}

func (m *screen) answerQuit(key string) tea.Cmd {
	switch key {
	case "left", "right", "tab", "shift+tab", "h", "l":
		m.choice = stay - m.choice
		return nil
	case "enter", "space":
		if m.choice == stopAndSave {
			return m.stop()
		}
	case "s", "y", "ctrl+c":
		return m.stop()
	case "esc", "c", "n":
	default:
		return nil
	}
	m.dialog = noDialog
	return nil
}

// stop asks the run to save and end; the screen goes when it has.
func (m *screen) stop() tea.Cmd {
	m.dialog = savingDialog
	return m.send(run.Command{Kind: run.Stop})
}

// drawDialog is the open dialog as a box, in at most the size of the screen.
func (m *screen) drawDialog(area size) []string {
	st := m.styles
	switch m.dialog {
	case helpDialog:
		return framed("help", m.helpLines(), area, st)
	case quitDialog:
		return framed("quit", m.quitLines(), area, st)
	case savingDialog:
		return framed("quit", []string{
			"", "Saving, after this epoch.", "",
			st.muted.paint("q leaves the screen at once; it is saved all the same"),
		}, area, st)
	case failedDialog:
		return framed("the run has failed", m.failedLines(area), area, st)
	}
	return nil
}

func framed(title string, lines []string, area size, st *styles) []string {
	width := ansi.StringWidth(title) + 4
	for _, line := range lines {
		width = max(width, ansi.StringWidth(line))
	}
	b := border{tabs: []tab{{name: title, shown: true}}, focused: true}
	return box(lines, b, size{min(width+4, area.width), min(len(lines)+2, area.height)}, st)
}

func (m *screen) helpLines() []string {
	st := m.styles
	var lines []string
	for _, a := range actions() {
		scope := ""
		if a.pane != 0 {
			scope = st.muted.paint(" (" + a.pane.name() + ")")
		}
		lines = append(lines, fit(st.accent.paint(a.shown), 9)+a.help+scope)
	}
	return append(lines, "", st.muted.paint("any key closes this"))
}

func (m *screen) quitLines() []string {
	st := m.styles
	button := func(c choice, text string) string {
		if m.choice == c {
			return st.accent.paint("▸ ") + st.strong.paint(text)
		}
		return "  " + st.muted.paint(text)
	}
	return []string{
		"",
		fmt.Sprintf("Stop training at epoch %s and save it?", count(m.latest.Epoch)),
		st.muted.paint("It can be continued with --resume."),
		"",
		button(stopAndSave, "stop and save") + "     " + button(stay, "cancel"),
		"",
		st.muted.paint("← → choose   enter do it   esc cancel"),
	}
}

func (m *screen) failedLines(area size) []string {
	st := m.styles
	width := min(area.width-6, 70)
	lines := []string{""}
	for _, line := range wrap(Clean(m.latest.Error), width) {
		lines = append(lines, st.bad.paint(line))
	}
	if m.latest.Hint != "" {
		lines = append(lines, "")
		lines = append(lines, wrap("hint: "+Clean(m.latest.Hint), width)...)
	}
	return append(lines, "", st.muted.paint("q leaves, any other key shows the panes"))
}
