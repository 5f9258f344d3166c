package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// dialog is what lies over the panes.
type dialog int

const (
	noDialog dialog = iota
	helpDialog
	paletteDialog
	quitDialog
	savingDialog // stopping: waits for the run to have saved
	failedDialog
	severedDialog
)

// choice is a way out of the quit dialog.
type choice int

const (
	stopAndSave choice = iota
	leaveRunning
	stay
)

func (c choice) words() string {
	return [...]string{"stop and save", "leave it running", "cancel"}[c]
}

// ways are the choices of the quit dialog, the likely one first: a run of this
// process ends with its screen unless the user wants otherwise, and another's
// stays.
func (m *screen) ways() []choice {
	if m.link.Away {
		return []choice{leaveRunning, stopAndSave, stay}
	}
	return []choice{stopAndSave, leaveRunning, stay}
}

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
	case failedDialog, severedDialog:
		if key == "ctrl+c" || key == "q" {
			m.dialog = noDialog
			return m.quit(key)
		}
	}
	m.dialog = noDialog
	return nil
}

func (m *screen) answerQuit(key string) tea.Cmd {
	ways := m.ways()
	at := slices.Index(ways, m.choice)
	switch key {
	case "right", "down", "j", "tab":
		m.choice = ways[(at+1)%len(ways)]
		return nil
	case "left", "up", "k", "shift+tab":
		m.choice = ways[(at+len(ways)-1)%len(ways)]
		return nil
	case "enter", "space":
		return m.choose(m.choice)
	case "y", "ctrl+c":
		return m.choose(ways[0])
	case "s":
		return m.choose(stopAndSave)
	case "l":
		return m.choose(leaveRunning)
	case "esc", "c", "n":
		return m.choose(stay)
	}
	return nil
}

// choose takes a way out of the quit dialog.
func (m *screen) choose(c choice) tea.Cmd {
	m.dialog = noDialog
	switch c {
	case stopAndSave:
		return m.stop()
	case leaveRunning:
		return m.leave()
	}
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
		return framed("help", m.helpLines(area), area, st)
	case paletteDialog:
		return framed("do", m.paletteLines(area), area, st)
	case quitDialog:
		return framed("quit", m.quitLines(), area, st)
	case savingDialog:
		lines := []string{"", "Saving, after this epoch.", ""}
		for _, line := range wrap("q leaves the screen at once; it is saved all the same", area.width-6) {
			lines = append(lines, st.muted.paint(line))
		}
		return framed("quit", lines, area, st)
	case failedDialog:
		return framed(m.failedTitle(), m.failedLines(area), area, st)
	case severedDialog:
		return framed("connection lost", m.severedLines(area), area, st)
	}
	return nil
}

// howToChoose is the last line of a dialog with a choice.
const howToChoose = "↑ ↓ choose  enter do it  esc cancel"

// framed puts lines into a box; where it is too high for the screen, without their
// empty ones.
func framed(title string, lines []string, area size, st *styles) []string {
	if len(lines)+2 > area.height {
		lines = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == "" })
	}
	width := ansi.StringWidth(title) + 4
	for _, line := range lines {
		width = max(width, ansi.StringWidth(line))
	}
	b := border{tabs: []tab{{name: title, shown: true}}, focused: true}
	return box(lines, b, size{min(width+4, area.width), min(len(lines)+2, area.height)}, st)
}

func helpOn(all []action, st *styles) []string {
	var lines []string
	for _, a := range all {
		scope := ""
		if a.pane != 0 {
			scope = st.muted.paint(" (" + a.pane.name() + ")")
		}
		lines = append(lines, fit(st.accent.paint(a.shown()), max(9, ansi.StringWidth(a.shown())+2))+a.help+scope)
	}
	return lines
}

func (m *screen) quitLines() []string {
	st := m.styles
	lines := []string{"", fmt.Sprintf("Stop at epoch %s and save it?", count(m.latest.Epoch))}
	if m.link.Away {
		lines = append(lines, st.muted.paint("It needs no screen, and may go on."))
	} else {
		lines = append(lines, st.muted.paint("It may go on without this screen."))
	}
	lines = append(lines, "")
	for _, c := range m.ways() {
		key := [...]string{"s", "l", "c"}[c]
		if m.choice == c {
			lines = append(lines, st.accent.paint("▸ "+key+"  ")+st.strong.paint(c.words()))
		} else {
			lines = append(lines, "  "+st.accent.paint(key)+"  "+st.muted.paint(c.words()))
		}
	}
	return append(lines, "", st.muted.paint(howToChoose))
}

// severedLines say that the run can no longer be seen.
func (m *screen) severedLines(area size) []string {
	lines := []string{"", m.styles.bad.paint("Nothing more comes from the run.")}
	lines = append(lines, wrap("Its process has ended, or cannot be reached.", area.width-6)...)
	return append(lines, "The panes stay as they were.", "", m.styles.muted.paint(leaveOrLook))
}

// leaveOrLook is the last line of a dialog that says how a run ended.
const leaveOrLook = "q leaves, other keys show the panes"

func (m *screen) failedTitle() string {
	if m.latest.Phase == run.Interrupted {
		return "the run was interrupted"
	}
	return "the run has failed"
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
	return append(lines, "", st.muted.paint(leaveOrLook))
}
