package run

import (
	"context"
	"errors"
	"testing"
	"time"
)

// An illustration is drawn when the lattice or the flow is another one, not when
// only the question comes again, and what cannot be drawn leaves the one before.
func TestIllustrator(t *testing.T) {
	c := tiny(1).Config
	_, flows := newTestFlows(t, c)
	drawn, told := make(chan drawing), make(chan struct{}, 1)
	i := newIllustrator(c, flows, func(_ *picture, ctx context.Context, f *frozen, d drawing) (*int, error) {
		select {
		case drawn <- d:
		case <-ctx.Done():
		}
		if d.draw == 2 {
			return nil, errors.New("not this one")
		}
		return new(100*f.epoch + d.draw), ctx.Err()
	}, func() { told <- struct{}{} })
	ctx, dismiss := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		i.work(ctx)
	}()
	ask := func(d drawing) {
		t.Helper()
		i.ask(d)
		if got := <-drawn; got != d {
			t.Errorf("it draws %+v, asked for %+v", got, d)
		}
	}
	shows := func(want int) {
		t.Helper()
		<-told
		if got := *i.latest.Load(); got != want {
			t.Errorf("it shows %d, want %d", got, want)
		}
	}
	ask(drawing{draw: 1})
	shows(701)
	i.ask(drawing{draw: 1})
	for len(i.wake) > 0 { // until it has heard that
		time.Sleep(time.Millisecond)
	}
	ask(drawing{1, &Fixed{Latent: 3, Value: 2}})
	shows(701)
	ask(drawing{draw: 2})
	ask(drawing{draw: 3})
	shows(703)
	flows.Publish(&frozen{epoch: 8, flow: flows.Latest().flow})
	ask(drawing{draw: 3})
	shows(803)
	dismiss()
	<-gone
}
