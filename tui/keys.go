package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// action is a row of the one table from which keys are dispatched, the footer
// is written and the help is made.
type action struct {
	keys  []binding
	help  string // what it does
	hint  string // the footer's word
	pane  pane   // works only while this pane is focused; 0: everywhere
	needs source // works only if this answers
	do    func(m *screen, name string) tea.Cmd
}

// actions is the table, with the keys that there are without settings. The last
// two always stand in the footer.
func actions() []action {
	return []action{
		{on("pause", "space"), "pause or resume training", "pause", 0, control, (*screen).pause},
		{arrows, "choose a latent of the same level", "latent", latentsPane, nowhere, (*screen).move},
		{finer, "go to a finer or a coarser level", "level", latentsPane, nowhere, (*screen).changeLevel},
		{keys(on("less", "<", ","), on("more", ">", ".")), "change the latent by a quarter σ: the lattice follows", "slide", latentsPane, flow, (*screen).slide},
		{turn, "its response, its distribution, or the levels", "view", latentsPane, nowhere, (*screen).turnFace},
		{reset, "the latents as they were drawn", "as drawn", latentsPane, altered, (*screen).release},
		{reset, "the latents as they were drawn", "as drawn", latticePane, altered, (*screen).release},
		{turn, "free energy, or the gap on a logarithmic scale", "scale", energyPane, nowhere, (*screen).toggleScale},
		{upright, "look closer at the curves, or less close", "closer", energyPane, nowhere, (*screen).stretchCurves},
		{sideways, "scroll to earlier or later epochs", "scroll", energyPane, nowhere, (*screen).scrollCurves},
		{reset, "all epochs", "all", energyPane, nowhere, (*screen).wholeCurves},
		{sideways, "choose the sampler that the keys change", "sampler", samplerPane, nowhere, (*screen).chooseSampler},
		{on("sampler", "o"), "start or stop it", "on/off", samplerPane, control, (*screen).turnSampler},
		{upright, "longer or shorter steps", "step", samplerPane, control, (*screen).changeTrajectory},
		{finer, "one leapfrog less or more", "leapfrogs", samplerPane, control, (*screen).changeTrajectory},
		{keys(on("hot", "H"), on("cold", "C")), "begin again, hot or cold", "hot/cold", samplerPane, control, (*screen).resetChains},
		{reset, "the paper's 10 leapfrogs of 0.2", "paper's", samplerPane, control, (*screen).changeTrajectory},
		{on("tune", "a"), "let it tune its steps", "tune", samplerPane, control, (*screen).tune},
		{sideways, "refine from a coarser or a finer level", "refine", levelsPane, nowhere, (*screen).stepRefinement},
		{on("animate", "a"), "let it go on by itself, or stop it", "animate", levelsPane, nowhere, (*screen).playRefinement},
		{on("noise", "n"), "zeros or noise for the finer latents", "noise", levelsPane, nowhere, (*screen).fillRefinement},
		{on("measure", "m"), "measure the information anew", "measure", informationPane, flow, (*screen).measure},
		{finer, "finer or coarser sites", "sites", informationPane, nowhere, (*screen).changeSpacing},
		{turn, "one scale for fields and latents, or two", "scales", informationPane, nowhere, (*screen).toggleScales},
		{turn, "spins, fields or P(up) first", "view", latticePane, nowhere, (*screen).turnPicture},
		{on("gallery", "g"), "one lattice, several draws, or one through training", "gallery", latticePane, nowhere, (*screen).turnAlbum},
		{focuses(), "focus a pane", "focus", 0, nowhere, (*screen).changeFocus},
		{on("zoom", "z", "enter"), "zoom the focused pane, or show all again", "zoom", 0, nowhere, (*screen).toggleZoom},
		{on("freeze", "f"), "let the picture stand while the run goes on, or go on too", "freeze", 0, nowhere, (*screen).freeze},
		{on("redraw", "r"), "draw fresh latents for the lattice", "redraw", 0, flow, (*screen).redraw},
		{keys(on("rate-up", "+", "="), on("rate-down", "-", "_")), "raise or lower the learning rate by a quarter", "rate", 0, control, (*screen).changeRate},
		{on("save", "s"), "save a checkpoint now", "save", 0, control, (*screen).save},
		{on("copy", "y"), "copy what is chosen, or the run's directory", "copy", 0, nowhere, (*screen).copyIt},
		{keys(on("theme", "t"), on("theme-back", "T")), "the next theme, or the one before", "theme", 0, nowhere, (*screen).changeTheme},
		{on("background", "b"), "a theme for a dark background, or a light one", "dark/light", 0, nowhere, (*screen).turnTheme},
		{on("mouse", "M"), "the mouse for the screen, or for the terminal to select text", "mouse", 0, nowhere, (*screen).turnMouse},
		{on("runs", "R"), "all runs: open, compare, delete", "runs", 0, library, (*screen).openRuns},
		{on("new", "N"), "start a new run, from a form", "new run", 0, workshop, (*screen).openForm},
		{on("warm", "W"), "start one with what this has learnt, on a larger lattice", "warm start", 0, workshop, (*screen).openWarm},
		{on("branch", "B"), "copy the run as it stands, to go on in two ways", "branch", 0, workshop, (*screen).branch},
		{on("undo", "u"), "undo: a learning rate, a theme, a fixed latent", "undo", 0, past, (*screen).undo},
		{on("palette", ":"), "find anything by its name, and do it", "do", 0, nowhere, (*screen).openPalette},
		{on("help", "?"), "this help", "help", 0, nowhere, (*screen).openHelp},
		{on("quit", "q", "ctrl+c"), "quit: asks whether the run stops", "quit", 0, nowhere, (*screen).quit},
	}
}

// press carries out what a key means on the screen without a dialog.
func (m *screen) press(key string) tea.Cmd {
	for _, a := range m.actions {
		if name, ok := a.named(key); ok && m.offers(a) {
			return m.perform(a, name)
		}
	}
	if key == "ctrl+z" { // the run would stand still too, and over SSH there may be no shell to come back from
		return m.say(notice{text: "Ctrl-Z is no use here: q leaves"})
	}
	return nil
}

// offers says that an action makes sense now.
func (m *screen) offers(a action) bool {
	here := a.pane == 0 || a.pane == m.view.focus
	return here && m.reaches(a.needs)
}

// hints are the footer's part of the table for the focused pane.
func (m *screen) hints() []hint {
	var all []hint
	for _, a := range m.actions {
		if !m.offers(a) {
			continue
		}
		word := a.hint
		if word == "pause" && m.latest.Phase == run.Paused {
			word = "resume"
		}
		all = append(all, hint{a.shown(), word})
	}
	return all
}

// pause turns from training to pausing and back. The run takes it at the end of
// its epoch, so that another press before that counts from what was asked for.
func (m *screen) pause(string) tea.Cmd {
	paused, words := m.latest.Phase == run.Paused, "pausing after this epoch"
	if m.turn != "" {
		paused = m.turn == run.Pause
	}
	m.turn = run.Pause
	if paused {
		m.turn, words = run.Resume, "going on"
	}
	return tea.Batch(m.say(notice{text: words}), m.send(run.Command{Kind: m.turn}))
}

// rateStep is the factor of one key press.
const rateStep = 1.25

func (m *screen) changeRate(name string) tea.Cmd {
	from := m.latest.BaseRate
	if m.wanted > 0 {
		from = m.wanted
	}
	m.wanted = from * rateStep
	if name == "rate-down" {
		m.wanted = from / rateStep
	}
	return m.send(run.Command{Kind: run.SetRate, Value: m.wanted})
}

func (m *screen) redraw(string) tea.Cmd { return m.send(run.Command{Kind: run.Redraw}) }

func (m *screen) save(string) tea.Cmd { return m.send(run.Command{Kind: run.Save}) }

func (m *screen) toggleScale(string) tea.Cmd {
	m.view.gap = !m.view.gap
	return nil
}

func (m *screen) toggleZoom(string) tea.Cmd {
	m.view.zoomed = !m.view.zoomed
	return m.look()
}

func (m *screen) changeFocus(name string) tea.Cmd {
	n := pane(len(panes))
	switch name {
	case "focus-next":
		return m.focus(m.view.focus%n + 1)
	case "focus-back":
		return m.focus((m.view.focus+n-2)%n + 1)
	}
	return m.focus(pane(name[len(name)-1] - '0'))
}

func (m *screen) focus(p pane) tea.Cmd {
	m.view.focus = p
	m.view.seen = m.view.learned()
	return m.look()
}

func (m *screen) move(name string) tea.Cmd {
	g := m.geometry()
	if g.L == 0 {
		return nil
	}
	switch name {
	case "up":
		m.view.latent = g.step(m.view.latent, -1, 0)
	case "down":
		m.view.latent = g.step(m.view.latent, 1, 0)
	case "left":
		m.view.latent = g.step(m.view.latent, 0, -1)
	case "right":
		m.view.latent = g.step(m.view.latent, 0, 1)
	}
	return m.ask()
}

func (m *screen) changeLevel(name string) tea.Cmd {
	g := m.geometry()
	if g.L == 0 {
		return nil
	}
	level := g.Level(m.view.latent)
	if name == "coarser" {
		level = min(level+1, g.Levels()-1)
	} else {
		level = max(level-1, 0)
	}
	m.view.latent = g.onLevel(m.view.latent, level)
	return m.ask()
}

func (m *screen) changeTheme(name string) tea.Cmd {
	all := themes.All()
	i := slices.IndexFunc(all, func(t themes.Theme) bool { return t.Name == m.styles.theme.Name })
	step := 1
	if name == "theme-back" {
		step = len(all) - 1
	}
	return m.prefer(all[(i+step)%len(all)])
}

func (m *screen) turnTheme(string) tea.Cmd { return m.prefer(m.styles.theme.Turned()) }

// prefer puts on a theme that the user wants, whatever the background.
func (m *screen) prefer(theme themes.Theme) tea.Cmd {
	m.dress(theme)
	m.chosen = true
	return m.say(notice{text: fmt.Sprintf("theme %s", theme.Name)})
}

func (m *screen) quit(string) tea.Cmd {
	switch {
	case m.latest == nil || m.over():
		return tea.Quit
	case !m.reaches(control):
		return m.leave()
	}
	m.dialog, m.choice = quitDialog, m.ways()[0]
	return nil
}
