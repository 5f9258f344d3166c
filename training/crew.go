package training

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// job is work in independent parts: any worker may do any of them, in any order.
type job struct {
	parts int
	do    func(w *worker, part int)
}

// crew does jobs: the goroutine that calls run, and a fixed number of others,
// each with a worker of its own.
type crew struct {
	own  *worker
	wake chan struct{} // one for each other goroutine that is to join in

	job     job
	next    atomic.Int64 // the first part that nobody has taken yet
	joined  sync.WaitGroup
	failure atomic.Pointer[string] // what a worker panicked with
	others  int
}

// newCrew starts the goroutines for all workers but the first.
func newCrew(workers []*worker) *crew {
	others := workers[1:]
	c := &crew{own: workers[0], wake: make(chan struct{}, len(others)), others: len(others)}
	for _, w := range others {
		go func() {
			for range c.wake {
				c.take(w)
				c.joined.Done()
			}
		}()
	}
	return c
}

// close ends the goroutines.
func (c *crew) close() { close(c.wake) }

// run returns when all parts of a job are done. What a part panics with comes
// out here, where the caller can recover, once all workers are at rest.
func (c *crew) run(j job) {
	c.job = j
	c.next.Store(0)
	c.failure.Store(nil)
	join := min(c.others, j.parts-1)
	c.joined.Add(join)
	for range join {
		c.wake <- struct{}{}
	}
	c.take(c.own)
	c.joined.Wait()
	if f := c.failure.Load(); f != nil {
		panic(*f)
	}
}

// take does parts until none is left.
func (c *crew) take(w *worker) {
	defer func() {
		if p := recover(); p != nil {
			f := fmt.Sprintf("%v\n%s", p, debug.Stack())
			c.failure.CompareAndSwap(nil, &f)
			c.next.Store(int64(c.job.parts))
		}
	}()
	for {
		part := int(c.next.Add(1)) - 1
		if part >= c.job.parts {
			return
		}
		c.job.do(w, part)
	}
}
