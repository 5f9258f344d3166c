package tui

import (
	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// inquire asks once for the information of the chosen sites, if it is not there:
// while the pane has the focus, or where nothing is trained that it would delay.
func (m *screen) inquire() tea.Cmd {
	if m.latest == nil || !m.shows(informationPane) || !m.reaches(flow) {
		return nil
	}
	if m.view.focus != informationPane && !m.link.ReadOnly {
		return nil
	}
	spacing := m.spacing()
	if m.inquired == spacing || answers(m.latest, spacing) {
		return nil
	}
	return m.measure("")
}

// answers says that the information of a spacing is there, or under way.
func answers(s *run.Snapshot, spacing int) bool {
	return s.Information != nil && s.Information.Spacing == spacing ||
		s.Inquiry != nil && s.Inquiry.Spacing == spacing
}

// unasked says that there is no information, and that nobody has asked for any.
func (m *screen) unasked() bool {
	return m.latest != nil && m.latest.Information == nil && m.latest.Inquiry == nil
}

// measure asks for the information of the newest flow.
func (m *screen) measure(string) tea.Cmd {
	m.inquired = m.spacing()
	return m.send(run.Command{Kind: run.Inform, Spacing: m.inquired})
}

// spacing is that of the sites whose information is looked at.
func (m *screen) spacing() int {
	if m.view.spacing > 0 {
		return m.view.spacing
	}
	return run.CoarsestSpacing(m.latest.Config.L)
}

// changeSpacing goes to finer or coarser sites. The answer to what was looked at
// before is still shown until there is another.
func (m *screen) changeSpacing(name string) tea.Cmd {
	if m.latest == nil {
		return nil
	}
	spacing, most := m.spacing(), run.CoarsestSpacing(m.latest.Config.L)
	switch {
	case name == "finer" && spacing == 1:
		return m.say(notice{text: "there are no finer sites"})
	case name == "coarser" && spacing == most:
		return m.say(notice{text: "there are no coarser sites"})
	case name == "finer":
		m.view.spacing = spacing / 2
	default:
		m.view.spacing = 2 * spacing
	}
	m.inquired = 0
	return m.inquire()
}

func (m *screen) toggleScales(string) tea.Cmd {
	m.view.ownScales = !m.view.ownScales
	return nil
}
