package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"neuralrg/themes"
	"neuralrg/training/run"
)

// settled gives a stack a message and carries out what comes of it, as the
// program would, but in order.
func settled(s *stack, msg tea.Msg) (quit bool) {
	_, cmd := s.Update(msg)
	return carriedOut(s, cmd)
}

func carriedOut(s *stack, cmd tea.Cmd) (quit bool) {
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			quit = carriedOut(s, cmd) || quit
		}
	case tea.QuitMsg:
		return true
	case letterMsg:
		return settled(s, msg)
	}
	return quit
}

// What comes for a page that is covered it sees when it is shown again, in the
// theme that was chosen meanwhile; what comes for one that has gone, nobody.
func TestStack(t *testing.T) {
	first := still(sample(8, 100), size{120, 40}, colorprofile.TrueColor, false)
	first.chosen = true
	s := newStack(first, &host{watch: t.Context()})
	second := still(sample(8, 7), size{120, 40}, colorprofile.TrueColor, false)
	settled(s, letterMsg{1, pushMsg{second}})
	if s.top().model != tea.Model(second) || second.styles != first.styles {
		t.Fatal("the second page is not on top, in the theme of the first")
	}
	settled(s, letterMsg{1, snapshotMsg{sample(8, 101)}})
	settled(s, letterMsg{1, snapshotMsg{sample(8, 102)}})
	settled(s, letterMsg{1, severedMsg{}})
	settled(s, letterMsg{2, snapshotMsg{sample(8, 8)}})
	if first.latest.Epoch != 100 || first.severed || second.latest.Epoch != 8 {
		t.Errorf("the pages are at epochs %d and %d", first.latest.Epoch, second.latest.Epoch)
	}
	light, _ := themes.Named("light")
	second.dress(light)
	if settled(s, letterMsg{2, leaveMsg{companionsMsg{[]companion{companionOf("other", sample(8, 3))}}}}) {
		t.Fatal("to leave the second page ends the program")
	}
	if first.latest.Epoch != 102 || !first.severed || first.styles.theme.Name != "light" || len(first.view.company()) != 1 {
		t.Errorf("the first page is at epoch %d, in theme %s, with %d companions",
			first.latest.Epoch, first.styles.theme.Name, len(first.view.company()))
	}
	closed := false
	settled(s, letterMsg{2, snapshotMsg{sample(8, 9)}})
	settled(s, letterMsg{2, openedMsg{Opened{Close: func() { closed = true }}}})
	if !closed || len(s.pages) != 1 {
		t.Error("a run that was opened for a page that has gone is not closed")
	}
	if !settled(s, letterMsg{1, leaveMsg{}}) {
		t.Error("to leave the last page does not end the program")
	}
}

// The pages that lie over a run's screen.
func TestPages(t *testing.T) {
	st := still(nil, size{80, 24}, colorprofile.TrueColor, false).styles
	shop := newWorkshop()
	h := &host{library: shop, watch: t.Context(), styles: st}
	for _, area := range []size{{40, 10}, {80, 24}, {120, 30}} {
		name := map[int]string{40: "40x10", 80: "80x24", 120: "120x30"}[area.width]
		t.Run("runs-"+name, func(t *testing.T) {
			p := newRunsPage(h, "runs/L16-T2.269-20261123-1")
			p.area, p.all, p.known, p.marked = area, shop.all, true, []string{"runs/cold"}
			golden.RequireEqual(t, p.View().Content+"\n")
		})
		t.Run("delete-"+name, func(t *testing.T) {
			p := newRunsPage(h, "")
			p.area, p.all, p.known, p.doomed = area, shop.all, true, "runs/cold"
			golden.RequireEqual(t, p.View().Content+"\n")
		})
		t.Run("form-"+name, func(t *testing.T) {
			given := map[string]string{"from": "runs/cold", "size": "7"}
			p := newForm(h, "new run from runs/cold", given)
			p.area, p.heard, p.plan = area, 1, shop.Plan(t.Context(), given)
			p.enter(2)
			golden.RequireEqual(t, p.View().Content+"\n")
		})
		t.Run("palette-"+name, func(t *testing.T) {
			m := still(sample(16, 1234), area, colorprofile.TrueColor, false)
			_ = m.openPalette("")
			m.palette.input.SetValue("rate")
			golden.RequireEqual(t, frame(m))
		})
	}
}

// The smallest screen has what cannot be said elsewhere.
func TestSmallest(t *testing.T) {
	for name, change := range map[string]func(*screen){
		"quit":     func(m *screen) { m.dialog = quitDialog },
		"saving":   func(m *screen) { m.dialog = savingDialog },
		"severed":  func(m *screen) { m.dialog = severedDialog },
		"latent":   func(m *screen) { m.view.focus = samplerPane },
		"physical": func(m *screen) { m.view.focus, m.view.sampler = samplerPane, run.SamplerPhysical },
	} {
		t.Run(name, func(t *testing.T) {
			m := still(sample(16, 1234), size{40, 10}, colorprofile.ASCII, false)
			change(m)
			golden.RequireEqual(t, frame(m))
		})
	}
}
