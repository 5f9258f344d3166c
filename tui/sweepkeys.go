package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/sweep"
)

// sweepDeeds is the table of keys of a sweep. The last two always stand in the
// footer.
func sweepDeeds() []deed[*sweepPage] {
	return []deed[*sweepPage]{
		{on("open", "enter"), "look at the point's own run", "open", (*sweepPage).hasRun, (*sweepPage).openIt},
		{upright, "choose a point", "choose", nil, (*sweepPage).step},
		{pages, "a page up or down, the first and the last", "", nil, (*sweepPage).step},
		{on("switch", "tab"), "points or curves, where there is no room for both", "curves", (*sweepPage).narrow, (*sweepPage).turnOver},
		{on("zoom", "z"), "the next quantity alone, and all of them again", "zoom", nil, (*sweepPage).zoom},
		{on("retry", "r"), "try the point again: it failed, was lost or cancelled", "retry", (*sweepPage).mayRetry, (*sweepPage).retry},
		{on("cancel", "c"), "cancel the point: asks first", "cancel", (*sweepPage).mayCancel, (*sweepPage).askCancel},
		{on("help", "?"), "this help", "help", nil, (*sweepPage).openHelp},
		{on("back", "q", "esc", "ctrl+c"), "go back", "back", nil, func(*sweepPage, string) tea.Cmd { return leave(nil) }},
	}
}

// press carries out what a key means here.
func (p *sweepPage) press(key string) tea.Cmd {
	switch {
	case p.helping:
		p.helping = false
		return nil
	case p.doomed >= 0:
		return p.answerCancel(key)
	}
	return perform(sweepDeeds(), p, key)
}

func (p *sweepPage) hints() []hint { return hintsOn(sweepDeeds(), p) }

func (p *sweepPage) helpLines() []string {
	return append(helpOn(asActions(sweepDeeds()), p.styles), "", p.styles.muted.paint("any key closes this"))
}

func (p *sweepPage) hasRun() bool {
	point, ok := p.selected()
	return ok && (point.Attempts > 0 || point.Epoch > 0) && p.host.library != nil
}

func (p *sweepPage) openIt(string) tea.Cmd { return p.open(p.now.Dirs[p.at]) }

func (p *sweepPage) move(rows int) {
	p.at = max(min(p.at+rows, len(p.now.Points)-1), 0)
}

func (p *sweepPage) step(name string) tea.Cmd {
	p.move(p.stride(name, len(p.now.Points)))
	return nil
}

func (p *sweepPage) narrow() bool { return p.area.width < bothWidth }

func (p *sweepPage) turnOver(string) tea.Cmd {
	p.curves = !p.curves
	return nil
}

func (p *sweepPage) zoom(string) tea.Cmd {
	p.curves = true
	p.plot = (p.plot + 1) % (len(p.now.Plots) + 1)
	return nil
}

func (p *sweepPage) is(states ...sweep.State) bool {
	point, ok := p.selected()
	return ok && slices.Contains(states, point.State)
}

func (p *sweepPage) mayRetry() bool { return p.is(sweep.Failed, sweep.Lost, sweep.Cancelled) }

func (p *sweepPage) mayCancel() bool {
	return p.is(sweep.Pending, sweep.Queued, sweep.Running, sweep.Failed, sweep.Lost)
}

func (p *sweepPage) retry(string) tea.Cmd {
	index := p.now.Points[p.at].Index
	h, study := p.host, p.study
	return h.during(func() tea.Msg {
		said, err := study.Retry(h.watch, index)
		return doneMsg{said, err}
	})
}

func (p *sweepPage) askCancel(string) tea.Cmd {
	p.doomed = p.at
	return nil
}

func (p *sweepPage) answerCancel(key string) tea.Cmd {
	at := p.doomed
	p.doomed = -1
	if key != "y" || at >= len(p.now.Points) {
		return nil
	}
	index := p.now.Points[at].Index
	h, study := p.host, p.study
	return h.during(func() tea.Msg {
		said, err := study.Cancel(h.watch, index)
		return doneMsg{said, err}
	})
}
