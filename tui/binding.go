package tui

import (
	"slices"
	"strings"
)

// binding is a name, by which settings speak of what keys do, with its keys as
// Bubble Tea calls them. A name may do a thing in one pane and its like in
// another.
type binding struct {
	name string
	keys []string
}

func on(name string, keys ...string) []binding { return []binding{{name, keys}} }

// keys are those of several names that one row of the table is about.
func keys(all ...[]binding) []binding { return slices.Concat(all...) }

// The keys that several panes share. Those of vi are arrows everywhere, so that
// no pane may use h, j, k or l for anything else.
var (
	upright  = keys(on("up", "up", "k"), on("down", "down", "j"))
	sideways = keys(on("left", "left", "h"), on("right", "right", "l"))
	arrows   = keys(upright, sideways)
	finer    = keys(on("finer", "[", "pgdown"), on("coarser", "]", "pgup"))
	turn     = on("view", "v")
	reset    = on("reset", "0")
)

// focuses are the keys that go from pane to pane.
func focuses() []binding {
	all := keys(on("focus-next", "tab"), on("focus-back", "shift+tab"))
	for _, p := range panes {
		digit := string(rune('0' + p))
		all = append(all, binding{"focus-" + digit, []string{digit}})
	}
	return all
}

// named is the name that a key of an action has.
func (a action) named(key string) (name string, ok bool) {
	for _, b := range a.keys {
		if slices.Contains(b.keys, key) {
			return b.name, true
		}
	}
	return "", false
}

// shown is how help and footer write the keys of an action: the first of each
// name, digits in a row as a range, and of tab that which goes forward.
func (a action) shown() string {
	var words []string
	for _, b := range a.keys {
		if len(b.keys) > 0 {
			words = append(words, b.keys[0])
		}
	}
	if slices.Equal(words, []string{"up", "down", "left", "right"}) {
		return "arrows"
	}
	var short []string
	for i, w := range words {
		digit := func(j int) bool {
			return j >= 0 && j < len(words) && len(words[j]) == 1 && int(words[j][0])-j == int(w[0])-i && w[0] >= '0' && w[0] <= '9'
		}
		switch {
		case w == "shift+tab" && i > 0:
		case digit(i-1) && digit(i+1):
		case digit(i) && digit(i-1):
			short[len(short)-1] += "-" + w
		default:
			short = append(short, drawnKey(w))
		}
	}
	return strings.Join(short, " ")
}

// drawnKey is a key as it is printed on a keyboard.
func drawnKey(key string) string {
	if arrow, ok := map[string]string{"up": "↑", "down": "↓", "left": "←", "right": "→"}[key]; ok {
		return arrow
	}
	return key
}

// typed are all keys of an action.
func (a action) typed() []string {
	var all []string
	for _, b := range a.keys {
		all = append(all, b.keys...)
	}
	return all
}

// clash is a key that two actions would have at once, and their names.
type clash struct{ key, first, second string }

// clashes finds the keys that mean two things: in one pane, or in a pane and
// everywhere. The same name twice is one thing.
func clashes(all []action) []clash {
	var found []clash
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.pane != b.pane && a.pane != 0 && b.pane != 0 {
				continue
			}
			for _, key := range a.typed() {
				first, _ := a.named(key)
				if second, ok := b.named(key); ok && first != second {
					found = append(found, clash{key, first, second})
				}
			}
		}
	}
	return found
}
