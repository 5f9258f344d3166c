package tui

import (
	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// frozen is what the panes show while the picture stands and the run goes on.
type frozen struct{ latest, calm *run.Snapshot }

// freeze lets the picture stand, or go on. Header, status and questions go on in any
// case.
func (m *screen) freeze(string) tea.Cmd {
	switch {
	case m.still != nil:
		m.still = nil
		return m.look()
	case m.latest == nil:
		return nil
	}
	m.still = &frozen{m.latest, m.calm}
	return nil
}

// pictured is the screen whose panes are drawn.
func (m *screen) pictured() *screen {
	if m.still == nil {
		return m
	}
	other := *m
	other.latest, other.calm = m.still.latest, m.still.calm
	return &other
}
