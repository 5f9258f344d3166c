package run

import (
	"context"
	"sync/atomic"
	"time"

	"neuralrg/training"
)

// illustrator draws an illustration of the lattice that a run shows, such as its
// levels, each time that it is asked.
type illustrator[T any] struct {
	config training.Config
	flows  *Feed[*frozen]
	draw   illustrate[T]
	tell   func()                  // that there is a new one
	shown  atomic.Pointer[drawing] // the lattice that is
	wake   chan struct{}
	latest atomic.Pointer[T]
}

// illustrate draws the illustration of a lattice by a flow. It is an error if
// that has values that are not finite.
type illustrate[T any] func(*picture, context.Context, *frozen, drawing) (*T, error)

func newIllustrator[T any](c training.Config, flows *Feed[*frozen], draw illustrate[T], tell func()) *illustrator[T] {
	return &illustrator[T]{config: c, flows: flows, draw: draw, tell: tell, wake: make(chan struct{}, 1)}
}

// ask asks for the illustration of a lattice.
func (i *illustrator[T]) ask(d drawing) {
	i.shown.Store(&d)
	wake(i.wake)
}

// work answers by the newest flow, with a small share of the time, unless the
// latest illustration is just that.
func (i *illustrator[T]) work(ctx context.Context) {
	var p *picture // beside the run's own
	epoch, drawn := -1, drawing{}
	for {
		select {
		case <-i.wake:
		case <-ctx.Done():
			return
		}
		start := time.Now()
		if p == nil {
			p = newPicture(i.config)
		}
		f, d := i.flows.Latest(), *i.shown.Load()
		if epoch != f.epoch || drawn.draw != d.draw || !sameFixing(drawn.fixed, d.fixed) {
			if t, err := i.draw(p, ctx, f, d); err == nil { // else nobody can look at it
				epoch, drawn = f.epoch, d
				i.latest.Store(t)
				i.tell()
			}
		}
		sleep(ctx, time.Duration(float64(time.Since(start))/showShare))
	}
}
