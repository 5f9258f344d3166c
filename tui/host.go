package tui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"

	"neuralrg/training/run"
)

// host is what the pages of a program live on: the goroutines that bring them
// snapshots, and the runs that are open beside the first.
type host struct {
	watch     context.Context // until the program ends
	send      func(tea.Msg)
	perSecond int
	styles    *styles
	library   Library // may be nil
	keys      map[string][]string

	line         budget // what the terminal's line may carry
	slow         bool   // it is a slow one
	mouse        bool   // screens have it at first
	synchronized bool   // pictures are to be shown whole, whatever the terminal says of itself

	work sync.WaitGroup
	mu   sync.Mutex
	over bool
	open map[int]func() // what lets go of the runs that are open
	last int
}

// screen is that of a run, as the page of a number, and what brings it snapshots.
func (h *host) screen(number int, r Runner, l Link) (m *screen, watch func(context.Context)) {
	asked := make(chan struct{}, 1)
	do := func(c run.Command) error {
		defer hurry(asked)
		return r.Do(c)
	}
	m = newScreen(do, later(h.watch), h.styles)
	m.link = l
	m.host = h
	m.slow, m.mouse = h.slow, h.mouse
	m.actions = rebound(m.actions, h.keys)
	return m, func(ctx context.Context) {
		to := func(msg tea.Msg) { h.send(letterMsg{number, msg}) }
		follow(ctx, r.Feed(), to, h.perSecond, &h.line, asked)
	}
}

// first is the first page: the screen of a run, and what brings it snapshots, or
// a sweep or the list of runs if there is none.
func (h *host) first(r Runner, l Link) (dresser, func(context.Context)) {
	if r == nil && l.Study != nil {
		return newSweepPage(h, l.Study), func(context.Context) {}
	}
	if r == nil {
		return newRunsPage(h, ""), func(context.Context) {}
	}
	return h.screen(1, r, l)
}

// workshop is the library if runs can be made in it, or nil.
func (h *host) workshop() Workshop {
	w, _ := h.library.(Workshop)
	return w
}

// seat makes the screen of a run that has been opened from another page.
func (h *host) seat(number int, o Opened) (tea.Model, tea.Cmd, func()) {
	m, follow := h.screen(number, o.Run, o.Link)
	ctx, end := context.WithCancel(h.watch)
	return m, h.during(func() tea.Msg { follow(ctx); return nil }), func() {
		end()
		o.Close()
	}
}

// during is a command that the program waits for when it ends: what it does ends
// with the host's context.
func (h *host) during(do tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		h.mu.Lock()
		if h.over {
			h.mu.Unlock()
			return nil
		}
		h.work.Add(1)
		h.mu.Unlock()
		defer h.work.Done()
		return do()
	}
}

// openRun is a command that opens a run of the library. Whatever becomes of the
// message, the run is closed with the host at the latest.
func (h *host) openRun(dir string) tea.Cmd {
	return h.during(func() tea.Msg {
		o, err := h.library.Open(h.watch, dir)
		if err != nil {
			return unopenedMsg{err}
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.last++
		number, let := h.last, func() {}
		if o.Close != nil {
			let = sync.OnceFunc(o.Close)
		}
		h.open[number] = let
		o.Close = func() {
			let()
			h.mu.Lock()
			defer h.mu.Unlock()
			delete(h.open, number)
		}
		return openedMsg{o}
	})
}

// end waits for all that is under way, and closes what is open.
func (h *host) end() {
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	h.work.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, let := range h.open {
		let()
	}
}
