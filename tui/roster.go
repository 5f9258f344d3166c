package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"
)

// roster is a page with a table of things, as the list of runs and a sweep are. It
// asks for them again and again while it is seen: one question at a time, outside
// of Update, and the next a while after the answer.
type roster[T any] struct {
	sheet
	host *host
	ask  func(context.Context) (T, error)

	asking  bool
	covered bool
	round   int   // numbers the answers, so that only the last is followed by a question
	failure error // of the newest

	first   int    // row on the screen
	rows    int    // that found room, when it was last drawn
	busy    string // with what it is, if anything
	helping bool
}

// Messages of a roster to itself.
type (
	rosterMsg[T any] struct {
		now T
		err error
	}
	againMsg struct{ round int }
	doneMsg  struct { // with what was asked of the library or the study
		text string
		err  error
	}
)

// notice says what was done, or why not.
func (d doneMsg) notice() notice {
	if d.err == nil {
		return notice{text: d.text}
	}
	return refusal(d.err)
}

func newRoster[T any](h *host, ask func(context.Context) (T, error)) roster[T] {
	return roster[T]{sheet: newSheet(h), host: h, ask: ask}
}

// Init asks for the first time.
func (r *roster[T]) Init() tea.Cmd { return r.look() }

// look asks, unless that is done already.
func (r *roster[T]) look() tea.Cmd {
	if r.asking {
		return nil
	}
	r.asking = true
	h, ask := r.host, r.ask
	return h.during(func() tea.Msg {
		now, err := ask(h.watch)
		return rosterMsg[T]{now, err}
	})
}

// answered notes that the answer has come, and asks again after a while.
func (r *roster[T]) answered(err error, wait time.Duration) tea.Cmd {
	r.asking, r.failure = false, err
	r.round++
	return r.after(wait, againMsg{r.round})
}

// hear takes a message that means the same to every roster, if it is one.
func (r *roster[T]) hear(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case againMsg:
		if msg.round == r.round && !r.covered {
			return r.look()
		}
	case coveredMsg:
		r.covered = true
	case shownMsg:
		r.covered, r.busy = false, ""
		return r.look()
	case unopenedMsg:
		r.busy = ""
		return tea.Batch(r.look(), r.say(notice{msg.err.Error(), true}))
	case doneMsg:
		r.busy = ""
		return tea.Batch(r.look(), r.say(msg.notice()))
	default:
		r.sheet.hear(msg)
	}
	return nil
}

// open opens a run over the page.
func (r *roster[T]) open(dir string) tea.Cmd {
	r.busy = "opening " + Clean(dir)
	return lookAt(dir)
}

func (r *roster[T]) openHelp(string) tea.Cmd {
	r.helping = true
	return nil
}

// window is the part of n rows that has room, with the row that is chosen in it.
func (r *roster[T]) window(at, n, room int) (from, to int) {
	r.rows = max(room, 1)
	r.first = scrolled(r.first, at, n, r.rows)
	return r.first, min(r.first+r.rows, n)
}

// scrolled is the first of n rows to be shown where some have room: as before if
// the chosen one is among them.
func scrolled(first, at, n, room int) int {
	first = min(max(first, at-room+1), at)
	return max(min(first, n-room), 0)
}

// The keys that choose a row.
var pages = keys(on("page-up", "pgup", "ctrl+u"), on("page-down", "pgdown", "ctrl+d"), on("first", "home", "g"), on("last", "end", "G"))

// stride is how many rows a key goes down, of no more than so many.
func (r *roster[T]) stride(name string, most int) int {
	return map[string]int{"up": -1, "down": 1, "page-up": -r.rows, "page-down": r.rows, "first": -most, "last": most}[name]
}
