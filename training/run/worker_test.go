package run

import (
	"context"
	"testing"
	"time"

	"neuralrg/model"
	"neuralrg/physics"
	"neuralrg/training"
)

// newTestFlows are the energy of a run and the feed of its frozen flow, a new one
// at epoch 7, for a worker beside the training.
func newTestFlows(t *testing.T, c training.Config) (*physics.Ising, *Feed[*frozen]) {
	t.Helper()
	energy, err := physics.NewIsing(c.L, c.Temperature)
	if err != nil {
		t.Fatal(err)
	}
	flow, err := model.New(c.Shape, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	flows := NewFeed[*frozen]()
	flows.Publish(&frozen{epoch: 7, flow: flow})
	return energy, flows
}

// Work is followed by rest, which ends at once where nobody waits for it.
func TestWorkersRest(t *testing.T) {
	const work = 20 * time.Millisecond
	for share, want := range map[float64]time.Duration{1: 0, 0.5: work, 0.25: 3 * work} {
		if got := restAfter(work, share); got != want {
			t.Errorf("after %v of work a share of %v rests for %v, want %v", work, share, got, want)
		}
	}
	start := time.Now()
	sleep(t.Context(), work)
	if took := time.Since(start); took < work {
		t.Errorf("it sleeps for %v, not %v", took, work)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	sleep(gone, 1<<62)
}
