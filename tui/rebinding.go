package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// rebound is a table with the keys that the user wants: those of a name replace all
// that it had. Ctrl-C quits whatever else does.
func rebound(all []action, want map[string][]string) []action {
	if len(want) == 0 {
		return all
	}
	for i, a := range all {
		a.keys = slices.Clone(a.keys)
		for j, b := range a.keys {
			if keys, ok := want[b.name]; ok {
				a.keys[j].keys = keys
				if slices.Contains(b.keys, "ctrl+c") && !slices.Contains(keys, "ctrl+c") {
					a.keys[j].keys = append(slices.Clone(keys), "ctrl+c")
				}
			}
		}
		all[i] = a
	}
	return all
}

// tables are all tables of keys, by what they belong to.
func tables() map[string][]action {
	return map[string][]action{"the screen": actions(), "the list of runs": asActions(runsDeeds())}
}

// keyNames are the names that settings may give keys to.
func keyNames() []string {
	names := map[string]bool{}
	for _, table := range tables() {
		for _, a := range table {
			for _, b := range a.keys {
				names[b.name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// checkKeys reports keys that cannot be: names and keys that do not exist, keys
// that terminals take, and such as would mean two things.
func checkKeys(want map[string][]string) error {
	known := keyNames()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Contains(known, name) {
			return usage{"keys for " + quote(name) + ", which is nothing that keys do", "there are " + strings.Join(known, ", ")}
		}
		if len(want[name]) == 0 && (name == "quit" || name == "help") {
			return usage{"no key for " + quote(name), "give it one"}
		}
		for _, key := range want[name] {
			if err := checkKey(key); err != nil {
				return err
			}
		}
	}
	before := tables()
	for place, table := range tables() {
		old := clashes(before[place])
		for _, c := range clashes(rebound(table, want)) {
			if !slices.Contains(old, c) {
				return usage{
					fmt.Sprintf("the key %s would mean both %q and %q on %s", quote(c.key), c.first, c.second, place),
					"give one of them another key",
				}
			}
		}
	}
	return nil
}

// taken are keys that terminals, tmux and screen keep for themselves, and ssh's
// escape.
var taken = []string{"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+\\", "~"}

// special are keys that are no character.
var special = []string{
	"space", "enter", "esc", "tab", "backspace", "delete", "insert",
	"up", "down", "left", "right", "home", "end", "pgup", "pgdown",
	"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
}

// checkKey reports a key that there is not, or that never comes.
func checkKey(key string) error {
	if slices.Contains(taken, key) {
		return usage{"the key " + quote(key) + " is taken by terminals, tmux or ssh", "choose another"}
	}
	bare := key
	for _, modifier := range []string{"ctrl+", "alt+", "shift+"} {
		bare = strings.TrimPrefix(bare, modifier)
	}
	if slices.Contains(special, bare) {
		return nil
	}
	if r := []rune(bare); len(r) == 1 && unicode.IsGraphic(r[0]) && !unicode.IsSpace(r[0]) && r[0] != unicode.ReplacementChar {
		return nil
	}
	return usage{
		"there is no key " + quote(key),
		"a key is a character, or ctrl+ or alt+ and a character, or one of " + strings.Join(special, ", "),
	}
}
