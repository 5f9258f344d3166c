package tui

import tea "charm.land/bubbletea/v2"

// deed is a row of the table of keys of a page P, as action is of the screen of a
// run's.
type deed[P any] struct {
	keys []binding
	help string
	hint string
	can  func(p P) bool // nil: always
	do   func(p P, name string) tea.Cmd
}

// offered says that it makes sense now.
func (d deed[P]) offered(p P) bool { return d.can == nil || d.can(p) }

// asActions are the keys of a table.
func asActions[P any](all []deed[P]) []action {
	rows := make([]action, len(all))
	for i, d := range all {
		rows[i] = action{keys: d.keys, help: d.help}
	}
	return rows
}

// perform carries out what a key means on a page.
func perform[P any](all []deed[P], p P, key string) tea.Cmd {
	for _, d := range all {
		if name, ok := (action{keys: d.keys}).named(key); ok && d.offered(p) {
			return d.do(p, name)
		}
	}
	return nil
}

// hintsOn are the footer's keys.
func hintsOn[P any](all []deed[P], p P) []hint {
	var hints []hint
	for _, d := range all {
		if d.hint != "" && d.offered(p) {
			hints = append(hints, hint{(action{keys: d.keys}).shown(), d.hint})
		}
	}
	return hints
}
