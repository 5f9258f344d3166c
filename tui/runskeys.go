package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// runsDeeds is the table of keys of the list of runs. The last two always stand in
// the footer.
func runsDeeds() []deed[*runsPage] {
	return []deed[*runsPage]{
		{on("open", "enter"), "look at the run", "open", (*runsPage).hasRun, (*runsPage).openIt},
		{upright, "choose a run", "choose", nil, (*runsPage).step},
		{pages, "a page up or down, the first and the last", "", nil, (*runsPage).step},
		{on("filter", "/"), "show only rows that have some words", "filter", nil, (*runsPage).openFilter},
		{on("mark", "space", "x"), "mark a run to be compared, or no longer", "mark", (*runsPage).mayCompare, (*runsPage).toggleMark},
		{on("compare", "c"), "draw the marked runs' curves along with those of the run below", "compare", (*runsPage).mayCompare, (*runsPage).compare},
		{on("new", "N"), "start a new run, from a form", "new run", (*runsPage).isWorkshop, (*runsPage).openForm},
		{on("warm", "W"), "start one with what this has learnt, on a larger lattice", "warm start", (*runsPage).mayWarm, (*runsPage).openWarm},
		{on("branch", "B"), "copy the run as it stands, to go on in two ways", "branch", (*runsPage).mayWarm, (*runsPage).branch},
		{on("continue", "r"), "go on with a run that was stopped", "resume", (*runsPage).mayContinue, (*runsPage).resume},
		{on("delete", "D"), "delete the run's directory: asks first", "delete", (*runsPage).mayDelete, (*runsPage).askDelete},
		{on("help", "?"), "this help", "help", nil, (*runsPage).openHelp},
		{on("back", "q", "esc", "ctrl+c"), "go back", "back", nil, (*runsPage).back},
	}
}

// deeds is the table with the keys of the user.
func (p *runsPage) deeds() []deed[*runsPage] {
	all := runsDeeds()
	for i, a := range rebound(asActions(all), p.host.keys) {
		all[i].keys = a.keys
	}
	return all
}

// press carries out what a key means here.
func (p *runsPage) press(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch {
	case p.helping:
		p.helping = false
		return nil
	case p.doomed != "":
		return p.answerDelete(key)
	case p.typing:
		return p.typed(msg)
	}
	return perform(p.deeds(), p, key)
}

func (p *runsPage) hints() []hint { return hintsOn(p.deeds(), p) }

func (p *runsPage) helpLines() []string {
	here := slices.DeleteFunc(p.deeds(), func(d deed[*runsPage]) bool { return !d.offered(p) })
	return append(helpOn(asActions(here), p.styles), "", p.styles.muted.paint("any key closes this"))
}

func (p *runsPage) hasRun() bool {
	_, ok := p.selected()
	return ok
}

func (p *runsPage) openIt(string) tea.Cmd {
	e, _ := p.selected()
	if e.Dir == p.below {
		return leave(nil)
	}
	return p.open(e.Dir)
}

func (p *runsPage) step(name string) tea.Cmd {
	p.move(p.stride(name, len(p.all)))
	return nil
}

func (p *runsPage) openFilter(string) tea.Cmd {
	p.typing = true
	return p.filter.Focus()
}

// typed is a key while the filter is written.
func (p *runsPage) typed(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter", "up", "down":
		p.typing = false
	case "esc", "ctrl+c":
		p.typing = false
		p.filter.SetValue("")
	default:
		return p.edit(msg)
	}
	p.filter.Blur()
	p.keepChoice()
	return nil
}

func (p *runsPage) edit(msg tea.Msg) (cmd tea.Cmd) {
	p.filter, cmd = p.filter.Update(msg)
	p.keepChoice()
	return cmd
}

// mayDelete says that the chosen run can go: one at work cannot, nor the one on
// the page below.
func (p *runsPage) mayDelete() bool {
	e, ok := p.selected()
	return p.isWorkshop() && ok && !e.Live && e.Dir != p.below
}

func (p *runsPage) askDelete(string) tea.Cmd {
	e, _ := p.selected()
	p.doomed = e.Dir
	return nil
}

func (p *runsPage) answerDelete(key string) tea.Cmd {
	dir := p.doomed
	p.doomed = ""
	if key != "y" || !p.isWorkshop() {
		return nil
	}
	p.marked = slices.DeleteFunc(p.marked, func(d string) bool { return d == dir })
	p.busy = "deleting " + Clean(dir)
	h, w := p.host, p.host.workshop()
	return h.during(func() tea.Msg { return doneMsg{text: "deleted " + dir, err: w.Delete(h.watch, dir)} })
}

func (p *runsPage) back(name string) tea.Cmd {
	if p.filter.Value() != "" && name == "back" {
		p.filter.SetValue("")
		p.keepChoice()
		return nil
	}
	return leave(nil)
}
