package tui

import (
	"fmt"
	"path/filepath"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// copyIt gives the terminal's clipboard what is chosen in the focused pane, or the
// run's directory. Whether the terminal takes it nobody learns.
func (m *screen) copyIt(string) tea.Cmd {
	if m.latest == nil {
		return nil
	}
	text, what := m.copied()
	return tea.Batch(tea.SetClipboard(text), m.say(notice{text: "copied " + what + ": " + text}))
}

// copied is a number, with all its digits and nothing beside it, or a path.
func (m *screen) copied() (text, what string) {
	switch m.view.focus {
	case energyPane:
		if s := m.calm; s.History.Epochs > 0 {
			last := s.History.Last()
			if m.view.gap {
				return formatted(last.Gap), fmt.Sprintf("the gap of epoch %s", count(last.Epoch))
			}
			return formatted(last.FreeEnergy), fmt.Sprintf("the free energy of epoch %s", count(last.Epoch))
		}
	case latentsPane:
		if z, ok := m.view.latentValue(m.latest); ok {
			L := m.latest.Config.L
			return formatted(float64(float32(z))), fmt.Sprintf("latent %d,%d", m.view.latent/L, m.view.latent%L)
		}
	case samplerPane:
		for _, r := range m.calm.Samplers {
			if r.Space == m.view.sampler {
				return formatted(r.M2), fmt.Sprintf("<m^2> of the %s sampler", r.Space)
			}
		}
	}
	return m.path(m.latest), "the run's directory"
}

// formatted is a number with as many digits as say exactly which.
func formatted(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// path is the directory of a run, as others on its host have to call it.
func (m *screen) path(s *run.Snapshot) string {
	if m.link.Away {
		return Clean(s.Dir)
	}
	if full, err := filepath.Abs(s.Dir); err == nil {
		return Clean(full)
	}
	return Clean(s.Dir)
}
