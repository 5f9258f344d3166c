package tui

import (
	tea "charm.land/bubbletea/v2"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// moment is what an action may change that can be brought back.
type moment struct {
	rate   float64 // the base rate, as it was last asked for
	theme  themes.Theme
	chosen bool
	fixed  run.Fixed // of the lattice's latents, as it was last asked for,
	free   bool      // unless all are as they were drawn
}

// mostUndone bounds what is remembered.
const mostUndone = 100

func (m *screen) moment() moment {
	now := moment{theme: m.styles.theme, chosen: m.chosen, rate: m.wanted, free: m.released}
	if now.rate == 0 && m.latest != nil {
		now.rate = m.latest.BaseRate
	}
	switch f := fixedOf(m.latest); {
	case m.view.sliding:
		now.fixed = m.view.slid
	case f != nil && !m.released:
		now.fixed = *f
	default:
		now.free = true
	}
	return now
}

// change is something that an action has changed, and how it was before.
type change struct {
	of     string
	before moment
}

// What changes are of.
const (
	rateChange  = "rate"
	themeChange = "theme"
	fixedChange = "fixed"
)

// perform carries out an action, and remembers how it was before.
func (m *screen) perform(a action, name string) tea.Cmd {
	before := m.moment()
	cmd := a.do(m, name)
	if of := before.changed(m.moment()); of != "" && name != "undo" {
		m.past = append(m.past, change{of, before})
		m.past = m.past[max(0, len(m.past)-mostUndone):]
	}
	return cmd
}

// changed says what is otherwise now, if anything.
func (b moment) changed(now moment) string {
	switch {
	case b.rate != now.rate:
		return rateChange
	case b.theme.Name != now.theme.Name:
		return themeChange
	case b.free != now.free || b.fixed != now.fixed:
		return fixedChange
	}
	return ""
}

// undo brings back what the last action has changed that can be.
func (m *screen) undo(string) tea.Cmd {
	for len(m.past) > 0 {
		last := m.past[len(m.past)-1]
		m.past = m.past[:len(m.past)-1]
		switch then := last.before; {
		case last.of == themeChange:
			m.dress(then.theme)
			m.chosen = then.chosen
			return m.say(notice{text: "theme " + then.theme.Name + " again"})
		case last.of == rateChange && m.reaches(control):
			m.wanted = then.rate
			return m.send(run.Command{Kind: run.SetRate, Value: then.rate})
		case last.of == fixedChange && m.reaches(flow) && then.free:
			return tea.Batch(m.release(""), m.say(notice{text: "the latents as they were drawn"}))
		case last.of == fixedChange && m.reaches(flow):
			m.view.slid, m.view.sliding, m.released = then.fixed, true, false
			return tea.Batch(m.send(run.Command{Kind: run.Fix, Latent: then.fixed.Latent, Value: then.fixed.Value}),
				m.say(notice{text: "the latent as it was fixed"}))
		}
	}
	return m.say(notice{text: "nothing more can be undone"})
}
