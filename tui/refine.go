package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// frameMsg lets the refinement go on, if it is the last that was asked for.
type frameMsg struct{ frame int }

const (
	frameTime  = 400 * time.Millisecond
	lastTime   = 3 * frameTime   // the whole configuration stands longer
	levelsLife = 2 * time.Second // of the levels, while training goes on
)

// top is the number of levels of the flow, and of stages of a refinement beyond
// the first.
func (m *screen) top() int {
	if g := m.geometry(); g.L > 0 {
		return g.Levels()
	}
	return 0
}

// stepRefinement goes a level finer or coarser, and no further by itself.
func (m *screen) stepRefinement(name string) tea.Cmd {
	r := &m.view.refinement
	r.playing = false
	if name == "right" {
		r.stage = min(r.stage+1, m.top())
	} else {
		r.stage = max(min(r.stage, m.top())-1, 0)
	}
	return nil
}

// playRefinement lets the refinement go on by itself, or stops it.
func (m *screen) playRefinement(string) tea.Cmd {
	m.view.refinement.playing = !m.view.refinement.playing
	return m.play()
}

// fillRefinement changes what the finer latents are.
func (m *screen) fillRefinement(string) tea.Cmd {
	m.view.refinement.drawn = !m.view.refinement.drawn
	return nil
}

// play asks for the next frame, while there is somebody to see it. It takes the
// place of one asked for before.
func (m *screen) play() tea.Cmd {
	r := m.view.refinement
	if !r.playing || !m.shows(levelsPane) {
		return nil
	}
	m.frames++
	wait := frameTime
	if r.stage >= m.top() {
		wait = lastTime
	}
	return m.after(wait, frameMsg{m.frames})
}

// advance goes a level finer, and begins again after the finest.
func (m *screen) advance() tea.Cmd {
	r := &m.view.refinement
	if !r.playing || !m.shows(levelsPane) {
		return nil
	}
	if r.stage++; r.stage > m.top() {
		r.stage = 0
	}
	return m.play()
}

// asked is a question to the run about a lattice.
type asked struct {
	draw  int
	fixed run.Fixed // zero if none is
	at    time.Time
}

// repeats says that a question is one that was asked so short a time ago.
func (a asked) repeats(before asked, life time.Duration) bool {
	age := a.at.Sub(before.at)
	before.at = a.at
	return a == before && age < life
}

// askLevels asks for the levels of the lattice on the screen, unless they are
// there, or were asked for a moment ago.
func (m *screen) askLevels() tea.Cmd {
	if m.latest == nil || m.latest.Lattice == nil || !m.reaches(flow) || !m.shows(levelsPane) {
		return nil
	}
	lattice := m.latest.Lattice
	if l := levelsOf(m.latest); l != nil && l.Of(lattice) && l.Epoch >= lattice.Epoch {
		return nil
	}
	question := askedAbout(lattice, m.now())
	if question.repeats(m.levels, levelsLife) {
		return nil
	}
	m.levels = question
	return m.send(run.Command{Kind: run.Coarsen})
}
