package tui

import (
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"neuralrg/training/run"
)

// Over a slow line fields stand as long as charts do, unless they are of another
// draw, or something was asked for; the spins move.
func TestFieldsOverASlowLine(t *testing.T) {
	c := newConsole(8, size{120, 40})
	now := time.Unix(1e9, 0)
	c.now, c.calmed = func() time.Time { return now }, now
	publish := func(wait time.Duration, change func(*run.Lattice)) (spins, fields bool) {
		now = now.Add(wait)
		c.fake.state.Epoch++
		l := sampleLattice(8, c.fake.state.Epoch)
		l.Draw = c.fake.state.Lattice.Draw
		if change != nil {
			change(l)
		}
		c.fake.state.Lattice = l
		c.fake.publish()
		c.show()
		shown := c.lattice().Lattice
		return slices.Equal(shown.Spins, l.Spins), slices.Equal(shown.X, l.X)
	}
	for _, step := range []struct {
		what   string
		slow   bool
		wait   time.Duration
		change func(*run.Lattice)
		fields bool
	}{
		{"here", false, 0, nil, true},
		{"there, soon", true, slowPeriod / 2, nil, false},
		{"there, later", true, slowPeriod / 2, nil, true},
		{"there, another draw", true, 0, func(l *run.Lattice) { l.Draw++ }, true},
		{"there, a latent fixed", true, 0, func(l *run.Lattice) { l.Fixed = &run.Fixed{Latent: 1, Value: 2} }, true},
	} {
		c.slow = step.slow
		if spins, fields := publish(step.wait, step.change); !spins || fields != step.fields {
			t.Errorf("%s: new spins %v, new fields %v", step.what, spins, fields)
		}
	}
	c.tell(answeredMsg{command: run.Command{Kind: run.SetRate, Value: 1}})
	if _, fields := publish(0, nil); !fields {
		t.Error("what comes of a command is not shown at once")
	}
}

// The pictures of a run wait until the line has carried those before, but no longer
// than they may.
func TestBudget(t *testing.T) {
	now := time.Unix(1e9, 0)
	b := &budget{perSecond: 1000, last: now}
	for _, step := range []struct {
		sent        int64
		after, want time.Duration
	}{
		{500, 0, 500 * time.Millisecond},
		{0, 250 * time.Millisecond, 250 * time.Millisecond},
		{100, time.Second, 0},
		{100, 0, 100 * time.Millisecond},
		{1e6, 0, longestWait},
		{0, longestWait, 0},
	} {
		now = now.Add(step.after)
		b.sent.Add(step.sent)
		if got := b.wait(now); got != step.want {
			t.Errorf("%d bytes, %v later: waits %v, want %v", step.sent, step.after, got, step.want)
		}
	}
	free := new(budget)
	if free.sent.Add(1e9); free.wait(now) != 0 {
		t.Error("a line of this host makes pictures wait")
	}
}

// A screen at the end of a slow line lets the terminal show pictures whole, unless
// that is not wanted.
func TestSynchronized(t *testing.T) {
	for _, on := range []bool{true, false} {
		c := newConsole(8, size{80, 24})
		said := false
		for _, cmd := range parts(newStack(c.screen, &host{synchronized: on}).Init()) {
			if report, ok := cmd().(tea.ModeReportMsg); ok && report.Mode == ansi.ModeSynchronizedOutput {
				said = true
			}
		}
		if said != on {
			t.Errorf("wanted %v, said %v", on, said)
		}
		if kept := (Options{Unsynchronized: !on}).filter(nil, synchronize()) != nil; kept != on {
			t.Errorf("wanted %v, what a terminal answers is kept: %v", on, kept)
		}
	}
}

// parts are the commands of a batch.
func parts(cmd tea.Cmd) []tea.Cmd {
	if batch, ok := cmd().(tea.BatchMsg); ok {
		return batch
	}
	return []tea.Cmd{cmd}
}
