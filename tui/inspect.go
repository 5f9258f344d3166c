package tui

import (
	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// look asks for what has come onto the screen.
func (m *screen) look() tea.Cmd { return tea.Batch(m.ask(), m.askLevels(), m.play(), m.inquire()) }

// renew asks again for what has grown old.
func (m *screen) renew() tea.Cmd { return tea.Batch(m.refresh(), m.askLevels(), m.inquire()) }

// ask asks for the response to the chosen latent once the selection has stood
// for a moment.
func (m *screen) ask() tea.Cmd {
	if !m.inspecting() {
		return nil
	}
	m.moves++
	return m.after(selectDelay, selectedMsg{m.moves})
}

// respond sends the question, unless its answer is there.
func (m *screen) respond() tea.Cmd {
	if !m.inspecting() || !m.reaches(flow) {
		return nil
	}
	newest := m.latest.Epoch
	if m.link.ReadOnly {
		newest = m.latest.Saved
	}
	if r := responseOf(m.latest, m.geometry(), m.view.latent); r != nil && r.Epoch >= newest {
		return nil
	}
	m.askedAt = m.now()
	return m.send(run.Command{Kind: run.Respond, Latent: m.view.latent})
}

// refresh asks again for a response that has grown old.
func (m *screen) refresh() tea.Cmd {
	if m.now().Sub(m.askedAt) < responseLife {
		return nil
	}
	return m.respond()
}

// inspecting says that the latents are on the screen.
func (m *screen) inspecting() bool {
	return m.latest != nil && m.placed && m.shows(latentsPane)
}
