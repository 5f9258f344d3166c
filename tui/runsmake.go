package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// What the list of runs does with them, beside showing and deleting.

func (p *runsPage) isWorkshop() bool { return p.host.workshop() != nil }

// mayCompare says that there is a run on the page below with which this one could
// be compared.
func (p *runsPage) mayCompare() bool {
	e, ok := p.selected()
	return p.below != "" && ok && (e.Dir != p.below || len(p.marked) > 0)
}

func (p *runsPage) toggleMark(string) tea.Cmd {
	e, _ := p.selected()
	switch i := slices.Index(p.marked, e.Dir); {
	case i >= 0:
		p.marked = slices.Delete(p.marked, i, i+1)
	case e.Dir == p.below:
		return nil
	case len(p.marked) == mostCompanions:
		return p.say(notice{"so many curves cannot be told from each other", true})
	default:
		p.marked = append(p.marked, e.Dir)
	}
	p.move(1)
	return nil
}

// compare reads the marked runs, or the one that is chosen if there is none, and
// leaves the list with them: none that can be read sends all companions away.
func (p *runsPage) compare(string) tea.Cmd {
	dirs := slices.Clone(p.marked)
	if e, ok := p.selected(); ok && len(dirs) == 0 {
		dirs = []string{e.Dir}
	}
	p.busy = "reading"
	h := p.host
	return h.during(func() tea.Msg {
		var all []companion
		for _, dir := range dirs {
			s, err := h.library.Read(h.watch, dir)
			if err != nil {
				return doneMsg{err: err}
			}
			all = append(all, companionOf(dir, s))
		}
		return leaveMsg{companionsMsg{all}}
	})
}

func (p *runsPage) openForm(string) tea.Cmd {
	return push(newForm(p.host, "new run", nil))
}

// mayWarm says that another run can be made of the one that is chosen.
func (p *runsPage) mayWarm() bool {
	e, ok := p.selected()
	return p.isWorkshop() && ok && e.L > 0
}

func (p *runsPage) openWarm(string) tea.Cmd {
	e, _ := p.selected()
	return push(warmForm(p.host, e.Dir, e.L))
}

func (p *runsPage) branch(string) tea.Cmd {
	e, _ := p.selected()
	p.busy = "copying " + Clean(e.Dir)
	h, w := p.host, p.host.workshop()
	return h.during(func() tea.Msg {
		to, err := w.Branch(h.watch, e.Dir)
		return doneMsg{text: "copied to " + to, err: err}
	})
}

// mayContinue says that the run which is chosen has stopped before its end.
func (p *runsPage) mayContinue() bool {
	e, ok := p.selected()
	return p.mayWarm() && ok && !e.Live && e.State != run.Finished && e.State != run.Lost
}

// resume goes on with a run in a process of its own, and looks at it.
func (p *runsPage) resume(string) tea.Cmd {
	e, _ := p.selected()
	p.busy = "going on with " + Clean(e.Dir)
	h, w := p.host, p.host.workshop()
	return h.during(func() tea.Msg {
		if err := w.Continue(h.watch, e.Dir); err != nil {
			return doneMsg{err: err}
		}
		return openMsg{e.Dir}
	})
}
