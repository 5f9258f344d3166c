package tui

import (
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// period is how long charts and numbers stand.
func (m *screen) period() time.Duration {
	if m.slow {
		return slowPeriod
	}
	return calmPeriod
}

// lattice is the snapshot whose lattice is drawn. Over a slow line the fields wait
// for the charts: each site has a colour of its own, which costs ten times what a
// spin does, and the spins beside them, which have two, go on moving.
func (m *screen) lattice() *run.Snapshot {
	if !m.slow || m.latest == nil || m.calm == nil || !valid(m.latest.Lattice) || !valid(m.calm.Lattice) {
		return m.latest
	}
	now, before := m.latest.Lattice, m.calm.Lattice
	if now.L != before.L || now.Draw != before.Draw || !equal(now.Fixed, before.Fixed) {
		return m.latest
	}
	s, mixed := *m.latest, *now
	mixed.X = before.X
	s.Lattice = &mixed
	return &s
}

func equal(a, b *run.Fixed) bool { return a == b || a != nil && b != nil && *a == *b }

// synchronize lets the terminal show each picture at once and whole. Bubble Tea
// asks terminals of this host whether they can do that, but none over SSH; those
// that cannot take no notice.
func synchronize() tea.Msg {
	return tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}
}

// budget is what a slow line may carry. The pictures of a run wait until what came
// before them is paid for; what a key does is shown at once, and paid for later.
type budget struct {
	mu        sync.Mutex
	perSecond float64      // bytes; 0: as many as there are
	sent      atomic.Int64 // by the screen since it began
	paid      int64
	debt      float64
	last      time.Time
}

// slowRate is the budget of a screen over SSH, in bytes a second.
const slowRate = 7000

// longestWait bounds it: a whole new picture is not paid for at once.
const longestWait = 2 * time.Second

// wait is how long the next picture has to.
func (b *budget) wait(now time.Time) time.Duration {
	if b.perSecond == 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	sent := b.sent.Load()
	b.debt += float64(sent-b.paid) - b.perSecond*now.Sub(b.last).Seconds()
	b.debt = max(0, min(b.debt, b.perSecond*longestWait.Seconds()))
	b.paid, b.last = sent, now
	return time.Duration(b.debt / b.perSecond * float64(time.Second))
}
