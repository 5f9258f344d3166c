package tui

import tea "charm.land/bubbletea/v2"

// openRuns puts the list of runs over the screen.
func (m *screen) openRuns(string) tea.Cmd {
	dir := ""
	if m.latest != nil {
		dir = m.latest.Dir
	}
	return push(newRunsPage(m.host, dir))
}
