package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// look asks for what has come onto the screen.
func (m *screen) look() tea.Cmd {
	return tea.Batch(m.ask(), m.askLevels(), m.askGallery(), m.play(), m.inquire())
}

// renew asks again for what has grown old.
func (m *screen) renew() tea.Cmd {
	return tea.Batch(m.refresh(), m.askLevels(), m.askGallery(), m.inquire())
}

// ask asks for the response to the chosen latent once the selection has stood
// for a moment.
func (m *screen) ask() tea.Cmd {
	if !m.inspecting() {
		return nil
	}
	m.moves++
	return m.after(selectDelay, selectedMsg{m.moves})
}

// respond sends what there is to ask of the chosen latent, unless the answers are
// there.
func (m *screen) respond() tea.Cmd {
	area, inspecting := m.inspected()
	if !inspecting || !m.reaches(flow) {
		return nil
	}
	newest := m.latest.Epoch
	if m.link.ReadOnly {
		newest = m.latest.Saved
	}
	var asked []tea.Cmd
	ask := func(kind run.Kind) {
		m.askedAt = m.now()
		asked = append(asked, m.send(run.Command{Kind: kind, Latent: m.view.latent}))
	}
	if r := responseOf(m.latest, m.geometry(), m.view.latent); r == nil || r.Epoch < newest {
		ask(run.Respond)
	}
	v := m.view
	v.solo = m.solo()
	x := examinationOf(m.latest, m.geometry(), m.view.latent)
	if slices.Contains(v.faces(inside(area).width), statisticsFace) && (x == nil || x.Done() && x.Epoch < newest) {
		ask(run.Examine)
	}
	return tea.Batch(asked...)
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
	_, ok := m.inspected()
	return ok
}

// inspected is the box of the latents, if they are on the screen.
func (m *screen) inspected() (area size, ok bool) {
	if m.latest == nil || !m.placed {
		return size{}, false
	}
	for _, column := range m.arranged() {
		for _, p := range column {
			if p.pane == latentsPane {
				return p.area, true
			}
		}
	}
	return size{}, false
}
