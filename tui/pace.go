package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// turnMsg says that a screen's turn to draw has come.
type turnMsg struct{}

// queued is a screen that has to wait for its turn before each picture, whatever
// keys are pressed: many in one process share what they may take of it. It waits
// for one turn at a time and then draws what there is.
type queued struct {
	tea.Model
	after   func(time.Duration, tea.Msg) tea.Cmd
	turn    func() time.Duration
	waiting bool
	due     bool
	shown   tea.View
}

// paced is a screen that waits for its turns, if there are turns.
func paced(m tea.Model, after func(time.Duration, tea.Msg) tea.Cmd, turn func() time.Duration) tea.Model {
	if turn == nil {
		return m
	}
	return &queued{Model: m, after: after, turn: turn, due: true}
}

// Update takes a message, and a turn if none is taken yet.
func (q *queued) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, come := msg.(turnMsg); come {
		q.waiting, q.due = false, true
		return q, nil
	}
	model, cmd := q.Model.Update(msg)
	q.Model = model
	if q.waiting || q.due {
		return q, cmd
	}
	wait := q.turn()
	if wait <= 0 {
		q.due = true
		return q, cmd
	}
	q.waiting = true
	return q, tea.Batch(cmd, q.after(wait, turnMsg{}))
}

// View is the picture of the last turn.
func (q *queued) View() tea.View {
	if q.due {
		q.shown, q.due = q.Model.View(), false
	}
	return q.shown
}
