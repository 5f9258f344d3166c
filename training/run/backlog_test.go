package run

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A keeper that lets a disk stand still for any time: nothing is lost of what
// waits, and what is in the file is forgotten.
func TestBacklog(t *testing.T) {
	all := lines(10)
	var b backlog[Metrics]
	b.lines = append(b.lines, all[:6]...)
	given := b // as a ledger has it
	b.forget(4)
	b.lines = append(b.lines, all[6:]...)
	if b.end() != 10 || !slices.Equal(b.after(4), all[4:]) || !slices.Equal(b.after(7), all[7:]) {
		t.Errorf("%d lines, of which %d wait", b.end(), len(b.lines))
	}
	if given.end() != 6 || !slices.Equal(given.after(0), all[:6]) {
		t.Error("a ledger changed")
	}
	if b.forget(10); b.end() != 10 || b.lines != nil {
		t.Errorf("%d lines, of which %d wait though all are in the file", b.end(), len(b.lines))
	}
}

// While a disk stands still, training waits and the memory stays bounded; the
// time is not training, and what could not be recorded is said.
func TestDiskThatStandsStill(t *testing.T) {
	b := &conductor{keeper: new(keeper)}
	b.metrics.lines = make([]Metrics, waitingEpochs-1)
	if b.heldUp() {
		t.Fatal("training waits too early")
	}
	b.metrics.lines = append(b.metrics.lines, Metrics{})
	began := time.Now()
	for range 2 {
		if !b.heldUp() || b.mark.Before(began) {
			t.Fatal("training goes on, or its clock does")
		}
	}
	if e := b.events.lines; len(e) != 1 || e[0].Kind != "warning" || !strings.Contains(e[0].Text, "waits for the disk") {
		t.Errorf("events %+v", e)
	}
	for range waitingEvents + 100 {
		b.note("redraw", "")
	}
	if n := b.events.end(); n != waitingEvents || len(b.shown) > 2*newestShown {
		t.Errorf("%d events wait, %d are shown", n, len(b.shown))
	}
	b.keeper.metricsKept.Store(waitingEpochs / 4)
	if !b.heldUp() {
		t.Error("training goes on for every line that is written")
	}
	b.keeper.metricsKept.Store(waitingEpochs)
	b.keeper.eventsKept.Store(waitingEvents)
	if b.heldUp() || len(b.metrics.lines) > 0 || len(b.events.lines) > 0 {
		t.Error("training waits though all is written")
	}
	b.note("redraw", "")
	if e := b.events.lines; len(e) != 2 || !strings.HasPrefix(e[0].Text, "101 events before this") || e[1].Kind != "redraw" {
		t.Errorf("events %+v", e)
	}
}
