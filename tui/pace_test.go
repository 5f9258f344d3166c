package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// A screen that waits for its turns draws as often as it has turns, and then what
// there is: not as often as keys are pressed or snapshots come.
func TestTurns(t *testing.T) {
	turns, wait := 0, time.Second
	m := still(sample(8, 1234), size{80, 24}, colorprofile.ASCII, false)
	q := paced(m, never, func() time.Duration { turns++; return wait }).(*queued)
	first := q.View().Content
	for range 100 {
		q.Update(key("z"))
		q.Update(key("l"))
	}
	q.Update(key("?"))
	if q.View().Content != first || turns != 1 {
		t.Errorf("%d turns were asked for before one came, and the picture has changed: %v", turns, q.View().Content != first)
	}
	q.Update(turnMsg{})
	if content := q.View().Content; content == first || content != m.View().Content {
		t.Error("a turn does not show what there is")
	}
	wait = 0
	q.Update(key("x"))
	if content := q.View().Content; content != m.View().Content || turns != 2 {
		t.Errorf("a turn without a wait does not show what there is; %d turns", turns)
	}
	if paced(m, never, nil) != tea.Model(m) {
		t.Error("a screen without turns waits for them")
	}
}
