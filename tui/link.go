package tui

import (
	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// Link says how a screen hangs on its run. The zero value is the screen of a run
// of this process.
type Link struct {
	How      string // for the status line; empty for a run of this process
	Away     bool   // the run is another process's, or over: it stays when the screen goes
	ReadOnly bool   // the run is seen by its files: nothing can be asked of it but of its flow
	Watching bool   // nothing at all can be asked: others steer
	Greeting string // shown at first; may be empty

	Library Library // the other runs that there are; nil: none to be seen
	Study   Study   // the sweep to be shown where there is no run; nil: the library
}

// Exit says what is to become of a run after its screen.
type Exit int

// The ways to leave a screen.
const (
	Done Exit = iota // the run is over, or told to stop, or nobody said anything
	Left             // the user leaves it at work
)

// severedMsg says that nothing more comes from the run.
type severedMsg struct{}

// sever takes the end of the feed. It comes after the last snapshot of a run that
// is over; else the run's process has gone, or cannot be reached.
func (m *screen) sever() {
	m.severed = true
	if !m.over() {
		m.dialog = severedDialog
	}
}

func (m *screen) over() bool { return m.latest != nil && m.latest.Phase.Over() }

// source is where what an action asks for must come from.
type source int

const (
	nowhere  source = iota
	flow            // a run at work, or files
	altered         // the same, while a latent of the lattice is fixed
	control         // a run at work that takes commands
	library         // the other runs that there are
	workshop        // where runs are made
	past            // something that can be undone
)

// reaches says whether a source answers now.
func (m *screen) reaches(s source) bool {
	switch {
	case s == nowhere:
		return true
	case s == library:
		return m.host != nil && m.host.library != nil
	case s == past:
		return len(m.past) > 0
	case s == workshop:
		return m.host != nil && m.host.workshop() != nil
	case m.latest == nil || m.severed || m.link.Watching:
		return false
	case s == altered:
		return fixedOf(m.latest) != nil && m.reaches(flow)
	case m.link.ReadOnly:
		return s == flow
	}
	return !m.over()
}

// keepUp goes to the latent that somebody else has chosen, where one can only watch.
func (m *screen) keepUp(s *run.Snapshot) {
	if !m.link.Watching || s.Response == nil {
		return
	}
	if before := m.latest; before != nil && before.Response != nil && before.Response.Latent == s.Response.Latent {
		return
	}
	m.view.latent, m.placed = s.Response.Latent, true
}

// leave ends the screen and not the run.
func (m *screen) leave() tea.Cmd {
	m.exit = Left
	return tea.Quit
}

// standing is the phase as the header shows it.
func (m *screen) standing() string {
	switch {
	case m.severed && !m.over():
		return "connection lost"
	case m.latest == nil:
		return string(run.Starting)
	}
	return string(m.latest.Phase)
}
