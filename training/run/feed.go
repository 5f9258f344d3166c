package run

import (
	"context"
	"iter"
	"sync/atomic"
)

// Feed carries the newest value from one writer to any number of readers.
//
// It is a chain of entries, each of which knows by a channel when a newer one
// has come. Publishing swaps the newest entry and closes the channel of the one
// before: it takes the same short time whether nobody reads or a hundred
// readers sleep. A reader that is slow skips values, but never the last.
//
// Publish and Close are for one goroutine; the rest is for any.
type Feed[T any] struct {
	newest atomic.Pointer[entry[T]]
}

type entry[T any] struct {
	value  T
	number uint64        // of the value: 0 before the first
	newer  chan struct{} // closed when a newer entry stands in its place; nil in the last
}

// NewFeed returns a feed that has no value yet.
func NewFeed[T any]() *Feed[T] {
	f := new(Feed[T])
	f.newest.Store(&entry[T]{newer: make(chan struct{})})
	return f
}

// Publish makes value the newest. It never waits for a reader.
func (f *Feed[T]) Publish(value T) {
	old := f.newest.Load()
	if old.newer == nil {
		panic("run: Publish on a closed Feed")
	}
	f.newest.Store(&entry[T]{value: value, number: old.number + 1, newer: make(chan struct{})})
	close(old.newer)
}

// Close says that the newest value is the last. Closing twice does nothing.
func (f *Feed[T]) Close() {
	old := f.newest.Load()
	if old.newer == nil {
		return
	}
	f.newest.Store(&entry[T]{value: old.value, number: old.number})
	close(old.newer)
}

// Latest returns the newest value, or the zero value before the first.
func (f *Feed[T]) Latest() T { return f.newest.Load().value }

// Follow yields the newest value and then, each time the loop comes back for
// more, the newest that it has not yielded yet, waiting for one if need be. It
// ends after the last value of a closed feed, or when ctx is done.
func (f *Feed[T]) Follow(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		var seen uint64
		for ctx.Err() == nil {
			e := f.newest.Load()
			if e.number > seen {
				seen = e.number
				if !yield(e.value) {
					return
				}
				continue // something newer may have come meanwhile
			}
			if e.newer == nil {
				return
			}
			select {
			case <-e.newer:
			case <-ctx.Done():
			}
		}
	}
}
