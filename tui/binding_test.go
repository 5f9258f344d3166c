package tui

import (
	"slices"
	"testing"
)

// No key means two things, and none is one that terminals or tmux take.
func TestKeysAreDistinct(t *testing.T) {
	for _, c := range clashes(actions()) {
		t.Errorf("%q means %s and %s", c.key, c.first, c.second)
	}
	taken := []string{"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "~"}
	for _, a := range actions() {
		for _, key := range a.typed() {
			if slices.Contains(taken, key) {
				t.Errorf("%q is not ours", key)
			}
		}
	}
	twice := append(actions(), action{keys: on("other", "s"), pane: energyPane})
	if got := clashes(twice); !slices.Equal(got, []clash{{"s", "save", "other"}}) {
		t.Errorf("clashes %v", got)
	}
}

// The keys of vi are arrows wherever these mean something.
func TestKeysOfVi(t *testing.T) {
	for _, keys := range [][2]string{{"h", "left"}, {"j", "down"}, {"k", "up"}, {"l", "right"}} {
		for _, a := range actions() {
			vi, first := a.named(keys[0])
			arrow, second := a.named(keys[1])
			if first != second || vi != arrow {
				t.Errorf("%s: %s is %q, %s is %q", a.hint, keys[0], vi, keys[1], arrow)
			}
		}
		vi, arrow := newConsole(16, size{120, 40}), newConsole(16, size{120, 40})
		for _, pane := range []string{"2", "3", "4", "5"} {
			vi.press(pane, keys[0])
			arrow.press(pane, keys[1])
		}
		if vi.view != arrow.view {
			t.Errorf("%s makes %+v, %s makes %+v", keys[0], vi.view, keys[1], arrow.view)
		}
	}
}

func TestKeysAsShown(t *testing.T) {
	want := map[string]string{
		"latent": "arrows", "level": "[ ]", "slide": "< >", "sampler": "← →", "step": "↑ ↓",
		"focus": "tab 1-6", "zoom": "z", "theme": "t T", "rate": "+ -", "pause": "space", "hot/cold": "H C",
	}
	for _, a := range actions() {
		if w, ok := want[a.hint]; ok && a.shown() != w {
			t.Errorf("the keys of %s are shown as %q, want %q", a.hint, a.shown(), w)
		}
	}
}
