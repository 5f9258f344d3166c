package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"

	"neuralrg/model"
)

// What the screen of a run does beside the run itself: it goes to other pages, and
// has a workshop make runs of this one.

// openRuns puts the list of runs over the screen.
func (m *screen) openRuns(string) tea.Cmd {
	dir := ""
	if m.latest != nil {
		dir = m.latest.Dir
	}
	return push(newRunsPage(m.host, dir))
}

// openForm puts the form for a new run over the screen.
func (m *screen) openForm(string) tea.Cmd { return push(newForm(m.host, "new run", nil)) }

// openWarm is the form for a run that begins with what this one has learnt.
func (m *screen) openWarm(string) tea.Cmd {
	if m.latest == nil {
		return nil
	}
	return push(warmForm(m.host, m.latest.Dir, m.latest.Config.L))
}

// warmForm is the form for a run that begins with what another has learnt, on a
// lattice of twice its size if there is one, and with steps that do not throw away
// what was learnt before Adam knows which way to go.
func warmForm(h *host, dir string, l int) *formPage {
	given := map[string]string{"from": dir, "lr": "0.001"}
	if larger := (model.Shape{L: 2 * l, Repeat: 1, Couplings: 1, Hidden: 1, HiddenLayers: 1}); larger.Validate() == nil {
		given["size"] = strconv.Itoa(2 * l)
	}
	return newForm(h, "new run from "+dir, given)
}

// branch lets the workshop copy the run as it stands.
func (m *screen) branch(string) tea.Cmd {
	if m.latest == nil {
		return nil
	}
	dir, h, w := m.latest.Dir, m.host, m.host.workshop()
	copying := h.during(func() tea.Msg {
		to, err := w.Branch(h.watch, dir)
		return doneMsg{text: "copied to " + to + ": it is among the runs", err: err}
	})
	return tea.Batch(m.say(notice{text: "copying the run as it stands"}), copying)
}
